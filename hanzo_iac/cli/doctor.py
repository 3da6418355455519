"""`hanzo doctor`: what this machine lacks, and what to do about each."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from hanzo_iac.toolchain.checks import Check


def doctor(*, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Look at Python, Go, make, the disk, ports, every cached program and the versions that must agree."""
    from hanzo_iac.cli import console, deployment
    from hanzo_iac.localcloud.settings import CONTROL_PLANE, DEFINITIONS
    from hanzo_iac.toolchain import checks

    found = checks.examine(os.environ, {*deployment.PROGRAMS, *CONTROL_PLANE, *DEFINITIONS})
    if as_json:
        console.print_json([asdict(check) | {"ok": check.ok} for check in found])
    else:
        _print(found)
    if not all(check.ok for check in found):
        raise typer.Exit(1)


def _print(found: list[Check]) -> None:
    from rich.text import Text

    from hanzo_iac.cli import console

    width = max(len(check.name) for check in found)
    for check in found:
        mark = ("ok   ", "green") if check.ok else ("fault", "bold red")
        console.stdout().print(Text.assemble(mark, f"  {check.name:<{width}}  {check.what}"), soft_wrap=True)
    for remedy in dict.fromkeys(check.remedy for check in found if check.remedy):
        console.stdout().print(Text.assemble("\n", ("hint: ", "bold cyan"), remedy), soft_wrap=True)
