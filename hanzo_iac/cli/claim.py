"""
Who may use the engine's state in a cache: any number of runs at once, or one command that deletes it, alone.

The engine locks one stack for one operation; this lasts for a whole run. The system lets go of it when the process
that has it dies, whichever way.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hanzo_iac.errors import Fault, TryAgainError


@contextmanager
def shared(cache: Path) -> Iterator[None]:
    """
    The state stays, whatever other commands are given.

    Raises:
        TryAgainError: it is being deleted.
    """
    with _claimed(cache, fcntl.LOCK_SH) as is_ours:
        if not is_ours:
            raise TryAgainError(Fault("local cloud", "another hanzo is emptying or ending it", "wait for it to end"))
        yield


@contextmanager
def alone(cache: Path) -> Iterator[None]:
    """
    No run of `hanzo` uses the state, and none can begin; of what a person starts with `pulumi`, nothing runs yet.

    Raises:
        TryAgainError: something is at work on a stack, and would write of what is no longer there.
    """
    from hanzo_iac.cli import repair
    from hanzo_iac.cli.engine import state_folder
    from hanzo_iac.cli.state import stacks

    with _claimed(cache, fcntl.LOCK_EX) as is_ours:
        # Also where it is not: the lock of a stack says who is at work on it.
        for stack in stacks(state_folder(cache)):
            repair.clear_locks(stack)
        if not is_ours:
            hint = "wait for it to end, or stop it, then run this again"
            raise TryAgainError(Fault("local cloud", "another hanzo is deploying to it", hint))
        yield


@contextmanager
def _claimed(cache: Path, how: int) -> Iterator[bool]:
    """Whether the claim could be had at once. Beside the state's folder, which may go while it is held."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "state.lock").open("a") as file:
        try:
            fcntl.flock(file, how | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
