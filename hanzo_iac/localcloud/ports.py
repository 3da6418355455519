"""Loopback ports: chosen free, remembered by name, so that an address outlives the process behind it."""

from __future__ import annotations

import json
import random
import socket
import threading
from collections.abc import Callable
from pathlib import Path

from hanzo_iac.errors import Fault, TryAgainError
from hanzo_iac.localcloud.places import read_json, write_whole

# Below the range Linux (32768) and macOS (49152) take outgoing ports from: no connection can sit on a remembered port.
FIRST, LAST = 20000, 31999
ATTEMPTS = 200


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1 now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


class Ports:
    """Name -> port, in one file."""

    def __init__(
        self,
        path: Path,
        *,
        free: Callable[[int], bool] = is_free,
        pick: Callable[[], int] = lambda: random.randint(FIRST, LAST),  # noqa: S311  # no secret
    ) -> None:
        self._path = path
        self._free = free
        self._pick = pick
        self._lock = threading.Lock()
        self._port_by_name: dict[str, int] = {
            name: port for name, port in (read_json(path) or {}).items() if isinstance(port, int)
        }

    def of(self, name: str) -> int | None:
        """The remembered port, taken or not."""
        with self._lock:
            return self._port_by_name.get(name)

    def claim(self, name: str) -> int:
        """
        A port for a server that does not run: the remembered one if nobody took it, else a new one.

        Raises:
            TryAgainError: No free port was found.
        """
        with self._lock:
            remembered = self._port_by_name.get(name)
            if remembered is not None and self._free(remembered):
                return remembered
            self._port_by_name[name] = self._fresh()
            self._save()
            return self._port_by_name[name]

    def forget(self, name: str) -> None:
        """Let go of the port; a no-op when there is none."""
        with self._lock:
            if self._port_by_name.pop(name, None) is not None:
                self._save()

    def _fresh(self) -> int:
        taken = set(self._port_by_name.values())
        for _ in range(ATTEMPTS):
            port = self._pick()
            if port not in taken and self._free(port):
                return port
        raise TryAgainError(Fault("local cloud", f"no free port between {FIRST} and {LAST} on 127.0.0.1"))

    def _save(self) -> None:
        write_whole(self._path, json.dumps(self._port_by_name, indent=1, sort_keys=True))
