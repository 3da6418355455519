"""
What a person sees while programs are installed: the step and the time it has taken, on stderr.

A moving line on a terminal, plain lines elsewhere. Nothing is shown for what is there already.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, TextIO

if TYPE_CHECKING:
    from rich.progress import Progress as RichBar
    from rich.progress import TaskID

HEARTBEAT_S = 60.0
"""How often a plain log is told that a long step goes on. A minute is arbitrary: a build in CI should not look dead."""


class Progress(Protocol):
    """Is told what happens. One step runs at a time."""

    def begin(self, name: str, step: str) -> None:
        """A step of this program starts, or its wording changes."""

    def advance(self, done: int, total: int | None) -> None:
        """So many bytes of the step are done; also called every second or so with no news, to show life."""

    def end(self, name: str, outcome: str) -> None:
        """The program is finished with, well or not."""

    def close(self) -> None:
        """Nothing more will come."""


class Silent:
    """Says nothing."""

    def begin(self, name: str, step: str) -> None:
        """Nothing."""

    def advance(self, done: int, total: int | None) -> None:
        """Nothing."""

    def end(self, name: str, outcome: str) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


class Lines:
    """One plain line at the start and end of each program, and a sign of life in between."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream, self._clock = stream, clock
        self._name, self._step = "", ""
        self._began = self._told = clock()

    def begin(self, name: str, step: str) -> None:
        """A line saying what is being done."""
        if name != self._name:
            self._began = self._clock()
        self._name, self._step = name, step
        self._say(f"{name}: {step}")

    def advance(self, done: int, total: int | None) -> None:
        """A line once a minute."""
        now = self._clock()
        if now - self._told >= HEARTBEAT_S:
            self._say(f"{self._name}: {self._step}{amount(done, total)}, {now - self._began:.0f} s")

    def end(self, name: str, outcome: str) -> None:
        """A line with the outcome and the seconds it took."""
        self._say(f"{name}: {outcome} in {self._clock() - self._began:.1f} s")
        self._name = ""

    def close(self) -> None:
        """Nothing is held."""

    def _say(self, line: str) -> None:
        self._told = self._clock()
        self._stream.write(f"toolchain: {line}\n")
        self._stream.flush()


class Bar:
    """A moving line with the step and the elapsed time; finished programs stay above it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._clock = time.monotonic
        self._began = 0.0
        self._bar: RichBar | None = None
        self._task: TaskID | None = None
        self._name = ""

    def begin(self, name: str, step: str) -> None:
        """The moving line shows this step."""
        bar = self._started()
        if name != self._name or self._task is None:
            self._remove()
            self._name, self._began = name, self._clock()
            self._task = bar.add_task(f"{name}: {step}", total=None)
        else:
            bar.update(self._task, description=f"{name}: {step}", total=None, completed=0)

    def advance(self, done: int, total: int | None) -> None:
        """The bar moves; the elapsed time moves by itself."""
        if self._bar is not None and self._task is not None and done:
            self._bar.update(self._task, completed=done, total=total)

    def end(self, name: str, outcome: str) -> None:
        """The moving line gives way to a finished one."""
        bar = self._started()
        self._remove()
        bar.console.print(f"toolchain: {name}: {outcome} in {self._clock() - self._began:.1f} s", highlight=False)

    def close(self) -> None:
        """The terminal is as it was."""
        if self._bar is not None:
            self._remove()
            self._bar.stop()
            self._bar = None

    def _started(self) -> RichBar:
        if self._bar is None:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

            columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=20), TimeElapsedColumn())
            self._bar = Progress(*columns, console=Console(file=self._stream), transient=True)
            self._bar.start()
        return self._bar

    def _remove(self) -> None:
        if self._bar is not None and self._task is not None:
            self._bar.remove_task(self._task)
        self._task = None


@contextmanager
def shown(progress: Progress | None, stream: TextIO | None = None) -> Iterator[Progress]:
    """The progress to tell for the length of a `with`: the one given, else one that fits the stream."""
    stream = stream or sys.stderr
    told: Progress = progress or (Bar(stream) if stream.isatty() else Lines(stream))
    try:
        yield told
    finally:
        told.close()


def amount(done: int, total: int | None) -> str:
    """
    `, 12 of 40 MB`, or nothing while no byte has come.

    >>> amount(12_000_000, 40_000_000)
    ', 12 of 40 MB'
    """
    if not done:
        return ""
    return f", {done / 1e6:.0f} of {total / 1e6:.0f} MB" if total else f", {done / 1e6:.0f} MB"
