"""What the tests of the engine share: a cloud, an engine beside it, and eyes that look into both from outside."""

from __future__ import annotations

import base64
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests
import yaml

from hanzo_iac import toolchain
from hanzo_iac.cli.deployment import PROGRAMS
from hanzo_iac.cli.engine import Engine
from hanzo_iac.cli.plan import planned_from
from hanzo_iac.errors import HanzoError
from hanzo_iac.localcloud import client
from hanzo_iac.plan.spec import Plan
from hanzo_iac.toolchain.store import toolchain_root

REPOSITORY = Path(__file__).parents[3]
LISTING_1 = REPOSITORY / "examples" / "my-rag-app" / "hanzo.yaml"

COUNTED = ("vpcs", "kubernetes/clusters", "databases", "registries", "tags", "projects")
"""What of an account is counted."""


@dataclass
class Site:
    """A folder with a cloud in it, and the engine that deploys to it."""

    cache: Path
    cloud: client.LocalCloud
    engine: Engine

    def plan(self, environment: str = "dev") -> Plan:
        """Listing 1 in this environment."""
        return planned_from(LISTING_1, environment)[1]

    def get(self, path: str) -> Any:
        """DigitalOcean's answer."""
        answer = requests.get(
            f"{self.cloud.api_url}/v2/{path}", headers={"authorization": f"Bearer {self.cloud.token}"}, timeout=30
        )
        answer.raise_for_status()
        return answer.json() if "json" in answer.headers["content-type"] else answer.text

    def account(self) -> dict[str, int]:
        """Path -> how many there are, without what every account has from the start."""
        found = {}
        for path in COUNTED:
            (listed,) = [value for value in self.get(f"{path}?per_page=200").values() if isinstance(value, list)]
            found[path] = sum(not _is_given(item) for item in listed)
        return found

    def names(self, path: str, key: str) -> list[str]:
        """Names of what the account lists under this path, sorted: a duplicate shows."""
        return sorted(item["name"] for item in self.get(f"{path}?per_page=200").get(key) or [])

    def kubernetes(self, path: str, environment: str = "dev") -> list[dict[str, Any]]:
        """The items of a list in the cluster of this environment."""
        (cluster,) = [
            cluster
            for cluster in self.get("kubernetes/clusters")["kubernetes_clusters"]
            if cluster["name"].endswith(environment)
        ]
        config = yaml.safe_load(self.get(f"kubernetes/clusters/{cluster['id']}/kubeconfig"))
        server, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        files = [
            self._file(f"{cluster['id']}-{name}", user.get(name) or server.get(name))
            for name in ("certificate-authority-data", "client-certificate-data", "client-key-data")
        ]
        answer = requests.get(server["server"] + path, verify=files[0], cert=(files[1], files[2]), timeout=30)
        answer.raise_for_status()
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    def _file(self, name: str, data: str) -> str:
        path = self.cache / "seen" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(base64.b64decode(data))
        return str(path)


def make_site(cache: Path, patch: pytest.MonkeyPatch) -> Site:
    """A cloud in this folder, and an engine; skips where the programs are not installed."""
    patch.setenv("HANZO_TOOLCHAIN", str(toolchain_root()))
    patch.setenv("HANZO_CACHE", str(cache))
    patch.setenv("NO_PROXY", "127.0.0.1")
    try:
        programs = toolchain.find(*PROGRAMS, "pulumi-language-python", *client.PROGRAMS)
    except HanzoError as error:
        pytest.skip(f"{error}; run `hanzo toolchain install`")
    cloud = client.start()
    return Site(cache, cloud, Engine(cache, programs, cloud))


def _is_given(item: dict[str, Any]) -> bool:
    """True for what DigitalOcean makes by itself: default networks and projects, and the tags of DOKS."""
    default = item.get("default") or item.get("is_default")
    return bool(default) or str(item.get("name")).startswith("k8s")


def kinds(names: list[tuple[str, str]] | tuple[tuple[str, str], ...]) -> Counter[str]:
    """Pulumi type -> how many; components, stacks and providers left out."""
    return Counter(kind for kind, _ in names if not kind.startswith(("hanzo:", "pulumi:")))


def processes_of(folder: Path) -> list[str]:
    """Command lines of processes that work in this folder, this one aside."""
    found = []
    for process in psutil.process_iter():
        try:
            words = [*process.cmdline(), *process.environ().values()]
        except psutil.Error:
            continue
        if process.pid != os.getpid() and any(str(folder) in word for word in words):
            found.append(" ".join(process.cmdline()))
    return found
