"""
Node pools: as resources of their own, and the shape they share with a cluster's inline pool.

Node counts of zero are not sent, as the official provider does not send them: a pool scales to zero with `autoScale`
and `minNodes: 0`. A pool that scales itself has its first count from the program. From then on its count is its own:
another one is no change, where the official provider shows one unless the program ignores it.
"""

from __future__ import annotations

from typing import Any

from hanzo_iac.errors import Fault, InputError
from hanzo_iac.localcloud.provider.call import Call
from hanzo_iac.localcloud.provider.check import Failure
from hanzo_iac.localcloud.provider.fields import Field, State, bag, block, flag, integer, parent, table, text
from hanzo_iac.localcloud.provider.resource import Json, Resource, only_named

CLUSTERS = "/v2/kubernetes/clusters"
DEFAULT_POOL = "terraform:default-node-pool"

TAINT = block(
    {
        "key": text(required=True),
        "value": text(default=""),
        "effect": text(required=True, choices=("NoSchedule", "PreferNoSchedule", "NoExecute")),
    }
)

POOL_FIELDS: dict[str, Field] = {
    "name": text(),
    "size": text(required=True, replace=True),
    "nodeCount": integer(computed=True, low=0, left_to="autoScale"),
    "autoScale": flag(default=False),
    "minNodes": integer(low=0),
    "maxNodes": integer(low=0),
    "labels": table(),
    "tags": bag(text()),
    "taints": bag(TAINT),
    "gpuPartitionMode": text(replace=True, computed=True),
}


def ours(tags: Any) -> list[str]:
    """Tags that somebody gave, without those that DOKS and the provider add."""
    return sorted(tag for tag in tags or [] if tag != "k8s" and not tag.startswith(("k8s:", "terraform:")))


def pool_rules(pool: State, where: str = "") -> list[Failure]:
    """What is wrong between a pool's counts."""
    low, high = pool.get("minNodes"), pool.get("maxNodes")
    if isinstance(low, int) and isinstance(high, int) and pool.get("autoScale") is True and low > high:
        return [Failure(f"{where}minNodes", f"got {low}; expected at most maxNodes, {high}")]
    return []


def pool_request(pool: State, *, creating: bool, extra_tags: tuple[str, ...] = ()) -> Json:
    """A pool as the API wants it. A count of zero is left out, as the official provider leaves it out."""
    body: Json = {"name": pool["name"]}
    if creating:
        body["size"] = pool["size"]
    if pool.get("nodeCount"):
        body["count"] = pool["nodeCount"]
    body["tags"] = [*(pool.get("tags") or []), *extra_tags]
    body["labels"] = pool.get("labels") or {}
    body["taints"] = pool.get("taints") or []
    body["auto_scale"] = bool(pool.get("autoScale"))
    if not creating or body["auto_scale"]:
        body |= {"min_nodes": pool.get("minNodes", 0), "max_nodes": pool.get("maxNodes", 0)}
    if creating and pool.get("gpuPartitionMode"):
        body["gpu_partition_mode"] = pool["gpuPartitionMode"]
    return body


def pool_change(olds: State, news: State, *, extra_tags: tuple[str, ...] = ()) -> Json:
    """A changed pool as the API wants it. No count while the pool scales itself, nor one that is there already."""
    body = pool_request(news, creating=False, extra_tags=extra_tags)
    if news.get("autoScale") or news.get("nodeCount") in (olds.get("nodeCount"), olds.get("actualNodeCount")):
        body.pop("count", None)
    return body


def pool_state(pool: Json) -> State:
    """A pool as the SDK wants it."""
    return {
        "name": pool["name"],
        "size": pool["size"],
        "nodeCount": pool.get("count", 0),
        "actualNodeCount": pool.get("count", 0),
        "autoScale": bool(pool.get("auto_scale")),
        "minNodes": pool.get("min_nodes") or 0,
        "maxNodes": pool.get("max_nodes") or 0,
        "labels": pool.get("labels") or {},
        "tags": ours(pool.get("tags")),
        "taints": [{key.lower(): value for key, value in taint.items()} for taint in pool.get("taints") or []],
        "gpuPartitionMode": pool.get("gpu_partition_mode") or "",
        "nodes": [node_state(node) for node in pool.get("nodes") or []],
    }


