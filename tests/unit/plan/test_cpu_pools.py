from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_cases import faults, planned

from hanzo_iac.catalogue import Catalogue
from hanzo_iac.errors import Fault
from hanzo_iac.plan.cpu_pools import nodes_needed

NODE = Catalogue.shipped().size("s-4vcpu-8gb")
"""3600m and 6249 MiB are offered to pods."""

FAST = {"engine": "cpu", "size": "c-4", "nodes": {"min": 1, "max": 1}}

PACKED = [
    ("no pod, no node", [], 0),
    ("no replica, no node", [(250, 512, 0)], 0),
    ("one pod", [(250, 512, 1)], 1),
    ("a full node by memory", [(250, 512, 12)], 1),
    ("one more", [(250, 512, 13)], 2),
    ("a full node by CPU", [(1200, 100, 3)], 1),
    ("one more by CPU", [(1200, 100, 4)], 2),
    ("the rest of a node is used by the next", [(1200, 100, 2), (600, 100, 2)], 1),
    ("a pod that fills a node", [(3600, 100, 3)], 3),
    ("a large pod after small ones opens a node", [(250, 512, 1), (3600, 100, 1)], 2),
]


@pytest.mark.parametrize(("asked", "nodes"), [row[1:] for row in PACKED], ids=[row[0] for row in PACKED])
def test_pods_are_packed_one_after_another(asked, nodes):
    assert nodes_needed(asked, NODE) == nodes


PODS = st.lists(st.tuples(st.integers(1, 3600), st.integers(1, 6249), st.integers(0, 40)), min_size=1, max_size=6)


@given(pods=PODS, place=st.integers(0, 5), more=st.integers(1, 10))
def test_more_replicas_never_need_fewer_nodes(pods, place, more):
    index = place % len(pods)
    cpu, memory, number = pods[index]
    grown = [*pods[:index], (cpu, memory, number + more), *pods[index + 1 :]]
    assert nodes_needed(grown, NODE) >= nodes_needed(pods, NODE)


@given(pods=PODS)
def test_the_nodes_have_room_for_all_pods(pods):
    nodes = nodes_needed(pods, NODE)
    assert sum(cpu * number for cpu, _, number in pods) <= nodes * NODE.offered_cpu_m
    assert sum(memory * number for _, memory, number in pods) <= nodes * NODE.offered_mib


def test_services_without_gpus_share_a_pool_of_the_cheapest_size_that_holds_the_largest_pod():
    plan = planned(
        {
            "services/web/replicas": {"min": 2, "max": 6},
            "services/mail": {"image": "ghcr.io/acme/mail:1.0", "kind": "worker", "cpu": "1500m", "memory": "2GB"},
        }
    )
    pool = plan.cpu_pools["shared"]
    assert (pool.name, pool.size, pool.min_nodes, pool.max_nodes) == (
        "shop-test-shared-s-2vcpu-4gb",
        "s-2vcpu-4gb",
        2,
        3,
    )
    assert [(service.pool, service.node_selector) for service in plan.services.values()] == [
        ("shared", {"hanzo.ai/pool": "shared"}),
        ("shared", {"hanzo.ai/pool": "shared"}),
    ]


def test_a_service_with_a_gpu_has_a_pool_of_its_own_whatever_it_is_called():
    plan = planned({"services/cpu": {"image": "ghcr.io/acme/odd:1.0", "kind": "worker", "gpu": "l40s"}})
    assert (list(plan.cpu_pools), list(plan.gpu_pools)) == (["shared"], ["cpu"])
    assert (plan.services["web"].pool, plan.services["cpu"].pool) == ("shared", "cpu")


def test_at_least_the_nodes_that_its_services_need_are_paid_for():
    small = {"engine": "cpu", "size": "s-1vcpu-2gb", "nodes": {"min": 0, "max": 5}}
    plan = planned(
        {"services/web/pool": "small", "services/web/cpu": "500m", "services/web/replicas": 4, "resources/small": small}
    )
    (line,) = plan.cpu_pools["small"].cost
    assert (plan.cpu_pools["small"].min_nodes, line.quantity_low, line.quantity_high) == (0, 4, 5)


def test_a_written_pool_has_the_nodes_that_are_written():
    plan = planned(
        {
            "services/web/pool": "fast",
            "resources/fast": {"engine": "cpu", "size": "c-4", "nodes": {"min": 2, "max": 5}},
        }
    )
    pool = plan.cpu_pools["fast"]
    assert list(plan.cpu_pools) == ["fast"]
    assert (pool.size, pool.min_nodes, pool.max_nodes, str(pool.cost[0].unit_usd)) == ("c-4", 2, 5, "84")


REFUSED = [
    ({"services/web/cpu": 64},
     Fault("services/web", "no node offers 64000m CPU and 512MB to one pod", "ask for less and run more replicas")),
    ({"services/web/pool": "fast", "services/web/cpu": 4, "resources/fast": FAST},
     Fault("services/web/cpu", "4000m is more than c-4 offers, 3600m",
           "a node of c-4 offers 3600m CPU and 6249MB to pods")),
    ({"services/web/pool": "fast", "services/web/replicas": {"min": 1, "max": 13}, "resources/fast": FAST},
     Fault("resources/fast/nodes/max", "its services need 2 nodes at most replicas, it may have 1", "write max: 2")),
    ({"resources/fast": {**FAST, "size": "gpu-h100x1-80gb"}},
     Fault("resources/fast/size", "gpu-h100x1-80gb has GPUs", "write engine: gpu for a GPU pool")),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "fault"), REFUSED)
def test_a_place_that_is_not_there_is_refused(changes, fault):
    assert faults(changes) == (fault,)
