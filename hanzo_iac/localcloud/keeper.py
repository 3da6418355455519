"""A thread that keeps one thing true: looks, acts, and says when it wants to look again."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

log = logging.getLogger("hanzo_iac.localcloud")

FIRST_RETRY_S, LONGEST_RETRY_S = 0.25, 5.0


class Keeper:
    """Calls `step` until it answers None; an exception is remembered as `trouble` and the step tried again."""

    def __init__(self, name: str, step: Callable[[], float | None]) -> None:
        """`step` answers the seconds until its next look."""
        self.name = name
        self.trouble = ""
        self._step = step
        self._woken = threading.Event()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> Keeper:
        """Itself, at work."""
        self._thread.start()
        return self

    def wake(self) -> None:
        """Look now."""
        self._woken.set()

    def stop(self) -> None:
        """No step runs any more. Not to be called from the step itself."""
        self._stopped = True
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        retry_s = FIRST_RETRY_S
        while not self._stopped:
            self._woken.clear()
            try:
                pause = self._step()
                self.trouble, retry_s = "", FIRST_RETRY_S
            except Exception as error:
                log.exception("%s", self.name)
                self.trouble = f"{type(error).__name__}: {error}".strip()
                pause, retry_s = retry_s, min(retry_s * 2, LONGEST_RETRY_S)
            if pause is None:
                return
            self._woken.wait(pause)
