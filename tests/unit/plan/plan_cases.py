"""One good application and one good environment, and how tests change one thing in them."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from hanzo_iac.errors import Fault, InputError
from hanzo_iac.model.application import Application
from hanzo_iac.model.environment import Environment
from hanzo_iac.plan.mapping import plan
from hanzo_iac.plan.spec import Plan
from hanzo_iac.units import parse_money

LISTING = Path(__file__).parents[3] / "examples" / "my-rag-app"

GOOD: dict[str, Any] = {
    "name": "shop",
    "services": {"web": {"image": "ghcr.io/acme/shop:1.4.2", "port": 8080}},
    "resources": {},
}

ENVIRONMENT: dict[str, Any] = {
    "name": "test",
    "region": "tor1",
    "cluster": {"ha": False, "system_size": "s-2vcpu-4gb", "system_count": 1},
    "postgres": {"standby": False},
    "valkey": {"standby": False},
    "max_replicas": None,
    "ceiling": "$1,000,000/month",
    "max_gpu_nodes": 64,
    "ip_range": "10.40.0.0/16",
    "cluster_subnet": "10.140.0.0/16",
    "service_subnet": "10.240.0.0/16",
    "gateway_class": "cilium",
    "digitalocean_environment": "Development",
    "protect": False,
}


def application(changes: dict[str, Any] | None = None) -> Application:
    """The good application with `path/to/key: value` changed."""
    return Application.loads(yaml.safe_dump(_changed(GOOD, changes), sort_keys=False))


def environment(changes: dict[str, Any] | None = None) -> Environment:
    """The good environment with `path/to/key: value` changed."""
    data = _changed(ENVIRONMENT, changes)
    base = Environment.load("dev")
    cluster = base.cluster.model_copy(update={"version": None, **data.pop("cluster")})
    standby = {word: type(getattr(base, word))(**data.pop(word)) for word in ("postgres", "valkey")}
    ceiling = parse_money(data.pop("ceiling"))
    return base.model_copy(update={**data, **standby, "cluster": cluster, "ceiling": ceiling})


def planned(changes: dict[str, Any] | None = None, of_environment: dict[str, Any] | None = None) -> Plan:
    """The plan of the good application in the good environment, each with changes."""
    return plan(application(changes), environment(of_environment))


def faults(changes: dict[str, Any] | None = None, of_environment: dict[str, Any] | None = None) -> tuple[Fault, ...]:
    """What is wrong with it."""
    with pytest.raises(InputError) as raised:
        planned(changes, of_environment)
    return raised.value.faults


def listing(name: str) -> Plan:
    """Listing 1 in a shipped environment."""
    return plan(Application.load(LISTING), Environment.load(name))


def _changed(good: dict[str, Any], changes: dict[str, Any] | None) -> dict[str, Any]:
    data = copy.deepcopy(good)
    for path, value in (changes or {}).items():
        *above, last = path.split("/")
        held = data
        for step in above:
            held = held.setdefault(step, {})
        held[last] = value
    return data
