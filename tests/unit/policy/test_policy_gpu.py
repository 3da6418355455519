"""GPU node pools against the ceiling: a good stack with one thing changed."""

from __future__ import annotations

from typing import Any

import pytest

from hanzo_policy.gpu import gpu_nodes_within_ceiling
from hanzo_policy.pools import gpus_in
from hanzo_policy.stack import APPLICATION, CLUSTER, NODE_POOL, Deferred, Resource, Unknown, Violation

SIZE = "gpu-l40sx1-48gb"
UNKNOWN = Unknown("number", ("maxNodes",))


def application(ceiling: Any = 8.0, name: str = "rag") -> Resource:
    return Resource(APPLICATION, name, {"maxGpuNodes": ceiling})


def pool(**changed: Any) -> Resource:
    props = {"size": SIZE, "autoScale": True, "minNodes": 0.0, "maxNodes": 8.0} | changed
    return Resource(NODE_POOL, "gpu", props, "urn:gpu")


def judged(*resources: Resource, **config: Any) -> list[Any]:
    return list(gpu_nodes_within_ceiling(resources, config))


def over(what: str, let: int) -> Violation:
    hint = f"let the pool grow to no more than {let}, or raise the ceiling"
    return Violation("gpu", what, hint, "urn:gpu")


@pytest.mark.parametrize(
    ("size", "gpus"),
    [
        ("gpu-4000adax1-20gb", 1),
        ("gpu-l40sx1-48gb", 1),
        ("gpu-h100x8-640gb", 8),
        ("gpu-h100x8-640gb-contracted", 8),
        ("gpu-b300x8-2304gb-lc-spot", 8),
        ("gpu-tomorrow", 1),
        ("s-2vcpu-4gb", 0),
    ],
)
def test_a_sizes_gpus_are_read_from_its_name(size: str, gpus: int) -> None:
    assert gpus_in(size) == gpus


def test_a_pool_at_the_ceiling_passes() -> None:
    assert judged(application(), pool()) == []


def test_one_node_above_the_ceiling_is_refused_with_the_number_that_would_do() -> None:
    what = "up to 9 nodes of gpu-l40sx1-48gb are 9 GPUs, more than the environment's maxGpuNodes, 8"
    assert judged(application(), pool(maxNodes=9.0)) == [over(what, 8)]


def test_a_node_with_eight_gpus_counts_as_eight() -> None:
    what = "up to 2 nodes of gpu-h100x8-640gb are 16 GPUs, more than the environment's maxGpuNodes, 8"
    assert judged(application(), pool(size="gpu-h100x8-640gb", maxNodes=2.0)) == [over(what, 1)]


def test_pools_below_the_ceiling_are_refused_where_their_sum_is_above() -> None:
    halves = (pool(maxNodes=4.0), Resource(NODE_POOL, "big", {"size": "gpu-h100x8-640gb", "nodeCount": 1.0}))
    assert judged(application(12.0), *halves) == []
    assert judged(application(8.0), application(4.0, "other"), pool(maxNodes=4.0), pool(maxNodes=4.0)) == []
    assert judged(application(11.0), *halves) == [
        Violation(
            "GPU pools",
            "gpu, big may together grow to 12 GPUs, more than the environment's maxGpuNodes, 11",
            "let one of them grow less, or raise the ceiling",
        )
    ]


def test_a_fixed_pool_is_judged_by_its_count_and_not_by_a_bound_that_does_nothing() -> None:
    fixed = pool(autoScale=False, nodeCount=9.0, maxNodes=1.0)
    what = "up to 9 nodes of gpu-l40sx1-48gb are 9 GPUs, more than the environment's maxGpuNodes, 8"
    assert judged(application(), fixed) == [over(what, 8)]


def test_a_clusters_own_pool_is_a_pool() -> None:
    cluster = Resource(CLUSTER, "gpu", {"nodePool": {"size": SIZE, "nodeCount": 9.0}}, "urn:gpu")
    what = "up to 9 nodes of gpu-l40sx1-48gb are 9 GPUs, more than the environment's maxGpuNodes, 8"
    assert judged(application(), cluster) == [over(what, 8)]


def test_pools_without_gpus_have_no_ceiling() -> None:
    assert judged(pool(size="s-2vcpu-4gb", maxNodes=99.0)) == []


def test_of_two_ceilings_the_lower_holds() -> None:
    what = "up to 8 nodes of gpu-l40sx1-48gb are 8 GPUs, more than the environment's maxGpuNodes, 4"
    assert judged(application(8.0), pool(), maxGpuNodes=4.0) == [over(what, 4)]
    assert judged(application(4.0), pool(), maxGpuNodes=8.0) == [over(what, 4)]


def test_a_ceiling_of_none_at_all_is_refused() -> None:
    what = "up to 1 node of gpu-l40sx1-48gb are 1 GPU, more than the environment's maxGpuNodes, 0"
    assert judged(application(0.0), pool(maxNodes=1.0)) == [over(what, 0)]


def test_the_packs_own_ceiling_is_enough_for_a_program_that_is_not_ours() -> None:
    assert judged(pool(), maxGpuNodes=8.0) == []


def test_without_any_ceiling_no_gpu_pool_passes() -> None:
    assert judged(pool()) == [
        Violation(
            "gpu",
            "8 nodes of gpu-l40sx1-48gb and no ceiling for GPU nodes",
            "deploy through hanzo:index:Application, or set maxGpuNodes for gpu-nodes-within-ceiling "
            "in the file given to --policy-pack-config",
            "urn:gpu",
        )
    ]


@pytest.mark.parametrize("changed", [{"maxNodes": UNKNOWN}, {"size": UNKNOWN}, {"autoScale": UNKNOWN}])
def test_a_pool_that_is_not_known_yet_is_judged_at_up(changed: dict[str, Any]) -> None:
    findings = judged(application(), pool(**changed))
    assert set(findings) == {Deferred(UNKNOWN)}


def test_what_is_known_is_judged_before_what_is_not() -> None:
    findings = judged(application(), pool(maxNodes=UNKNOWN), pool(maxNodes=9.0))
    assert [type(finding) for finding in findings] == [Violation, Deferred]


def test_a_ceiling_that_is_not_known_yet_is_asked_for_at_up() -> None:
    assert judged(application(UNKNOWN), pool(), maxGpuNodes=8.0) == [Deferred(UNKNOWN)]
