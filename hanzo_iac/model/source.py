"""S: what is built and run."""

from __future__ import annotations

from pydantic import BaseModel, Field

from hanzo_iac.model.quantities import STRICT


class Build(BaseModel):
    model_config = STRICT
    context: str = "."
    dockerfile: str | None = None
    args: dict[str, str] = Field(default_factory=dict)


class Git(BaseModel):
    model_config = STRICT
    url: str
    ref: str = "main"
    path: str = "."
