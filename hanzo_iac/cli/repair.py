"""
What a killed run leaves behind, found and put right before the next one: a lock, half-made resources, plugins.

Nothing is stopped or unlocked on suspicion: a lock's owner must be dead, or an engine that has lost our command which
started it; a plugin must be one of our own toolchain that has lost its engine.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

from hanzo_iac.cli.state import Lock, StackState
from hanzo_iac.errors import Fault, TryAgainError

if TYPE_CHECKING:
    import psutil

    from hanzo_iac.toolchain import Toolchain

CLEAN_EXIT_S = 15
"""How long an engine that was told to stop may finish what it is doing. Its steps of a second or two end in it; 15 is
otherwise arbitrary."""

OUR_PLUGIN = "hanzo_iac.localcloud.provider"
"""The module that our DigitalOcean plugin's script becomes."""

OUR_ENGINE = "PULUMI_AUTOMATION_API"
"""A variable of every engine that a program started; one that a person started has none."""

CLOCK_SLACK_S = 2
"""A process younger than the lock by more than this has only inherited the number of the one that took it."""


def clear_locks(stack: StackState) -> bool:
    """
    True when a dead run had left the stack locked; it no longer is.

    An engine that outlived the command which started it is asked to stop first.

    Raises:
        TryAgainError: a living run holds the stack.
    """
    found = stack.locks
    for lock in found:
        if lock.host != socket.gethostname():
            hint = f"wait for it to end; if it no longer runs there, delete {lock.file}"
            raise TryAgainError(_busy(lock, stack, hint))
        owner = _owner(lock)
        if owner is not None and not (_has_lost_its_command(owner) and stop(owner)):
            raise TryAgainError(_busy(lock, stack, "wait for it to end, or stop it, then run this again"))
        lock.file.unlink(missing_ok=True)
    if found:
        for unfinished in stack.unfinished_files:
            unfinished.unlink(missing_ok=True)
    return bool(found)


def leftovers(toolchain: Toolchain) -> list[psutil.Process]:
    """Running plugins of this user that an engine of our toolchain started, and whose engine is gone."""
    import psutil

    plugins = str(toolchain.pulumi_home / "plugins")
    mine = []
    for process in psutil.process_iter():
        try:
            is_plugin = any(word.startswith(plugins) or word == OUR_PLUGIN for word in process.cmdline())
            if not is_plugin or process.uids().real != os.getuid():
                continue
            is_ours = process.environ().get("PULUMI_HOME") == str(toolchain.pulumi_home)
            parent = process.parent()
            if is_ours and (parent is None or _program(parent) != "pulumi"):
                mine.append(process)
        except psutil.Error:
            continue
    return mine


def stop_leftovers(toolchain: Toolchain) -> int:
    """How many plugins were stopped that a killed engine had left running."""
    return sum(stop(process) for process in leftovers(toolchain))


def stop(process: psutil.Process) -> bool:
    """True once the process is gone: asked first, then killed. One that may not be stopped, or cannot, stays."""
    import psutil

    for end in (process.terminate, process.kill):
        with suppress(psutil.Error):
            end()
            process.wait(CLEAN_EXIT_S)
            return True
    return not process.is_running()


def run_to_its_end(action: Callable[[], object], toolchain: Toolchain) -> None:
    """
    The action is over, also when it was interrupted, and no engine runs any more.

    It runs in a thread of its own, which an interrupt does not reach: reading on, it lets the engine end in its own way
    and give back its lock. On a terminal the engine has had the same Ctrl-C; one that does not end is told to. SIGTERM,
    a SystemExit here, has reached this process alone and is passed on at once.
    """
    with ThreadPoolExecutor(max_workers=1) as worker:
        running = worker.submit(action)
        try:
            running.result()
        except (KeyboardInterrupt, SystemExit) as leaving:
            import psutil

            engines = [child for child in psutil.Process().children() if _program(child) == "pulumi"]
            _, alive = psutil.wait_procs(engines, CLEAN_EXIT_S if isinstance(leaving, KeyboardInterrupt) else 0)
            for process in alive:
                stop(process)
            stop_leftovers(toolchain)
            raise


def _owner(lock: Lock) -> psutil.Process | None:
    """The process that took the lock, if it still runs."""
    import psutil

    try:
        process = psutil.Process(lock.pid)
        is_same = process.create_time() <= lock.taken_at.timestamp() + CLOCK_SLACK_S
        return process if is_same and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.NoSuchProcess:
        return None


def _has_lost_its_command(engine: psutil.Process) -> bool:
    """True when a command of ours started this engine and is gone: the system's first process has taken it over."""
    import psutil

    try:
        parent, is_ours = engine.parent(), OUR_ENGINE in engine.environ()
    except psutil.Error:
        return False
    return is_ours and (parent is None or parent.pid == 1 or _program(parent) in {"systemd", "init", "launchd"})


def _program(process: psutil.Process) -> str:
    import psutil

    try:
        return Path(process.name()).name.rstrip("0123456789.")
    except psutil.Error:
        return ""


def _busy(lock: Lock, stack: StackState, hint: str) -> Fault:
    since = lock.taken_at.astimezone(UTC)
    what = f"process {lock.pid} on {lock.host} has been working on this stack since {since:%H:%M:%S} UTC"
    return Fault(f"{stack.application}/{stack.environment}", what, hint)
