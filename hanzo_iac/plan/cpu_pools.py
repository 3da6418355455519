"""
R: pools without GPUs. Services share one pool, unless they name one of their own.

The size of the shared pool follows from its largest pod alone and the number of nodes from next-fit packing, so that
more replicas can never cost less: tighter packings exist (first-fit), but they are not monotone. The size is part of
the pool's name, not of its key: where another one is needed, the new nodes are there before the old ones go, and no
service's own spec says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from hanzo_iac.catalogue import Catalogue, Size
from hanzo_iac.errors import Fault, InputError
from hanzo_iac.model.application import Service
from hanzo_iac.model.resources import CpuPool
from hanzo_iac.names import physical_name
from hanzo_iac.plan.ground import POOL_LABEL, Ground
from hanzo_iac.plan.priced import priced
from hanzo_iac.plan.scaling import Bounds
from hanzo_iac.plan.seat import Seat, check_fit, cpu_requests
from hanzo_iac.plan.spec import CpuPoolSpec
from hanzo_iac.record import Record

SHARED = "shared"
"""The key of the pool that services share, and what its nodes are labelled with."""

POOL_NAME_LIMIT = 48
# A node is called after its pool and five more characters, and must be a host name.


class Demand(Record):
    """What the pods of one part of the plan ask for, and how many there are."""

    where: str
    cpu_m: int
    memory_mib: int
    low: int
    high: int


def demand(key: str, service: Service, bounds: Bounds) -> Demand:
    """What a service without a GPU asks for."""
    cpu_m, memory_mib = cpu_requests(service)
    return Demand(where=f"services/{key}", cpu_m=cpu_m, memory_mib=memory_mib, low=bounds.low, high=bounds.high)


def plan_shared_pool(demands: Sequence[Demand], ground: Ground) -> CpuPoolSpec:
    """
    The pool for everything that needs no GPU and names no pool.

    Raises:
        InputError: something asks for more than any node offers.
    """
    size = _smallest_for_all(demands, ground.catalogue)
    low = nodes_needed(((one.cpu_m, one.memory_mib, one.low) for one in demands), size)
    high = nodes_needed(((one.cpu_m, one.memory_mib, one.high) for one in demands), size)
    pool = _spec(SHARED, size, (low, low, high), ground, because=demands[0].where)
    return replace(pool, name=physical_name(ground.name(f"{SHARED}-{size.slug}"), limit=POOL_NAME_LIMIT))


def plan_cpu_pool(
    key: str, pool: CpuPool, tenants: Sequence[tuple[str, Service, Bounds]], ground: Ground
) -> CpuPoolSpec:
    """
    A pool the user wrote, with the nodes the user wrote.

    Raises:
        InputError: its size is unknown, a pod does not fit on it, or its services need more nodes than it may have.
    """
    size = ground.catalogue.size(pool.size, where=f"resources/{key}/size")
    if size.gpus:
        raise InputError(Fault(f"resources/{key}/size", f"{size.slug} has GPUs", "write engine: gpu for a GPU pool"))
    for name, service, _ in tenants:
        check_fit(name, cpu_requests(service), size)
    low = nodes_needed(((*cpu_requests(service), bound.low) for _, service, bound in tenants), size)
    high = nodes_needed(((*cpu_requests(service), bound.high) for _, service, bound in tenants), size)
    if high > pool.nodes.max:
        where = f"resources/{key}/nodes/max"
        what = f"its services need {high} nodes at most replicas, it may have {pool.nodes.max}"
        raise InputError(Fault(where, what, f"write max: {high}"))
    nodes = (pool.nodes.min, max(low, pool.nodes.min), pool.nodes.max)
    return _spec(key, size, nodes, ground, because=f"resources/{key}")


def cpu_seat(key: str, spec: CpuPoolSpec, catalogue: Catalogue) -> Seat:
    """A place in that pool."""
    return Seat(pool=key, size=catalogue.sizes[spec.size], gpus=0, node_selector={POOL_LABEL: key}, toleration_keys=())


def nodes_needed(asked: Iterable[tuple[int, int, int]], size: Size) -> int:
    """
    Nodes for (CPU thousandths, MiB, number) of pods, put one after another: a pod that does not fit opens a new node.

    A pod counts as the larger of its two shares of a node, which errs on the side of too many nodes.
    """
    whole = size.offered_cpu_m * size.offered_mib
    nodes, room = 0, 0
    for cpu_m, memory_mib, number in asked:
        share = max(cpu_m * size.offered_mib, memory_mib * size.offered_cpu_m)
        left = number - min(number, room // share)
        room -= (number - left) * share
        if left:
            opened = -(-left // (whole // share))
            nodes += opened
            room = whole - (left - (opened - 1) * (whole // share)) * share
    return nodes


def _smallest_for_all(demands: Sequence[Demand], catalogue: Catalogue) -> Size:
    plain = [size for size in catalogue.sizes.values() if not size.gpus and size.usd_per_month is not None]
    plain.sort(key=lambda size: (size.usd_per_month, size.slug))
    faults, cpu, memory = [], 0, 0
    for one in demands:
        if any(_holds(size, one.cpu_m, one.memory_mib) for size in plain):
            cpu, memory = max(cpu, one.cpu_m), max(memory, one.memory_mib)
        else:
            what = f"no node offers {one.cpu_m}m CPU and {one.memory_mib}MB to one pod"
            faults.append(Fault(one.where, what, "ask for less and run more replicas"))
    large = next((size for size in plain if _holds(size, cpu, memory)), None)
    if faults or large is None:
        what = f"no node offers the most CPU of one service, {cpu}m, beside the most memory of another, {memory}MB"
        raise InputError(faults or [Fault("services", what, "give one of them a pool of its own")])
    return large


def _holds(size: Size, cpu_m: int, memory_mib: int) -> bool:
    return size.offered_cpu_m >= cpu_m and size.offered_mib >= memory_mib


def _spec(key: str, size: Size, nodes: tuple[int, int, int], ground: Ground, *, because: str) -> CpuPoolSpec:
    """The pool with so many nodes: that it never goes below, that its services need at least, and at most."""
    least, low, high = nodes
    return CpuPoolSpec(
        name=physical_name(ground.name(key), limit=POOL_NAME_LIMIT),
        size=size.slug,
        min_nodes=least,
        max_nodes=max(high, 1),
        labels={POOL_LABEL: key},
        taints=(),
        tags=ground.tags,
        cost=(priced(size.price, low, high, because=because),),
        because=because,
    )
