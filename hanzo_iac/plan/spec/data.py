"""Where data is kept."""

from __future__ import annotations

from collections.abc import Mapping

from hanzo_iac.plan.spec.money import CostLine
from hanzo_iac.plan.spec.workloads import PodResourcesSpec
from hanzo_iac.record import Record


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
    tries: int
    """Of the Job. With Kubernetes' doubling delay from 10 s, 6 are about ten minutes: longer than a failover."""
    resources: PodResourcesSpec
    pod_labels: Mapping[str, str]
    """The labels by which a flow lets its pods reach the database."""
    because: str
