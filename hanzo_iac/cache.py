"""Where everything hanzo keeps on a machine lies: `HANZO_CACHE`, else `~/.cache/hanzo-iac`."""

from __future__ import annotations

import os
from pathlib import Path


def cache_root() -> Path:
    """The cache folder; not necessarily there yet. Nothing of ours is written outside it."""
    return Path(os.environ.get("HANZO_CACHE") or Path.home() / ".cache" / "hanzo-iac")
