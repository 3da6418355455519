"""
A stack that a policy pack judges: the real engine and the real pack, with a cloud that only writes down what it is
asked to make. What DigitalOcean itself would answer is the business of other tests; here the question is what the
engine shows to the pack, what the pack says, and that nothing was made.
"""

# ruff: noqa: N802 (names are gRPC's)

from __future__ import annotations

import json
import subprocess
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

ROOT = Path(__file__).parents[3]

PROGRAM = """
import json
import pulumi
import pulumi_digitalocean as do

written = json.load(open("stack.json"))


children = None
if written["application"] is not None:
    application = pulumi.ComponentResource("hanzo:index:Application", "rag")
    children = pulumi.ResourceOptions(parent=application)
cluster = do.KubernetesCluster(
    "k8s", name="k8s", region="tor1", version="1.36.1-do.0", ha=False,
    node_pool={"name": "system", "size": "s-2vcpu-4gb", "node_count": 2}, opts=children,
)
do.KubernetesNodePool("gpu", name="gpu", cluster_id=cluster.id, **written["pool"], opts=children)
database = do.DatabaseCluster(
    "db", name="db", engine="pg", version="17", region="tor1", **written["database"], opts=children
)
if written["rules"] is not None:
    rules = [{"type": "k8s", "value": cluster.id}, *written["rules"]]
    do.DatabaseFirewall("wall", cluster_id=database.id, rules=rules, opts=children)
if written["application"] is not None:
    application.register_outputs(written["application"])
"""

# 48.00 for the system pool, 2 x 1,168.08 for the GPU pool, 2 x 60.90 for the database: 2,505.96 USD a month.
GOOD: Mapping[str, Any] = {
    "application": {
        "monthlyCostHighUsd": 2505.96,
        "monthlyCostLowUsd": 169.8,
        "costCeilingUsd": 3000,
        "maxGpuNodes": 2,
    },
    "pool": {"size": "gpu-l40sx1-48gb", "auto_scale": True, "min_nodes": 0, "max_nodes": 2},
    "database": {"size": "db-s-2vcpu-4gb", "node_count": 2},
    "rules": [],
}


class RecordingCloud(provider_pb2_grpc.ResourceProviderServicer):
    """A provider that makes whatever it is asked for, and remembers the types and names."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def Attach(self, request, context):
        return empty_pb2.Empty()

    def Handshake(self, request, context):
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True, accept_resources=True, accept_outputs=True)

    def GetPluginInfo(self, request, context):
        return plugin_pb2.PluginInfo(version="4.84.1")

    def GetSchema(self, request, context):
        return provider_pb2.GetSchemaResponse(schema="{}")

    def CheckConfig(self, request, context):
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request, context):
        return provider_pb2.DiffResponse()

    def Configure(self, request, context):
        return provider_pb2.ConfigureResponse(acceptSecrets=True, acceptResources=True, supportsPreview=True)

    def Check(self, request, context):
        return provider_pb2.CheckResponse(inputs=request.news)

    def Diff(self, request, context):
        changes = provider_pb2.DiffResponse.DIFF_NONE
        if request.old_inputs != request.news:
            changes = provider_pb2.DiffResponse.DIFF_SOME
        return provider_pb2.DiffResponse(changes=changes)

    def Create(self, request, context):
        if request.preview:
            return provider_pb2.CreateResponse(properties=request.properties)
        self.made.append(request.urn.rsplit("::", 2)[1].split("$")[-1])
        return provider_pb2.CreateResponse(id=f"id-{len(self.made)}", properties=request.properties)

    def Delete(self, request, context):
        return empty_pb2.Empty()

    def Cancel(self, request, context):
        return empty_pb2.Empty()


def verdict(done: subprocess.CompletedProcess[str]) -> str:
    """What the pack said, as the CLI prints it, without the path of the pack."""
    said = done.stdout.partition("Policies:\n")[2]
    lines = [line.rstrip() for line in said.replace(f" (local: {ROOT}/policy)", "").splitlines()]
    ends = [number for number, line in enumerate(lines) if line and not line.startswith("    ")]
    return textwrap.dedent("\n".join(lines[: ends[0] if ends else None])).strip()


@dataclass
class Project:
    """A Pulumi project on a state of its own, one stack `dev`."""

    folder: Path
    env: Mapping[str, str]
    cloud: RecordingCloud

    def write(self, **changed: Any) -> None:
        """The good stack with some of it changed."""
        (self.folder / "stack.json").write_text(json.dumps(GOOD | changed))

    def without_policy(self, *words: str) -> subprocess.CompletedProcess[str]:
        """What `pulumi` answers with no pack; it must succeed."""
        done = self.pulumi(*words, policy=None)
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    def pulumi(self, *words: str, policy: Path | None = ROOT / "policy") -> subprocess.CompletedProcess[str]:
        """What `pulumi` answers, readable, without colour."""
        pack = ["--policy-pack", str(policy)] if policy else []
        return subprocess.run(
            ["pulumi", *words, "--non-interactive", "--color", "never", *pack],
            cwd=self.folder, env=self.env, capture_output=True, text=True, timeout=240, check=False,
        )  # fmt: skip
