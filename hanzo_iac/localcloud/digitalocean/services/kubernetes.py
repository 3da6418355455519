"""Kubernetes clusters: what was asked for here, the control plane itself behind `Clusters`."""

from __future__ import annotations

import base64
import ipaddress
import re
import uuid
from typing import TYPE_CHECKING

import yaml

from hanzo_iac.localcloud.backends import ClusterAccess
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
)
from hanzo_iac.localcloud.digitalocean.services import node_pools, vpcs
from hanzo_iac.localcloud.digitalocean.shapes import fit
from hanzo_iac.localcloud.digitalocean.state import Json

if TYPE_CHECKING:
    from hanzo_iac.localcloud.digitalocean.cloud import Cloud

routes = Routes()

NAME = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")

# Subnets of a cluster that asks for none. Source: DigitalOcean's OpenAPI, August 2026.
CLUSTER_SUBNET, SERVICE_SUBNET = "10.244.0.0/16", "10.245.0.0/16"
MAINTENANCE = {"start_time": "00:00", "duration": "4h0m0s", "day": "any"}
AUTOSCALER = {"scale_down_utilization_threshold": 0.65, "scale_down_unneeded_time": "1m0s", "expanders": []}

# Blocks `{"enabled": ...}` and what a cluster that says nothing has. Source: DigitalOcean's OpenAPI, August 2026.
SWITCHES = {
    "routing_agent": False,
    "amd_gpu_device_plugin": True,
    "amd_gpu_device_metrics_exporter_plugin": False,
    "nvidia_gpu_device_plugin": True,
    "rdma_shared_dev_plugin": False,
    "coredns_autoscaler": True,
    "p2p_oci_registry_plugin": False,
    "nvidia_gpu_dra_driver": False,
    "amd_gpu_dra_driver": False,
}

