"""Databases and caches."""

from __future__ import annotations

from collections.abc import Mapping

from hanzo_iac.plan.spec.money import CostLine
from hanzo_iac.record import Record


class PoolingSpec(Record):
    """Connections to one database that clients share: they log in as themselves, and name the pool as the database."""

    name: str
    database: str
    mode: str
    size: int


class ReplicaSpec(Record):
    """A copy of a PostgreSQL cluster that answers reading queries."""

    name: str
    size: str


class GrowthSpec(Record):
    """Storage that grows by itself."""

    threshold_percent: int
    increment_gib: int


class MaintenanceSpec(Record):
    """When a database may be restarted for updates, UTC."""

    day: str
    hour: str
    """`03:00`."""


class RestoreSpec(Record):
    """The cluster whose data a new one begins with."""

    cluster: str
    at: str
    """RFC 3339; empty for its newest backup."""


class PostgresSpec(Record):
    """A managed PostgreSQL cluster with its databases, users and one firewall that lets only the cluster in."""

    name: str
    region: str
    version: str
    keep_version: bool
    """True: nobody wrote a version, and a database that exists keeps the one it has."""
    size: str
    node_count: int
    storage_mib: int
    databases: tuple[str, ...]
    users: tuple[str, ...]
    pools: tuple[PoolingSpec, ...]
    replicas: tuple[ReplicaSpec, ...]
    growth: GrowthSpec | None
    maintenance: MaintenanceSpec
    settings: Mapping[str, str | int | float | bool]
    """As DigitalOcean's API names them; empty = as they are."""
    restore: RestoreSpec | None
    tags: tuple[str, ...]
    protect: bool
    cost: tuple[CostLine, ...]
    because: str


class ValkeySpec(Record):
    """A managed Valkey cluster (the successor of managed Redis) and its firewall."""

    name: str
    region: str
    version: str
    size: str
    node_count: int
    eviction_policy: str
    persistence: str
    """`rdb` or `off`."""
    maintenance: MaintenanceSpec
    tags: tuple[str, ...]
    protect: bool
    cost: tuple[CostLine, ...]
    because: str
