"""
R of the tuple: the seven resource types of the paper's table 2, and a file share for what pods have in common.

`engine` (or `provider`) says which one it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from hanzo_iac.model.database import GrowthValue, Maintenance, Pooling, Restore, Settings
from hanzo_iac.model.scaling import Nodes, NodesValue
from hanzo_iac.model.storage import CdnValue, Cors, Lifecycle
from hanzo_iac.model.values import (
    BucketName,
    GpuValue,
    ModelName,
    MoneyValue,
    MountPath,
    Name,
    SizeValue,
    Slug,
    Version,
)
from hanzo_iac.model.written import FrozenDict, Listed, Problem, Written
from hanzo_iac.units import Size

PGVECTOR_INDEXED_DIMENSIONS = 2000
"""Most dimensions of a `vector` column that pgvector's HNSW index takes. Source: pgvector's README, 0.8."""


class _Resource(Written):
    """What all seven have in common."""

    def model_post_init(self, context: Any, /) -> None:
        """The word that says which one it is counts as written, also where a Python class says it."""
        del context
        self.model_fields_set.add("provider" if "provider" in type(self).model_fields else "engine")


class Postgres(_Resource):
    """A managed PostgreSQL database."""

    engine: Literal["postgres"] = "postgres"
    """Says which resource it is."""
    storage: SizeValue = Size(10 * 1024)
    """Disk for data."""
    version: Version | None = None
    """Major version; left out, the catalogue's default."""
    size: Slug | None = None
    """DigitalOcean's slug, when the smallest that holds the storage is not wanted."""
    standby: bool | None = None
    """A standby node to fail over to; left out, the environment decides."""
    read_replicas: int = Field(default=0, ge=0, le=2)
    """Copies that answer reading queries, at an address of their own."""
    pooling: Pooling | None = None
    """Connections that clients share; left out, each client has its own."""
    autoscale: GrowthValue = None
    """Storage that grows by itself: `true`, or when and by how much."""
    maintenance: Maintenance | None = None
    """When it may be restarted for updates; left out, the environment decides."""
    settings: Settings = Field(default_factory=FrozenDict)
    """PostgreSQL's settings, as DigitalOcean's API names them."""
    restore: Restore | None = None
    """Another cluster's data to begin with."""


class Valkey(_Resource):
    """A managed Valkey cache. `redis` is the paper's word for it."""

    engine: Literal["redis", "valkey"] = "valkey"
    """Says which resource it is."""
    memory: SizeValue = Size(1024)
    """Memory for data."""
    eviction: Literal[
        "noeviction", "allkeys_lru", "allkeys_random", "volatile_lru", "volatile_random", "volatile_ttl"
    ] = "noeviction"
    """What happens when the memory is full."""
    persistence: bool = True
    """Write data to disk, so that a restart loses none."""


class VectorStore(_Resource):
    """A store of embeddings."""

    engine: Literal["pgvector", "qdrant", "weaviate"] = "pgvector"
    """Says which resource it is."""
    dimensions: int = Field(ge=1, le=16_000, examples=[1024])
    """Length of every vector, as the embedding model gives it."""
    storage: SizeValue = Size(10 * 1024)
    """Disk for vectors and index."""
    distance: Literal["cosine", "l2", "ip"] = "cosine"
    """How nearness is measured: by angle, by distance, by inner product."""
    database: Name | None = None
    """The postgres resource it lies in; left out, a database cluster of its own."""

    def problems(self) -> Iterable[Problem]:
        """More dimensions than the engine can index."""
        if self.engine == "pgvector" and self.dimensions > PGVECTOR_INDEXED_DIMENSIONS:
            yield Problem(
                ("dimensions",),
                f"{self.dimensions} is more than pgvector can index, {PGVECTOR_INDEXED_DIMENSIONS}",
                "ask the embedding model for fewer dimensions, or write engine: qdrant",
                reads=(("engine",), ("dimensions",)),
            )
        if self.database is not None and self.engine != "pgvector":
            what = f"does not go with engine: {self.engine}, which is no part of a database"
            yield Problem(
                ("database",), what, "remove database, or write engine: pgvector", (("engine",), ("database",))
            )


class ObjectStore(_Resource):
    """A bucket for files. `s3` is another word for Spaces, which speaks S3's protocol."""

    engine: Literal["spaces", "s3"] = "spaces"
    """Says which resource it is."""
    bucket: BucketName | None = None
    """Its name, which must be unique in all of Spaces; left out, application, environment and key."""
    storage: SizeValue | None = None
    """How much is expected, for the cost; a bucket has no fixed size."""
    versioning: bool = True
    """Keep overwritten and deleted files."""
    public: bool = False
    """Anyone may read."""
    lifecycle: Listed[Lifecycle] = ()
    """Objects that are deleted by themselves."""
    cors: Listed[Cors] = ()
    """Pages that may use it from a browser."""
    cdn: CdnValue = None
    """Copies near its readers: `true`, or for how long and at which host. What it serves is public."""

    def problems(self) -> Iterable[Problem]:
        """A CDN in front of what nobody may read."""
        if self.cdn is not None and not self.public:
            reads = (("cdn",), ("public",))
            yield Problem(("cdn",), "serves only what anyone may read", "write public: true, or leave cdn out", reads)


