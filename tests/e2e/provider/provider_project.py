"""A Pulumi project on the real engine, with the unmodified SDK, against an emulated account on loopback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from hanzo_iac.localcloud.digitalocean import Cloud

# The DigitalOcean resources of the paper's Listing 1.
PROGRAM = """
import os
import pulumi
import pulumi_digitalocean as do

grown = os.environ.get("GROWN") == "1"
tags = ["hanzo", "rag"]
net = do.Vpc("net", name="rag", region="nyc2", ip_range="10.10.0.0/16")
cluster = do.KubernetesCluster(
    "cluster",
    name="rag",
    region="nyc2",
    version="1.36.1-do.0",
    vpc_uuid=net.id,
    tags=tags,
    node_pool={"name": "system", "size": os.environ.get("SIZE", "s-2vcpu-4gb"), "node_count": 2},
)
gpu = do.KubernetesNodePool(
    "gpu",
    name="rag-gpu",
    cluster_id=cluster.id,
    size="gpu-l40sx1-48gb",
    auto_scale=True,
    min_nodes=0,
    max_nodes=8 if grown else 4,
    tags=tags,
)
for name, engine, version in (("db", "pg", "17"), ("vectors", "pg", "17"), ("cache", "valkey", "8")):
    database = do.DatabaseCluster(
        name,
        name=f"rag-{name}",
        engine=engine,
        version=version,
        size="db-s-1vcpu-2gb",
        region="nyc2",
        node_count=1,
        private_network_uuid=net.id,
        tags=tags,
    )
    do.DatabaseFirewall(f"{name}-wall", cluster_id=database.id, rules=[{"type": "k8s", "value": cluster.id}])
    if engine == "pg":
        do.DatabaseDb(f"{name}-app", cluster_id=database.id, name="app")
        user = do.DatabaseUser(f"{name}-user", cluster_id=database.id, name="app")
        pulumi.export(f"{name}-password", user.password)
    pulumi.export(f"{name}-host", database.private_host)
registry = do.ContainerRegistry("registry", name="rag-images", subscription_tier_slug="basic")
project = do.Project("project", name="my-rag-app", environment="Production")
do.ProjectResources("members", project=project.id, resources=[cluster.cluster_urn])
pulumi.export("kubeconfig", cluster.kube_configs[0].raw_config)
pulumi.export("zone", net.vpc_urn)
pulumi.export("size", cluster.node_pool.size)
pulumi.export("versions", do.get_kubernetes_versions(version_prefix="1.36.").valid_versions)
pulumi.export("ca", do.get_database_ca_output(cluster_id=database.id).certificate.apply(lambda text: text[:10]))
"""

RESOURCES = 16
"""How many resources the program has, without the stack itself."""

COMPLETE = {
    "vpcs": ["rag"],
    "clusters": ["rag"],
    "pools": ["rag-gpu", "system"],
    "databases": ["rag-cache", "rag-db", "rag-vectors"],
    "users": ["rag-cache/default", "rag-db/app", "rag-db/doadmin", "rag-vectors/app", "rag-vectors/doadmin"],
    "registries": ["rag-images"],
    "projects": ["my-rag-app"],
}


def census(cloud: Cloud) -> dict[str, list[str]]:
    """Everything in the account that somebody made; what is there twice stands there twice."""
    tables = cloud.state.dump()["tables"]
    clusters, databases = tables.get("clusters", {}).values(), tables.get("databases", {}).values()
    return {
        "vpcs": sorted(one["name"] for one in tables.get("vpcs", {}).values() if not one["default"]),
        "clusters": sorted(one["name"] for one in clusters),
        "pools": sorted(pool["name"] for one in clusters for pool in one["node_pools"]),
        "databases": sorted(one["name"] for one in databases),
        "users": sorted(f"{one['name']}/{user}" for one in databases for user in one["users"]),
        "registries": sorted(one["name"] for one in tables.get("registries", {}).values()),
        "projects": sorted(one["name"] for one in tables.get("projects", {}).values() if not one["is_default"]),
    }


@dataclass
class Project:
    """One stack, `dev`."""

    folder: Path
    env: dict[str, str]
    cloud: Cloud

    def command(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        """What the CLI says to these words."""
        return subprocess.run(
            ["pulumi", *words, "--non-interactive", "--color", "never"],
            cwd=self.folder,
            env={**self.env, **env},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    def good(self, *words: str, **env: str) -> str:
        """The same, which must succeed; stdout."""
        done = self.command(*words, **env)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def up(self, **env: str) -> dict[str, int]:
        """Bring the stack up; what was done to how many resources."""
        return self.summary(self.good("up", "--yes", "--skip-preview", "--json", **env))

    @staticmethod
    def summary(said: str) -> dict[str, int]:
        """The summary of a run: operation -> resources."""
        for line in reversed(said.splitlines()):
            event = json.loads(line) if line.startswith("{") else {}
            if "summaryEvent" in event:
                changes: dict[str, int] = event["summaryEvent"]["resourceChanges"]
                return changes
        raise AssertionError(said)

    def preview(self, **env: str) -> list[dict[str, Any]]:
        """The steps of a preview that change something."""
        steps = json.loads(self.good("preview", "--json", **env))["steps"]
        return [step for step in steps if step["op"] != "same"]

    def asked(self, path: str, body: dict[str, Any]) -> Any:
        """What the account answers to a POST of somebody else's."""
        headers = {"Authorization": "Bearer somebody"}
        answer = requests.post(self.env["DIGITALOCEAN_API_URL"] + path, json=body, headers=headers, timeout=60)
        assert answer.ok, answer.text
        return answer.json()

    def outputs(self, *words: str) -> dict[str, Any]:
        """The stack's outputs."""
        said: dict[str, Any] = json.loads(self.good("stack", "output", "--json", *words))
        return said


def environment(folder: Path, programs: Path, home: Path, api: str) -> dict[str, str]:
    """The environment of an engine that knows only this project's state and this account."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PULUMI_", "DIGITALOCEAN_"))}
    return kept | {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PULUMI_HOME": str(home),
        # Without the option a kill can leave the stack unreadable: see BACKEND_OPTIONS in hanzo_iac/cli/engine.py.
        "PULUMI_BACKEND_URL": f"file://{folder}/state?metadata=skip",
        "PULUMI_CONFIG_PASSPHRASE": "test",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_DISABLE_REGISTRY_RESOLVE": "true",
        "DIGITALOCEAN_API_URL": api,
        "DIGITALOCEAN_TOKEN": "dop_v1_local",
        "HANZO_DO_POLL_SECONDS": "0.05",
    }


def write(folder: Path) -> None:
    """The project's files."""
    (folder / "Pulumi.yaml").write_text(
        f"name: rag\nruntime: {{name: python, options: {{virtualenv: {sys.prefix}}}}}\n"
    )
    (folder / "__main__.py").write_text(PROGRAM)
