"""R of the tuple: the seven resource types of the paper's table 2. `engine` (or `provider`) says which one it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from hanzo_iac.model.scaling import Nodes, NodesValue
from hanzo_iac.model.values import GpuValue, ModelName, MoneyValue, SizeValue, Slug, Version
from hanzo_iac.model.written import Listed, Problem, Written
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

    def problems(self) -> Iterable[Problem]:
        """More dimensions than the engine can index."""
        if self.engine == "pgvector" and self.dimensions > PGVECTOR_INDEXED_DIMENSIONS:
            yield Problem(
                ("dimensions",),
                f"{self.dimensions} is more than pgvector can index, {PGVECTOR_INDEXED_DIMENSIONS}",
                "ask the embedding model for fewer dimensions, or write engine: qdrant",
                reads=(("engine",), ("dimensions",)),
            )


class ObjectStore(_Resource):
    """A bucket for files. `s3` is another word for Spaces, which speaks S3's protocol."""

    engine: Literal["spaces", "s3"] = "spaces"
    """Says which resource it is."""
    storage: SizeValue | None = None
    """How much is expected, for the cost; a bucket has no fixed size."""
    versioning: bool = True
    """Keep overwritten and deleted files."""
    public: bool = False
    """Anyone may read."""


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
    | Annotated[LlmGateway, Tag("<LlmGateway>")]
    | Annotated[CpuPool, Tag("<CpuPool>")]
    | Annotated[GpuPool, Tag("<GpuPool>")],
    Discriminator(_which),
]
"""One resource of any of the seven types."""

Pool = CpuPool | GpuPool
