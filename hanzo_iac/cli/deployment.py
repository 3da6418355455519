"""Bringing an application up on a cloud and taking it down, as a person at a terminal sees it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hanzo_iac.cli.engine import Cloud, Engine, Outcome
    from hanzo_iac.cli.progress import Board
    from hanzo_iac.plan.spec import Plan

PROGRAMS = ("pulumi", "pulumi-resource-kubernetes", "pulumi-resource-digitalocean")


def variables(cloud: Cloud) -> dict[str, str]:
    """Variable -> value under which plain `pulumi` sees the stacks of `hanzo local up` and reaches the cloud."""
    from hanzo_iac.cache import cache_root
    from hanzo_iac.cli.engine import engine_environment
    from hanzo_iac.toolchain import ensure

    return engine_environment(cache_root(), ensure(*PROGRAMS, "pulumi-language-python"), cloud)


def bring_up(plan: Plan, *, cloud: Cloud) -> Outcome:
    """Everything of the plan exists on the cloud afterwards; what is done shows on stderr while it is done."""
    with _shown() as listen:
        return _engine(cloud, listen).up(plan)


def take_down(application: str, environment: str, *, cloud: Cloud, protected_too: bool) -> Outcome:
    """Nothing of the application exists on the cloud afterwards."""
    with _shown() as listen:
        return _engine(cloud, listen).destroy(application, environment, protected_too=protected_too)


def print_running(plan: Plan, outcome: Outcome, file: Path) -> None:
    """What runs now, where it answers, what it would cost a month, and what to try next. Data goes to stdout."""
    from hanzo_iac.cli import console
    from hanzo_iac.cli.plan_view import usd
    from hanzo_iac.plan.bill import cost

    bill = cost(plan)
    least = "at least " if bill.unknown else ""
    urls = outcome.outputs.get("urls", {})
    out = console.stdout()
    out.print(f"{plan.application} runs in {plan.environment} on the local cloud: {summary(outcome)}")
    for service, url in urls.items():
        out.print(f"  {service:<10} {url}  (simulated address: no container runs behind it)", soft_wrap=True)
    money = f"{usd(bill.low_usd)} to {usd(bill.high_usd)}" if bill.low_usd != bill.high_usd else usd(bill.low_usd)
    out.print(f"  on DigitalOcean it would cost {least}{money} US dollars a month, LLM tokens not counted")
    asked = f"{file} --env {plan.environment}"
    first = f"services/{next(iter(plan.services))} " if plan.services else ""
    if plan.notices:
        console.say(f"\n{len(plan.notices)} notices about this plan: hanzo plan {asked}")
    console.say(
        "\nnext: hanzo local status          what runs, and what of it is simulated\n"
        f"      hanzo explain {first}-f {asked}\n"
        "                                  every value of the plan and why\n"
        '      eval "$(hanzo local env)"   plain pulumi, pydo or an S3 client against this cloud\n'
        "      hanzo local down            end it and delete everything in it"
    )


def summary(outcome: Outcome) -> str:
    """`70 created in 33.6 s`, or that nothing changed."""
    if outcome.is_unchanged:
        return f"no changes, {outcome.changes.get('same', 0)} resources as planned ({outcome.seconds:.1f} s)"
    words = {"create": "created", "update": "updated", "delete": "deleted", "replace": "replaced"}
    done = [f"{count} {words[kind]}" for kind, count in outcome.changes.items() if kind in words]
    return f"{', '.join(done)} in {outcome.seconds:.1f} s"


def _engine(cloud: Cloud, listen: Callable[[Board], None]) -> Engine:
    from hanzo_iac.cache import cache_root
    from hanzo_iac.cli.engine import Engine
    from hanzo_iac.toolchain import ensure

    return Engine(cache=cache_root(), toolchain=ensure(*PROGRAMS), cloud=cloud, listen=listen)


@contextmanager
def _shown() -> Iterator[Callable[[Board], None]]:
    from hanzo_iac.cli import console
    from hanzo_iac.cli.progress import PlainLines, table

    if not sys.stderr.isatty():
        yield PlainLines(console.say)
        return
    from rich.live import Live

    with Live(console=console.stderr(), refresh_per_second=4, transient=True) as live:
        yield lambda board: live.update(table(board))
