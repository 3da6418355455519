"""
Everything the emulated account holds, in one place: tables of plain records, kept in memory or in one JSON file.

A request sees all of its changes or none: what it changed is thrown away when it fails, and written by one rename when
it succeeds, so a process killed at any moment leaves the state of the last whole request. Nothing is flushed to the
disk itself: the emulator outlives its own process, not a power cut.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hanzo_iac.errors import Fault, InputError
from hanzo_iac.localcloud.places import write_whole

Json = dict[str, Any]

# The layout of the file. Raised whenever an older file could no longer be read.
LAYOUT = 1


def _empty() -> Json:
    return {"layout": LAYOUT, "tables": {}, "counters": {}, "quota": {}}


class State:
    """Tables by name, each id -> record in order of creation."""

    def __init__(self, path: Path | None = None) -> None:
        """
        Read the file, or start empty.

        Raises:
            InputError: The file is there and is not a state of this layout.
        """
        self.path = path
        self.lock = threading.RLock()
        self._data = _read(path)
        self._text = json.dumps(self._data)

    def table(self, name: str) -> dict[str, Json]:
        """Id -> record of one kind. Changing it inside a transaction changes the state."""
        table: dict[str, Json] = self._data["tables"].setdefault(name, {})
        return table

    def next(self, counter: str, first: int = 1) -> int:
        """The next whole number of this counter."""
        value: int = self._data["counters"].get(counter, first - 1) + 1
        self._data["counters"][counter] = value
        return value

    @property
    def quota(self) -> dict[str, int]:
        """Limits that were set: `droplets`, `clusters`, `databases`, ... or a size's slug -> how many may exist."""
        quota: dict[str, int] = self._data["quota"]
        return quota

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One request: saved when it ends well, undone back to the last `save` when it does not."""
        with self.lock:
            try:
                yield
            except BaseException:
                self._data = json.loads(self._text)
                raise
            self.save()

    def save(self) -> None:
        """Make what was changed so far last, before something outside is told about it."""
        with self.lock:
            text = json.dumps(self._data)
            if text == self._text:
                return
            if self.path is not None:
                write_whole(self.path, text)
            self._text = text

    def dump(self) -> Json:
        """A copy of everything, as plain data."""
        with self.lock:
            copy: Json = json.loads(json.dumps(self._data))
            return copy

    def clear(self) -> None:
        """Forget everything."""
        with self.lock:
            self._data = _empty()
            self.save()


def _read(path: Path | None) -> Json:
    if path is None or not path.exists():
        return _empty()
    try:
        data = json.loads(path.read_text("utf-8"))
        readable = data["layout"] == LAYOUT
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(_unreadable(path)) from error
    if not readable:
        raise InputError(_unreadable(path))
    state: Json = data
    return state


def _unreadable(path: Path) -> Fault:
    return Fault(
        str(path),
        "is not a state of this version of the local cloud",
        "hanzo local reset starts it anew; nothing outside this machine is touched",
    )
