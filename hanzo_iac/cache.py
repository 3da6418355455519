"""Where everything hanzo keeps on a machine lies: `HANZO_CACHE`, else `~/.cache/hanzo-iac`."""

from __future__ import annotations

import os
from pathlib import Path


def cache_root() -> Path:
    """The cache folder, absolute; not necessarily there yet. Nothing of ours is written outside it."""
    # Absolute, as the engine and the local cloud run in folders of their own.
    return Path(os.environ.get("HANZO_CACHE") or "~/.cache/hanzo-iac").expanduser().absolute()
