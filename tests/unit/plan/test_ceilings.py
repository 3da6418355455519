from __future__ import annotations

from decimal import Decimal

from plan_cases import faults, planned

from hanzo_iac.errors import Fault

EIGHT = {"services/web/gpu": "l40s", "services/web/replicas": {"min": 1, "max": 8}}
"""At most 8 x $1,168.08 and a system node of $24: $9,368.64 a month."""

TOO_MUCH = (
    "at most replicas the infrastructure costs at least $9,368.64 a month, the ceiling is {}; most of it: "
    "8 x gpu-l40sx1-48gb $9,344.64 (services/web/gpu), 1 x s-2vcpu-4gb $24.00 (environment/cluster/system_size)"
)
HINT = "lower replicas/max or the sizes, raise the ceiling, or write over_ceiling: allow in the environment"


def test_over_the_environments_ceiling_is_refused_with_the_biggest_lines():
    assert faults(EIGHT, {"ceiling": "$5,000/month"}) == (
        Fault("environment/ceiling", TOO_MUCH.format("$5,000.00"), HINT),
    )


def test_over_the_applications_own_budget_is_refused():
    assert faults({**EIGHT, "budget": "$9,000/month"}) == (Fault("budget", TOO_MUCH.format("$9,000.00"), HINT),)


def test_the_lower_of_the_two_ceilings_counts():
    plan = planned({"budget": "$90/month"}, {"ceiling": "$80/month"})
    assert (plan.budget.ceiling_usd, plan.budget.ceiling_because) == (Decimal(80), "environment/ceiling")


def test_an_environment_may_allow_it_and_it_is_said():
    plan = planned(EIGHT, {"ceiling": "$5,000/month", "over_ceiling": "allow"})
    said = [(notice.where, notice.what, notice.hint) for notice in plan.notices]
    assert said[-1] == ("environment/ceiling", TOO_MUCH.format("$5,000.00"), "test allows it")


def test_exactly_the_ceiling_is_within_it():
    assert planned(EIGHT, {"ceiling": "$9,368.64/month"}).budget.ceiling_usd == Decimal("9368.64")


def test_the_llm_budget_is_no_part_of_the_infrastructure():
    llm = {"resources/llm": {"provider": "hanzo-gateway", "models": ["gpt-4o"], "budget": "$500/month"}}
    plan = planned(llm, {"ceiling": "$100/month"})
    assert (plan.budget.ceiling_usd, plan.budget.llm_budget_usd) == (Decimal(100), Decimal(500))


def test_too_many_gpu_nodes_are_refused():
    changes = {**EIGHT, "services/draw": {"image": "x/draw:1", "kind": "worker", "gpu": "h100", "gpus": 8}}
    assert faults(changes, {"max_gpu_nodes": 15}) == (
        Fault(
            "environment/max_gpu_nodes",
            "GPU pools may grow to 16 GPU nodes, test allows 15 (services/web/gpu 8, services/draw/gpu 8)",
            "lower replicas/max, or raise max_gpu_nodes of the environment",
        ),
    )
    assert planned(changes, {"max_gpu_nodes": 16}).budget.max_gpu_nodes == 16


def test_both_ceilings_are_answered_at_once():
    where = [fault.where for fault in faults(EIGHT, {"ceiling": "$5,000/month", "max_gpu_nodes": 1})]
    assert where == ["environment/ceiling", "environment/max_gpu_nodes"]
