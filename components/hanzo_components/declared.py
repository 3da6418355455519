"""What an application says about itself on its component: the bill and the ceilings that policies hold it against."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hanzo_iac.plan.spec import CostLine, Plan

ONE = ("tag", "vpc", "cluster", "registry", "project", "gateway")
"""Parts of a plan that it holds at most once."""

MANY = (
    "cpu_pools",
    "gpu_pools",
    "postgres",
    "valkey",
    "namespaces",
    "vector_stores",
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


def specs(plan: Plan) -> tuple[Any, ...]:
    """Every spec of the plan that becomes a component, in the order of `parts`."""
    single = (getattr(plan, part) for part in ONE if getattr(plan, part) is not None)
    keyed = (spec for part in MANY for spec in getattr(plan, part).values())
    return (*single, *keyed)


def declared(plan: Plan) -> dict[str, Any]:
    """Inputs of the Application component, as policy packs read them; money in US dollars a month."""
    lines = [line for spec in specs(plan) for line in getattr(spec, "cost", ())]
    return {
        "application": plan.application,
        "environment": plan.environment,
        "region": plan.region,
        "monthlyCostLowUsd": _total(lines, "quantity_low"),
        "monthlyCostHighUsd": _total(lines, "quantity_high"),
        "costIsComplete": all(line.unit_usd is not None for line in lines),
        "costCeilingUsd": float(plan.budget.ceiling_usd),
        "maxGpuNodes": plan.budget.max_gpu_nodes,
    }


def _total(lines: list[CostLine], quantity: str) -> float:
    known = (line.unit_usd * getattr(line, quantity) for line in lines if line.unit_usd is not None)
    return float(sum(known, Decimal(0)))
