"""The application A = (S, R, C, E) as its author writes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import BaseModel, Field, ValidationError, field_validator

from hanzo_iac.errors import Fault, InputError
from hanzo_iac.model.configuration import Health, SecretReference
from hanzo_iac.model.quantities import STRICT, CpuField, MoneyField, SizeField
from hanzo_iac.model.resources import Resource
from hanzo_iac.model.scaling import Replicas, Scaling
from hanzo_iac.model.source import Build, Git


class Service(BaseModel):
    model_config = STRICT
    kind: Literal["web", "worker", "job", "cron"] = "web"
    build: Build | None = None
    image: str | None = None
    git: Git | None = None
    runtime: str | None = None
    command: list[str] = Field(default_factory=list)
    port: int | None = Field(default=None, ge=1, le=65535)
    cpu: CpuField | None = None
    memory: SizeField | None = None
    gpu: str | list[str] | None = None
    gpus: int = Field(default=1, ge=1, le=8)
    pool: str | None = None
    capacity: Literal["on-demand", "spot"] = "on-demand"
    replicas: Replicas = Replicas()
    scaling: Scaling | None = None
    env: dict[str, str] = Field(default_factory=dict)
    secrets: dict[str, SecretReference] = Field(default_factory=dict)
    domains: list[str] = Field(default_factory=list)
    health: Health | None = None
    inject: Literal["file", "env"] = "file"
    uses: list[str] | None = None
    schedule: str | None = None

    @field_validator("build", mode="before")
    @classmethod
    def _context(cls, value: object) -> object:
        return {"context": value} if isinstance(value, str) else value


class Application(BaseModel):
    model_config = STRICT
    name: str
    runtime: str | None = None
    services: dict[str, Service]
    resources: dict[str, Resource] = Field(default_factory=dict)
    budget: MoneyField | None = None

    @classmethod
    def load(cls, path: Path | str) -> Self:
        file = Path(path)
        file = file / "hanzo.yaml" if file.is_dir() else file
        return cls.loads(file.read_text(), str(file))

    @classmethod
    def loads(cls, text: str, where: str = "hanzo.yaml") -> Self:
        return read(cls, yaml.safe_load(text))


def read(kind: Any, data: Any) -> Any:
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        raise InputError(
            Fault("/".join(str(part) for part in one["loc"]), one["msg"]) for one in error.errors()
        ) from error
