"""What the tests of the local cloud share: an account and a cluster spoken to from outside, and waiting."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests
import yaml

from hanzo_iac.errors import HanzoError
from hanzo_iac.localcloud import client
from hanzo_iac.localcloud.client import LocalCloud
from hanzo_iac.localcloud.settings import CloudSettings, Waits
from hanzo_iac.toolchain import find
from hanzo_iac.toolchain.store import toolchain_root

PATIENCE_S = 90

FAST = CloudSettings(
    boot_s=0.2,
    idle_s=2.0,
    waits=Waits(
        upgrade_s=0, resize_s=0, load_balancer_s=0, share_s=0, certificate_s=0, vector_database_s=0, gateway_s=0
    ),
)

SYSTEM_POOL = {"name": "system", "size": "s-2vcpu-4gb", "count": 1}


class Account:
    """The emulated account, spoken to over HTTP as anybody would."""

    def __init__(self, cloud: LocalCloud) -> None:
        self.cloud = cloud
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["authorization"] = f"Bearer {cloud.token}"

    def call(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._session.request(method, self.cloud.api_url + path, json=body, timeout=30)
        assert answer.status_code < 400, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content and "json" in answer.headers["content-type"] else answer.text

    def database(self, name: str, engine: str = "pg") -> dict[str, Any]:
        """A database cluster that is online."""
        body = {
            "name": name,
            "engine": engine,
            "version": {"pg": "18", "valkey": "8"}[engine],
            "size": "db-s-1vcpu-1gb",
            "region": "nyc3",
            "num_nodes": 1,
        }
        made = self.call("POST", "/v2/databases", body)["database"]
        return self.online(made["id"])

    def online(self, database_id: str) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            database: dict[str, Any] = self.call("GET", f"/v2/databases/{database_id}")["database"]
            return database if database["status"] == "online" else None

        return until(look)

    def cluster(self, name: str, *pools: dict[str, Any]) -> dict[str, Any]:
        """A Kubernetes cluster that runs."""
        body = {"name": name, "region": "nyc3", "version": "1.36.1-do.0", "node_pools": [*pools]}
        made = self.call("POST", "/v2/kubernetes/clusters", body)["kubernetes_cluster"]

        def look() -> dict[str, Any] | None:
            found: dict[str, Any] = self.call("GET", f"/v2/kubernetes/clusters/{made['id']}")["kubernetes_cluster"]
            return found if found["status"]["state"] == "running" else None

        return until(look)


def until(look: Callable[[], Any], *, patience_s: float = PATIENCE_S) -> Any:
    """The first answer of `look` that is true."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"nothing after {patience_s} s")


def processes_of(cache: Path) -> list[str]:
    """Command lines of processes that belong to the cloud of this cache, however they are called."""
    found = []
    for process in psutil.process_iter():
        try:
            words = [*process.cmdline(), *process.environ().values()]
        except psutil.Error:
            continue
        if process.pid != psutil.Process().pid and any(str(cache) in word for word in words):
            found.append(" ".join(process.cmdline()))
    return found


def only_in(monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    """The cloud of this folder, and the toolchain that was there before."""
    monkeypatch.setenv("HANZO_TOOLCHAIN", str(toolchain_root()))
    monkeypatch.setenv("HANZO_CACHE", str(cache))


def needs_control_plane() -> None:
    try:
        find(*client.PROGRAMS)
    except HanzoError as error:
        pytest.skip(f"no control plane: {error}; run `hanzo toolchain install`")


GPU_POOL = {"name": "gpu", "size": "gpu-l40sx1-48gb", "auto_scale": True, "min_nodes": 0, "max_nodes": 2}


class Kubernetes:
    """A cluster, spoken to with the kubeconfig that the account answers."""

    def __init__(self, account: Account, cluster: dict[str, Any], folder: Path) -> None:
        self.account, self.id = account, cluster["id"]
        config = yaml.safe_load(account.call("GET", f"/v2/kubernetes/clusters/{self.id}/kubeconfig"))
        server, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        self.url = server["server"]
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = _file(folder / "ca.crt", server["certificate-authority-data"])
        self._session.cert = (
            _file(folder / "client.crt", user["client-certificate-data"]),
            _file(folder / "client.key", user["client-key-data"]),
        )

    def answer(self, method: str, path: str, body: Any = None, kind: str = "json") -> requests.Response:
        return self._session.request(
            method, self.url + path, data=json.dumps(body), headers={"content-type": f"application/{kind}"}, timeout=30
        )

    def call(self, method: str, path: str, body: Any = None, kind: str = "json") -> dict[str, Any]:
        answer = self.answer(method, path, body, kind)
        assert answer.status_code < 400, f"{method} {path}: {answer.status_code} {answer.text}"
        value: dict[str, Any] = answer.json()
        return value

    def namespace(self, name: str) -> str:
        """The path of a fresh namespace that takes pods."""
        self.call("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
        until(lambda: self.answer("GET", f"/api/v1/namespaces/{name}/serviceaccounts/default").ok)
        return f"namespaces/{name}"

    def pool(self, name: str) -> dict[str, Any]:
        pools = self.account.call("GET", f"/v2/kubernetes/clusters/{self.id}/node_pools")["node_pools"]
        return next(pool for pool in pools if pool["name"] == name)


def _file(path: Path, base64_text: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(base64.b64decode(base64_text))
    return str(path)
