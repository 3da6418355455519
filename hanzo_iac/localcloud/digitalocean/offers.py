"""What the emulated account may order: regions, sizes, versions. Nothing else here reads the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from hanzo_iac.catalogue import Catalogue, Size
from hanzo_iac.localcloud.digitalocean import errors
from hanzo_iac.localcloud.digitalocean.state import Json

# Accepted beside the catalogue's: the version in the recorded calls of the official provider, 2026-11-21.
RECORDED_KUBERNETES = "1.36.0-do.0"

# Engines that run on this machine.
ENGINES = ("pg", "valkey")

# Regions with network file shares. Source: DigitalOcean facts of this project, 2026-11-21.
SHARE_REGIONS = ("atl1", "nyc2")

# What every region says it can do. Arbitrary but for their spelling: the emulator refuses nothing by region.
FEATURES = ("backups", "ipv6", "metadata", "storage", "image_transfer")


def known_region(slug: str) -> str:
    """
    The slug itself.

    Raises:
        ApiError: There is no such region.
    """
    if slug not in Catalogue.shipped().regions:
        raise errors.unprocessable("region is invalid")
    return slug


def region(slug: str, quota: Json) -> Json:
    """A region in full."""
    found = Catalogue.shipped().regions[known_region(slug)]
    return {
        "slug": found.slug,
        "name": found.name,
        "features": list(FEATURES),
        "available": True,
        "sizes": [size.slug for size in Catalogue.shipped().sizes.values() if slug in _regions(size, quota)],
    }


def regions(quota: Json) -> list[Json]:
    """Every region."""
    return [region(slug, quota) for slug in Catalogue.shipped().regions]


def region_names() -> list[tuple[str, str]]:
    """(slug, name) of every region."""
    return [(found.slug, found.name) for found in Catalogue.shipped().regions.values()]


def registry_regions() -> list[str]:
    """Regions in which a container registry can lie."""
    return [found.slug for found in Catalogue.shipped().regions.values() if found.registry]


def sizes(quota: Json) -> list[Json]:
    """Every Droplet size. The catalogue knows no disk and no transfer: they are 0, and nothing here reads them."""
    return [
        {
            "slug": size.slug,
            "memory": size.memory_mib,
            "vcpus": size.vcpus,
            "disk": 0,
            "transfer": 0.0,
            "price_monthly": float(size.usd_per_month or 0),
            "price_hourly": float(size.usd_per_hour or 0),
            "regions": _regions(size, quota),
            "available": True,
            "description": "GPU" if size.gpus else "Droplet",
            **_gpu(size),
        }
        for size in Catalogue.shipped().sizes.values()
    ]


def _gpu(size: Size) -> Json:
    if not size.gpus:
        return {}
    return {"gpu_info": {"count": size.gpus, "model": size.gpu, "vram": {"amount": size.vram_gb, "unit": "gib"}}}


def _regions(size: Size, quota: Json) -> list[str]:
    # DigitalOcean shows an account without an allocation the size as available, in no region.
    if quota.get(size.slug) == 0:
        return []
    return list(Catalogue.shipped().regions if size.regions is None else size.regions)


def node_sizes() -> list[str]:
    """The sizes that DOKS takes."""
    return [size.slug for size in Catalogue.shipped().sizes.values() if size.market == "on-demand"]


def node_size(slug: str) -> str:
    """
    The slug itself.

    Raises:
        ApiError: There is no such size, or DOKS does not take it.
    """
    if slug not in node_sizes():
        raise errors.unprocessable(f"invalid size slug: {slug}")
    return slug


def has_gpu(slug: str) -> bool:
    """Whether nodes of this size have a GPU."""
    size = Catalogue.shipped().sizes.get(slug)
    return size is not None and size.gpus > 0


def kubernetes_versions() -> list[str]:
    """DOKS version slugs, newest first."""
    slugs = {RECORDED_KUBERNETES, *Catalogue.shipped().kubernetes_versions}
    return sorted(slugs, key=_order, reverse=True)


def _order(slug: str) -> tuple[int, ...]:
    release, _, build = slug.partition("-do.")
    return (*(int(part) for part in release.split(".")), int(build))


def kubernetes_version(asked: str) -> str:
    """
    The slug that `latest`, a minor version or a slug stands for.

    Raises:
        ApiError: It stands for none.
    """
    versions = kubernetes_versions()
    for slug in versions:
        if asked in ("latest", slug) or slug.startswith(f"{asked}."):
            return slug
    raise errors.unprocessable("validation error: invalid version slug")


def newer_kubernetes(current: str) -> list[str]:
    """Versions a cluster may be upgraded to, newest first."""
    return [slug for slug in kubernetes_versions() if _order(slug) > _order(current)]


def engine_versions(engine: str, today: date) -> list[str]:
    """Versions of the engine that may be created, oldest first."""
    return [
        known.version
        for known in Catalogue.shipped().engine_versions
        if known.engine == engine and (known.end_of_life is None or known.end_of_life > today)
    ]


def version_ends(engine: str) -> list[Json]:
    """Every version of the engine with the day it ends."""
    return [
        {
            "version": known.version,
            "end_of_life": f"{known.end_of_life}T00:00:00Z" if known.end_of_life else None,
            "end_of_availability": f"{known.end_of_life}T00:00:00Z" if known.end_of_life else None,
        }
        for known in Catalogue.shipped().engine_versions
        if known.engine == engine
    ]


def database_sizes(engine: str) -> Sequence[str]:
    """The engine's size slugs, cheapest first."""
    return [size.slug for size in Catalogue.shipped().sizes_of_engine(engine)]


def database_size(engine: str, slug: str) -> tuple[int, int]:
    """
    (memory MiB, least disk MiB) of a database size.

    Raises:
        ApiError: The engine has no such size.
    """
    size = Catalogue.shipped().database_sizes.get((engine, slug))
    if size is None:
        raise errors.unprocessable("invalid size")
    return size.memory_mib, size.disk_min_mib
