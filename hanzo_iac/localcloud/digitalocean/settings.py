"""What can be set on an emulated account before it starts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Times are the least seconds a thing takes; it also waits for the server behind it. Zero is right for tests."""

    token: str | None = None
    """The only token that is accepted; None accepts every token that is not empty."""
    validate: Path | None = None
    """DigitalOcean's OpenAPI file. When set, every answer is checked against it; one that breaks it becomes a 500."""
    cluster_s: float = 1.0
    """A Kubernetes cluster: provisioning -> running."""
    cluster_fails_s: float = 120.0
    """A cluster whose servers cannot be started: provisioning -> error. Long enough for whatever mends itself."""
    upgrade_s: float = 1.0
    """A Kubernetes upgrade: upgrading -> running."""
    node_s: float = 0.0
    """A node: provisioning -> running, on top of the boot delay of the cluster's own nodes."""
    database_s: float = 1.0
    """A database cluster: creating -> online."""
    resize_s: float = 0.5
    """A database cluster: resizing -> online."""
    load_balancer_s: float = 1.0
    """A load balancer: new -> active."""
    share_s: float = 1.0
    """A network file share: CREATING -> ACTIVE."""
    certificate_s: float = 0.5
    """A certificate: pending -> verified."""
    gateway_s: float = 1.0
    """A NAT gateway or a peering: NEW or PROVISIONING -> ACTIVE."""
    vpc_release_s: float = 0.0
    """How long a deleted cluster, database or load balancer still counts as a member of its VPC."""
    hourly_requests: int = 5000
    """What the RateLimit headers say. It is not enforced; a fault of status 429 is how a limit is met."""
    kept_calls: int = 2000
    """How many calls the log keeps."""

    @classmethod
    def instant(cls, *, validate: Path | None = None, token: str | None = None) -> Settings:
        """Settings under which nothing waits but for the servers behind the API."""
        return cls(
            token=token,
            validate=validate,
            cluster_s=0,
            upgrade_s=0,
            database_s=0,
            resize_s=0,
            load_balancer_s=0,
            share_s=0,
            certificate_s=0,
            gateway_s=0,
        )
