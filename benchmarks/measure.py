"""Times a whole process: wall seconds and peak memory, as the operating system accounts them."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Run:
    """One finished run of a command."""

    wall_s: float
    peak_mib: float


def run(command: Sequence[str]) -> Run:
    """
    Run a command to its end, its output thrown away.

    Raises:
        subprocess.CalledProcessError: it failed, so what was measured is no number of anything.
    """
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    # Linux counts in KiB, macOS in bytes.
    peak_bytes = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    if process.returncode != 0:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Run(time.perf_counter() - started, peak_bytes / 2**20)


def spread(values: Sequence[float]) -> str:
    """`median (min to max)` to two decimals."""
    return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"
