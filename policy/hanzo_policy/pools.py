"""Node pools as data: a cluster's own pool and the pools beside it, with the most nodes each may come to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hanzo_policy.stack import CLUSTER, NODE_POOL, Resource, Unknown, number, of_type

# DigitalOcean writes the number of GPUs into the size: gpu-h100x8-640gb has eight.
_GPUS = re.compile(r"^gpu-[a-z0-9]*?x(\d+)-")


@dataclass(frozen=True)
class Pool:
    """One node pool. `size` and `nodes` are `Unknown` where only `up` will know them."""

    name: str
    urn: str
    size: str | Unknown
    nodes: int | Unknown
    """The most it may have: the upper end of its scaling, or its fixed number."""


def pools_of(resources: Sequence[Resource]) -> list[Pool]:
    """Every node pool of the stack, a cluster's inline pool included."""
    return [
        pool
        for resource in of_type(resources, CLUSTER, NODE_POOL)
        if (pool := _inline(resource) if resource.type == CLUSTER else _pool(resource, resource.props))
    ]


def gpus_in(size: str) -> int:
    """
    The GPUs in one node of a size; 0 for a size without.

    >>> gpus_in("gpu-h100x8-640gb"), gpus_in("gpu-4000adax1-20gb"), gpus_in("s-2vcpu-4gb")
    (8, 1, 0)
    """
    if not size.startswith("gpu-"):
        return 0
    found = _GPUS.match(size)
    return int(found.group(1)) if found else 1


def _inline(cluster: Resource) -> Pool | None:
    pool = cluster.props.get("nodePool")
    if isinstance(pool, Unknown):
        return Pool(cluster.name, cluster.urn, pool, pool)
    return _pool(cluster, pool) if isinstance(pool, Mapping) else None


def _pool(resource: Resource, props: Mapping[str, Any]) -> Pool:
    size = props.get("size")
    return Pool(resource.name, resource.urn, size if isinstance(size, Unknown) else str(size), _most_nodes(props))


def _most_nodes(props: Mapping[str, Any]) -> int | Unknown:
    scaled = props.get("autoScale")
    if isinstance(scaled, Unknown):
        return scaled
    bound = props.get("maxNodes" if scaled else "nodeCount")
    if isinstance(bound, Unknown):
        return bound
    count = number(bound)
    # DigitalOcean refuses a pool without a number; counting one node for it keeps its size in the sums.
    return 1 if count is None else int(count)
