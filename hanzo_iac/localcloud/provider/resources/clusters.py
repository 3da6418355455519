"""
Kubernetes clusters.

A cluster holds its first pool inline, as with the official provider: a tag marks it, its `size` replaces the whole
cluster, and everything else about it is changed in place.
"""

from __future__ import annotations

import datetime
import re
from typing import Any

from hanzo_iac.errors import Fault, InputError
from hanzo_iac.localcloud.provider.call import Call
from hanzo_iac.localcloud.provider.check import Failure
from hanzo_iac.localcloud.provider.fields import (
    State,
    answer,
    bag,
    block,
    cidr_fault,
    flag,
    integer,
    many,
    number,
    region,
    switch,
    text,
)
from hanzo_iac.localcloud.provider.resource import Json, Resource, only_named
from hanzo_iac.localcloud.provider.resources.kubeconfig import kube_config
from hanzo_iac.localcloud.provider.resources.node_pools import (
    CLUSTERS,
    DEFAULT_POOL,
    POOL_FIELDS,
    ours,
    pool_change,
    pool_request,
    pool_rules,
    pool_state,
    wait_for_pool,
)

DAYS = ("any", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

# Property of the cluster -> block of the API, each with nothing but `enabled`.
SWITCHES = {
    "routingAgent": "routing_agent",
    "amdGpuDevicePlugin": "amd_gpu_device_plugin",
    "amdGpuDeviceMetricsExporterPlugin": "amd_gpu_device_metrics_exporter_plugin",
    "amdGpuDraDriver": "amd_gpu_dra_driver",
    "corednsAutoscaler": "coredns_autoscaler",
    "nfsCsiPlugin": "nfs_csi_plugin",
    "nvidiaGpuDevicePlugin": "nvidia_gpu_device_plugin",
    "nvidiaGpuDraDriver": "nvidia_gpu_dra_driver",
    "p2pOciRegistryPlugin": "p2p_oci_registry_plugin",
    "rdmaSharedDevicePlugin": "rdma_shared_dev_plugin",
}


def is_older(old: Any, new: Any) -> bool:
    """
    Whether a version is lower than the one before, which DigitalOcean cannot do in place.

    >>> is_older("1.36.0-do.0", "1.35.1-do.2"), is_older("1.36.0-do.0", "1.36.0-do.1")
    (True, False)
    """
    return isinstance(new, str) and isinstance(old, str) and parts(new) < parts(old)


def parts(version: str) -> list[int]:
    """The numbers of a version, in order."""
    return [int(part) for part in re.findall(r"\d+", version)]


def cluster_rules(inputs: State) -> list[Failure]:
    """What is wrong between properties of the inline pool."""
    pool = inputs.get("nodePool")
    if not isinstance(pool, dict):
        return []
    nameless = [] if pool.get("name") else [Failure("nodePool.name", "missing; expected a string")]
    return [*nameless, *pool_rules(pool, "nodePool.")]


def find_cluster(call: Call, inputs: State) -> Json | None:
    """The cluster of that name, unless it is going."""
    clusters = call.api.pages(CLUSTERS, "kubernetes_clusters")
    there = (cluster for cluster in clusters if cluster_status(cluster) not in ("deleting", "deleted"))
    return only_named(there, inputs["name"])


def cluster_status(cluster: Json) -> str:
    """`running`, `provisioning` and so on."""
    return str((cluster.get("status") or {}).get("state", ""))


def shared_request(inputs: State) -> Json:
    """What creating and changing a cluster have in common."""
    body: Json = {"name": inputs["name"], "tags": inputs.get("tags") or []}
    body |= {"auto_upgrade": bool(inputs.get("autoUpgrade")), "surge_upgrade": inputs.get("surgeUpgrade", True)}
    for name, key in SWITCHES.items():
        if name in inputs:
            body[key] = {"enabled": inputs[name]["enabled"]}
    if "ha" in inputs:
        body["ha"] = inputs["ha"]
    if policy := inputs.get("maintenancePolicy"):
        body["maintenance_policy"] = {"day": policy.get("day", "any"), "start_time": policy.get("startTime", "00:00")}
    if wall := inputs.get("controlPlaneFirewall"):
        body["control_plane_firewall"] = {"enabled": wall["enabled"], "allowed_addresses": wall["allowedAddresses"]}
    if configurations := inputs.get("clusterAutoscalerConfigurations"):
        body["cluster_autoscaler_configuration"] = autoscaler_request(configurations[0])
    if sso := inputs.get("ssos"):
        keys = {"enabled": "enabled", "clientId": "client_id", "issuerUrl": "issuer_url", "required": "required"}
        body["sso"] = {keys[name]: value for name, value in sso[0].items()}
    return body


def autoscaler_request(configuration: State) -> Json:
    """The autoscaler's block."""
    keys = {
        "scaleDownUtilizationThreshold": "scale_down_utilization_threshold",
        "scaleDownUnneededTime": "scale_down_unneeded_time",
        "expanders": "expanders",
    }
    return {keys[name]: value for name, value in configuration.items()}


def post_cluster(call: Call, inputs: State) -> Json:
    """Create it with its inline pool."""
    body = shared_request(inputs)
    body |= {"region": inputs["region"].lower(), "version": inputs["version"]}
    body["node_pools"] = [pool_request(inputs["nodePool"], creating=True, extra_tags=(DEFAULT_POOL,))]
    keys = {
        "vpcUuid": "vpc_uuid",
        "clusterSubnet": "cluster_subnet",
        "serviceSubnet": "service_subnet",
        "isolatedWorkers": "isolated_workers",
        "workerSubnetUuid": "worker_subnet_uuid",
    }
    body |= {key: inputs[name] for name, key in keys.items() if inputs.get(name)}
    return dict(call.api.post(CLUSTERS, body)["kubernetes_cluster"])


def settle_cluster(call: Call, cluster_id: str, inputs: State) -> None:
    """Wait until it runs; connect the registry where that is wanted."""

    def look() -> Json:
        cluster: Json = call.api.get(f"{CLUSTERS}/{cluster_id}")["kubernetes_cluster"]
        state, why = cluster_status(cluster), (cluster.get("status") or {}).get("message") or ""
        call.say(f"waiting for the cluster: {state}" + (f" ({why})" if why else ""))
        if state == "error":
            why = why or "no reason given"
            raise InputError(Fault("", f"DigitalOcean could not make it: {why}", "delete it and try again"))
        return cluster

    call.until("the cluster did not start", look, lambda cluster: cluster_status(cluster) == "running")
    if inputs.get("registryIntegration"):
        call.api.repost("/v2/kubernetes/registry", {"cluster_uuids": [cluster_id]})


def read_cluster(call: Call, cluster_id: str, known: State) -> State | None:
    """What it is now, with credentials: the known ones while they are good."""
    found = call.api.find(f"{CLUSTERS}/{cluster_id}")
    if found is None or cluster_status(found["kubernetes_cluster"]) == "deleted":
        return None
    cluster: Json = found["kubernetes_cluster"]
    state = cluster_state(cluster)
    for pool in cluster.get("node_pools") or []:
        if DEFAULT_POOL in (pool.get("tags") or []) or len(cluster["node_pools"]) == 1:
            state["nodePool"] = {"id": pool["id"], **pool_state(pool)}
    configs = known.get("kubeConfigs") or []
    if not configs or is_stale(configs[0], cluster):
        configs = [kube_config(call, cluster, known.get("kubeconfigExpireSeconds") or 0)] if is_up(cluster) else []
    return {**state, "kubeConfigs": configs}


def is_up(cluster: Json) -> bool:
    """Whether it has credentials to give."""
    return cluster_status(cluster) not in ("provisioning", "error", "deleting", "")


def is_stale(config: State, cluster: Json) -> bool:
    """Whether known credentials have expired, or lead where the cluster no longer is."""
    until = config.get("expiresAt") or ""
    now = datetime.datetime.now(datetime.UTC)
    expired = not until or datetime.datetime.fromisoformat(until) <= now
    return expired or config.get("host") != (cluster.get("endpoint") or config.get("host"))


def cluster_state(cluster: Json) -> State:
    """A cluster as the SDK wants it, without its pool and credentials."""
    keys = {
        "name": "name",
        "region": "region",
        "version": "version",
        "clusterSubnet": "cluster_subnet",
        "serviceSubnet": "service_subnet",
        "vpcUuid": "vpc_uuid",
        "ipv4Address": "ipv4",
        "endpoint": "endpoint",
        "createdAt": "created_at",
        "updatedAt": "updated_at",
        "workerSubnetUuid": "worker_subnet_uuid",
    }
    state: State = {name: cluster.get(key) or "" for name, key in keys.items()}
    state |= {
        name: cluster[key] for name, key in SWITCHES.items() if (cluster.get(key) or {}).get("enabled") is not None
    }
    state |= {"tags": ours(cluster.get("tags")), "status": cluster_status(cluster)}
    state |= {"clusterUrn": f"do:kubernetes:{cluster['id']}", "isolatedWorkers": bool(cluster.get("isolated_workers"))}
    state |= {"autoUpgrade": bool(cluster.get("auto_upgrade")), "surgeUpgrade": bool(cluster.get("surge_upgrade"))}
    state |= {"ha": bool(cluster.get("ha")), "registryIntegration": bool(cluster.get("registry_enabled"))}
    if policy := cluster.get("maintenance_policy"):
        words = (("day", "day"), ("duration", "duration"), ("startTime", "start_time"))
        state["maintenancePolicy"] = {name: policy.get(key) or "" for name, key in words}
    return state | bounds_state(cluster)


def bounds_state(cluster: Json) -> State:
    """Who may reach the control plane, and how the autoscaler goes about it."""
    wall = cluster.get("control_plane_firewall") or {}
    addresses = wall.get("allowed_addresses") or []
    state: State = {"controlPlaneFirewall": {"enabled": bool(wall.get("enabled")), "allowedAddresses": addresses}}
    configuration = cluster.get("cluster_autoscaler_configuration") or {}
    state["clusterAutoscalerConfigurations"] = [autoscaler_state(configuration)] if any(configuration.values()) else []
    return state


def autoscaler_state(configuration: Json) -> State:
    """The autoscaler's block, as the SDK wants it."""
    return {
        "scaleDownUtilizationThreshold": configuration.get("scale_down_utilization_threshold") or 0,
        "scaleDownUnneededTime": configuration.get("scale_down_unneeded_time") or "",
        "expanders": configuration.get("expanders") or [],
    }


UPDATED_TOGETHER = (
    "name", "tags", "autoUpgrade", "surgeUpgrade", "maintenancePolicy", "ha", "controlPlaneFirewall",
    "clusterAutoscalerConfigurations", "ssos", *SWITCHES,
)  # fmt: skip


def update_cluster(call: Call, cluster_id: str, olds: State, news: State) -> None:
    """Change what differs: the cluster, its inline pool, its version, its registry."""
    if any(news.get(name) is not None and news.get(name) != olds.get(name) for name in UPDATED_TOGETHER) or (
        olds.get("tags") and not news.get("tags")
    ):
        call.api.put(f"{CLUSTERS}/{cluster_id}", shared_request(news))
    update_inline_pool(call, cluster_id, olds, news)
    if news["version"] != olds.get("version"):
        upgrade(call, cluster_id, news["version"])
    if olds.get("registryIntegration") and not news.get("registryIntegration"):
        call.api.delete("/v2/kubernetes/registry", body={"cluster_uuids": [cluster_id]})


def upgrade(call: Call, cluster_id: str, version: str) -> None:
    """To a newer version."""
    path = f"{CLUSTERS}/{cluster_id}"
    call.once(
        lambda: call.api.repost(f"{path}/upgrade", {"version": version}),
        lambda: call.api.get(path)["kubernetes_cluster"].get("version") == version,
    )


def update_inline_pool(call: Call, cluster_id: str, olds: State, news: State) -> None:
    """Change the inline pool where it differs."""
    old, new = olds.get("nodePool") or {}, news["nodePool"]
    pool_id = old.get("id")
    if pool_id and any(new.get(name) != old.get(name) for name in POOL_FIELDS if name in new or old.get(name)):
        body = pool_change(old, new, extra_tags=(DEFAULT_POOL,))
        call.api.put(f"{CLUSTERS}/{cluster_id}/node_pools/{pool_id}", body)
        wait_for_pool(call, cluster_id, pool_id)


def delete_cluster(call: Call, cluster_id: str, state: State) -> None:
    """Delete it, with what it made if that was asked for, and wait until it is gone."""
    path = f"{CLUSTERS}/{cluster_id}"
    with_all = "/destroy_with_associated_resources/dangerous" if state.get("destroyAllAssociatedResources") else ""
    call.api.delete(path + with_all)
    call.until_gone("the cluster did not go", path, lambda found: status_of(found) == "deleted")


def status_of(found: Any) -> str:
    """The status in the answer to a GET."""
    return cluster_status(found["kubernetes_cluster"])


CLUSTER = Resource(
    token="digitalocean:index/kubernetesCluster:KubernetesCluster",  # noqa: S106
    word="Kubernetes cluster",
    inputs={
        "name": text(),
        "region": region(required=True, replace=True),
        "version": text(required=True, replace=is_older),
        "nodePool": block(
            {**POOL_FIELDS, "id": answer(), "actualNodeCount": answer(), "nodes": answer()}, required=True
        ),
        "vpcUuid": text(replace=True, computed=True),
        "clusterSubnet": text(replace=True, computed=True, fault=cidr_fault),
        "serviceSubnet": text(replace=True, computed=True, fault=cidr_fault),
        "isolatedWorkers": flag(replace=True, computed=True),
        "workerSubnetUuid": text(replace=True, computed=True),
        "ha": flag(computed=True),
        "autoUpgrade": flag(),
        "surgeUpgrade": flag(default=True),
        "registryIntegration": flag(default=False),
        "destroyAllAssociatedResources": flag(default=False),
        "kubeconfigExpireSeconds": integer(low=0),
        "tags": bag(text()),
        "maintenancePolicy": block(
            {"day": text(computed=True, choices=DAYS), "startTime": text(computed=True), "duration": answer()},
            computed=True,
        ),
        "controlPlaneFirewall": block(
            {"enabled": flag(required=True), "allowedAddresses": many(text(), required=True)}, computed=True
        ),
        "clusterAutoscalerConfigurations": many(
            block(
                {
                    "scaleDownUtilizationThreshold": number(computed=True),
                    "scaleDownUnneededTime": text(computed=True),
                    "expanders": many(text(choices=("random", "priority", "least_waste")), computed=True),
                }
            ),
            computed=True,
        ),
        "ssos": many(
            block({"enabled": flag(required=True), "clientId": text(), "issuerUrl": text(), "required": flag()}),
            computed=True,
        ),
        **{name: switch(computed=True) for name in SWITCHES},
    },
    outputs=("clusterUrn", "createdAt", "endpoint", "ipv4Address", "kubeConfigs", "status", "updatedAt"),
    secrets=("kubeConfigs",),
    rules=cluster_rules,
    find=find_cluster,
    post=post_cluster,
    identify=lambda cluster, _: cluster["id"],
    settle=settle_cluster,
    read=read_cluster,
    update=update_cluster,
    delete=delete_cluster,
)
