"""The two ceilings a plan must stay under: US dollars of infrastructure a month, and GPU nodes."""

from __future__ import annotations

from decimal import Decimal

from hanzo_iac.model.application import Application
from hanzo_iac.model.environment import Environment
from hanzo_iac.plan.bill import biggest, cost
from hanzo_iac.plan.findings import Findings
from hanzo_iac.plan.spec import BudgetSpec, GpuPoolSpec, LlmGatewaySpec, Plan


def plan_budget(application: Application, environment: Environment, gateways: tuple[LlmGatewaySpec, ...]) -> BudgetSpec:
    """The lower of the environment's ceiling and the application's budget, and the sum of the LLM budgets."""
    budget = application.budget
    own = budget is not None and budget.usd < environment.ceiling.usd
    written = [gateway.budget_usd for gateway in gateways if gateway.budget_usd is not None]
    return BudgetSpec(
        ceiling_usd=budget.usd if budget is not None and own else environment.ceiling.usd,
        ceiling_because="budget" if own else "environment/ceiling",
        may_pass_ceiling=environment.over_ceiling == "allow",
        llm_budget_usd=sum(written, Decimal(0)) if written else None,
        max_gpu_nodes=environment.max_gpu_nodes,
    )


def check_ceilings(plan: Plan, findings: Findings) -> None:
    """A fault for each ceiling the plan may pass at maximum replicas; a notice instead where that is allowed."""
    _check_money(plan, findings)
    gpus = sum(gpus_at_most(pool) for pool in plan.gpu_pools.values())
    if gpus > plan.budget.max_gpu_nodes:
        pools = ", ".join(f"{pool.because} {gpus_at_most(pool)}" for pool in plan.gpu_pools.values())
        findings.fault(
            "environment/max_gpu_nodes",
            f"GPU pools may grow to {gpus} GPU nodes, {plan.environment} allows {plan.budget.max_gpu_nodes} ({pools})",
            "lower replicas/max, or raise max_gpu_nodes of the environment",
        )


def gpus_at_most(pool: GpuPoolSpec) -> int:
    """The GPUs a pool may grow to. Counted by GPU, as a node with eight of them costs what eight nodes cost."""
    return pool.max_nodes * pool.gpus_per_node


def _check_money(plan: Plan, findings: Findings) -> None:
    bill = cost(plan)
    if bill.high_usd <= plan.budget.ceiling_usd:
        return
    least = "at least " if bill.unknown else ""
    what = (
        f"at most replicas the infrastructure costs {least}${bill.high_usd:,.2f} a month, "
        f"the ceiling is ${plan.budget.ceiling_usd:,.2f}; most of it: {biggest(bill)}"
    )
    hint = "lower replicas/max or the sizes, raise the ceiling, or write over_ceiling: allow in the environment"
    if plan.budget.may_pass_ceiling:
        findings.notice(plan.budget.ceiling_because, what, f"{plan.environment} allows it")
    else:
        findings.fault(plan.budget.ceiling_because, what, hint)
