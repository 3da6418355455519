"""Where embeddings are kept: pgvector, Qdrant in the cluster, managed Weaviate."""

from __future__ import annotations

from collections.abc import Mapping

from hanzo_iac.plan.spec.money import CostLine
from hanzo_iac.plan.spec.workloads import ImageSpec, PodResourcesSpec
from hanzo_iac.record import Record


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


class QdrantSpec(Record):
    """Qdrant in the cluster: one pod with a volume, behind a key; a snapshot every night."""

    name: str
    namespace: str
    image: ImageSpec
    port: int
    dimensions: int
    distance: str
    """Qdrant's word: `Cosine`, `Euclid` or `Dot`."""
    storage_gib: int
    storage_class: str
    snapshots_kept: int
    snapshot_schedule: str
    """Cron, UTC."""
    snapshot_image: ImageSpec
    resources: PodResourcesSpec
    pool: str
    node_selector: Mapping[str, str]
    labels: Mapping[str, str]
    pod_labels: Mapping[str, str]
    snapshot_labels: Mapping[str, str]
    """The labels by which a flow lets the snapshot's pods reach it."""
    cost: tuple[CostLine, ...]
    because: str


class WeaviateSpec(Record):
    """A vector database that DigitalOcean manages."""

    name: str
    region: str
    size: str
    """`small`, `medium` or `large`."""
    dimensions: int
    distance: str
    """Weaviate's word: `cosine`, `l2-squared` or `dot`."""
    tags: tuple[str, ...]
    protect: bool
    cost: tuple[CostLine, ...]
    because: str
