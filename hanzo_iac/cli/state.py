"""
The engine's state folder, read directly: which stacks there are, what they exported, what a killed run left in them.

The engine's own answers to these questions take three commands and two seconds after each run; the files say the same.
Only a run of the engine writes them (and `repair` removes a dead run's lock).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from hanzo_iac.errors import Fault, InputError

SIGNATURE = "4dabf18193072939515e22adb298388d"
"""Key by which Pulumi marks a value that is not plain data, such as an encrypted secret."""


@dataclass(frozen=True)
class Lock:
    """One lock file: who is working on a stack, and since when."""

    file: Path
    pid: int
    host: str
    taken_at: datetime


@dataclass(frozen=True)
class StackState:
    """What lies in the folder about one stack; it need not exist."""

    folder: Path
    application: str
    environment: str

    @property
    def exists(self) -> bool:
        """True when the stack was made and not removed."""
        return self._file.exists()

    @property
    def outputs(self) -> Mapping[str, Any]:
        """What the program exported in its last run; secrets are left out."""
        root = [resource for resource in self._resources if resource["type"] == "pulumi:pulumi:Stack"]
        exported: dict[str, Any] = root[0].get("outputs", {}) if root else {}
        return {key: value for key, value in exported.items() if not _holds_a_mark(value)}

    @property
    def resources(self) -> tuple[tuple[str, str], ...]:
        """(type, name) of every resource, components included, in the order of the state."""
        return tuple((resource["type"], resource["urn"].rpartition("::")[2]) for resource in self._resources)

    @property
    def parentage(self) -> tuple[tuple[str, str], ...]:
        """(parent's type, type) of every resource that has a parent."""
        kind = {resource["urn"]: resource["type"] for resource in self._resources}
        return tuple(
            (kind[resource["parent"]], resource["type"]) for resource in self._resources if resource.get("parent")
        )

    def inputs(self, kind: str) -> Mapping[str, Any]:
        """What the first resource of this type was made with; empty when there is none."""
        found = (resource.get("inputs", {}) for resource in self._resources if resource["type"] == kind)
        return next(found, {})

    @property
    def has_pending(self) -> bool:
        """True when a run died between starting a step and knowing its result."""
        return bool(self._latest.get("pending_operations"))

    @property
    def locks(self) -> tuple[Lock, ...]:
        """The locks on this stack, of the living and of the dead."""
        folder = self.folder / ".pulumi" / "locks" / "organization" / self.application / self.environment
        return tuple(lock for file in sorted(folder.glob("*.json")) if (lock := _lock(file)))

    @property
    def unfinished_files(self) -> tuple[Path, ...]:
        """What a killed run was writing and had not put in place."""
        return tuple(sorted(self._file.parent.glob(f"{self._file.name}*.tmp")))

    @property
    def _resources(self) -> list[dict[str, Any]]:
        return self._latest.get("resources") or []

    @property
    def _latest(self) -> dict[str, Any]:
        content = _read(self._file, "hanzo local reset empties the cloud and forgets every stack in it") or {}
        return content.get("checkpoint", {}).get("latest") or {}

    @property
    def _file(self) -> Path:
        return self.folder / ".pulumi" / "stacks" / self.application / f"{self.environment}.json"


def stacks(folder: Path) -> tuple[StackState, ...]:
    """Every stack in the folder, by application and environment."""
    files = sorted((folder / ".pulumi" / "stacks").glob("*/*.json"))
    return tuple(StackState(folder, file.parent.name, file.stem) for file in files)


def _lock(file: Path) -> Lock | None:
    """What the file says; none when it was taken away meanwhile."""
    content = _read(file, "delete it, if no run is at work")
    if content is None:
        return None
    taken_at = datetime.fromisoformat(content["timestamp"])
    return Lock(file=file, pid=content["pid"], host=content["hostname"], taken_at=taken_at)


def _read(file: Path, hint: str) -> dict[str, Any] | None:
    """
    The file's JSON; none when there is no file.

    Raises:
        InputError: it is not JSON, so somebody else has written it.
    """
    try:
        content: dict[str, Any] = json.loads(file.read_text())
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise InputError(Fault(str(file), f"is not what the engine wrote: {error}", hint)) from error
    return content


def _holds_a_mark(value: Any) -> bool:
    if isinstance(value, Mapping):
        return SIGNATURE in value or any(map(_holds_a_mark, value.values()))
    return isinstance(value, list) and any(map(_holds_a_mark, value))
