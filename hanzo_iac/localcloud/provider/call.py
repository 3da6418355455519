"""
One engine call's patience: how long it may take, how to wait, whom to tell, and what must not run side by side.

Time is an argument: the servicer gives a clock that Ctrl-C interrupts, tests one that never sleeps.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from hanzo_iac.localcloud.provider.api import Api, ApiError, Busy, Unsure

T = TypeVar("T")

# A look that fails while something is being made tells nothing about the thing; so many in a row tell that the API
# has a fault of its own. A 404 counts too: a new database may not be found at first (terraform-provider issue 728).
FAILED_LOOKS = 5

# What DigitalOcean answers to a change that makes no sense, such as an upgrade to the version that runs.
REFUSED = (400, 422)


class Cancelled(Exception):  # noqa: N818  # nothing went wrong
    """The engine asked to stop."""


class TookTooLong(Exception):  # noqa: N818  # the message is the sentence
    """What was waited for did not come in time."""


class Clock(Protocol):
    """A monotonic clock."""

    def now(self) -> float:
        """Seconds since some fixed moment."""

    def sleep(self, seconds: float) -> None:
        """Wait. Raises `Cancelled` when the engine asks to stop meanwhile."""


class EngineClock:
    """Real time, ended early by `stop`."""

    def __init__(self) -> None:
        self._stopped = threading.Event()

    def now(self) -> float:
        """Seconds since the machine started."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait, or raise `Cancelled`."""
        if self._stopped.wait(seconds):
            raise Cancelled("stopped by the engine")

    def stop(self) -> None:
        """End every wait, now and later."""
        self._stopped.set()


class Turns:
    """Locks by name: DigitalOcean fails parallel changes inside one database cluster (terraform-provider issue 381)."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: dict[str, threading.Lock] = defaultdict(threading.Lock)

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Alone with what has this name."""
        with self._guard:
            lock = self._locks[name]
        with lock:
            yield


@dataclass
class Call:
    """What one create, update or delete works with."""

    api: Api
    clock: Clock
    turns: Turns
    deadline: float
    """On the clock."""
    say: Callable[[str], None] = field(default=lambda _: None)
    """Tells the person what is going on."""

    def until(self, what: str, look: Callable[[], T], ready: Callable[[T], bool]) -> T:
        """
        What a look sees once it is ready.

        Raises:
            TookTooLong: the deadline came first.
        """
        failed = 0
        while True:
            try:
                seen = look()
                failed = 0
                if ready(seen):
                    return seen
            except (Unsure, Busy, ApiError) as error:
                failed += 1
                if failed >= FAILED_LOOKS or not may_pass(error):
                    raise
            if self.clock.now() >= self.deadline:
                message = f"{what} within the time allowed; it may still come: run the same command again"
                raise TookTooLong(message)
            self.clock.sleep(self.api.settings.poll_s)

    def once(self, act: Callable[[], object], is_done: Callable[[], bool]) -> None:
        """
        It is done. DigitalOcean refuses some changes that were made already, which a lost answer may have hidden.

        Raises:
            ApiError: it was refused, and was not done before.
        """
        try:
            act()
        except ApiError as error:
            if error.status not in REFUSED or not is_done():
                raise

    def until_gone(self, what: str, path: str, gone: Callable[[dict[str, object]], bool] = lambda _: False) -> None:
        """Wait until nothing stands at a path, or what stands there counts as gone."""
        self.until(what, lambda: self.api.find(path), lambda seen: seen is None or gone(seen))


def may_pass(error: Exception) -> bool:
    """Whether a failed look may succeed the next time."""
    return not isinstance(error, ApiError) or isinstance(error, Busy) or error.status == 404