DAYS = ("any", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
BLOCKS = {
    "maintenance_policy": {"start_time": str, "duration": str, "day": DAYS},
    "control_plane_firewall": {"enabled": bool, "allowed_addresses": [str]},
    "cluster_autoscaler_configuration": {
        "scale_down_utilization_threshold": float,
        "scale_down_unneeded_time": str,
        "expanders": [("random", "priority", "least_waste")],
    },
    **{name: {"enabled": bool} for name in SWITCHES},
}

# How long a kubeconfig lasts when the caller does not say. Source: DigitalOcean's documentation, 2026-11: 7 days.
CREDENTIALS_S = 7 * 86_400


def find(cloud: Cloud, cluster_id: str) -> Json:
    """
    The cluster's record.

    Raises:
        ApiError: There is none.
    """
    record = cloud.state.table("clusters").get(cluster_id)
    if record is None:
        raise errors.not_found()
    return record


def restore(cloud: Cloud) -> None:
    """Ask for the control plane of every cluster again."""
    for record in cloud.state.table("clusters").values():
        settle(cloud, record)


def settle(cloud: Cloud, record: Json) -> None:
    """Save what is asked for, then ask for it: a crash between the two is mended at the next start."""
    cloud.state.save()
    nodes = cloud.clusters.nodes(record["id"])
    pools = tuple(node_pools.wanted(pool, nodes) for pool in record["node_pools"])
    cloud.clusters.ensure(record["id"], name=record["name"], version=record["version"], pools=pools)


def shown(cloud: Cloud, record: Json) -> Json:
    """A cluster as the API answers it."""
    nodes, access = cloud.clusters.nodes(record["id"]), cloud.clusters.access(record["id"])
    hidden = ("since", "upgraded")
    return {
        **{key: value for key, value in record.items() if key not in hidden},
        "endpoint": access.server_url if access else "",
        "ipv4": "127.0.0.1" if access else "",
        "node_pools": [node_pools.shown(cloud, pool, nodes) for pool in record["node_pools"]],
        "status": {
            "state": _status(cloud, record, access),
            "message": "" if access else cloud.clusters.trouble(record["id"]),
        },
    }


def _status(cloud: Cloud, record: Json, access: ClusterAccess | None) -> str:
    if access is None and cloud.clusters.trouble(record["id"]) and _is_late(cloud, record):
        return "error"
    if access is None or not cloud.passed(record["since"], cloud.settings.cluster_s):
        return "provisioning"
    return "running" if cloud.passed(record["upgraded"], cloud.settings.upgrade_s) else "upgrading"


def _is_late(cloud: Cloud, record: Json) -> bool:
    """Whether it should long be there. A restart of this machine's servers must not make old clusters fail at once."""
    return cloud.passed(max(record["since"], cloud.started_s), cloud.settings.cluster_fails_s)


@routes("GET", "/v2/kubernetes/options")
def options(call: Call) -> Answer:  # noqa: ARG001
    """Regions, versions and sizes for a new cluster."""
    return ok(
        {
            "options": {
                "regions": [{"slug": slug, "name": name} for slug, name in offers.region_names()],
                "versions": [described(slug) for slug in offers.kubernetes_versions()],
                "sizes": [{"slug": slug, "name": slug} for slug in offers.node_sizes()],
            }
        }
    )


def described(slug: str) -> Json:
    """A version as the API answers it."""
    supported = ["cluster-autoscaler", "docr-integration", "ha-control-plane", "token-authentication"]
    return {"slug": slug, "kubernetes_version": slug.partition("-")[0], "supported_features": supported}


@routes("GET", "/v2/kubernetes/clusters")
def listing(call: Call) -> Answer:
    """Every cluster."""
    clusters = call.cloud.state.table("clusters").values()
    return call.page("kubernetes_clusters", [shown(call.cloud, record) for record in clusters])


@routes("POST", "/v2/kubernetes/clusters")
def create(call: Call) -> Answer:
    """A new cluster, provisioning."""
    cloud, body = call.cloud, call.body
    require(body, "name", "region", "version", "node_pools")
    _refuse_name(cloud, text(body, "name"))
    belongings.within_quota(cloud, "clusters", len(cloud.state.table("clusters")) + 1, "cluster limit exceeded")
    record = _make(cloud, body)
    node_pools.refuse_too_many(cloud, record["node_pools"])
    _configure(record, body)
    _refuse_overlap(cloud, record)
    cloud.state.table("clusters")[record["id"]] = record
    belongings.joins(cloud, belongings.urn("clusters", record["id"]), tags=record["tags"])
    settle(cloud, record)
    return created({"kubernetes_cluster": shown(cloud, record)})


def _make(cloud: Cloud, body: Json) -> Json:
    key, region = str(uuid.uuid4()), offers.known_region(text(body, "region"))
    return {
        "id": key,
        "name": text(body, "name"),
        "region": region,
        "version": offers.kubernetes_version(text(body, "version")),
        "vpc_uuid": vpcs.placed(cloud, text(body, "vpc_uuid"), region),
        "tags": _tags(key, texts(body, "tags")),
        "node_pools": _first_pools(cloud, key, body),
        "registry_enabled": False,
        "registries": [],
        "created_at": cloud.stamp(),
        "updated_at": cloud.stamp(),
        "since": cloud.now(),
        "upgraded": 0,
        **_subnets(body),
        **_defaults(body),
    }


def _first_pools(cloud: Cloud, cluster_id: str, body: Json) -> list[Json]:
    pools: list[Json] = []
    for asked in fit(body["node_pools"], [dict], "node_pools"):
        pools.append(node_pools.make(cloud, cluster_id, asked, known=pools))
    if all(offers.has_gpu(pool["size"]) for pool in pools):
        raise errors.unprocessable("cluster must have at least one node pool without GPUs")
    return pools


def _defaults(body: Json) -> Json:
    return {
        "auto_upgrade": False,
        "surge_upgrade": False,
        # On by default from 1.36, which is every version offered. Source: DigitalOcean facts of this project.
        "ha": flag(body, "ha", default=True),
        "isolated_workers": flag(body, "isolated_workers", default=False),
        "maintenance_policy": dict(MAINTENANCE),
        "control_plane_firewall": {"enabled": False, "allowed_addresses": []},
        "cluster_autoscaler_configuration": dict(AUTOSCALER),
        **{name: {"enabled": on} for name, on in SWITCHES.items()},
    }


def _subnets(body: Json) -> Json:
    subnets = {
        "cluster_subnet": text(body, "cluster_subnet") or CLUSTER_SUBNET,
        "service_subnet": text(body, "service_subnet") or SERVICE_SUBNET,
    }
    for name, value in subnets.items():
        try:
            ipaddress.IPv4Network(value)
        except ValueError as error:
            raise errors.unprocessable(f"{name} is not a valid CIDR block") from error
    return subnets


def _refuse_overlap(cloud: Cloud, record: Json) -> None:
    ranges = [record["cluster_subnet"], record["service_subnet"]]
    ranges.append(cloud.state.table("vpcs")[record["vpc_uuid"]]["ip_range"])
    networks = [ipaddress.IPv4Network(one) for one in ranges]
    if any(a.overlaps(b) for i, a in enumerate(networks) for b in networks[i + 1 :]):
        raise errors.unprocessable("cluster_subnet, service_subnet and the VPC's range must not overlap")


def _refuse_name(cloud: Cloud, name: str, own_id: str = "") -> None:
    if not NAME.fullmatch(name):
        raise errors.unprocessable("invalid cluster name: lower case letters, digits, - and . only")
    if any(key != own_id and record["name"] == name for key, record in cloud.state.table("clusters").items()):
        raise errors.unprocessable("a cluster with this name already exists")


def _tags(cluster_id: str, asked: list[str]) -> list[str]:
    own = ["k8s", f"k8s:{cluster_id}"]
    return own + [tag for tag in asked if tag not in own]


def _configure(record: Json, body: Json) -> None:
    """Take over the fields that both a create and an update have. Null and empty mean: as it is."""
    for name in ("auto_upgrade", "surge_upgrade"):
        record[name] = flag(body, name, default=record[name])
    for name, block in fit(body, BLOCKS).items():
        record[name] = record[name] | {key: value for key, value in block.items() if value not in ("", [])}


@routes("GET", "/v2/kubernetes/clusters/{cluster_id}")
def read(call: Call) -> Answer:
    """One cluster."""
    return ok({"kubernetes_cluster": shown(call.cloud, find(call.cloud, call.path["cluster_id"]))})


@routes("PUT", "/v2/kubernetes/clusters/{cluster_id}")
def update(call: Call) -> Answer:
    """A cluster changed; what is left out stays."""
    cloud, body = call.cloud, call.body
    record = find(cloud, call.path["cluster_id"])
    require(body, "name")
    _refuse_name(cloud, text(body, "name"), record["id"])
    if flag(body, "ha", default=False):
        record["ha"] = True  # it is never taken back
    record["name"] = text(body, "name")
    if body.get("tags") is not None:
        record["tags"] = _tags(record["id"], texts(body, "tags"))
        belongings.use_tags(cloud, record["tags"])
    _configure(record, body)
    record["updated_at"] = cloud.stamp()
    settle(cloud, record)
    return accepted({"kubernetes_cluster": shown(cloud, record)})


@routes("DELETE", "/v2/kubernetes/clusters/{cluster_id}")
@routes("DELETE", "/v2/kubernetes/clusters/{cluster_id}/destroy_with_associated_resources/dangerous")
@routes("DELETE", "/v2/kubernetes/clusters/{cluster_id}/destroy_with_associated_resources/selective")
def delete(call: Call) -> Answer:
    """Gone. The server goes first: a crash in between leaves a cluster that can be deleted again."""
    record = find(call.cloud, call.path["cluster_id"])
    call.cloud.clusters.remove(record["id"])
    del call.cloud.state.table("clusters")[record["id"]]
    belongings.leaves(call.cloud, belongings.urn("clusters", record["id"]), record)
    return no_content()


@routes("GET", "/v2/kubernetes/clusters/{cluster_id}/destroy_with_associated_resources")
def associated(call: Call) -> Answer:
    """Load balancers and volumes that the cluster made: none, they live inside its own control plane."""
    find(call.cloud, call.path["cluster_id"])
    return ok({"load_balancers": [], "volumes": [], "volume_snapshots": []})


def _access(call: Call) -> tuple[Json, ClusterAccess]:
    record = find(call.cloud, call.path["cluster_id"])
    access = call.cloud.clusters.access(record["id"])
    if access is None:
        raise errors.precondition_failed("the cluster is still provisioning")
    return record, access


def _base64(pem: str) -> str:
    return base64.b64encode(pem.encode()).decode()


@routes("GET", "/v2/kubernetes/clusters/{cluster_id}/kubeconfig")
def kubeconfig(call: Call) -> Answer:
    """A kubeconfig that works, as YAML."""
    record, access = _access(call)
    name = f"do-{record['region']}-{record['name']}"
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {
                "name": name,
                "cluster": {"certificate-authority-data": _base64(access.ca_pem), "server": access.server_url},
            }
        ],
        "contexts": [{"name": name, "context": {"cluster": name, "user": f"{name}-admin"}}],
        "current-context": name,
        "preferences": {},
        "users": [
            {
                "name": f"{name}-admin",
                "user": {
                    "client-certificate-data": _base64(access.client_certificate_pem),
                    "client-key-data": _base64(access.client_key_pem),
                },
            }
        ],
    }
    return Answer(200, yaml.safe_dump(config, sort_keys=False), "application/yaml")


@routes("GET", "/v2/kubernetes/clusters/{cluster_id}/credentials")
def credentials(call: Call) -> Answer:
    """What a kubeconfig holds, by part. The control planes here know client certificates, no tokens."""
    _, access = _access(call)
    asked = call.query.get("expiry_seconds", "")
    lasts_s = int(asked) if asked.isdigit() and int(asked) else CREDENTIALS_S
    return ok(
        {
            "server": access.server_url,
            "certificate_authority_data": _base64(access.ca_pem),
            "client_certificate_data": _base64(access.client_certificate_pem),
            "client_key_data": _base64(access.client_key_pem),
            "token": "",
            "expires_at": call.cloud.stamp(call.cloud.now() + lasts_s),
        }
    )


@routes("GET", "/v2/kubernetes/clusters/{cluster_id}/user")
def user(call: Call) -> Answer:
    """Whom the kubeconfig speaks for."""
    find(call.cloud, call.path["cluster_id"])
    return ok({"kubernetes_cluster_user": {"username": "local@example.com", "groups": ["k8saas:authenticated"]}})
