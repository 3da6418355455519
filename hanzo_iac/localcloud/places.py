"""Where the local cloud keeps its things: one folder in the cache, gone as a whole when the cloud is taken down."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hanzo_iac.cache import cache_root


@dataclass(frozen=True)
class Places:
    """Every path the local cloud writes to."""

    root: Path

    @classmethod
    def here(cls) -> Places:
        """Those of this cache: another `HANZO_CACHE` is another cloud."""
        return cls(cache_root().resolve() / "local")

    @property
    def lock(self) -> Path:
        """Held while a client starts or stops the cloud. Beside the folder, which goes while it is held."""
        return self.root.with_name("local.lock")

    @property
    def supervisor_lock(self) -> Path:
        """Held by the supervisor for its whole life; the system lets go of it when the process dies."""
        return self.root / "supervisor.lock"

    @property
    def card(self) -> Path:
        """`cloud.json`: where a running cloud answers."""
        return self.root / "cloud.json"

    @property
    def settings(self) -> Path:
        """What the cloud was started with."""
        return self.root / "settings.json"

    @property
    def account(self) -> Path:
        """The state of the emulated account."""
        return self.root / "account.json"

    @property
    def ports(self) -> Path:
        """Name -> port, kept over restarts."""
        return self.root / "ports.json"

    @property
    def stacks(self) -> Path:
        """What Pulumi remembers of the stacks deployed here; written by `hanzo_iac.cli.engine`."""
        return self.root / "state"

    @property
    def programs(self) -> Path:
        """Pulumi's working folders; made by `hanzo_iac.cli.engine`."""
        return self.root / "programs"

    @property
    def processes(self) -> Path:
        """One record for each process."""
        return self.root / "processes"

    @property
    def logs(self) -> Path:
        """One log for each process."""
        return self.root / "logs"

    @property
    def clusters(self) -> Path:
        """One folder for each Kubernetes cluster."""
        return self.root / "clusters"

    @property
    def databases(self) -> Path:
        """One folder for each database cluster."""
        return self.root / "databases"


def write_whole(path: Path, text: str, *, mode: int = 0o600) -> None:
    """The file holds this text, or what it held before; never a part. Its owner alone may read it by default."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write(text)
    fresh.replace(path)


def read_json(path: Path) -> dict[str, Any] | None:
    """The object in the file; None when there is no file, or no whole object in it."""
    try:
        value = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None
