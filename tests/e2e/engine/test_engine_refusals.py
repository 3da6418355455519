"""What the engine is told not to make: nothing of it is there afterwards, and the reason is one a person can read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from engine_site import REPOSITORY, Site

from hanzo_iac.errors import Fault, InputError

pytestmark = pytest.mark.engine


def test_a_policy_refuses_before_anything_is_made(site: Site) -> None:
    plan = site.plan()
    plan = replace(plan, budget=replace(plan.budget, max_gpu_nodes=0))
    with pytest.raises(InputError) as error:
        site.engine.up(plan, policy_packs=(REPOSITORY / "policy",))
    (fault,) = error.value.faults
    assert fault.where.endswith("/gpu-nodes-within-ceiling")
    assert "more than the environment's maxGpuNodes, 0" in fault.what
    assert set(site.account().values()) == {0}


def test_a_good_plan_passes_the_policies(site: Site) -> None:
    outcome = site.engine.preview(site.plan(), policy_packs=(REPOSITORY / "policy",))
    assert outcome.changes == {"create": 74}
    assert set(site.account().values()) == {0}


def test_a_component_that_refuses_is_heard_in_its_own_words(site: Site) -> None:
    plan = site.plan()
    lost = replace(plan.vector_stores["vector"], database="orders")
    broken: Any = {"vector": lost}
    with pytest.raises(InputError) as error:
        site.engine.preview(replace(plan, vector_stores=broken))
    assert str(error.value) == "my-rag-app-vector: there is no database orders\n\nhint: it has vector"


def test_a_state_that_the_engine_cannot_read_is_said_in_its_words(site: Site) -> None:
    stacks = site.cache / "local" / "state" / ".pulumi" / "stacks" / "my-rag-app"
    stacks.mkdir(parents=True, exist_ok=True)
    broken = stacks / "staging.json"
    broken.write_text('{"version": 99, "checkpoint": {}}')
    with pytest.raises(InputError) as before_a_run:
        site.engine.destroy("my-rag-app", "staging")
    with pytest.raises(InputError) as in_a_run:
        site.engine.preview(site.plan("staging"))
    broken.unlink()
    said = "failed to load checkpoint: unsupported checkpoint version 99"
    assert before_a_run.value.faults == (Fault("my-rag-app/staging", said),)
    assert in_a_run.value.faults == (Fault("", said),)


def test_what_the_cloud_refuses_is_named_by_its_resource(site: Site) -> None:
    plan = site.plan()
    with pytest.raises(InputError) as error:
        site.engine.up(replace(plan, registry=None, vpc=replace(plan.vpc, region="nowhere")))
    (fault,) = error.value.faults
    assert fault.where == "Vpc my-rag-app-vpc"
    assert "422" in fault.what
    site.engine.destroy("my-rag-app", "dev")
