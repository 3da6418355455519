"""
What a plan costs a month, by line.

Infrastructure and LLM spend are two kinds of money: a budget of the LLM gateway is a line of its own and never part
of the total. An unknown price is no number: it turns the totals into "at least".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from hanzo_iac.plan.spec import CostLine, Plan

BIGGEST = 3
# Lines named when a ceiling is passed; more would hide them.


@dataclass(frozen=True)
class BillLine:
    """One cost line and the part of the plan it belongs to."""

    part: str
    """`gpu_pools/web`."""
    line: CostLine

    @property
    def low_usd(self) -> Decimal | None:
        """US dollars a month at minimum replicas; None when the price is unknown."""
        return None if self.line.unit_usd is None else self.line.unit_usd * self.line.quantity_low

    @property
    def high_usd(self) -> Decimal | None:
        """US dollars a month at maximum replicas; None when the price is unknown."""
        return None if self.line.unit_usd is None else self.line.unit_usd * self.line.quantity_high


@dataclass(frozen=True)
class Bill:
    """A month of the whole plan, US dollars."""

    lines: tuple[BillLine, ...]
    low_usd: Decimal
    """Sum of the known lines at minimum replicas."""
    high_usd: Decimal
    """Sum of the known lines at maximum replicas."""
    unknown: tuple[BillLine, ...]
    """Lines without a published price; when there are any, the sums say "at least"."""
    llm_budget_usd: Decimal | None
    """The cap on LLM spend, beside the infrastructure; None when none is written."""


def cost(plan: Plan) -> Bill:
    """The bill of a plan, in the plan's order."""
    lines = tuple(_lines(plan))
    return Bill(
        lines=lines,
        low_usd=sum((line.low_usd for line in lines if line.low_usd is not None), Decimal(0)),
        high_usd=sum((line.high_usd for line in lines if line.high_usd is not None), Decimal(0)),
        unknown=tuple(line for line in lines if line.line.unit_usd is None),
        llm_budget_usd=plan.budget.llm_budget_usd,
    )


def biggest(bill: Bill) -> str:
    """The dearest lines at maximum replicas, dearest first, in words."""
    known = sorted(
        ((line.high_usd, line) for line in bill.lines if line.high_usd), key=lambda pair: pair[0], reverse=True
    )
    return ", ".join(
        f"{line.line.quantity_high} x {line.line.item} ${usd:,.2f} ({line.line.because})"
        for usd, line in known[:BIGGEST]
    )


def _lines(plan: Plan) -> Iterator[BillLine]:
    yield from (BillLine("cluster", line) for line in plan.cluster.cost)
    for part in ("cpu_pools", "gpu_pools"):
        yield from _keyed(plan, part)
    if plan.registry is not None:
        yield from (BillLine("registry", line) for line in plan.registry.cost)
    for part in ("postgres", "valkey", "qdrants", "weaviates", "buckets", "file_shares", "llm_gateways"):
        yield from _keyed(plan, part)
    if plan.gateway is not None:
        yield from (BillLine("gateway", line) for line in plan.gateway.cost)


def _keyed(plan: Plan, part: str) -> Iterator[BillLine]:
    for key, spec in getattr(plan, part).items():
        yield from (BillLine(f"{part}/{key}", line) for line in spec.cost)
