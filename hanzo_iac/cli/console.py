"""Where output goes: data to stdout, all that is said beside it to stderr; colour only on a terminal."""

from __future__ import annotations

import json
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from hanzo_iac.errors import HanzoError


PIPED_WIDTH = 100
"""Columns where there is no terminal, whatever COLUMNS says: what is piped or kept is always the same text."""
NARROWEST, WIDEST = 80, 140
"""Columns of a terminal that are used. In a narrower one lines go on in the next, which reads better than slivers."""


@cache
def stdout() -> Console:
    """The console for data: tables, trees, text a person asked for. Nothing in it is markup: much is the user's."""
    from rich.console import Console

    terminal = Console()
    width = min(max(terminal.width, NARROWEST), WIDEST) if terminal.is_terminal else PIPED_WIDTH
    return Console(width=width, highlight=False, markup=False, emoji=False)


@cache
def stderr() -> Console:
    """The console for progress, notices and errors."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """Write one JSON document to stdout: the form every `--json` option prints."""
    json.dump(value, sys.stdout, indent=2)
    sys.stdout.write("\n")


def say(text: str) -> None:
    """Write one plain line to stderr."""
    sys.stderr.write(text + "\n")


def print_error(error: HanzoError) -> None:
    """Write an error's faults to stderr, hints last and once each."""
    from rich.text import Text

    console = stderr()
    for fault in error.faults:
        where = f"{fault.where}: " if fault.where else ""
        console.print(Text.assemble(("error: ", "bold red"), where + fault.what))
    for hint in dict.fromkeys(fault.hint for fault in error.faults if fault.hint):
        console.print(Text.assemble("\n", ("hint: ", "bold cyan"), hint))
