from __future__ import annotations

import pytest
from plan_cases import faults, planned

from hanzo_iac.errors import Fault
from hanzo_iac.plan.spec import Notice

NODES = [
    ("one GPU a replica", {"gpu": "h100", "replicas": {"min": 1, "max": 5}}, ("gpu-h100x1-80gb", 1, 5)),
    ("no replica at least", {"gpu": "h100", "replicas": {"min": 0, "max": 3}}, ("gpu-h100x1-80gb", 0, 3)),
    ("two GPUs: four replicas share a node", {"gpu": "h100", "gpus": 2, "replicas": {"min": 1, "max": 5}},
     ("gpu-h100x8-640gb", 1, 2)),
    ("three GPUs: two replicas share a node", {"gpu": "h100", "gpus": 3, "replicas": {"min": 1, "max": 5}},
     ("gpu-h100x8-640gb", 1, 3)),
    ("five GPUs: a node each", {"gpu": "mi300x", "gpus": 5, "replicas": {"min": 2, "max": 2}},
     ("gpu-mi300x8-1536gb", 2, 2)),
    ("eight GPUs: a node each", {"gpu": "h200", "gpus": 8, "replicas": {"min": 1, "max": 2}},
     ("gpu-h200x8-1128gb", 1, 2)),
]  # fmt: skip


@pytest.mark.parametrize(("service", "expected"), [row[1:] for row in NODES], ids=[row[0] for row in NODES])
def test_a_replica_never_spans_two_nodes(service, expected):
    pool = planned({f"services/web/{key}": value for key, value in service.items()}).gpu_pools["web"]
    assert (pool.size, pool.cost[0].quantity_low, pool.cost[0].quantity_high) == expected
    assert (pool.min_nodes, pool.max_nodes) == (0, expected[2])


def test_a_pool_selects_by_brand_and_by_its_own_label():
    plan = planned({"services/web/gpu": "mi300x"})
    pool, web = plan.gpu_pools["web"], plan.services["web"]
    assert (pool.brand, pool.labels, pool.taints) == ("amd", {"hanzo.ai/pool": "web"}, ())
    assert web.node_selector == {"doks.digitalocean.com/gpu-brand": "amd", "hanzo.ai/pool": "web"}
    assert web.toleration_keys == ("amd.com/gpu",)
    assert (web.pool, web.resources.gpu_resource, web.resources.gpus) == ("web", "amd.com/gpu", 1)


def test_a_gpu_that_is_not_sold_is_replaced_and_said():
    plan = planned({"services/web/gpu": "a10g"})
    assert plan.gpu_pools["web"].gpu == "l40s"
    assert plan.notices == (
        Notice(
            where="services/web/gpu",
            what="NVIDIA A10G is not sold on DigitalOcean Kubernetes; NVIDIA L40S is taken, "
            "the smallest NVIDIA GPU sold with at least 24 GB (48 GB)",
            hint="write gpu: l40s to say so yourself",
        ),
    )


def test_the_first_gpu_of_a_list_that_is_sold_is_taken():
    plan = planned({"services/web/gpu": ["a100", "h200", "h100"]}, {"region": "atl1"})
    assert plan.gpu_pools["web"].gpu == "h200"
    assert [notice.what for notice in plan.notices] == ["of 3 GPUs only h200 is used by this version"]


def test_of_a_list_one_that_is_offered_in_the_region_is_taken_first():
    assert planned({"services/web/gpu": ["h200", "h100"]}, {"region": "tor1"}).gpu_pools["web"].gpu == "h100"


TAKEN = [
    ({"resources/system": {"engine": "cpu", "size": "c-4"}}, "resources/system", "system"),
    ({"services/system": {"image": "x/y:1", "kind": "worker", "gpu": "l40s"}}, "services/system/gpu", "system"),
    ({"resources/shared": {"engine": "gpu", "gpu": "l40s"}}, "resources/shared", "shared"),
]


@pytest.mark.parametrize(("changes", "where", "name"), TAKEN)
def test_no_pool_takes_a_name_the_plan_gives(changes, where, name):
    assert faults(changes) == (Fault(where, f"{name} is what the plan calls a pool of its own", "choose another name"),)


def test_a_gpu_that_is_not_known_in_the_region_is_said():
    plan = planned({"services/web/gpu": "h100"}, {"region": "nyc3"})
    assert [(notice.what, notice.hint) for notice in plan.notices] == [
        (
            "NVIDIA H100 is not known to be offered in nyc3 (availability noted for this project, partial, 2026-11-21)",
            "it is known in ams3, atl1, nyc2, tor1",
        )
    ]


def test_gpus_that_stay_unused_are_said():
    plan = planned({"services/web/gpu": "h100", "services/web/gpus": 3})
    assert [notice.what for notice in plan.notices] == [
        "nodes have 1 or 8 GPUs: of each gpu-h100x8-640gb, 2 stay unused and are paid for"
    ]


REFUSED = [
    ({"services/web/gpu": "h10"},
     Fault("services/web/gpu", "no GPU is called 'h10'", "did you mean h100 or a10 or v100?")),
    ({"services/web/gpu": "l40s", "services/web/gpus": 4},
     Fault("services/web/gpus", "a node has 1 NVIDIA L40S, one replica asks for 4",
           "sold with 4 or more: mi300x, mi325x, h100, h200")),
    ({"services/web/gpu": "b200"},
     Fault("services/web/gpu", "DigitalOcean Kubernetes sells no NVIDIA GPU with 192 GB or more (NVIDIA B200)",
           "it sells rtx4000-ada (20 GB), l40s (48 GB), rtx6000-ada (48 GB), h100 (80 GB), h200 (141 GB), "
           "mi300x (192 GB), mi325x (256 GB)")),
    ({"services/web/gpu": "l40s", "services/web/memory": "64GB"},
     Fault("services/web/memory", "65536MB is more than gpu-l40sx1-48gb offers, 59825MB",
           "a node of gpu-l40sx1-48gb offers 7600m CPU and 59825MB to pods")),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "fault"), REFUSED)
def test_a_gpu_that_cannot_be_had_is_refused(changes, fault):
    assert faults(changes) == (fault,)


def test_a_written_pool_is_shared_by_the_services_that_name_it():
    plan = planned(
        {
            "services/web/pool": "big",
            "services/web/replicas": {"min": 1, "max": 3},
            "services/batch": {"image": "ghcr.io/acme/batch:2.0", "kind": "worker", "pool": "big", "gpus": 4},
            "resources/big": {"engine": "gpu", "gpu": "h100", "nodes": {"min": 1, "max": 4}},
        }
    )
    pool = plan.gpu_pools["big"]
    assert (pool.size, pool.min_nodes, pool.max_nodes, pool.because) == ("gpu-h100x8-640gb", 1, 4, "resources/big")
    assert (pool.cost[0].quantity_low, pool.cost[0].quantity_high) == (2, 4)
    assert [(name, service.pool, service.resources.gpus) for name, service in plan.services.items()] == [
        ("web", "big", 1),
        ("batch", "big", 4),
    ]


def test_a_written_pool_that_is_too_small_is_refused():
    changes = {
        "services/web/pool": "big",
        "services/web/replicas": {"min": 1, "max": 3},
        "resources/big": {"engine": "gpu", "gpu": "h100", "nodes": {"min": 0, "max": 2}},
    }
    assert faults(changes) == (
        Fault("resources/big/nodes/max", "its services need 3 nodes at most replicas, it may have 2", "write max: 3"),
    )
