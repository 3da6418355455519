"""No GPU node pool may grow above the environment's ceiling, nor all of them together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hanzo_policy.pools import Pool, gpus_in, pools_of
from hanzo_policy.stack import Finding, Resource, Unknown, Violation, declared, deferred, number, undeclared


def gpu_nodes_within_ceiling(resources: Sequence[Resource], config: Mapping[str, Any]) -> Iterator[Finding]:
    """
    A violation for each GPU pool that may hold more GPUs than the lowest ceiling: `maxGpuNodes` of the stack's
    applications or of the pack's configuration. Where each pool alone is below it, one for their sum against the sum
    of the applications' ceilings. A node with eight GPUs counts as eight. No ceiling, no GPU pool.
    """
    pools = [pool for pool in pools_of(resources) if isinstance(pool.size, Unknown) or gpus_in(pool.size)]
    of_applications = declared(resources, "maxGpuNodes")
    of_pack = [value for value in [number(config.get("maxGpuNodes"))] if value is not None]
    known = [
        (pool, pool.size, pool.nodes)
        for pool in pools
        if isinstance(pool.size, str) and not isinstance(pool.nodes, Unknown)
    ]
    found = [finding for one in known for finding in _judge(*one, [*of_applications, *of_pack])]
    yield from found or _judge_sum(known, [sum(of_applications), *of_pack] if of_applications else of_pack)
    for pool in pools:
        yield from deferred(pool.size, pool.nodes)
    if pools:
        yield from undeclared(resources, "maxGpuNodes")


def _judge(pool: Pool, size: str, nodes: int, ceilings: Sequence[float]) -> Iterator[Finding]:
    gpus = nodes * gpus_in(size)
    if not ceilings:
        yield Violation(
            pool.name,
            f"{_count(nodes, 'node')} of {size} and no ceiling for GPU nodes",
            "deploy through hanzo:index:Application, or set maxGpuNodes for gpu-nodes-within-ceiling "
            "in the file given to --policy-pack-config",
            pool.urn,
        )
    elif gpus > min(ceilings):
        yield Violation(
            pool.name,
            f"up to {_count(nodes, 'node')} of {size} are {_count(gpus, 'GPU')}, more than the environment's "
            f"maxGpuNodes, {min(ceilings):g}",
            f"let the pool grow to no more than {min(ceilings) // gpus_in(size):g}, or raise the ceiling",
            pool.urn,
        )


def _judge_sum(known: Sequence[tuple[Pool, str, int]], ceilings: Sequence[float]) -> Iterator[Finding]:
    gpus = sum(nodes * gpus_in(size) for _, size, nodes in known)
    if known and gpus > min(ceilings):
        yield Violation(
            "GPU pools",
            f"{', '.join(pool.name for pool, _, _ in known)} may together grow to {_count(gpus, 'GPU')}, more than the "
            f"environment's maxGpuNodes, {min(ceilings):g}",
            "let one of them grow less, or raise the ceiling",
        )


def _count(number_of: int, noun: str) -> str:
    return f"{number_of} {noun}" if number_of == 1 else f"{number_of} {noun}s"
