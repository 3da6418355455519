"""
The cluster autoscaler's rule. Pure: what it sees goes in, which pools change comes out.

Up: a pod the scheduler could not place, and that would fit on a new node of a pool, gets one. Nodes on their way count
first. Down: a node without pods for long enough goes, unless its pool is at its minimum.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from hanzo_iac.localcloud.backends import Pool
from hanzo_iac.localcloud.kubernetes import fit

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class PoolView:
    """An auto-scaled pool as the rule sees it."""

    pool: Pool
    template: Json
    """What a new node of it would be."""
    size: int
    """Nodes ordered, registered or not."""
    coming: int
    """Of these, how many the scheduler has not seen yet."""
    idle: tuple[str, ...]
    """Names of nodes that have been without pods for long enough, the longest first."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """A pool gets another size. `without` names the nodes that go."""

    pool: Pool
    size: int
    without: tuple[str, ...] = ()
    because: str


@dataclass
class _Bin:
    """A node that is not there yet, filled in thought."""

    template: Json
    left: dict[str, Decimal]
    pods: list[Json] = field(default_factory=list)

    def takes(self, pod: Json) -> bool:
        if not fit.fits(pod, self.template, self.left, self.pods):
            return False
        for name, amount in fit.requests(pod).items():
            self.left[name] = self.left.get(name, Decimal(0)) - amount
        self.pods.append(pod)
        return True


def decide(pools: Sequence[PoolView], waiting: Iterable[Json]) -> list[Change]:
    """The changes to make now. A pool that grows is not shrunk by the same decision."""
    bins = {view.pool.pool_id: [_bin(view) for _ in range(view.coming)] for view in pools}
    asked: dict[str, list[str]] = {view.pool.pool_id: [] for view in pools}
    for pod in waiting:
        if any(one.takes(pod) for some in bins.values() for one in some):
            continue
        for view in sorted(pools, key=_cost):
            one = _bin(view)
            if view.size + len(asked[view.pool.pool_id]) < view.pool.max_nodes and one.takes(pod):
                bins[view.pool.pool_id].append(one)
                asked[view.pool.pool_id].append(_name(pod))
                break
    return [
        change
        for view in pools
        if (change := _up(view, asked[view.pool.pool_id]) or _down(view, used=bool(bins[view.pool.pool_id])))
    ]


def is_waiting(pod: Json) -> bool:
    """Whether the scheduler has tried to place this pod and could not."""
    if pod["spec"].get("nodeName") or pod["metadata"].get("deletionTimestamp"):
        return False
    return any(
        condition["type"] == "PodScheduled"
        and condition["status"] == "False"
        and condition.get("reason") == "Unschedulable"
        for condition in pod.get("status", {}).get("conditions", [])
    )


def keeps_node(pod: Json) -> bool:
    """Whether a node with this pod is in use: it is not over, and it belongs to no DaemonSet."""
    over = pod.get("status", {}).get("phase") in ("Succeeded", "Failed")
    owners = pod["metadata"].get("ownerReferences", [])
    return not over and not any(owner["kind"] in ("DaemonSet", "Node") for owner in owners)


def idle_nodes(idle_since: Mapping[str, float], *, now_s: float, idle_s: float) -> tuple[str, ...]:
    """Those that have been idle for at least `idle_s`, the longest first."""
    late = [(since, name) for name, since in idle_since.items() if now_s - since >= idle_s]
    return tuple(name for _, name in sorted(late))


def _up(view: PoolView, pods: list[str]) -> Change | None:
    if not pods:
        return None
    more = f" and {len(pods) - 1} more" if len(pods) > 1 else ""
    because = f"pod {pods[0]}{more} would fit on a new node"
    return Change(pool=view.pool, size=view.size + len(pods), because=because)


def _down(view: PoolView, *, used: bool) -> Change | None:
    """Nodes on their way mean that pods wait for them: nothing goes meanwhile."""
    spare = view.size - view.pool.min_nodes
    gone = view.idle[:spare] if spare > 0 and not used else ()
    if not gone:
        return None
    return Change(pool=view.pool, size=view.size - len(gone), without=gone, because=f"{', '.join(gone)} had no pods")


def _bin(view: PoolView) -> _Bin:
    return _Bin(view.template, fit.free(view.template, ()))


def _cost(view: PoolView) -> tuple[Decimal, Decimal, Decimal, str]:
    """Pools in the order they are tried: fewest GPUs, then the smallest."""
    has = fit.free(view.template, ())
    gpus = sum((amount for name, amount in has.items() if name.endswith("/gpu")), Decimal(0))
    return gpus, has["cpu"], has["memory"], view.pool.name


def _name(pod: Json) -> str:
    return f"{pod['metadata'].get('namespace', 'default')}/{pod['metadata']['name']}"
