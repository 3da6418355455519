"""Where an application is deployed: everything that differs between dev, staging and prod."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

import yaml
from pydantic import BaseModel

from hanzo_iac.model.application import read
from hanzo_iac.model.quantities import STRICT, MoneyField


class ClusterSettings(BaseModel):
    model_config = STRICT
    version: str | None = None
    ha: bool
    system_size: str
    system_count: int


class StandbySettings(BaseModel):
    model_config = STRICT
    standby: bool


class Environment(BaseModel):
    model_config = STRICT
    name: str
    region: str
    cluster: ClusterSettings
    postgres: StandbySettings
    valkey: StandbySettings
    max_replicas: int | None = None
    ceiling: MoneyField
    over_ceiling: Literal["refuse", "allow"] = "refuse"
    max_gpu_nodes: int
    domain: str | None = None
    ip_range: str
    cluster_subnet: str
    service_subnet: str
    gateway_class: str = "eg"
    protect: bool = False
    digitalocean_environment: Literal["Development", "Staging", "Production"]

    @classmethod
    def load(cls, name: str, beside: Path | None = None) -> Self:
        file = Path(__file__).parent / "environments" / f"{name}.yaml"
        return read(cls, yaml.safe_load(file.read_text()))
