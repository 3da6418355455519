"""The three stacks of Listing 1 on one cloud, and the ways to look at them."""

from __future__ import annotations

import base64
import json
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from hanzo_iac.localcloud.client import LocalCloud, find

ROOT = Path(__file__).parents[3]
LISTING_1 = ROOT / "examples" / "my-rag-app" / "hanzo.yaml"
ENVIRONMENTS = ("dev", "staging", "prod")


@dataclass(frozen=True)
class Listing1:
    """The three stacks on their cloud."""

    cache: Path
    toolchain: Path
    said: Mapping[str, str]
    """Environment -> what its first `up` printed to stdout."""

    @property
    def variables(self) -> dict[str, str]:
        """The environment of every command."""
        return {**os.environ, "HANZO_CACHE": str(self.cache), "HANZO_TOOLCHAIN": str(self.toolchain), "NO_COLOR": "1"}

    def hanzo(self, *words: str) -> subprocess.CompletedProcess[str]:
        """One `hanzo` command, run to its end."""
        return self._run([sys.executable, "-m", "hanzo_iac.cli", *words], self.variables)

    def pulumi(self, *words: str) -> subprocess.CompletedProcess[str]:
        """One plain `pulumi` command in a copy of the repository, under what `hanzo local env` prints."""
        variables = {**self.variables, **json.loads(self.hanzo("local", "env", "--json").stdout)}
        return self._run(["pulumi", *words, "--non-interactive"], variables, self._repository())

    def _repository(self) -> Path:
        # A copy, because Pulumi writes into the files of the stacks.
        copy = self.cache.with_name("repository")
        if not copy.exists():
            for folder in ("stacks", "policy", "examples"):
                shutil.copytree(ROOT / folder, copy / folder)
            shutil.copy(ROOT / "Pulumi.yaml", copy)
            (copy / ".venv").symlink_to(sys.prefix)
        return copy

    def resources(self, environment: str) -> list[dict[str, Any]]:
        """What the engine registered, from its own export of the stack."""
        exported = self.pulumi("stack", "export", "--stack", environment)
        registered: list[dict[str, Any]] = json.loads(exported.stdout)["deployment"]["resources"]
        return registered

    def cloud(self) -> LocalCloud:
        """The cloud, which must run."""
        os.environ["HANZO_CACHE"] = str(self.cache)
        cloud = find()
        assert cloud is not None
        return cloud

    def account(self, path: str) -> dict[str, Any]:
        """One GET of the emulated API."""
        cloud = self.cloud()
        answer = requests.get(cloud.api_url + path, headers={"Authorization": f"Bearer {cloud.token}"}, timeout=30)
        answer.raise_for_status()
        body: dict[str, Any] = answer.json()
        return body

    def objects(self, environment: str, path: str) -> list[dict[str, Any]]:
        """The items of a collection, from the API server of that environment's cluster."""
        (cluster,) = (
            one
            for one in self.account("/v2/kubernetes/clusters")["kubernetes_clusters"]
            if one["name"] == f"my-rag-app-{environment}"
        )
        return read_api_server(self.account(f"/v2/kubernetes/clusters/{cluster['id']}/credentials"), path)

    def _run(
        self, command: list[str], variables: Mapping[str, str], folder: Path = ROOT
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            command, cwd=folder, env=dict(variables), capture_output=True, text=True, check=False, timeout=600
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done


def read_api_server(credentials: Mapping[str, str], path: str) -> list[dict[str, Any]]:
    """The items of a collection, read with the client certificate DigitalOcean's API gave."""
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        for name in ("certificate_authority_data", "client_certificate_data", "client_key_data"):
            files[name] = Path(folder) / name
            files[name].write_bytes(base64.b64decode(credentials[name]))
        context = ssl.create_default_context(cafile=str(files["certificate_authority_data"]))
        context.load_cert_chain(files["client_certificate_data"], files["client_key_data"])
        with urllib.request.urlopen(credentials["server"] + path, context=context, timeout=30) as answer:
            items: list[dict[str, Any]] = json.load(answer)["items"]
    return items
