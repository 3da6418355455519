"""
Node pools of Kubernetes clusters.

The state holds what was asked for; which nodes there are, and how many an auto-scaled pool has, is what the cluster
behind the API says. A pool is remembered inside its cluster's record.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from hanzo_iac.localcloud.backends import Node, Pool, Taint
from hanzo_iac.localcloud.digitalocean import belongings, errors, offers
from hanzo_iac.localcloud.digitalocean.api import (
    Answer,
    Call,
    Routes,
    accepted,
    created,
    flag,
    no_content,
    ok,
    require,
    text,
    texts,
    whole,
)
from hanzo_iac.localcloud.digitalocean.shapes import fit
from hanzo_iac.localcloud.digitalocean.state import Json

if TYPE_CHECKING:
    from hanzo_iac.localcloud.digitalocean.cloud import Cloud

routes = Routes()

EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")

# A node is called after its pool, five letters added, and its name is the value of a label: 63 characters at most.
NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,55}[a-z0-9])?")

# What Kubernetes takes for labels and taints. Source: its documentation, "Labels and Selectors", 2026-11.
WORD = r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
LABEL = re.compile(rf"([a-z0-9]([-a-z0-9.]{{0,251}}[a-z0-9])?/)?{WORD}")
VALUE = re.compile(rf"({WORD})?")

# DOKS's limit for one pool and for a cluster. Source: DigitalOcean's limits page, 2026-11.
MOST_NODES = 512

Pools = Mapping[str, tuple[Node, ...]]


def make(cloud: Cloud, cluster_id: str, body: Json, *, known: Iterable[Json]) -> Json:
    """
    The record of a new pool; it is not yet in its cluster.

    Raises:
        ApiError: Something asked for is wrong.
    """
    require(body, "name", "size")
    name = _name(text(body, "name"), known)
    pool = {
        "id": str(uuid.uuid4()),
        "name": name,
        "size": offers.node_size(text(body, "size")),
        "count": whole(body, "count", 0),
        "tags": _tags(cluster_id, texts(body, "tags")),
        "labels": _labels(body),
        "taints": _taints(body.get("taints")),
        "auto_scale": flag(body, "auto_scale", default=False),
        "min_nodes": whole(body, "min_nodes", 0),
        "max_nodes": whole(body, "max_nodes", 0),
        "gone": [],
        "since": cloud.now(),
    }
    _bound(pool)
    return pool


def _name(name: str, others: Iterable[Json]) -> str:
    if not NAME.fullmatch(name):
        raise errors.unprocessable("invalid node pool name: up to 57 lower case letters, digits and - only")
    if any(pool["name"] == name for pool in others):
        raise errors.unprocessable(f"node pool name {name} is already in use in this cluster")
    return name


def _tags(cluster_id: str, asked: Iterable[str]) -> list[str]:
    own = ["k8s", f"k8s:{cluster_id}", "k8s:worker"]
    return own + [tag for tag in asked if tag not in own]


def _taints(asked: Any) -> list[Json]:
    """Taints with lower-case keys: the official provider writes `Key`, `Value` and `Effect`."""
    given = fit(asked or [], [dict], "taints")
    lower = [{name.lower(): value for name, value in taint.items()} for taint in given]
    taints = fit(lower, [{"key!": str, "value": str, "effect!": EFFECTS}], "taints")
    _refuse_words({taint["key"]: taint.get("value", "") for taint in taints}, "taint")
    return [{"value": "", **taint} for taint in taints]


def _labels(body: Json) -> Json | None:
    """Labels with texts as values; none is null."""
    labels = fit(body.get("labels") or {}, dict, "labels")
    labels = {name: str(value) for name, value in labels.items()}
    _refuse_words(labels, "label")
    return labels or None


def _refuse_words(value_by_key: Mapping[str, str], what: str) -> None:
    for key, value in value_by_key.items():
        if not LABEL.fullmatch(key) or not VALUE.fullmatch(value):
            raise errors.unprocessable(f"invalid {what} {key}={value}")


def _bound(pool: Json) -> None:
    """Hold the count between the bounds of an auto-scaled pool."""
    if not pool["auto_scale"]:
        if not 0 <= pool["count"] <= MOST_NODES:
            raise errors.unprocessable(f"count must be between 0 and {MOST_NODES}")
        return
    low, high = pool["min_nodes"], pool["max_nodes"]
    if not 0 <= low <= high <= MOST_NODES or high < 1:
        raise errors.unprocessable("min_nodes must not be more than max_nodes, and max_nodes must be at least 1")
    pool["count"] = min(max(pool["count"], low), high)


def wanted(pool: Json, nodes: Pools) -> Pool:
    """The pool as the cluster behind the API is asked for it. Where that cluster scales, its own count stands."""
    count = pool["count"]
    if pool["auto_scale"] and pool["id"] in nodes:
        stays = [node for node in nodes[pool["id"]] if node.node_id not in pool.get("unreplaced", ())]
        count = min(max(len(stays), pool["min_nodes"]), pool["max_nodes"])
    return Pool(
        pool_id=pool["id"],
        name=pool["name"],
        size=pool["size"],
        count=count,
        auto_scale=pool["auto_scale"],
        min_nodes=pool["min_nodes"],
        max_nodes=pool["max_nodes"],
        labels=pool["labels"] or {},
        taints=tuple(Taint(key=t["key"], value=t["value"], effect=t["effect"]) for t in pool["taints"]),
        tags=tuple(pool["tags"]),
        without=tuple(pool["gone"]),
        unreplaced=tuple(pool.get("unreplaced", ())),
    )


def shown(cloud: Cloud, pool: Json, nodes: Pools) -> Json:
    """A pool as the API answers it."""
    there = nodes.get(pool["id"], ())
    count = len(there) if pool["auto_scale"] and pool["id"] in nodes else pool["count"]
    hidden = ("gone", "unreplaced", "since")
    return {
        **{key: value for key, value in pool.items() if key not in hidden},
        "count": count,
        "nodes": [_node(cloud, pool, node) for node in there],
    }


def _node(cloud: Cloud, pool: Json, node: Node) -> Json:
    key = _node_uuid(node.node_id)
    running = node.ready and cloud.passed(pool["since"], cloud.settings.node_s)
    made = cloud.stamp(pool["since"])
    return {
        "id": key,
        "name": node.name,
        "status": {"state": "running" if running else "provisioning"},
        "droplet_id": str(uuid.UUID(key).int % 10**9),
        "created_at": made,
        "updated_at": made,
    }


def _node_uuid(node_id: str) -> str:
    """The node's own id where that is a UUID, else one made from it."""
    try:
        return str(uuid.UUID(node_id))
    except ValueError:
        return str(uuid.uuid5(uuid.NAMESPACE_OID, node_id))


