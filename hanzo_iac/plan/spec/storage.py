"""Where files are kept: buckets, and file systems that many pods mount."""

from __future__ import annotations

from hanzo_iac.plan.spec.money import CostLine
from hanzo_iac.record import Record


class LifecycleSpec(Record):
    """Objects that are deleted by themselves. 0 = never."""

    name: str
    prefix: str
    expire_days: int
    old_versions_days: int


class CorsSpec(Record):
    """Pages that may use a bucket from a browser."""

    origins: tuple[str, ...]
    methods: tuple[str, ...]
    max_age_s: int


class CdnSpec(Record):
    """Copies of a bucket near its readers."""

    ttl_s: int
    domain: str
    """A host name of one's own; empty for DigitalOcean's."""


class BucketSpec(Record):
    """A Spaces bucket, a key for each service that uses it, and what stands in front of it."""

    name: str
    region: str
    acl: str
    """`private` or `public-read`."""
    versioning: bool
    lifecycle: tuple[LifecycleSpec, ...]
    cors: tuple[CorsSpec, ...]
    cdn: CdnSpec | None
    users: tuple[str, ...]
    """Services that have a key for it."""
    protect: bool
    cost: tuple[CostLine, ...]
    because: str


class FileShareSpec(Record):
    """An NFS share, and the claim by which pods mount it."""

    name: str
    region: str
    size_gib: int
    tier: str
    namespace: str
    claim: str
    protect: bool
    cost: tuple[CostLine, ...]
    because: str


class MountSpec(Record):
    """A claim as a pod mounts it."""

    claim: str
    path: str
    read_only: bool
