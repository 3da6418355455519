"""What may be said of a bucket beside its size: what is deleted when, who may read it from a browser, and a CDN."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from hanzo_iac.model.values import Host, ObjectPrefix, Origin
from hanzo_iac.model.written import Listed, Problem, Written

Method = Literal["GET", "PUT", "POST", "DELETE", "HEAD"]


class Lifecycle(Written):
    """Objects that are deleted by themselves."""

    prefix: ObjectPrefix = ""
    """How their names begin; left out, all."""
    expire_days: int | None = Field(default=None, ge=1, le=3650)
    """Days after which an object is deleted."""
    old_versions_days: int | None = Field(default=None, ge=1, le=3650)
    """Days after which a version that was overwritten is deleted."""

    def problems(self) -> Iterable[Problem]:
        """A rule that deletes nothing."""
        if self.expire_days is None and self.old_versions_days is None:
            yield Problem((), "deletes nothing", "write expire_days or old_versions_days")


class Cors(Written):
    """Pages that may use the bucket from a browser."""

    origins: Listed[Origin] = Field(min_length=1, examples=[["https://app.example.com"]])
    """Where the pages come from."""
    methods: Listed[Method] = ("GET",)
    """What they may do."""
    max_age_s: int = Field(default=3600, ge=0, le=86_400)
    """How long a browser need not ask again, seconds."""


class Cdn(Written):
    """Copies of the bucket near its readers."""

    ttl_s: Literal[60, 600, 3600, 86400, 604800] = 3600
    """How long a copy is good for, seconds."""
    domain: Host | None = None
    """A host name of your own for it; left out, DigitalOcean's."""


CdnValue = Annotated[
    Cdn | None,
    BeforeValidator(
        lambda value: {} if value is True else None if value is False else value,
        json_schema_input_type=bool | Cdn | None,
    ),
]
"""`true`, or a mapping."""
