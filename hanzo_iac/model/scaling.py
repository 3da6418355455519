"""E: how far and by what a service scales."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, Field, model_validator

from hanzo_iac.model.quantities import STRICT


class Range(BaseModel):
    model_config = STRICT
    min: int = Field(default=1, ge=0)
    max: int = Field(ge=1)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min > self.max:
            raise ValueError(f"{self.min} is more than max, {self.max}")
        return self


class Replicas(Range):
    max: int = Field(default=1, ge=1)


class Scaling(BaseModel):
    model_config = STRICT
    metric: Literal[
        "tokens_per_second", "queue_depth", "requests_per_second", "concurrency", "gpu_utilization", "kv_cache", "cpu"
    ]
    target: float = Field(gt=0, strict=False)
