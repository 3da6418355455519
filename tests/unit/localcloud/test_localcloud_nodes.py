from __future__ import annotations

import pytest

from hanzo_iac.localcloud.backends import Pool, Taint
from hanzo_iac.localcloud.kubernetes.nodes import Fleet, Ordered, render

NODE = Ordered(node_id="5a4f1a67-6f7a-4a86-a8d1-8c1a4f3f4c6e", name="gpu-abcde", pool_id="p1", at_s=0.0)


def _pool(pool_id="p1", **words):
    words = {"name": "gpu", "size": "gpu-h100x8-640gb", "count": 2} | words
    words = {"auto_scale": False, "min_nodes": 0, "max_nodes": 0} | words
    return Pool(pool_id=pool_id, **words)


def _auto(**words):
    return _pool(**({"auto_scale": True, "count": 0, "min_nodes": 0, "max_nodes": 3} | words))


def _names(fleet, pool_id="p1"):
    return [node.name for node in fleet.nodes(pool_id)]


@pytest.fixture
def fleet(tmp_path):
    return Fleet(tmp_path / "nodes.json")


def test_a_pool_gets_as_many_nodes_as_asked(fleet):
    fleet.settle([_pool()])
    assert len(_names(fleet)) == 2
    assert all(name.startswith("gpu-") for name in _names(fleet))


def test_settling_again_changes_nothing(fleet, tmp_path):
    fleet.settle([_pool()])
    before = fleet.nodes()
    fleet.settle([_pool()])
    assert fleet.nodes() == before
    assert Fleet(tmp_path / "nodes.json").nodes() == before


def test_the_newest_nodes_go_first(fleet):
    fleet.settle([_pool(count=3)])
    first = _names(fleet)[0]
    fleet.settle([_pool(count=1)])
    assert _names(fleet) == [first]


def test_a_pool_that_is_gone_has_no_nodes(fleet):
    fleet.settle([_pool(), _pool("p2", name="cpu")])
    fleet.settle([_pool("p2", name="cpu")])
    assert (len(_names(fleet, "p1")), len(_names(fleet, "p2"))) == (0, 2)


def test_a_node_that_was_deleted_is_replaced_by_another(fleet):
    fleet.settle([_pool()])
    gone, stays = fleet.nodes()
    fleet.settle([_pool(without=(gone.node_id,))])
    assert gone not in fleet.nodes()
    assert stays in fleet.nodes()
    assert len(fleet.nodes()) == 2


def test_an_auto_scaled_pool_orders_none_for_a_node_that_was_deleted_without_replacement(fleet, tmp_path):
    fleet.settle([_auto(count=3)])
    gone, *stay = fleet.nodes()
    less = _auto(without=(gone.node_id,), unreplaced=(gone.node_id,))
    for one in (fleet, fleet, Fleet(tmp_path / "nodes.json")):
        one.settle([less])
        assert one.nodes() == stay
    fleet.settle([_auto(without=(gone.node_id,), unreplaced=(gone.node_id,), min_nodes=3)])
    assert len(fleet.nodes()) == 3


def test_an_auto_scaled_pool_starts_within_its_bounds(fleet):
    fleet.settle([_auto(count=9)])
    assert len(_names(fleet)) == 3


def test_an_auto_scaled_pools_count_is_its_own(fleet, tmp_path):
    pool = _auto()
    fleet.settle([pool])
    fleet.scale(pool, to=2)
    fleet.settle([pool])
    names = _names(fleet)
    again = Fleet(tmp_path / "nodes.json")
    again.settle([pool])
    assert len(names) == 2
    assert _names(again) == names


def test_scaling_down_takes_the_named_nodes(fleet):
    pool = _auto(count=3)
    fleet.settle([pool])
    first, second, third = _names(fleet)
    fleet.scale(pool, to=2, without=[second])
    fleet.settle([pool])
    assert _names(fleet) == [first, third]


def test_what_was_scaled_down_stays_away_when_the_supervisor_is_killed(fleet, tmp_path):
    pool = _auto(count=3)
    fleet.settle([pool])
    first, second, third = _names(fleet)
    fleet.scale(pool, to=1, without=[first, third])
    again = Fleet(tmp_path / "nodes.json")
    again.settle([pool])
    assert _names(again) == [second]


def test_scaling_stays_within_the_bounds(fleet):
    pool = _auto(min_nodes=1)
    fleet.settle([pool])
    fleet.scale(pool, to=9)
    fleet.settle([pool])
    assert len(_names(fleet)) == 3
    fleet.scale(pool, to=0)
    fleet.settle([pool])
    assert len(_names(fleet)) == 1


def test_a_pool_that_starts_to_scale_itself_keeps_its_nodes(fleet):
    fleet.settle([_pool(count=2)])
    before = _names(fleet)
    fleet.settle([_auto()])
    assert _names(fleet) == before


def test_a_gpu_node_looks_as_on_doks():
    pool = _pool(labels={"tier": "llm"}, taints=(Taint(key="only", value="llm", effect="NoExecute"),))
    node = render(NODE, pool, version="1.36.1-do.0", region="tor1")
    assert node["metadata"]["labels"] == {
        "beta.kubernetes.io/arch": "amd64",
        "beta.kubernetes.io/instance-type": "gpu-h100x8-640gb",
        "beta.kubernetes.io/os": "linux",
        "doks.digitalocean.com/gpu-brand": "nvidia",
        "doks.digitalocean.com/gpu-model": "h100",
        "doks.digitalocean.com/managed": "true",
        "doks.digitalocean.com/node-id": "5a4f1a67-6f7a-4a86-a8d1-8c1a4f3f4c6e",
        "doks.digitalocean.com/node-pool": "gpu",
        "doks.digitalocean.com/node-pool-id": "p1",
        "doks.digitalocean.com/version": "1.36.1-do.0",
        "failure-domain.beta.kubernetes.io/region": "tor1",
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": "gpu-abcde",
        "kubernetes.io/os": "linux",
        "node.kubernetes.io/instance-type": "gpu-h100x8-640gb",
        "region": "tor1",
        "tier": "llm",
        "topology.kubernetes.io/region": "tor1",
    }
    assert node["spec"]["taints"] == [
        {"key": "only", "value": "llm", "effect": "NoExecute"},
        {"key": "nvidia.com/gpu", "effect": "NoSchedule"},
    ]
    assert node["metadata"]["annotations"]["kwok.x-k8s.io/node"] == "fake"
    assert node["status"]["capacity"] == {
        "cpu": "160",
        "memory": "1966080Mi",
        "ephemeral-storage": "50Gi",
        "pods": "110",
        "hugepages-2Mi": "0",
        "hugepages-1Gi": "0",
        "nvidia.com/gpu": "8",
    }
    assert node["status"]["nodeInfo"]["kubeletVersion"] == "v1.36.1"


def test_an_amd_node_has_amds_taint_and_resource():
    node = render(NODE, _pool(size="gpu-mi300x1-192gb"), version="1.36.1-do.0", region="")
    assert node["spec"]["taints"] == [{"key": "amd.com/gpu", "effect": "NoSchedule"}]
    assert node["status"]["allocatable"]["amd.com/gpu"] == "1"
    assert node["metadata"]["labels"]["doks.digitalocean.com/gpu-model"] == "mi300x"


def test_a_node_without_gpus_has_no_taint():
    node = render(NODE, _pool(size="s-2vcpu-4gb"), version="1.36.1-do.0", region="")
    assert node["spec"]["taints"] == []
    assert node["status"]["allocatable"]["cpu"] == "1600m"
