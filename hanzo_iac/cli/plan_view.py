"""How plans, bills and explanations look. Readable without colour; always the same text where there is no terminal."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from hanzo_iac.cli.console import PIPED_WIDTH, stderr
from hanzo_iac.errors import Fault, InputError
from hanzo_iac.plan.bill import Bill, BillLine
from hanzo_iac.plan.explanation import Explained, parts
from hanzo_iac.plan.spec import Plan
from hanzo_iac.plan.summary import Row, summary

NARROW = 12
WIDE = 26
# Most columns of the kind, and of a name and a reason; longer ones go on in the next line.


def print_summary(plan: Plan, to: Console) -> None:
    """What will exist: a line for each part, under the heading of its group; why, where there is room to say it."""
    rows = summary(plan)
    kind, name, why = (min(max(len(text) for text in column), most) for column, most in _measured(rows))
    with_why = to.width >= PIPED_WIDTH
    _print_title(plan, to)
    for group, members in groupby(rows, key=lambda row: row.group):
        table = _table()
        for width in (kind, name, None, why) if with_why else (kind, name, None):
            table.add_column(width=width, ratio=None if width else 1, overflow="fold")
        for row in members:
            reason = [Text(row.why, style="dim")] if with_why else []
            table.add_row(row.kind, Text(row.name, style="bold"), row.what, *reason)
        _print(to, group, table)


def print_bill(plan: Plan, bill: Bill, to: Console) -> None:
    """The bill, line by line, its totals, and the ceiling they are held against."""
    table = _table(header=True)
    table.add_column("part", overflow="fold")
    table.add_column("item", no_wrap=True)
    for name in ("number", "each", "at minimum", "at maximum"):
        table.add_column(name, justify="right", no_wrap=True)
    for line in bill.lines:
        money = [usd(amount) for amount in (line.line.unit_usd, line.low_usd, line.high_usd)]
        table.add_row(line.part, line.line.item, _number(line), *money)
    least = "at least" if bill.unknown else ""
    low, high = (Text(usd(amount), style="bold") for amount in (bill.low_usd, bill.high_usd))
    table.add_row()
    table.add_row(Text("infrastructure", style="bold"), "", "", least, low, high)
    table.add_row("ceiling", plan.budget.ceiling_because, "", "", "", usd(plan.budget.ceiling_usd))
    if bill.llm_budget_usd is not None:
        table.add_row("LLM budget", "beside it", "", "", "", usd(bill.llm_budget_usd))
    _print(to, "US dollars a month, at minimum and at maximum replicas", table)


def print_sources(bill: Bill, to: Console) -> None:
    """Where each price was read, and when."""
    to.print()
    to.print(Text("prices read", style="bold cyan"))
    for source, lines in groupby(sorted(bill.lines, key=lambda line: line.line.source), lambda line: line.line.source):
        items = ", ".join(dict.fromkeys(line.line.item for line in lines))
        to.print(Text(items + ": ").append(source, style="dim"))


def print_notices(plan: Plan) -> None:
    """What the user did not write and should know, to stderr."""
    to = stderr()
    for notice in plan.notices:
        to.print(Text.assemble("\n", ("notice: ", "bold yellow"), f"{notice.where}: {notice.what}"))
        if notice.hint:
            to.print(Text.assemble(("  hint: ", "cyan"), notice.hint))


def print_explanation(plan: Plan, rows: Sequence[Explained], to: Console) -> None:
    """Every value of each part, where it came from, and why."""
    _print_title(plan, to)
    widths = [
        max(len(text) for text in column) for column in zip(*((row.field, row.origin) for row in rows), strict=True)
    ]
    for part, values in groupby(rows, key=lambda row: row.part):
        table = _table()
        for width, ratio in ((widths[0], None), (None, 3), (widths[1], None), (None, 4)):
            table.add_column(width=width, ratio=ratio, overflow="fold")
        for row in values:
            table.add_row(row.field, Text(row.value, style="bold"), row.origin, Text(row.reason, style="dim"))
        _print(to, part, table)


def bill_json(plan: Plan, bill: Bill) -> dict[str, Any]:
    """The bill as JSON; amounts are strings, and an unknown one is null."""
    return {
        "application": plan.application,
        "environment": plan.environment,
        "lines": [
            {
                "part": line.part,
                "item": line.line.item,
                "quantity_low": line.line.quantity_low,
                "quantity_high": line.line.quantity_high,
                "unit_usd": _exact(line.line.unit_usd),
                "low_usd": _exact(line.low_usd),
                "high_usd": _exact(line.high_usd),
                "source": line.line.source,
                "because": line.line.because,
            }
            for line in bill.lines
        ],
        "low_usd": _exact(bill.low_usd),
        "high_usd": _exact(bill.high_usd),
        "complete": not bill.unknown,
        "ceiling_usd": _exact(plan.budget.ceiling_usd),
        "llm_budget_usd": _exact(bill.llm_budget_usd),
    }


def refuse_unknown_prices(bill: Bill) -> None:
    """
    Nothing, when every price is known.

    Raises:
        InputError: one is not.
    """
    if bill.unknown:
        raise InputError(
            [
                Fault(line.line.because, f"no price is known for {line.line.item}", "leave --strict out to plan anyway")
                for line in bill.unknown
            ]
        )


def no_such_part(part: str, plan: Plan) -> InputError:
    """The error for a part that the plan does not hold."""
    known = ", ".join(path for path, _ in parts(plan))
    return InputError(Fault(part, "the plan holds no such part", f"it holds {known}"))


def usd(amount: Decimal | None) -> str:
    """
    An amount with cents; `unknown` when there is none.

    >>> usd(Decimal("1168.08")), usd(None)
    ('1,168.08', 'unknown')
    """
    return "unknown" if amount is None else f"{amount:,.2f}"


def _exact(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


def _number(line: BillLine) -> str:
    low, high = line.line.quantity_low, line.line.quantity_high
    return str(low) if low == high else f"{low} to {high}"


def _print_title(plan: Plan, to: Console) -> None:
    to.print(Text(f"{plan.application} in {plan.environment}, {plan.region}", style="bold"))


def _measured(rows: Sequence[Row]) -> tuple[tuple[list[str], int], ...]:
    """The columns of the summary that have a width of their own, each with the most it may have."""
    return (
        ([row.kind for row in rows], NARROW),
        ([row.name for row in rows], WIDE),
        ([row.why for row in rows], WIDE),
    )


def _table(*, header: bool = False) -> Table:
    return Table(
        box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=header, header_style="dim", expand=not header
    )


def _print(to: Console, heading: str, table: Table) -> None:
    """A heading and its table, without the blanks a table ends its lines with."""
    to.print()
    to.print(Text(heading, style="bold cyan"))
    with to.capture() as drawn:
        to.print(table)
    to.file.write("".join(f"{line.rstrip()}\n" for line in drawn.get().splitlines()))
