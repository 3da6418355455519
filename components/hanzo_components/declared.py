"""What an application says about itself on its component: the bill and the ceilings that policies hold it against."""

from __future__ import annotations

from typing import Any

from hanzo_iac.plan.bill import cost
from hanzo_iac.plan.spec import Plan

ONE = ("tag", "vpc", "cluster", "registry", "project", "gateway")
"""Parts of a plan that it holds at most once."""

MANY = (
    "cpu_pools",
    "gpu_pools",
    "postgres",
    "valkey",
    "buckets",
    "weaviates",
    "namespaces",
    "file_shares",
    "vector_stores",
    "qdrants",
    "llm_gateways",
    "bindings",
    "services",
    "routes",
)
"""Parts of a plan that it holds by key."""


def parts(plan: Plan) -> tuple[str, ...]:
    """Every part of the plan that becomes a component: `vpc`, `postgres/db`."""
    single = (part for part in ONE if getattr(plan, part) is not None)
    keyed = (f"{part}/{key}" for part in MANY for key in getattr(plan, part))
    return (*single, *keyed)


def declared(plan: Plan) -> dict[str, Any]:
    """Inputs of the Application component, as policy packs read them; money in US dollars a month."""
    bill = cost(plan)
    return {
        "application": plan.application,
        "environment": plan.environment,
        "region": plan.region,
        "monthlyCostLowUsd": float(bill.low_usd),
        "monthlyCostHighUsd": float(bill.high_usd),
        # False: something has no published price, and the sums are "at least".
        "costIsComplete": not bill.unknown,
        "costCeilingUsd": float(plan.budget.ceiling_usd),
        "mayPassCeiling": plan.budget.may_pass_ceiling,
        "maxGpuNodes": plan.budget.max_gpu_nodes,
    }
