"""What holds for every plan: deterministic, local, monotone in replicas, and whole."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hanzo_iac.catalogue import Catalogue
from hanzo_iac.model.application import Application
from hanzo_iac.model.environment import Environment
from hanzo_iac.plan.bill import cost
from hanzo_iac.plan.mapping import plan
from hanzo_iac.plan.render import to_json
from hanzo_iac.plan.spec import Plan
from hanzo_iac.units import Money

CATALOGUE = Catalogue.shipped()
ROOMY = Environment.load("prod").model_copy(
    update={"ceiling": Money(Decimal(10**9)), "max_gpu_nodes": 10**6, "max_replicas": None}
)
"""An environment whose ceilings are out of the way."""

# Every GPU with the counts of it that a node may have.
GPUS = [
    (gpu, count)
    for gpu, most in {"a10g": 1, "l40s": 1, "t4": 1, "h100": 8, "h200": 8, "mi300x": 8, "a100": 8}.items()
    for count in range(1, most + 1)
]


@st.composite
def replicas(draw):
    low = draw(st.integers(0, 20))
    return {"min": low, "max": max(1, low + draw(st.integers(0, 20)))}


@st.composite
def services(draw, kind):
    service = {"image": draw(st.sampled_from(["x/a:1", "x/b:2"])), "kind": kind, "replicas": draw(replicas())}
    if kind == "web":
        service["port"] = draw(st.integers(1, 65535))
    if draw(st.booleans()):
        service["gpu"], service["gpus"] = draw(st.sampled_from(GPUS))
    else:
        service["cpu"] = draw(st.integers(1, 30000)) / 1000
        service["memory"] = f"{draw(st.integers(64, 60000))}MB"
    if draw(st.booleans()):
        service["env"] = draw(st.dictionaries(st.sampled_from(["MODE", "LEVEL", "PORT"]), st.text("ab", max_size=3)))
    return service


RESOURCES = [
    {"engine": "postgres", "storage": "20GB"},
    {"engine": "postgres", "storage": "100GB", "standby": True},
    {"engine": "pgvector", "dimensions": 1024},
    {"engine": "qdrant", "dimensions": 1024},
    {"engine": "weaviate", "dimensions": 1024},
    {"engine": "spaces", "storage": "400GB"},
    {"engine": "nfs"},
    {"engine": "redis", "memory": "2GB"},
    {"engine": "valkey"},
    {"provider": "hanzo-gateway", "models": ["gpt-4o", "claude-3.5-sonnet"], "budget": "$50/month"},
]


@st.composite
def applications(draw):
    """An application that can be planned, as data."""
    names = draw(st.lists(st.sampled_from(["web", "api", "mail", "draw", "cpu"]), min_size=1, max_size=4, unique=True))
    kinds = [draw(st.sampled_from(["web", "worker"])) for _ in names]
    stores = draw(st.lists(st.sampled_from(["db", "docs", "cache", "llm"]), max_size=4, unique=True))
    application = {
        "name": draw(st.sampled_from(["shop", "my-rag-app", "a" * 40])),
        "services": {name: draw(services(kind)) for name, kind in zip(names, kinds, strict=True)},
        "resources": {name: draw(st.sampled_from(RESOURCES)) for name in stores},
    }
    for service in application["services"].values():
        if draw(st.booleans()):
            service["uses"] = draw(st.lists(st.sampled_from(stores), unique=True)) if stores else []
    return application


def planned(data) -> Plan:
    return plan(Application.model_validate(copy.deepcopy(data)), ROOMY, CATALOGUE)


def of_service(spec: Plan, key: str):
    """Everything a plan says of one service."""
    bound = {name: binding for name, binding in spec.bindings.items() if binding.service == key}
    return spec.services[key], bound, spec.routes.get(key), spec.gpu_pools.get(key)


SLOWER = settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])


@SLOWER
@given(data=applications())
def test_the_same_words_give_the_same_plan_byte_for_byte(data):
    assert to_json(planned(data)) == to_json(planned(data))


@SLOWER
@given(data=applications(), changed=st.data())
def test_a_change_of_one_service_leaves_the_others_as_they_are(data, changed):
    key = changed.draw(st.sampled_from(list(data["services"])))
    other = copy.deepcopy(data)
    other["services"][key] = changed.draw(services(data["services"][key]["kind"]))
    before, after = planned(data), planned(other)
    for name in data["services"]:
        if name != key:
            assert of_service(after, name) == of_service(before, name)


@SLOWER
@given(data=applications(), changed=st.data(), more=st.integers(1, 30))
def test_more_replicas_never_cost_less(data, changed, more):
    key = changed.draw(st.sampled_from(list(data["services"])))
    bound = changed.draw(st.sampled_from(["min", "max"]))
    grown = copy.deepcopy(data)
    of = grown["services"][key]["replicas"]
    of[bound] += more
    of["max"] = max(of["min"], of["max"])
    before, after = cost(planned(data)), cost(planned(grown))
    assert after.low_usd >= before.low_usd
    assert after.high_usd >= before.high_usd


@SLOWER
@given(data=applications())
def test_a_plan_names_nothing_that_it_does_not_hold(data):
    spec = planned(data)
    assert [one.pool for one in spec.services.values() if one.pool not in {**spec.cpu_pools, **spec.gpu_pools}] == []
    assert [one.postgres for one in spec.vector_stores.values() if one.postgres not in spec.postgres] == []
    assert [one.service for one in spec.routes.values() if one.service not in spec.services] == []
    used = {
        "postgres": spec.postgres,
        "pgvector": spec.vector_stores,
        "qdrant": spec.qdrants,
        "weaviate": spec.weaviates,
        "bucket": spec.buckets,
        "share": spec.file_shares,
        "cache": spec.valkey,
        "llm": spec.llm_gateways,
    }
    assert [one.name for one in spec.bindings.values() if one.resource not in used[one.resource_kind]] == []
    for pool in (*spec.cpu_pools.values(), *spec.gpu_pools.values()):
        assert 0 <= pool.min_nodes <= pool.max_nodes


@SLOWER
@given(data=applications())
def test_every_pod_fits_on_a_node_of_its_pool(data):
    spec = planned(data)
    for service in spec.services.values():
        size = CATALOGUE.sizes[{**spec.cpu_pools, **spec.gpu_pools}[service.pool].size]
        assert service.resources.cpu_request_m <= size.offered_cpu_m
        assert service.resources.memory_mib <= size.offered_mib
        assert service.resources.gpus <= size.gpus


@SLOWER
@given(data=applications())
def test_the_bill_is_the_sum_of_its_known_lines_and_the_maximum_is_not_below_the_minimum(data):
    bill = cost(planned(data))
    known = [line for line in bill.lines if line.line.unit_usd is not None]
    assert bill.low_usd == sum((line.line.unit_usd * line.line.quantity_low for line in known), Decimal(0))
    assert bill.high_usd == sum((line.line.unit_usd * line.line.quantity_high for line in known), Decimal(0))
    assert bill.low_usd <= bill.high_usd


def test_the_plan_does_not_hang_on_the_order_of_hashes():
    code = (
        "import sys; from hanzo_iac import Application, Environment, plan; from hanzo_iac.plan import to_json\n"
        "sys.stdout.write(to_json(plan(Application.load('examples/my-rag-app'), Environment.load('prod'))))"
    )
    texts = [
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("0", "1", "4242")
    ]
    assert texts[0] == texts[1] == texts[2]
    assert json.loads(texts[0])["application"] == "my-rag-app"
