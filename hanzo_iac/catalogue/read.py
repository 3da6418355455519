"""CSV files -> records. Reads what is written and judges nothing: `check.py` holds the rules of consistency."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

from hanzo_iac.catalogue.records import (
    DatabaseSize,
    EngineVersion,
    Gpu,
    KubernetesVersion,
    ModelProvider,
    Price,
    Region,
    Size,
)

DATA = Path(__file__).parent / "data"

Row = dict[str, str]

DATABASE_KINDS = {"database-pg": "pg", "database-valkey": "valkey"}
SIZE_KINDS = {"gpu": "on-demand", "gpu-spot": "spot", "droplet": "on-demand"}
SUPERSEDED = "-superseded"
_MIB_PER_GIB = 1024


def rows(name: str) -> Iterator[Row]:
    """Each line of a data file as column -> text, in the order of the file."""
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def current_prices() -> list[Row]:
    """The lines of `prices.csv` whose price still holds."""
    return [row for row in rows("prices.csv") if not row["kind"].endswith(SUPERSEDED)]


def price(row: Row) -> Price:
    """The price in a line of `prices.csv`."""
    return Price(
        item=row["slug"],
        usd_per_hour=Decimal(row["usd_per_hour"]) if row["usd_per_hour"] else None,
        usd_per_month=Decimal(row["usd_per_month"]) if row["usd_per_month"] else None,
        source=row["source"],
        as_of=row["as_of"],
    )


def gpus() -> dict[str, Gpu]:
    """Name -> GPU."""
    return {
        row["name"]: Gpu(
            name=row["name"],
            model=row["model"],
            brand=row["brand"],
            vram_gb=int(row["vram_gb"]),
            regions=tuple(row["regions"].split()) or None,
            source=row["source"],
            as_of=row["as_of"],
        )
        for row in rows("gpus.csv")
    }


def size(row: Row, gpu_by_name: Mapping[str, Gpu]) -> Size:
    """The Droplet size in a line of `prices.csv`."""
    gpu = gpu_by_name.get(row["gpu"])
    return Size(
        slug=row["slug"],
        vcpus=int(row["vcpus"]),
        memory_mib=int(row["memory_mib"]),
        gpu=row["gpu"],
        gpus=int(row["gpus"] or 0),
        gpu_model=gpu.model if gpu else "",
        brand=gpu.brand if gpu else "",
        vram_gb=int(row["vram_gb"]) // int(row["gpus"]) if row["gpus"] else 0,
        market=SIZE_KINDS[row["kind"]],
        regions=gpu.regions if gpu else None,
        price=price(row),
    )


def database_size(row: Row) -> DatabaseSize:
    """The database size in a line of `prices.csv`."""
    return DatabaseSize(
        engine=DATABASE_KINDS[row["kind"]],
        slug=row["slug"],
        vcpus=int(row["vcpus"]),
        memory_mib=int(row["memory_mib"]),
        disk_min_mib=int(row["disk_min_gib"] or 0) * _MIB_PER_GIB,
        disk_max_mib=int(row["disk_max_gib"] or 0) * _MIB_PER_GIB,
        price=price(row),
    )


def engine_versions() -> tuple[EngineVersion, ...]:
    """Every known engine version, oldest first within an engine."""
    return tuple(
        EngineVersion(
            engine=row["engine"],
            version=row["version"],
            end_of_life=date.fromisoformat(row["end_of_life"]) if row["end_of_life"] else None,
            source=row["source"],
            as_of=row["as_of"],
        )
        for row in rows("engines.csv")
    )


def kubernetes_versions() -> dict[str, KubernetesVersion]:
    """Slug -> DOKS version."""
    return {
        row["slug"]: KubernetesVersion(
            slug=row["slug"],
            version=row["version"],
            default=row["default"] == "yes",
            source=row["source"],
            as_of=row["as_of"],
        )
        for row in rows("kubernetes.csv")
    }


def regions() -> dict[str, Region]:
    """Slug -> region."""
    return {
        row["slug"]: Region(
            slug=row["slug"],
            name=row["name"],
            registry=row["registry"] == "yes",
            spaces=row["spaces"] == "yes",
            source=row["source"],
            as_of=row["as_of"],
        )
        for row in rows("regions.csv")
    }


def model_providers() -> tuple[ModelProvider, ...]:
    """Every known beginning of a model's name."""
    return tuple(
        ModelProvider(
            prefix=row["prefix"],
            provider=row["provider"],
            key_variable=row["key_variable"],
            hosts=tuple(row["host"].split()),
            source=row["source"],
            as_of=row["as_of"],
        )
        for row in rows("models.csv")
    )
