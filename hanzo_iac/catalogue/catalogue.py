"""The catalogue and its lookups. A lookup that fails is the user's to mend: it says what is near."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import NoReturn

from hanzo_iac.catalogue import read
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
from hanzo_iac.errors import Fault, InputError
from hanzo_iac.record import Record

_PRODUCTS = {"pg": "PostgreSQL", "valkey": "Valkey"}
"""DigitalOcean's word for an engine -> what people call it."""


class Catalogue(Record):
    """Everything known about what DigitalOcean sells. Mappings keep the order of the files; nobody changes them."""

    gpus: Mapping[str, Gpu]
    """Name -> GPU, sold or not."""
    sizes: Mapping[str, Size]
    """Slug -> Droplet size."""
    database_sizes: Mapping[tuple[str, str], DatabaseSize]
    """(engine, slug) -> database size. A slug alone says nothing: `db-s-1vcpu-2gb` has a price for each engine."""
    prices: Mapping[str, Price]
    """Item -> price, for what is neither a Droplet nor a database."""
    engine_versions: tuple[EngineVersion, ...]
    kubernetes_versions: Mapping[str, KubernetesVersion]
    regions: Mapping[str, Region]
    model_providers: tuple[ModelProvider, ...]

    @classmethod
    def shipped(cls) -> Catalogue:
        """The catalogue in this package, read once a process."""
        return _shipped()

    def size(self, slug: str, *, where: str = "size") -> Size:
        """
        The Droplet size of that slug.

        Raises:
            InputError: no such size is known.
        """
        return self.sizes.get(slug) or _unknown(where, "Droplet size", slug, self.sizes)

    def database_size(self, engine: str, slug: str, *, where: str = "size") -> DatabaseSize:
        """
        The database size of that slug for `pg` or `valkey`.

        Raises:
            InputError: the engine has no such size.
        """
        known = [other for of, other in self.database_sizes if of == engine]
        return self.database_sizes.get((engine, slug)) or _unknown(
            where, f"{_PRODUCTS.get(engine, engine)} size", slug, known
        )

    def sizes_of_engine(self, engine: str) -> tuple[DatabaseSize, ...]:
        """The engine's sizes, cheapest first."""
        return tuple(size for (of, _), size in self.database_sizes.items() if of == engine)

    def region(self, slug: str, *, where: str = "region") -> Region:
        """
        The region of that slug.

        Raises:
            InputError: no such region is known.
        """
        return self.regions.get(slug) or _unknown(where, "region", slug, self.regions)

    def price(self, item: str) -> Price:
        """The price of something that is neither a Droplet nor a database; the plan names only items that are here."""
        return self.prices[item]

    def gpu(self, name: str, *, where: str = "gpu") -> Gpu:
        """
        The GPU of that name, sold or not; upper case and a leading brand do not matter.

        >>> Catalogue.shipped().gpu("NVIDIA H100").name
        'h100'

        Raises:
            InputError: no such GPU is known.
        """
        plain = name.strip().casefold().replace(" ", "-").replace("_", "-")
        plain = plain.removeprefix("nvidia-").removeprefix("amd-")
        return self.gpus.get(plain) or _unknown(where, "GPU", name, self.gpus, spelled=plain)

    def gpu_sizes(self, gpu: str) -> tuple[Size, ...]:
        """The sizes DOKS takes that hold this GPU, fewest GPUs first; none when it is not sold there."""
        sold = [size for size in self.sizes.values() if size.gpu == gpu and size.market == "on-demand"]
        return tuple(sorted(sold, key=lambda size: size.gpus))

    def nearest_gpu(self, asked: Gpu) -> Gpu | None:
        """
        The GPU to use where `asked` is wanted.

        That is itself where DOKS sells it; else, of the same brand's GPUs with at least its memory, the one with the
        least, at equal memory the cheaper, at equal price the first listed. None when nothing is large enough.
        """
        if self.gpu_sizes(asked.name):
            return asked
        enough = [
            (gpu.vram_gb, sizes[0].usd_per_month, place)
            for place, gpu in enumerate(self.gpus.values())
            if gpu.brand == asked.brand and gpu.vram_gb >= asked.vram_gb and (sizes := self.gpu_sizes(gpu.name))
        ]
        return list(self.gpus.values())[min(enough)[2]] if enough else None

    def engine_version(self, engine: str, version: str, *, where: str = "version") -> EngineVersion:
        """
        That version of the engine.

        Raises:
            InputError: it is not known, or had ended when the catalogue was read.
        """
        product = _PRODUCTS.get(engine, engine)
        living = [known for known in self.engine_versions if known.engine == engine and not known.ended]
        offered = ", ".join(known.version for known in living)
        for known in self.engine_versions:
            if (known.engine, known.version) == (engine, version):
                if known.ended:
                    what = f"{product} {version} ended on {known.end_of_life} and cannot be created any more"
                    raise InputError(Fault(where, what, f"choose one of {offered}"))
                return known
        raise InputError(Fault(where, f"{product} has no version {version!r}", f"choose one of {offered}"))

    def newest_version(self, engine: str) -> EngineVersion:
        """The engine's newest version that had not ended when the catalogue was read."""
        return [known for known in self.engine_versions if known.engine == engine and not known.ended][-1]

    def default_kubernetes_version(self) -> KubernetesVersion:
        """The DOKS version taken where none is asked for."""
        return next(version for version in self.kubernetes_versions.values() if version.default)


def _unknown(where: str, noun: str, name: str, known: Iterable[str], *, spelled: str = "") -> NoReturn:
    from difflib import get_close_matches

    names = list(known)
    near = get_close_matches(spelled or name, names, n=3, cutoff=0.4) or names
    raise InputError(Fault(where, f"no {noun} is called {name!r}", f"did you mean {' or '.join(near[:3])}?"))


@cache
def _shipped() -> Catalogue:
    prices = read.current_prices()
    gpus = read.gpus()
    databases = [read.database_size(row) for row in prices if row["kind"] in read.DATABASE_KINDS]
    return Catalogue(
        gpus=gpus,
        sizes={row["slug"]: read.size(row, gpus) for row in prices if row["kind"] in read.SIZE_KINDS},
        database_sizes={(size.engine, size.slug): size for size in databases},
        prices={
            row["slug"]: read.price(row)
            for row in prices
            if row["kind"] not in read.DATABASE_KINDS and row["kind"] not in read.SIZE_KINDS
        },
        engine_versions=read.engine_versions(),
        kubernetes_versions=read.kubernetes_versions(),
        regions=read.regions(),
        model_providers=read.model_providers(),
    )
