from __future__ import annotations

from decimal import Decimal

import pytest

from hanzo_iac.localcloud.backends import Pool, Taint
from hanzo_iac.localcloud.kubernetes import autoscale, fit, nodes
from hanzo_iac.localcloud.kubernetes.autoscale import PoolView, decide, idle_nodes, is_waiting, keeps_node

GPU_TOLERATION = {"key": "nvidia.com/gpu", "operator": "Exists"}


def _pool(name="gpu", size="gpu-l40sx1-48gb", **words):
    words = {"count": 0, "auto_scale": True, "min_nodes": 0, "max_nodes": 3} | words
    return Pool(pool_id=f"id-{name}", name=name, size=size, **words)


def _view(pool=None, *, size=0, coming=0, idle=()):
    pool = pool or _pool()
    template = nodes.template(pool, version="1.36.1-do.0", region="nyc3")
    return PoolView(pool=pool, template=template, size=size, coming=coming, idle=tuple(idle))


def _pod(name="infer", *, gpus=1, cpu="100m", labels=None, **spec):
    limits = {"cpu": cpu} | ({"nvidia.com/gpu": str(gpus)} if gpus else {})
    return {
        "metadata": {"name": name, "namespace": "app", "labels": labels or {}},
        "spec": {
            "containers": [{"name": "main", "resources": {"limits": limits}}],
            "tolerations": [GPU_TOLERATION],
            **spec,
        },
    }


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("100m", "0.1"),
        ("5u", "0.000005"),
        ("250n", "0.00000025"),
        ("1.5", "1.5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("12e3", "12000"),
        ("1E3", "1000"),
        ("1E", "1000000000000000000"),
        ("2P", "2000000000000000"),
        ("1Pi", "1125899906842624"),
        ("1Ei", "1152921504606846976"),
        ("-1Ki", "-1024"),
        (3, "3"),
    ],
)
def test_every_quantity_of_kubernetes_is_read(text, number):
    assert fit.quantity(text) == Decimal(number)


@pytest.mark.parametrize("text", ["", "m", "1 Gi", "1Gib", "1ki"])
def test_what_is_no_quantity_is_told(text):
    with pytest.raises(ValueError, match=f"'{text}' is no quantity"):
        fit.quantity(text)


def _sizes(views, pods):
    return {change.pool.name: change.size for change in decide(views, pods)}


def test_nothing_waits_nothing_changes():
    assert decide([_view(size=1)], []) == []


def test_a_pod_that_fits_brings_a_node_from_zero():
    (change,) = decide([_view()], [_pod()])
    assert (change.pool.name, change.size, change.without) == ("gpu", 1, ())
    assert change.because == "pod app/infer would fit on a new node"


def test_each_gpu_needs_a_node_of_its_own():
    assert _sizes([_view()], [_pod("a"), _pod("b")]) == {"gpu": 2}


def test_pods_share_a_node_with_enough_gpus():
    eight = _pool(size="gpu-h100x8-640gb")
    assert _sizes([_view(eight)], [_pod(str(number)) for number in range(9)]) == {"gpu": 2}


def test_the_maximum_holds():
    assert _sizes([_view(_pool(max_nodes=2), size=1)], [_pod("a"), _pod("b"), _pod("c")]) == {"gpu": 2}


def test_a_node_on_its_way_is_not_ordered_again():
    assert decide([_view(size=1, coming=1)], [_pod()]) == []


def test_a_node_that_was_seen_and_did_not_do_is_not_counted_on():
    assert _sizes([_view(size=1, coming=0)], [_pod()]) == {"gpu": 2}


REFUSED = {
    "too many GPUs": {"gpus": 2},
    "too much CPU": {"cpu": "64"},
    "another node selector": {"nodeSelector": {"doks.digitalocean.com/node-pool": "other"}},
    "no toleration": {"tolerations": []},
    "another node affinity": {
        "affinity": {
            "nodeAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": {
                    "nodeSelectorTerms": [
                        {
                            "matchExpressions": [
                                {"key": "doks.digitalocean.com/gpu-model", "operator": "In", "values": ["h100"]}
                            ]
                        }
                    ]
                }
            }
        }
    },
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_pod_that_would_not_fit_brings_no_node(case):
    assert decide([_view()], [_pod(**REFUSED[case])]) == []