def node_state(node: Json) -> State:
    """A node as the SDK wants it."""
    return {
        "id": node.get("id", ""),
        "name": node.get("name", ""),
        "status": (node.get("status") or {}).get("state", ""),
        "dropletId": str(node.get("droplet_id") or ""),
        "createdAt": node.get("created_at", ""),
        "updatedAt": node.get("updated_at", ""),
    }


def is_running(pool: Json) -> bool:
    """Whether all nodes a pool should have now are there and run; none is fine where none is wanted."""
    nodes = pool.get("nodes") or []
    return len(nodes) == pool.get("count", 0) and all(
        (node.get("status") or {}).get("state") == "running" for node in nodes
    )


def wait_for_pool(call: Call, cluster_id: str, pool_id: str) -> None:
    """Return when its nodes run."""
    path = f"{CLUSTERS}/{cluster_id}/node_pools/{pool_id}"

    def look() -> Json:
        pool: Json = call.api.get(path)["node_pool"]
        call.say(f"waiting for nodes: {len(pool.get('nodes') or [])} of {pool.get('count', 0)}")
        return pool

    call.until("the pool's nodes did not start", look, is_running)


def find_pool(call: Call, inputs: State) -> Json | None:
    """The pool of that name in the cluster."""
    pools = call.api.pages(f"{CLUSTERS}/{inputs['clusterId']}/node_pools", "node_pools")
    return only_named(pools, inputs["name"])


def post_pool(call: Call, inputs: State) -> Json:
    """Create it."""
    path = f"{CLUSTERS}/{inputs['clusterId']}/node_pools"
    return dict(call.api.post(path, pool_request(inputs, creating=True))["node_pool"])


def read_pool(call: Call, pool_id: str, known: State) -> State | None:
    """What it is now."""
    found = call.api.find(f"{CLUSTERS}/{known['clusterId']}/node_pools/{pool_id}")
    return None if found is None else {"clusterId": known["clusterId"], **pool_state(found["node_pool"])}


def update_pool(call: Call, pool_id: str, olds: State, news: State) -> None:
    """Change it in place."""
    call.api.put(f"{CLUSTERS}/{olds['clusterId']}/node_pools/{pool_id}", pool_change(olds, news))


def delete_pool(call: Call, pool_id: str, state: State) -> None:
    """Delete it and wait until it is gone."""
    path = f"{CLUSTERS}/{state['clusterId']}/node_pools/{pool_id}"
    call.api.delete(path)
    call.until_gone("the pool did not go", path)


def locate_pool(call: Call, pool_id: str) -> tuple[str, State]:
    """Import: the cluster that has a pool of this id."""
    for cluster in call.api.pages(CLUSTERS, "kubernetes_clusters"):
        for pool in cluster.get("node_pools") or []:
            if pool["id"] == pool_id and DEFAULT_POOL not in (pool.get("tags") or []):
                return pool_id, {"clusterId": cluster["id"]}
    what = f"no cluster has a node pool {pool_id} of its own"
    raise InputError(Fault("", what, "a cluster's inline pool comes with the cluster: import that"))


NODE_POOL = Resource(
    token="digitalocean:index/kubernetesNodePool:KubernetesNodePool",  # noqa: S106
    word="node pool",
    inputs={"clusterId": parent(), **POOL_FIELDS},
    outputs=("actualNodeCount", "nodes"),
    rules=pool_rules,
    find=find_pool,
    post=post_pool,
    identify=lambda pool, _: pool["id"],
    settle=lambda call, pool_id, inputs: wait_for_pool(call, inputs["clusterId"], pool_id),
    read=read_pool,
    update=update_pool,
    delete=delete_pool,
    locate=locate_pool,
)
