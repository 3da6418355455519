"""Rules of consistency over the data files, run by the tests. Reading trusts the files; this is why it may."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from hanzo_iac.catalogue import read
from hanzo_iac.catalogue.read import Row

# Hours DigitalOcean bills a month for: GPU Droplets run uncapped, the rest is capped at 28 days.
# Source: DigitalOcean's pricing pages; holds for all 76 prices of prices.csv that have both.
HOURS_BY_KIND = {
    "gpu": 744,
    "gpu-spot": 744,
    "droplet": 672,
    "database-pg": 672,
    "database-valkey": 672,
    "control-plane": 672,
}
UNPRICED = {"load-balancer", "database-storage", "volume", "file-share", "vector-database"}
KINDS = {*HOURS_BY_KIND, *UNPRICED, "spaces", "traffic", "registry"}
FREE = {"doks-control-plane", "registry-starter"}
# An hourly price is rounded to five decimals and a monthly one to the dollar or less.
_TOLERANCE = Decimal("0.01")


def faults() -> list[str]:
    """Every sentence about something wrong in the data files; empty when all is well."""
    every = list(read.rows("prices.csv"))
    current = read.current_prices()
    return [
        *_repeated("prices.csv", (f"{row['kind']} {row['slug']}" for row in current)),
        *(fault for row in every for fault in _price_faults(row)),
        *(fault for row in every for fault in _gpu_faults(row)),
        *_disk_gaps(current),
        *_reference_faults(),
    ]


def _price_faults(row: Row) -> Iterator[str]:
    slug, kind = row["slug"], row["kind"].removesuffix(read.SUPERSEDED)
    if kind not in KINDS:
        yield f"{slug}: unknown kind {kind}"
    if not row["source"] or not row["as_of"]:
        yield f"{slug}: no source or date"
    month = row["usd_per_month"]
    superseded = row["kind"].endswith(read.SUPERSEDED)
    if bool(month) == (kind in UNPRICED) and not superseded:
        yield f"{slug}: a price that should be there is not, or the other way round"
    if month and Decimal(month) <= 0 and slug not in FREE:
        yield f"{slug}: {month} is no price"
    if month and kind in HOURS_BY_KIND:
        billed = Decimal(row["usd_per_hour"]) * HOURS_BY_KIND[kind]
        if abs(billed - Decimal(month)) > Decimal(month) * _TOLERANCE:
            yield f"{slug}: {HOURS_BY_KIND[kind]} hours cost {billed}, not {month}"


def _gpu_faults(row: Row) -> Iterator[str]:
    if not row["gpu"]:
        return
    gpu = read.gpus().get(row["gpu"])
    if gpu is None:
        yield f"{row['slug']}: unknown GPU {row['gpu']}"
    elif int(row["vram_gb"]) != int(row["gpus"]) * gpu.vram_gb:
        yield f"{row['slug']}: {row['gpus']} x {gpu.vram_gb} GB is not {row['vram_gb']} GB"


def _disk_gaps(rows: list[Row]) -> Iterator[str]:
    """Disk ranges must rise with the price: the cheapest size that is large enough is found by walking up."""
    sizes = [read.database_size(row) for row in rows if row["kind"] == "database-pg"]
    for smaller, larger in pairwise(sizes):
        if not smaller.disk_min_mib < smaller.disk_max_mib <= larger.disk_min_mib:
            yield f"{larger.slug}: its disk range overlaps that of {smaller.slug}"


def _reference_faults() -> Iterator[str]:
    regions = read.regions()
    for gpu in read.gpus().values():
        yield from (f"{gpu.name}: unknown region {slug}" for slug in gpu.regions or () if slug not in regions)
        if gpu.brand not in {"nvidia", "amd"}:
            yield f"{gpu.name}: unknown brand {gpu.brand}"
    yield from _repeated("gpus.csv", (row["name"] for row in read.rows("gpus.csv")))
    yield from _repeated("regions.csv", (row["slug"] for row in read.rows("regions.csv")))
    if sum(version.default for version in read.kubernetes_versions().values()) != 1:
        yield "kubernetes.csv: not exactly one default"
    for name in ("gpus.csv", "engines.csv", "kubernetes.csv", "regions.csv", "models.csv"):
        yield from (f"{name}: no source or date" for row in read.rows(name) if not row["source"] or not row["as_of"])


def _repeated(where: str, names: Iterator[str]) -> Iterator[str]:
    yield from (f"{where}: {name} stands twice" for name, count in Counter(names).items() if count > 1)