class FileShare(_Resource):
    """A file system that many pods mount at once, such as for model weights."""

    engine: Literal["nfs"] = "nfs"
    """Says which resource it is."""
    storage: SizeValue = Size(50 * 1024)
    """Its size, at least 50GB."""
    path: MountPath = "/mnt/share"
    """Where services that use it find it."""
    read_only: bool = False
    """Services may only read it."""

    def problems(self) -> Iterable[Problem]:
        """Less than DigitalOcean sells. Source: its OpenAPI, 2026-08."""
        if self.storage.mib < 50 * 1024 or self.storage.mib % 1024:
            yield Problem(("storage",), f"{self.storage} is not 50GB or more in whole GB", "write for example 50GB")


class LlmGateway(_Resource):
    """One address for every model provider; keys, budget and limits are kept there."""

    provider: Literal["hanzo-gateway"] = "hanzo-gateway"
    """Says which resource it is."""
    models: Listed[ModelName] = Field(min_length=1, examples=[["gpt-4o"]])
    """The models that may be called."""
    budget: MoneyValue | None = None
    """Most that is spent on tokens in a month. Infrastructure is not in it."""

    def problems(self) -> Iterable[Problem]:
        """A model written twice."""
        for model, times in Counter(self.models).items():
            if times > 1:
                yield Problem(("models",), f"{model} stands {times} times", "write each model once")


class CpuPool(_Resource):
    """Nodes without a GPU, for services that name the pool."""

    engine: Literal["cpu"] = "cpu"
    """Says which resource it is."""
    size: Slug = Field(examples=["s-4vcpu-8gb"])
    """DigitalOcean's slug of one node."""
    nodes: NodesValue = Nodes()
    """How many nodes: `{min: 1, max: 3}`, or one number."""


class GpuPool(_Resource):
    """Nodes with a GPU, for services that name the pool."""

    engine: Literal["gpu"] = "gpu"
    """Says which resource it is."""
    gpu: GpuValue = Field(examples=["l40s"])
    """The GPU, or several of which the first that can be had is taken."""
    nodes: NodesValue = Nodes(min=0, max=1)
    """How many nodes; with `min: 0` an idle pool costs nothing."""

    @property
    def gpu_choices(self) -> tuple[str, ...]:
        """The GPUs, best first."""
        return (self.gpu,) if isinstance(self.gpu, str) else self.gpu


RESOURCE_BY_WORD: dict[str, type[Written]] = {
    "postgres": Postgres,
    "redis": Valkey,
    "valkey": Valkey,
    "pgvector": VectorStore,
    "qdrant": VectorStore,
    "weaviate": VectorStore,
    "spaces": ObjectStore,
    "s3": ObjectStore,
    "nfs": FileShare,
    "cpu": CpuPool,
    "gpu": GpuPool,
    "hanzo-gateway": LlmGateway,
}
"""The word after `engine:` (after `provider:` for the last) -> what it makes."""

PROVIDERS = ("hanzo-gateway",)
ENGINES = tuple(word for word in RESOURCE_BY_WORD if word not in PROVIDERS)


def _which(value: Any) -> str | None:
    if isinstance(value, Written):
        return f"<{type(value).__name__}>"
    if not isinstance(value, dict):
        return None
    if "engine" in value:
        word = value["engine"]
        known = isinstance(word, str) and word in ENGINES
    else:
        word = value.get("provider")
        known = isinstance(word, str) and word in PROVIDERS
    return f"<{RESOURCE_BY_WORD[word].__name__}>" if known else None


# In angle brackets: pydantic puts the tag into an error's place, and no written key may be mistaken for it.
Resource = Annotated[
    Annotated[Postgres, Tag("<Postgres>")]
    | Annotated[Valkey, Tag("<Valkey>")]
    | Annotated[VectorStore, Tag("<VectorStore>")]
    | Annotated[ObjectStore, Tag("<ObjectStore>")]
    | Annotated[FileShare, Tag("<FileShare>")]
    | Annotated[LlmGateway, Tag("<LlmGateway>")]
    | Annotated[CpuPool, Tag("<CpuPool>")]
    | Annotated[GpuPool, Tag("<GpuPool>")],
    Discriminator(_which),
]
"""One resource of any of the seven types."""

Pool = CpuPool | GpuPool
