"""The provider under the real engine with the unmodified SDK: a stack's whole life."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from provider_project import COMPLETE, RESOURCES, census

pytestmark = pytest.mark.engine


def test_a_stacks_whole_life(project):
    assert {step["op"] for step in project.preview()} == {"create"}
    assert census(project.cloud)["vpcs"] == []

    assert project.up() == {"create": RESOURCES + 1}
    assert census(project.cloud) == COMPLETE
    assert project.up() == {"same": RESOURCES + 1}

    project.good("refresh", "--yes", "--skip-preview")
    assert project.preview() == []

    outputs = project.outputs("--show-secrets")
    assert outputs["size"] == "s-2vcpu-4gb"
    assert outputs["zone"].startswith("do:vpc:")
    assert outputs["db-host"] == "127.0.0.1"
    assert "current-context: do-nyc2-rag" in outputs["kubeconfig"]
    assert all(version.startswith("1.36.") for version in outputs["versions"])
    assert outputs["ca"] == "-----BEGIN"
    hidden = project.outputs()
    assert {name for name, value in hidden.items() if value == "[secret]"} == {
        "db-password",
        "kubeconfig",
        "vectors-password",
    }
    assert_no_secret_in_state(project, outputs)

    assert [(step["op"], step["urn"].rsplit("::", 1)[1]) for step in project.preview(GROWN="1")] == [("update", "gpu")]
    assert project.up(GROWN="1") == {"same": RESOURCES, "update": 1}

    replaced = project.preview(GROWN="1", SIZE="s-4vcpu-8gb")
    steps = {step["urn"].rsplit("::", 1)[1]: step for step in replaced if step["op"] == "replace"}
    assert sorted(steps) == ["cluster", "gpu"]
    reason = {path: one["kind"] for path, one in steps["cluster"]["detailedDiff"].items()}
    assert reason == {"nodePool.size": "update-replace"}

    project.good("destroy", "--yes", "--skip-preview")
    assert {kind: names for kind, names in census(project.cloud).items() if names} == {}


def assert_no_secret_in_state(project, outputs):
    """No password, key or token stands in the state in plain text."""
    folder = Path(project.env["PULUMI_BACKEND_URL"].removeprefix("file://").partition("?")[0])
    [state] = folder.glob(".pulumi/stacks/rag/dev.json")
    text = state.read_text()
    for name in ("db-password", "vectors-password"):
        assert outputs[name] not in text
    tables = project.cloud.state.dump()["tables"]
    for database in tables["databases"].values():
        for user in database["users"].values():
            assert user["password"] not in text
    assert project.env["DIGITALOCEAN_TOKEN"] not in text


def test_all_faults_of_a_program_are_told_before_anything_is_made(project):
    program = (project.folder / "__main__.py").read_text()
    bad = program.replace('ip_range="10.10.0.0/16"', 'ip_range="10.10.0.0/99"')
    (project.folder / "__main__.py").write_text(bad)
    refused = project.command("up", "--yes")
    assert refused.returncode != 0
    said = refused.stdout + refused.stderr
    assert "VPC: ipRange: '10.10.0.0/99' is not an address range such as 10.10.0.0/16" in said
    assert "Traceback" not in said
    assert census(project.cloud)["vpcs"] == []


def test_what_exists_is_imported(project):
    network = project.asked("/v2/vpcs", {"name": "rag", "region": "nyc2", "ip_range": "10.10.0.0/16"})["vpc"]
    wanted = {"name": "db", "engine": "pg", "version": "17", "size": "db-s-1vcpu-2gb", "region": "nyc2", "num_nodes": 1}
    wanted |= {"private_network_uuid": network["id"], "tags": ["rag", "hanzo"]}
    database = project.asked("/v2/databases", wanted)["database"]["id"]
    project.asked(f"/v2/databases/{database}/dbs", {"name": "app"})
    found = [
        ("vpc:Vpc", "net", network["id"]),
        ("databaseDb:DatabaseDb", "app", f"{database},app"),
        ("databaseCluster:DatabaseCluster", "db", database),
    ]
    listed = [{"type": f"digitalocean:index/{kind}", "name": name, "id": given} for kind, name, given in found]
    (project.folder / "found.json").write_text(json.dumps({"resources": listed}))
    project.good("import", "--file", "found.json", "--yes", "--generate-code=false", "--protect=false")
    exported = json.loads(project.good("stack", "export"))["deployment"]["resources"]
    made = {
        one["urn"].rsplit("::", 1)[1]: one for one in exported if one.get("custom") and "providers" not in one["type"]
    }
    assert made["net"]["inputs"] == {"name": "rag", "region": "nyc2", "ipRange": "10.10.0.0/16"}
    assert made["app"]["id"] == f"{database}/database/app"
    assert made["db"]["inputs"]["tags"] == ["hanzo", "rag"]


def plugin(env=None):
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "hanzo_iac.localcloud.provider", "--logtostderr", "127.0.0.1:1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, **(env or {})},
    )
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], 60)
    assert ready, "the plugin did not print its port"
    assert 0 < int(process.stdout.readline()) < 65536
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_plugin_ends_silently_when_told(number):
    process = plugin()
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (0, "", "")


ENGINE_THAT_DIES = """
import subprocess, sys
command = [sys.executable, "-u", "-m", "hanzo_iac.localcloud.provider"]
plugin = subprocess.Popen(command, stdout=subprocess.PIPE)
plugin.stdout.readline()
print(plugin.pid, flush=True)
"""


def test_the_plugin_ends_when_its_engine_is_gone():
    engine = subprocess.run([sys.executable, "-c", ENGINE_THAT_DIES], capture_output=True, text=True, check=True)
    try:
        psutil.Process(int(engine.stdout)).wait(timeout=60)
    except psutil.NoSuchProcess:
        return  # already gone