def refuse_too_many(cloud: Cloud, pools: Iterable[Json]) -> None:
    """
    Refuse pools that, with all others, have more nodes than the account's Droplet limit or a size's own.

    Raises:
        ApiError: A limit would be exceeded.
    """
    changed = {pool["id"]: pool for pool in pools}
    every = {pool["id"]: pool for cluster in cloud.state.table("clusters").values() for pool in cluster["node_pools"]}
    every |= changed
    total = sum(pool["count"] for pool in every.values())
    belongings.within_quota(cloud, "droplets", total, "creating these nodes will exceed your droplet limit")
    for size in {pool["size"] for pool in changed.values()}:
        of_size = sum(max(pool["count"], pool["max_nodes"]) for pool in every.values() if pool["size"] == size)
        belongings.within_quota(cloud, size, of_size, f"size {size} is not available in this quantity on your account")


def _cluster(call: Call) -> Json:
    from hanzo_iac.localcloud.digitalocean.services import kubernetes

    return kubernetes.find(call.cloud, call.path["cluster_id"])


def _settle(call: Call, cluster: Json) -> Pools:
    from hanzo_iac.localcloud.digitalocean.services import kubernetes

    kubernetes.settle(call.cloud, cluster)
    return call.cloud.clusters.nodes(cluster["id"])


def _find(call: Call, cluster: Json) -> Json:
    for pool in cluster["node_pools"]:
        if pool["id"] == call.path["node_pool_id"]:
            found: Json = pool
            return found
    raise errors.not_found()


@routes("GET", "/v2/kubernetes/clusters/{cluster_id}/node_pools")
def listing(call: Call) -> Answer:
    """Every pool of the cluster."""
    cluster = _cluster(call)
    nodes = call.cloud.clusters.nodes(cluster["id"])
    return call.page("node_pools", [shown(call.cloud, pool, nodes) for pool in cluster["node_pools"]])


