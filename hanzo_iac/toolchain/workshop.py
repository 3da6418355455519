"""
What every route is given to work with, what it hands back, and how it says that it cannot.

The limits and the clock's neighbours are fields, so that tests are fast and exact.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hanzo_iac.toolchain.programs import Program
from hanzo_iac.toolchain.progress import Progress
from hanzo_iac.toolchain.routes import Machine


class RouteFailedError(Exception):
    """A route gives nothing here. The next one is tried."""

    def __init__(self, *, why: str, may_pass: bool = False) -> None:
        super().__init__(why)
        self.may_pass = may_pass
        """True for a fault of the network: the same route may work later."""


@dataclass(frozen=True)
class Limits:
    """How long the network is waited for. Chosen so that a machine without internet loses seconds, not minutes."""

    answer_s: float = 4.0
    """Until the first line of an answer, name lookup included."""
    stall_s: float = 20.0
    """Without a byte in the middle of a file."""
    tries: int = 5
    """Of one file, each resuming where the last one stopped; and of one `go` command."""
    pause_s: float = 2.0
    """Before the second try; twice as long before each further one."""
    floor_bytes_per_s: float = 100_000.0
    """Slower than this, the 400 MB of the whole toolchain take longer than building it."""
    floor_after_s: float = 30.0
    """When the speed is first judged."""


@dataclass(frozen=True)
class Staged:
    """What a route made: place below the toolchain's folder -> the file waiting to be put there."""

    files: Mapping[Path, Path]
    source: str


@dataclass
class Workshop:
    """Where and with what programs are made. One for a run: it remembers the hosts that do not answer."""

    root: Path
    progress: Progress
    machine: Machine
    environment: Mapping[str, str]
    """The process's own, read once."""
    tools: Path
    """The folder with a go.mod and go.sum per tool."""
    mirror: str = ""
    limits: Limits = field(default_factory=Limits)
    interpreter: str = sys.executable
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    doubted_hosts: set[str] = field(default_factory=set)
    """Hosts that did not answer once in this run."""
    silent_hosts: dict[str, str] = field(default_factory=dict)
    """Host -> why nothing more is asked of it in this run."""
    answering_hosts: set[str] = field(default_factory=set)
    """Hosts that answered in this run: when one of them falls silent, it is asked again."""

    def bench(self, program: Program) -> Path:
        """The folder this program is made in. Downloads begun in it are kept between runs."""
        return self.root / "work" / f"{program.name}-{program.version}"

    def staging(self, program: Program) -> Path:
        """The empty folder for finished files, on the bench."""
        return self.bench(program) / "staged"

    def pause(self, attempt: int) -> None:
        """Wait before the next try; `attempt` counts from 1."""
        self.sleep(self.limits.pause_s * 2 ** (attempt - 1))
