"""The cloud controller's steps, over an API server that only remembers what it was told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hanzo_iac.localcloud.backends import Pool, Taint
from hanzo_iac.localcloud.kubernetes import sqljobs
from hanzo_iac.localcloud.kubernetes.api import Refused
from hanzo_iac.localcloud.kubernetes.controller import Controller, Wanted
from hanzo_iac.localcloud.kubernetes.nodes import Fleet
from hanzo_iac.localcloud.kubernetes.sqljobs import Work

WANTED = Wanted(name="main", version="1.36.1-do.0", region="nyc3", pools=())


class Server:
    """Remembers every call. Nodes whose names start with `refused` are refused."""

    url = "https://127.0.0.1:1"

    def __init__(self):
        self.fails = []
        self.created = []
        self.merged = []

    def create(self, path, body):
        if body["metadata"]["name"].startswith("refused"):
            raise Refused(422, "invalid")
        self.created.append(body)

    def merge(self, path, body):
        if self.fails:
            raise Refused(500, self.fails.pop())
        self.merged.append((path, body))


class World:
    """A controller and what it is asked for; its copies of the API server's objects are what a test puts there."""

    def __init__(self, folder, *pools):
        self.server = Server()
        self.fleet = Fleet(folder / "nodes.json")
        self.wanted = replace(WANTED, pools=pools)
        self.controller = Controller(self.server, self.fleet, lambda: self.wanted, boot_s=0.0, idle_s=60.0)
        for mirror in self.controller.mirrors.values():
            mirror.listed.set()

    def put(self, kind, *items):
        for item in items:
            self.controller.mirrors[kind]._take("ADDED", item)

    def step(self):
        return self.controller._step()


def _pool(name="cpu", **words):
    words = {"size": "s-2vcpu-4gb", "count": 1, "auto_scale": False, "min_nodes": 0, "max_nodes": 0} | words
    return Pool(pool_id=f"id-{name}", name=name, **words)


def _waiting():
    resources = {"limits": {"nvidia.com/gpu": "1"}}
    tolerations = [{"key": "nvidia.com/gpu", "operator": "Exists"}]
    reason = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}
    return {
        "metadata": {"name": "infer", "namespace": "app", "uid": "u1"},
        "spec": {"containers": [{"name": "main", "resources": resources}], "tolerations": tolerations},
        "status": {"phase": "Pending", "conditions": [reason]},
    }


def test_a_node_that_is_refused_keeps_nothing_else_from_being_done_and_is_told(tmp_path):
    gpu = _pool("gpu", size="gpu-l40sx1-48gb", count=0, auto_scale=True, max_nodes=2)
    world = World(tmp_path, _pool("refused"), _pool("cpu"), gpu)
    world.put("Pod", _waiting())

    with pytest.raises(Refused, match="422 invalid"):
        world.step()

    (cpu,) = world.fleet.nodes("id-cpu")
    assert [node["metadata"]["name"] for node in world.server.created] == [cpu.name]
    assert len(world.fleet.nodes("id-gpu")) == 1


def test_a_renamed_pool_and_an_upgrade_reach_the_nodes_that_are_there(tmp_path):
    taint = Taint(key="only", value="web", effect="NoSchedule")
    world = World(tmp_path, _pool(labels={"tier": "web", "old": "1"}, taints=(taint,)))
    world.step()
    (node,) = world.server.created
    node["spec"]["taints"].append({"key": "somebody.else/s", "effect": "NoExecute"})
    world.put("Node", node)
    world.step()
    assert world.server.merged == []

    renamed = replace(_pool("web", labels={"tier": "web"}), pool_id="id-cpu")
    world.wanted = replace(WANTED, version="1.36.2-do.0", pools=(renamed,))
    world.step()

    path = f"/api/v1/nodes/{node['metadata']['name']}"
    (status_path, status), (node_path, change) = world.server.merged
    assert (status_path, status["status"]["nodeInfo"]["kubeletVersion"]) == (f"{path}/status", "v1.36.2")
    labels = change["metadata"]["labels"]
    assert node_path == path
    assert (labels["doks.digitalocean.com/node-pool"], labels["doks.digitalocean.com/version"], labels["old"]) == (
        "web",
        "1.36.2-do.0",
        None,
    )
    assert change["spec"]["taints"] == [{"key": "somebody.else/s", "effect": "NoExecute"}]
    assert change["metadata"]["annotations"]["local.hanzo.ai/given"] == "1.36.2-do.0,web;tier=web;"


SQL_POD = {"metadata": {"name": "setup", "namespace": "app", "uid": "u2"}, "status": {"phase": "Running"}}


def _told(world):
    ((path, body),) = world.server.merged
    assert path == "/api/v1/namespaces/app/pods/setup/status"
    return body["status"]["phase"], body["status"]["message"]


def test_sql_that_was_executed_is_not_executed_again_when_telling_it_failed(tmp_path, monkeypatch):
    executed = []
    monkeypatch.setattr(sqljobs, "work_of", lambda pod, read: Work(url="postgres://db/app", statements=("SELECT 1",)))
    monkeypatch.setattr(sqljobs, "execute", lambda work: executed.append(work) or "executed 1 statements")
    world = World(tmp_path)
    world.server.fails = ["not now"]

    world.controller._execute(SQL_POD)
    assert world.server.merged == []
    world.controller._execute(SQL_POD)

    assert _told(world) == ("Succeeded", "executed 1 statements")
    assert len(executed) == 1


@pytest.mark.parametrize("url", ["postgres//doadmin:top-secret@127.0.0.1/app", "postgres://doadmin:top-secret@[/app"])
def test_a_password_is_told_nowhere(tmp_path, monkeypatch, caplog, url):
    caplog.set_level("INFO")
    work = Work(url=url, statements=("SELECT 1",))
    monkeypatch.setattr(sqljobs, "work_of", lambda pod, read: work)
    world = World(tmp_path)

    world.controller._execute(SQL_POD)

    phase, message = _told(world)
    assert phase == "Failed"
    assert message.startswith("ProgrammingError: ")
    assert "top-secret" not in message + caplog.text
