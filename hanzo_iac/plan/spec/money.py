"""What things cost, the ceilings they are held against, and what the user should know about them."""

from __future__ import annotations

from decimal import Decimal

from hanzo_iac.record import Record


class CostLine(Record):
    """One line of the monthly bill, in US dollars: what it costs at minimum and at maximum replicas."""

    item: str
    """What is paid for, as the cloud names it: `gpu-l40sx1-48gb`, `db-s-1vcpu-2gb`."""
    quantity_low: int
    quantity_high: int
    unit_usd: Decimal | None
    """USD a month for one; None when no published price is known. Never zero for unknown."""
    source: str
    """Where the unit price was read, and when."""
    because: str


class BudgetSpec(Record):
    """The ceilings the plan was held against."""

    ceiling_usd: Decimal
    ceiling_because: str
    may_pass_ceiling: bool
    """True: the environment lets a plan pass the ceiling, and only says so."""
    llm_budget_usd: Decimal | None
    max_gpu_nodes: int


class Notice(Record):
    """Something the user did not write and should know: a substitution, a rounding, a part that is not deployed yet."""

    where: str
    what: str
    hint: str
