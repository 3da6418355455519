"""One frozen record for each kind of fact. Every record says where it was read and when."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hanzo_iac.record import Record

# Percent of a node's memory that its system keeps, by how much of it lies under each bound in MiB; then what kubelet
# keeps free. DigitalOcean publishes no formula: this is the scale other managed clouds publish, taken to be careful.
_RESERVED_MEMORY = ((4096, 25), (8192, 20), (16384, 10), (131072, 6))
_RESERVED_ABOVE_PERCENT = 2
_EVICTION_MIB = 100
# 100m for kubelet and 300m for the DaemonSets of a DOKS node. Arbitrary but careful: no published figure.
_RESERVED_CPU_M = 400


class Price(Record):
    """What one of something costs. `usd_per_month` is None where no source gives a price: unknown, never zero."""

    item: str
    usd_per_hour: Decimal | None
    usd_per_month: Decimal | None
    source: str
    as_of: str

    @property
    def cited(self) -> str:
        """Where and when the price was read, in one phrase."""
        return f"{self.source}, {self.as_of}"


class Gpu(Record):
    """A GPU model, sold here or not: one that is not sold is known so that the nearest can be chosen."""

    name: str
    model: str
    """The maker's name: `NVIDIA L40S`."""
    brand: str
    """`nvidia` or `amd`."""
    vram_gb: int
    regions: tuple[str, ...] | None
    """Region slugs where it is known to be offered; None when no source says."""
    source: str
    as_of: str


class Size(Record):
    """A Droplet size, which is also a DOKS worker size."""

    slug: str
    vcpus: int
    memory_mib: int
    gpu: str
    """Name of its GPU in the catalogue, such as `l40s`; empty without one."""
    gpus: int
    gpu_model: str
    """`NVIDIA L40S`; empty without a GPU."""
    brand: str
    """`nvidia`, `amd`, or empty without a GPU."""
    vram_gb: int
    """Of one GPU; 0 without one."""
    market: str
    """`on-demand` or `spot`. DOKS takes on-demand sizes only."""
    regions: tuple[str, ...] | None
    """Region slugs where it is known to be offered; None when no source says."""
    price: Price

    @property
    def usd_per_hour(self) -> Decimal | None:
        """Price of one hour, US dollars."""
        return self.price.usd_per_hour

    @property
    def usd_per_month(self) -> Decimal | None:
        """Price of one month, US dollars: 744 hours with a GPU, capped at 672 hours without."""
        return self.price.usd_per_month

    @property
    def offered_mib(self) -> int:
        """
        Memory a node of this size offers to pods, MiB; an estimate on the careful side.

        >>> from hanzo_iac.catalogue import Catalogue
        >>> Catalogue.shipped().size("s-2vcpu-4gb").offered_mib
        2972
        """
        reserved, floor = 0, 0
        for bound, percent in _RESERVED_MEMORY:
            reserved += (min(self.memory_mib, bound) - floor) * percent // 100
            floor = min(self.memory_mib, bound)
        reserved += (self.memory_mib - floor) * _RESERVED_ABOVE_PERCENT // 100
        return self.memory_mib - reserved - _EVICTION_MIB

    @property
    def offered_cpu_m(self) -> int:
        """Thousandths of a CPU that a node of this size offers to pods; an estimate on the careful side."""
        return self.vcpus * 1000 - _RESERVED_CPU_M


class DatabaseSize(Record):
    """One node of a managed database. The disk bounds are 0 where the engine keeps its data in memory."""

    engine: str
    """`pg` or `valkey`."""
    slug: str
    vcpus: int
    memory_mib: int
    disk_min_mib: int
    disk_max_mib: int
    price: Price


class EngineVersion(Record):
    """A version of a database engine and the day its makers stop mending it; None when no day is published."""

    engine: str
    version: str
    end_of_life: date | None
    source: str
    as_of: str

    @property
    def ended(self) -> bool:
        """True when it had ended on the day the catalogue was read. The catalogue has no clock of its own."""
        return self.end_of_life is not None and self.end_of_life.isoformat() <= self.as_of


class KubernetesVersion(Record):
    """A DOKS version slug, such as `1.36.1-do.0`."""

    slug: str
    version: str
    default: bool
    source: str
    as_of: str


class Region(Record):
    """A DigitalOcean region, and whether registries and Spaces can be made in it."""

    slug: str
    name: str
    registry: bool
    spaces: bool
    source: str
    as_of: str


class ModelProvider(Record):
    """Who answers for models whose names begin so, and the environment variable that carries its key."""

    prefix: str
    provider: str
    """LiteLLM's word for it: `anthropic`."""
    key_variable: str
    hosts: tuple[str, ...]
    """Where its API answers."""
    source: str
    as_of: str
