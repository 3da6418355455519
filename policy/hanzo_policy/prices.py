"""
What a size costs a month: `prices.csv`, a copy of the catalogue's prices with the source and date of each.

A copy, because the pack must judge without the program it judges; `refresh_prices.py` writes it anew.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

DROPLET_FAMILY = "droplet"
POSTGRES_FAMILY = "pg"
VALKEY_FAMILY = "valkey"
CONTROL_PLANE_FAMILY = "doks"
REGISTRY_FAMILY = "registry"
HIGHLY_AVAILABLE = "doks-control-plane-ha"

_FAMILY_BY_ENGINE = {"pg": POSTGRES_FAMILY, "mysql": POSTGRES_FAMILY, "valkey": VALKEY_FAMILY, "redis": VALKEY_FAMILY}


def usd_month(family: str, slug: str) -> float | None:
    """USD a month for one node of a size; None where no price is known, which is not zero."""
    return _prices().get((family, slug))


def database_usd_month(engine: str, slug: str) -> float | None:
    """USD a month for one node of a managed database; None where no price is known."""
    family = _FAMILY_BY_ENGINE.get(engine)
    return usd_month(family, slug) if family else None


@cache
def _prices() -> Mapping[tuple[str, str], float]:
    with files("hanzo_policy").joinpath("prices.csv").open(encoding="utf-8") as table:
        rows = csv.DictReader(table)
        return MappingProxyType({(row["family"], row["slug"]): float(row["usd_month"]) for row in rows})
