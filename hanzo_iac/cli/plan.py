"""`hanzo plan`, `hanzo explain`, `hanzo cost`: what will exist, why, and what it costs. No cloud and no engine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from hanzo_iac.model.application import Application
    from hanzo_iac.plan.spec import Plan

File = Annotated[Path, typer.Argument(metavar="[FILE]", help="hanzo.yaml, or the folder it lies in.")]
Where = Annotated[Path, typer.Option("--file", "-f", metavar="FILE", help="hanzo.yaml, or the folder it lies in.")]
Env = Annotated[str, typer.Option("--env", "-e", help="The environment: dev, staging, prod or one of your own.")]
As_json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Strict = Annotated[bool, typer.Option("--strict", help="Fail when a price is not known.")]

HERE = Path()


def plan(file: File = HERE, *, env: Env = "dev", as_json: As_json = False, strict: Strict = False) -> None:
    """Show everything that will exist, why, and what it costs a month."""
    import sys

    from hanzo_iac.cli import console, plan_view
    from hanzo_iac.plan.bill import cost
    from hanzo_iac.plan.render import to_json

    _, planned = planned_from(file, env)
    bill = cost(planned)
    if as_json:
        sys.stdout.write(to_json(planned))
    else:
        plan_view.print_summary(planned, console.stdout())
        plan_view.print_bill(planned, bill, console.stdout())
        plan_view.print_notices(planned)
    if strict:
        plan_view.refuse_unknown_prices(bill)


def explain(
    part: Annotated[str, typer.Argument(metavar="[PART]", help="Such as services/web or resources/db.")] = "",
    *,
    file: Where = HERE,
    env: Env = "dev",
    as_json: As_json = False,
) -> None:
    """Show every value of the plan, where it came from, and why it is so."""
    from dataclasses import asdict

    from hanzo_iac.cli import console, plan_view
    from hanzo_iac.plan.explanation import explain as explained

    application, planned = planned_from(file, env)
    rows = explained(planned, application, only=part)
    if not rows:
        raise plan_view.no_such_part(part, planned)
    if as_json:
        console.print_json([asdict(row) for row in rows])
        return
    plan_view.print_explanation(planned, rows, console.stdout())


def cost(file: File = HERE, *, env: Env = "dev", as_json: As_json = False, strict: Strict = False) -> None:
    """Show what the plan costs a month, line by line, with the source of each price."""
    from hanzo_iac.cli import console, plan_view
    from hanzo_iac.plan.bill import cost as billed

    _, planned = planned_from(file, env)
    bill = billed(planned)
    if as_json:
        console.print_json(plan_view.bill_json(planned, bill))
    else:
        plan_view.print_bill(planned, bill, console.stdout())
        plan_view.print_sources(bill, console.stdout())
    if strict:
        plan_view.refuse_unknown_prices(bill)


def planned_from(file: Path, env: str) -> tuple[Application, Plan]:
    """
    The application in this file or folder, and its plan.

    Raises:
        InputError: the file or the environment is wrong, or the plan passes a ceiling.
    """
    from hanzo_iac.model.application import Application
    from hanzo_iac.model.environment import Environment
    from hanzo_iac.plan.mapping import plan

    application = Application.load(file)
    folder = file if file.is_dir() else file.parent
    return application, plan(application, Environment.load(env, beside=folder))