def test_a_taint_of_the_pool_keeps_pods_away_that_do_not_tolerate_it():
    pool = _pool(taints=(Taint(key="only", value="batch", effect="NoSchedule"),))
    assert decide([_view(pool)], [_pod()]) == []
    tolerates = [GPU_TOLERATION, {"key": "only", "value": "batch", "effect": "NoSchedule"}]
    assert _sizes([_view(pool)], [_pod(tolerations=tolerates)]) == {"gpu": 1}


def test_a_pool_without_gpus_is_preferred_for_a_pod_that_needs_none():
    cpu = _pool("cpu", "s-2vcpu-4gb")
    assert _sizes([_view(), _view(cpu)], [_pod(gpus=0)]) == {"cpu": 1}


def test_a_full_pool_leaves_the_pod_to_the_next():
    small, large = _pool("small", "s-2vcpu-4gb", max_nodes=1), _pool("large", "s-4vcpu-8gb")
    assert _sizes([_view(small, size=1), _view(large)], [_pod(gpus=0)]) == {"large": 1}


def test_pods_that_repel_each_other_get_a_node_each():
    term = {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"app": "web"}}}
    affinity = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    pods = [_pod(str(n), gpus=0, labels={"app": "web"}, affinity=affinity) for n in range(2)]
    assert _sizes([_view(_pool("cpu", "s-2vcpu-4gb"))], pods) == {"cpu": 2}


def test_idle_nodes_beyond_the_minimum_go():
    (change,) = decide([_view(_pool(min_nodes=1), size=3, idle=("a", "b", "c"))], [])
    assert (change.size, change.without, change.because) == (1, ("a", "b"), "a, b had no pods")


def test_nothing_goes_at_the_minimum():
    assert decide([_view(_pool(min_nodes=2), size=2, idle=("a", "b"))], []) == []


def test_nothing_goes_while_nodes_are_on_their_way():
    assert decide([_view(size=2, coming=1, idle=("a",))], []) == []


def test_idle_nodes_are_told_longest_first_once_they_are_due():
    assert idle_nodes({"b": 90.0, "a": 80.0, "c": 95.0}, now_s=100.0, idle_s=10.0) == ("a", "b")


WAITING = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}


@pytest.mark.parametrize(
    ("pod", "waits"),
    [
        ({"metadata": {}, "spec": {}, "status": {"conditions": [WAITING]}}, True),
        ({"metadata": {}, "spec": {}, "status": {}}, False),
        ({"metadata": {}, "spec": {"nodeName": "a"}, "status": {"conditions": [WAITING]}}, False),
        ({"metadata": {"deletionTimestamp": "now"}, "spec": {}, "status": {"conditions": [WAITING]}}, False),
        ({"metadata": {}, "spec": {}, "status": {"conditions": [WAITING | {"reason": "SchedulingGated"}]}}, False),
    ],
)
def test_a_pod_waits_once_the_scheduler_could_not_place_it(pod, waits):
    assert is_waiting(pod) is waits


@pytest.mark.parametrize(
    ("pod", "keeps"),
    [
        ({"metadata": {}, "status": {"phase": "Running"}}, True),
        ({"metadata": {}, "status": {"phase": "Succeeded"}}, False),
        ({"metadata": {"ownerReferences": [{"kind": "DaemonSet"}]}, "status": {"phase": "Running"}}, False),
        ({"metadata": {"ownerReferences": [{"kind": "ReplicaSet"}]}, "status": {"phase": "Pending"}}, True),
    ],
)
def test_what_keeps_a_node_in_use(pod, keeps):
    assert keeps_node(pod) is keeps


def test_the_view_is_not_changed_by_the_decision():
    view = _view()
    before = str(view)
    autoscale.decide([view], [_pod()])
    assert str(view) == before
