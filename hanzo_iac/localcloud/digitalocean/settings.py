"""What can be set on an emulated account before it starts."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from hanzo_iac.localcloud.settings import Waits


@dataclass(frozen=True, kw_only=True)
class Settings(Waits):
    """The waits, and what else can be set. Everything also waits for the server behind it."""

    token: str | None = None
    """The only token that is accepted; None accepts every token that is not empty."""
    validate: Path | None = None
    """DigitalOcean's OpenAPI file. When set, every answer is checked against it; one that breaks it becomes a 500."""
    cluster_fails_s: float = 120.0
    """A cluster whose servers cannot be started: provisioning -> error. Long enough for whatever mends itself."""
    vpc_release_s: float = 0.0
    """How long a deleted cluster, database or load balancer still counts as a member of its VPC."""
    hourly_requests: int = 5000
    """What the RateLimit headers say. It is not enforced; a fault of status 429 is how a limit is met."""
    kept_calls: int = 2000
    """How many calls the log keeps."""

    @classmethod
    def instant(cls, *, validate: Path | None = None, token: str | None = None) -> Settings:
        """Settings under which nothing waits but for the servers behind the API."""
        waits: dict[str, Any] = dict.fromkeys((wait.name for wait in fields(Waits)), 0.0)
        return cls(token=token, validate=validate, **waits)
