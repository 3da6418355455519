"""Where data is kept."""

from __future__ import annotations

from hanzo_iac.plan.spec.money import CostLine
from hanzo_iac.record import Record


class PostgresSpec(Record):
    """A managed PostgreSQL cluster with its databases, users and one firewall that lets only the cluster in."""

    name: str
    region: str
    version: str
    size: str
    node_count: int
    storage_mib: int
    databases: tuple[str, ...]
    users: tuple[str, ...]
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
    tags: tuple[str, ...]
    protect: bool
    cost: tuple[CostLine, ...]
    because: str


class VectorStoreSpec(Record):
    """pgvector in a managed PostgreSQL: a Job in the cluster runs the SQL, because the database lets nobody else in."""

    name: str
    namespace: str
    postgres: str
    """Key of the PostgresSpec that holds it."""
    database: str
    user: str
    dimensions: int
    job: str
    """Name of the Job; carries a hash of the SQL, so that changed SQL is a new Job."""
    image: str
    sql: str
    because: str
