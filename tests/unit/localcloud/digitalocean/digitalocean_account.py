"""An emulated account in the test's own process, every answer checked against DigitalOcean's OpenAPI."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from doubles.servers import NoClusters, NoDatabases
from starlette.testclient import TestClient

from hanzo_iac.localcloud.digitalocean import Cloud, Settings, State, create_app

DATA = Path(os.environ.get("HANZO_DATA", Path(__file__).resolve().parents[5] / "shared" / "data")) / "digitalocean"
ABSENT = "DigitalOcean's OpenAPI is absent: put it into digitalocean/ of the folder that HANZO_DATA names"

# 2026-11-21T12:00:00Z
NOON = 1_795_262_400.0

VPC = {"name": "net", "region": "nyc3", "ip_range": "10.10.0.0/16"}
SYSTEM_POOL = {"name": "system", "size": "s-2vcpu-4gb", "count": 1}
CLUSTER = {"name": "main", "region": "nyc3", "version": "1.36.1-do.0", "node_pools": [SYSTEM_POOL]}
GPU_POOL = {"name": "gpu", "size": "gpu-h100x1-80gb", "auto_scale": True, "max_nodes": 3}
POSTGRES = {
    "name": "db",
    "engine": "pg",
    "version": "17",
    "size": "db-s-1vcpu-2gb",
    "region": "nyc3",
    "num_nodes": 1,
}
VALKEY = POSTGRES | {"name": "cache", "engine": "valkey", "version": "8"}


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.at_s = NOON

    def __call__(self) -> float:
        return self.at_s

    def step(self, seconds: float) -> None:
        self.at_s += seconds


class Account:
    """One emulated account and a client of it."""

    def __init__(self, **settings: Any) -> None:
        self.clock = Clock()
        self.clusters = NoClusters()
        self.databases = NoDatabases()
        self.state = State()
        self.settings = Settings(**({"validate": specification(), **NO_WAIT} | settings))
        self.app = create_app(
            self.state, clusters=self.clusters, databases=self.databases, clock=self.clock, settings=self.settings
        )
        self.client = TestClient(self.app, headers={"authorization": "Bearer token"}, raise_server_exceptions=False)

    @property
    def cloud(self) -> Cloud:
        return self.app.state.cloud

    def call(self, method: str, path: str, body: Any = None, *, expect: int | None = None) -> Any:
        """The answer's body; its status must be the expected one, or any success."""
        response = self.client.request(method, path, json=body)
        good = response.is_success if expect is None else response.status_code == expect
        assert good, f"{method} {path}: {response.status_code} {response.text}"
        return response.json() if response.text else None

    def get(self, path: str, *, expect: int | None = None) -> Any:
        return self.call("GET", path, expect=expect)

    def post(self, path: str, body: Any = None, *, expect: int | None = None) -> Any:
        return self.call("POST", path, body, expect=expect)

    def put(self, path: str, body: Any = None, *, expect: int | None = None) -> Any:
        return self.call("PUT", path, body, expect=expect)

    def delete(self, path: str, *, expect: int | None = 204) -> Any:
        return self.call("DELETE", path, expect=expect)

    def message(self, method: str, path: str, body: Any = None, *, expect: int) -> str:
        return self.call(method, path, body, expect=expect)["message"]


NO_WAIT = dict.fromkeys(
    (
        "cluster_s",
        "upgrade_s",
        "database_s",
        "resize_s",
        "load_balancer_s",
        "share_s",
        "certificate_s",
        "vector_database_s",
        "gateway_s",
    ),
    0.0,
)


def specification() -> Path:
    path = DATA / "DigitalOcean-infra-subset.json"
    if not path.exists():
        pytest.skip(ABSENT)
    return path
