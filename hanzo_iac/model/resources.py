"""R: the seven types of resource."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from hanzo_iac.model.quantities import STRICT, MoneyField, SizeField
from hanzo_iac.model.scaling import Range
from hanzo_iac.units import Size


class Postgres(BaseModel):
    model_config = STRICT
    engine: Literal["postgres"] = "postgres"
    storage: SizeField = Size(10 * 1024)
    version: str | None = None
    size: str | None = None
    standby: bool | None = None


class Valkey(BaseModel):
    model_config = STRICT
    engine: Literal["redis", "valkey"] = "valkey"
    memory: SizeField = Size(1024)
    eviction: str = "noeviction"


class VectorStore(BaseModel):
    model_config = STRICT
    engine: Literal["pgvector", "qdrant", "weaviate"] = "pgvector"
    dimensions: int = Field(ge=1, le=2000)
    storage: SizeField = Size(10 * 1024)
    distance: Literal["cosine", "l2", "ip"] = "cosine"


class ObjectStore(BaseModel):
    model_config = STRICT
    engine: Literal["spaces", "s3"] = "spaces"
    storage: SizeField | None = None
    versioning: bool = True
    public: bool = False


class LlmGateway(BaseModel):
    model_config = STRICT
    provider: Literal["hanzo-gateway"] = "hanzo-gateway"
    models: list[str] = Field(min_length=1)
    budget: MoneyField | None = None


class CpuPool(BaseModel):
    model_config = STRICT
    engine: Literal["cpu"] = "cpu"
    size: str
    nodes: Range


class GpuPool(BaseModel):
    model_config = STRICT
    engine: Literal["gpu"] = "gpu"
    gpu: str | list[str]
    nodes: Range


Engine = Annotated[
    Postgres | Valkey | VectorStore | ObjectStore | CpuPool | GpuPool, Field(discriminator="engine")
]
Resource = LlmGateway | Engine
