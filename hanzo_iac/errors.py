"""
Every error a person can meet, and the exit code each one ends the program with.

    HanzoError              what went wrong, as one or more faults
    |- InputError       1   something written by the user must change
    |- UsageError       2   the command was called wrongly
    `- TryAgainError   75   the same call may succeed later

A fault says where, what, and what next. All faults of one input are reported together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: `where: what`, then a hint."""

    where: str
    """Path in the file (`services/web/port`), a file, or the part of the system; empty when the message says it all."""
    what: str
    hint: str = ""

    def __str__(self) -> str:
        line = f"{self.where}: {self.what}" if self.where else self.what
        return f"{line}\n\nhint: {self.hint}" if self.hint else line


class HanzoError(Exception):
    """Something a person must know about. Printed as its faults, never as a traceback."""

    exit_code = 1

    def __init__(self, faults: Fault | Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class InputError(HanzoError):
    """Something written by the user must change before the same call can succeed."""

    exit_code = 1


class UsageError(HanzoError):
    """The command itself was called wrongly."""

    exit_code = 2


class TryAgainError(HanzoError):
    """Nothing needs to change: the same call may succeed later."""

    exit_code = 75
