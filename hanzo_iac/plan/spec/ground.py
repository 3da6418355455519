"""The ground of a stack: project, tag, private network, cluster, registry."""

from __future__ import annotations

from collections.abc import Mapping

from hanzo_iac.plan.spec.money import CostLine
from hanzo_iac.record import Record


class ProjectSpec(Record):
    """The DigitalOcean project that groups one application in one environment."""

    name: str
    description: str
    purpose: str
    environment: str
    """DigitalOcean's word: Development, Staging or Production."""
    because: str


class TagSpec(Record):
    """A DigitalOcean tag; all resources of the stack carry it, and re-creation after a crash finds them by it."""

    name: str
    because: str


class VpcSpec(Record):
    """A private network."""

    name: str
    region: str
    ip_range: str
    delete_timeout: str
    """Go duration. A VPC refuses to go while members leave it."""
    because: str


class SystemPoolSpec(Record):
    """The cluster's inline pool. Small and never changed: changing it replaces the whole cluster."""

    name: str
    size: str
    count: int
    labels: Mapping[str, str]


class ClusterSpec(Record):
    """A DOKS cluster."""

    name: str
    region: str
    version: str
    """DigitalOcean's version slug, such as `1.36.1-do.0`."""
    keep_version: bool
    """True: nobody wrote a version, and a cluster that exists keeps the one it has."""
    ha: bool
    auto_upgrade: bool
    surge_upgrade: bool
    cluster_subnet: str
    service_subnet: str
    system_pool: SystemPoolSpec
    expanders: tuple[str, ...]
    kubeconfig_expire_s: int
    registry_integration: bool
    """True: DigitalOcean lets its nodes pull from the account's registry."""
    tags: tuple[str, ...]
    protect: bool
    cost: tuple[CostLine, ...]
    because: str


class RegistrySpec(Record):
    """The container registry."""

    name: str
    region: str
    tier: str
    protect: bool
    cost: tuple[CostLine, ...]
    because: str