@routes("POST", "/v2/kubernetes/clusters/{cluster_id}/node_pools")
def create(call: Call) -> Answer:
    """A new pool."""
    cluster = _cluster(call)
    pool = make(call.cloud, cluster["id"], call.body, known=cluster["node_pools"])
    refuse_too_many(call.cloud, [pool])
    cluster["node_pools"].append(pool)
    return created({"node_pool": shown(call.cloud, pool, _settle(call, cluster))})


@routes("GET", "/v2/kubernetes/clusters/{cluster_id}/node_pools/{node_pool_id}")
def read(call: Call) -> Answer:
    """One pool with its nodes."""
    cluster = _cluster(call)
    pool = _find(call, cluster)
    return ok({"node_pool": shown(call.cloud, pool, call.cloud.clusters.nodes(cluster["id"]))})


@routes("PUT", "/v2/kubernetes/clusters/{cluster_id}/node_pools/{node_pool_id}")
def update(call: Call) -> Answer:
    """A pool changed; what is left out stays. Its size cannot change."""
    cluster = _cluster(call)
    pool, body = _find(call, cluster), call.body
    name = _name(text(body, "name", pool["name"]), [other for other in cluster["node_pools"] if other is not pool])
    nodes = call.cloud.clusters.nodes(cluster["id"])
    there = len(nodes.get(pool["id"], ())) if pool["auto_scale"] else pool["count"]
    pool |= {
        "name": name,
        "count": whole(body, "count", there),
        "auto_scale": flag(body, "auto_scale", default=pool["auto_scale"]),
        "min_nodes": whole(body, "min_nodes", pool["min_nodes"]),
        "max_nodes": whole(body, "max_nodes", pool["max_nodes"]),
    }
    if body.get("tags") is not None:
        pool["tags"] = _tags(cluster["id"], texts(body, "tags"))
    if "labels" in body:
        pool["labels"] = _labels(body)
    if body.get("taints") is not None:
        pool["taints"] = _taints(body["taints"])
    _bound(pool)
    refuse_too_many(call.cloud, [pool])
    return accepted({"node_pool": shown(call.cloud, pool, _settle(call, cluster))})


@routes("DELETE", "/v2/kubernetes/clusters/{cluster_id}/node_pools/{node_pool_id}")
def delete(call: Call) -> Answer:
    """Gone with its nodes; the last pool without GPUs stays, the cluster's own parts run there."""
    cluster = _cluster(call)
    pool = _find(call, cluster)
    rest = [other for other in cluster["node_pools"] if other is not pool]
    if not any(not offers.has_gpu(other["size"]) for other in rest):
        raise errors.unprocessable("cluster must have at least one node pool without GPUs")
    cluster["node_pools"] = rest
    _settle(call, cluster)
    return no_content()


@routes("DELETE", "/v2/kubernetes/clusters/{cluster_id}/node_pools/{node_pool_id}/nodes/{node_id}")
def delete_node(call: Call) -> Answer:
    """One node gone; another takes its place when `replace=1`."""
    cluster = _cluster(call)
    pool = _find(call, cluster)
    _drop_nodes(call, cluster, pool, [call.path["node_id"]])
    if call.query.get("replace") not in ("1", "true"):
        pool["unreplaced"] = [*pool.get("unreplaced", ()), pool["gone"][-1]]
        pool["count"] = max(0, pool["count"] - 1)
        _bound(pool)
    _settle(call, cluster)
    return accepted()


@routes("POST", "/v2/kubernetes/clusters/{cluster_id}/node_pools/{node_pool_id}/recycle")
def recycle(call: Call) -> Answer:
    """These nodes, or all, replaced by fresh ones."""
    cluster = _cluster(call)
    pool = _find(call, cluster)
    every = [_node_uuid(node.node_id) for node in call.cloud.clusters.nodes(cluster["id"]).get(pool["id"], ())]
    _drop_nodes(call, cluster, pool, texts(call.body, "nodes") or every)
    _settle(call, cluster)
    return accepted()


def _drop_nodes(call: Call, cluster: Json, pool: Json, keys: list[str]) -> None:
    there = call.cloud.clusters.nodes(cluster["id"]).get(pool["id"], ())
    own_id = {_node_uuid(node.node_id): node.node_id for node in there}
    if any(key not in own_id for key in keys):
        raise errors.not_found()
    pool["gone"] += [own_id[key] for key in keys]
