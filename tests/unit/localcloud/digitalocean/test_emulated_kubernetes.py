"""Clusters and node pools over control planes that are words only."""

from __future__ import annotations

import base64

import pytest
import yaml
from digitalocean_account import CLUSTER, GPU_POOL, SYSTEM_POOL, VPC, Clock, specification
from doubles.servers import NoClusters, NoDatabases
from starlette.testclient import TestClient

from hanzo_iac.localcloud.backends import Pool, Taint
from hanzo_iac.localcloud.digitalocean import Settings, State, create_app

CLUSTERS = "/v2/kubernetes/clusters"
NOT_A_NAME = "invalid node pool name: up to 57 lower case letters, digits and - only"


def create(account, **change):
    return account.post(CLUSTERS, CLUSTER | change, expect=201)["kubernetes_cluster"]


def add_pool(account, cluster, **change):
    return account.post(f"{CLUSTERS}/{cluster['id']}/node_pools", GPU_POOL | change, expect=201)["node_pool"]


def test_a_new_cluster_is_asked_of_the_backend_and_runs(account):
    cluster = create(account, tags=["rag"])
    (pool,) = cluster["node_pools"]

    assert account.clusters.pools[cluster["id"]] == (
        Pool(
            pool_id=pool["id"],
            name="system",
            size="s-2vcpu-4gb",
            count=1,
            auto_scale=False,
            min_nodes=0,
            max_nodes=0,
            tags=("k8s", f"k8s:{cluster['id']}", "k8s:worker"),
        ),
    )
    read = account.get(f"{CLUSTERS}/{cluster['id']}")["kubernetes_cluster"]
    assert read["status"] == {"state": "running", "message": ""}
    assert read["tags"] == ["k8s", f"k8s:{cluster['id']}", "rag"]
    assert (read["cluster_subnet"], read["service_subnet"]) == ("10.244.0.0/16", "10.245.0.0/16")
    assert read["maintenance_policy"] == {"start_time": "00:00", "duration": "4h0m0s", "day": "any"}
    assert read["endpoint"] == "https://127.0.0.1:1"


def test_a_cluster_provisions_until_its_time_is_over_and_its_server_answers(slow):
    cluster = create(slow)
    path = f"{CLUSTERS}/{cluster['id']}"

    def state():
        return slow.get(path)["kubernetes_cluster"]["status"]["state"]

    assert state() == "provisioning"
    pools = slow.clusters.pools.pop(cluster["id"])
    slow.clock.step(10)
    assert state() == "provisioning"
    assert slow.get(path)["kubernetes_cluster"]["endpoint"] == ""
    assert slow.message("GET", f"{path}/kubeconfig", expect=412) == "the cluster is still provisioning"
    slow.clusters.pools[cluster["id"]] = pools
    assert state() == "running"


def test_the_versions_words_are_resolved(account):
    assert create(account, name="a", version="latest")["version"] == "1.36.3-do.0"
    assert create(account, name="b", version="1.36")["version"] == "1.36.3-do.0"
    assert create(account, name="c", version="1.36.0-do.0")["version"] == "1.36.0-do.0"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": ""}, "name is required"),
        ({"name": "main"}, "a cluster with this name already exists"),
        ({"name": "Main_1"}, "invalid cluster name: lower case letters, digits, - and . only"),
        ({"region": "mars1"}, "region is invalid"),
        ({"version": "1.12.1-do.0"}, "validation error: invalid version slug"),
        ({"node_pools": []}, "node_pools is required"),
        ({"node_pools": [GPU_POOL]}, "cluster must have at least one node pool without GPUs"),
        ({"node_pools": [SYSTEM_POOL, SYSTEM_POOL]}, "node pool name system is already in use in this cluster"),
        ({"node_pools": [SYSTEM_POOL | {"size": "huge"}]}, "invalid size slug: huge"),
        (
            {"cluster_subnet": "10.245.0.0/16"},
            "cluster_subnet, service_subnet and the VPC's range must not overlap",
        ),
        ({"service_subnet": "ten"}, "service_subnet is not a valid CIDR block"),
    ],
)
def test_a_wrong_cluster_is_refused_and_nothing_is_asked_of_the_backend(account, change, message):
    create(account)
    good = CLUSTER | {"name": "second"}

    assert account.message("POST", CLUSTERS, good | change, expect=422) == message
    assert len(account.clusters.pools) == len(account.get(CLUSTERS)["kubernetes_clusters"]) == 1


def test_a_cluster_may_not_overlap_its_vpc(account):
    vpc = account.post("/v2/vpcs", VPC)["vpc"]
    body = CLUSTER | {"vpc_uuid": vpc["id"], "cluster_subnet": "10.10.0.0/17"}

    message = account.message("POST", CLUSTERS, body, expect=422)

    assert message == "cluster_subnet, service_subnet and the VPC's range must not overlap"


def test_an_update_in_the_providers_words_leaves_what_it_does_not_say(account):
    cluster = create(account, auto_upgrade=True)
    body = {
        "name": "renamed",
        "maintenance_policy": {"start_time": "03:00", "duration": "", "day": "monday"},
        "control_plane_firewall": {"enabled": None, "allowed_addresses": None},
        "cluster_autoscaler_configuration": {
            "scale_down_utilization_threshold": None,
            "scale_down_unneeded_time": "",
            "expanders": [],
        },
        "nvidia_gpu_device_plugin": {"enabled": None},
        "routing_agent": {"enabled": True},
        "ha": False,
    }

    updated = account.put(f"{CLUSTERS}/{cluster['id']}", body, expect=202)["kubernetes_cluster"]

    changed = {name: updated[name] for name in updated if updated[name] != cluster[name]}
    assert changed == {
        "name": "renamed",
        "maintenance_policy": {"start_time": "03:00", "duration": "4h0m0s", "day": "monday"},
        "routing_agent": {"enabled": True},
    }


def test_ha_is_never_taken_back(account):
    cluster = create(account, ha=False)
    path = f"{CLUSTERS}/{cluster['id']}"

    assert account.put(path, {"name": "main", "ha": True})["kubernetes_cluster"]["ha"] is True
    assert account.put(path, {"name": "main", "ha": False})["kubernetes_cluster"]["ha"] is True


def test_the_kubeconfig_and_the_credentials_hold_what_the_backend_gives(account):
    cluster = create(account)
    path = f"{CLUSTERS}/{cluster['id']}"

    response = account.client.get(f"{path}/kubeconfig")
    config = yaml.safe_load(response.text)
    credentials = account.get(f"{path}/credentials?expiry_seconds=60")

    assert response.headers["content-type"] == "application/yaml"
    assert config["current-context"] == "do-nyc3-main"
    assert config["clusters"] == [
        {
            "name": "do-nyc3-main",
            "cluster": {"certificate-authority-data": "bm9uZQ==", "server": "https://127.0.0.1:1"},
        }
    ]
    assert config["users"][0]["user"] == {"client-certificate-data": "bm9uZQ==", "client-key-data": "bm9uZQ=="}
    assert base64.b64decode(credentials["client_key_data"]) == b"none"
    assert credentials["expires_at"] == "2026-11-21T12:01:00Z"


def test_an_upgrade_goes_to_a_newer_version_only(slow):
    cluster = create(slow)
    slow.clock.step(10)
    path = f"{CLUSTERS}/{cluster['id']}"

    versions = [one["slug"] for one in slow.get(f"{path}/upgrades")["available_upgrade_versions"]]
    assert versions == ["1.36.3-do.0"]
    assert slow.message("POST", f"{path}/upgrade", {"version": "1.36.0-do.0"}, expect=422) == (
        "version is not an available upgrade"
    )
    slow.post(f"{path}/upgrade", {"version": "1.36.3-do.0"}, expect=202)
    read = slow.get(path)["kubernetes_cluster"]
    assert (read["version"], read["status"]["state"]) == ("1.36.3-do.0", "upgrading")
    slow.clock.step(10)
    assert slow.get(path)["kubernetes_cluster"]["status"]["state"] == "running"
    assert slow.get(f"{path}/upgrades")["available_upgrade_versions"] is None


@pytest.mark.parametrize(
    "suffix",
    ["", "/destroy_with_associated_resources/dangerous", "/destroy_with_associated_resources/selective"],
)
def test_a_deleted_cluster_is_gone_with_its_server(account, suffix):
    cluster = create(account)
    path = f"{CLUSTERS}/{cluster['id']}"

    account.delete(path + suffix)

    account.get(path, expect=404)
    account.delete(path, expect=404)
    assert account.clusters.pools == {}
    assert account.get("/v2/projects/default/resources")["resources"] == [
        resource
        for resource in account.get("/v2/projects/default/resources")["resources"]
        if "kubernetes" not in resource["urn"]
    ]


def test_the_rest_of_a_clusters_paths_answer(account):
    path = f"{CLUSTERS}/{create(account)['id']}"

    empty = {"load_balancers": [], "volumes": [], "volume_snapshots": []}
    assert account.get(f"{path}/destroy_with_associated_resources") == empty
    assert account.get(f"{path}/user")["kubernetes_cluster_user"]["groups"] == ["k8saas:authenticated"]
    assert account.get(f"{path}/status_messages") == {"messages": []}
    options = account.get("/v2/kubernetes/options")["options"]
    assert [one["slug"] for one in options["versions"]] == ["1.36.3-do.0", "1.36.1-do.0", "1.36.0-do.0"]
    assert "gpu-mi350x1-288gb-spot" not in [one["slug"] for one in options["sizes"]]


def test_a_pool_is_added_with_the_providers_capital_taints(account):
    cluster = create(account)
    taints = [{"Key": "k", "Value": "", "Effect": "NoSchedule"}]

    pool = add_pool(account, cluster, labels={"a": "b"}, taints=taints, tags=["terraform:x"])

    assert pool["taints"] == [{"key": "k", "value": "", "effect": "NoSchedule"}]
    assert pool["tags"] == ["k8s", f"k8s:{cluster['id']}", "k8s:worker", "terraform:x"]
    asked = account.clusters.pools[cluster["id"]][1]
    assert asked.taints == (Taint(key="k", value="", effect="NoSchedule"),)
    assert (asked.labels, asked.auto_scale, asked.count) == ({"a": "b"}, True, 0)


def test_an_auto_scaled_pool_has_as_many_nodes_as_its_cluster_says(account):
    cluster = create(account)
    pool = add_pool(account, cluster)
    path = f"{CLUSTERS}/{cluster['id']}/node_pools/{pool['id']}"
    assert (pool["count"], pool["nodes"]) == (0, [])

    system, gpu = account.clusters.pools[cluster["id"]]
    account.clusters.pools[cluster["id"]] = (system, Pool(**{**vars(gpu), "count": 2}))
    read = account.get(path)["node_pool"]
    assert (read["count"], [node["name"] for node in read["nodes"]]) == (2, ["gpu-0", "gpu-1"])

    account.put(path, {"name": "gpu", "auto_scale": True, "min_nodes": 0, "max_nodes": 5}, expect=202)
    assert account.clusters.pools[cluster["id"]][1].count == 2
    raised = account.put(path, {"name": "gpu", "auto_scale": True, "min_nodes": 3, "max_nodes": 5})["node_pool"]
    assert raised["count"] == len(raised["nodes"]) == 3


def test_a_pool_without_count_has_no_nodes_and_a_put_without_count_keeps_them(account):
    cluster = create(account)
    pool = account.post(
        f"{CLUSTERS}/{cluster['id']}/node_pools", {"name": "gpuz", "size": "gpu-h100x1-80gb"}, expect=201
    )["node_pool"]
    path = f"{CLUSTERS}/{cluster['id']}/node_pools/{pool['id']}"
    assert pool["count"] == 0

    assert account.put(path, {"name": "gpuz", "count": 2})["node_pool"]["count"] == 2
    body = {"name": "gpuz", "auto_scale": False, "min_nodes": 0, "max_nodes": 0}
    assert account.put(path, body)["node_pool"]["count"] == 2


def test_nodes_are_provisioning_until_their_time_is_over(make_account):
    account = make_account(node_s=30)
    cluster = create(account)
    path = f"{CLUSTERS}/{cluster['id']}/node_pools"

    def states():
        (pool,) = account.get(path)["node_pools"]
        return [node["status"]["state"] for node in pool["nodes"]]

    assert states() == ["provisioning"]
    account.clock.step(30)
    assert states() == ["running"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": "system"}, "node pool name system is already in use in this cluster"),
        ({"size": "gpu-mi350x1-288gb-spot"}, "invalid size slug: gpu-mi350x1-288gb-spot"),
        (
            {"min_nodes": 4},
            "min_nodes must not be more than max_nodes, and max_nodes must be at least 1",
        ),
        ({"auto_scale": False, "count": -1}, "count must be between 0 and 512"),
        (
            {"taints": [{"key": "k", "effect": "Never"}]},
            "effect must be one of NoSchedule, PreferNoSchedule, NoExecute",
        ),
        ({"count": "two"}, "count must be a whole number"),
        ({"name": "GPU_1"}, NOT_A_NAME),
        ({"name": "a" * 58}, NOT_A_NAME),
        ({"labels": {"two words": "x"}}, "invalid label two words=x"),
        ({"labels": {"tier": "x" * 64}}, f"invalid label tier={'x' * 64}"),
        ({"labels": {"hanzo.ai/": "x"}}, "invalid label hanzo.ai/=x"),
        ({"taints": [{"key": "only", "value": "a b", "effect": "NoSchedule"}]}, "invalid taint only=a b"),
    ],
)
def test_a_wrong_pool_is_refused(account, change, message):
    cluster = create(account)

    assert account.message("POST", f"{CLUSTERS}/{cluster['id']}/node_pools", GPU_POOL | change, expect=422) == message
    assert len(account.clusters.pools[cluster["id"]]) == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [({"name": "-"}, NOT_A_NAME), ({"labels": {"a": "b c"}}, "invalid label a=b c")],
)
def test_a_pool_does_not_become_a_wrong_one(account, change, message):
    cluster = create(account)
    pool = add_pool(account, cluster, labels={"hanzo.ai/pool": "gpu", "empty": ""})
    path = f"{CLUSTERS}/{cluster['id']}/node_pools/{pool['id']}"

    assert account.message("PUT", path, GPU_POOL | change, expect=422) == message
    assert account.get(path)["node_pool"] == pool


def test_a_pool_is_deleted_but_the_last_without_gpus(account):
    cluster = create(account)
    pool = add_pool(account, cluster)
    path = f"{CLUSTERS}/{cluster['id']}/node_pools"

    message = account.message("DELETE", f"{path}/{cluster['node_pools'][0]['id']}", expect=422)
    assert message == "cluster must have at least one node pool without GPUs"
    account.delete(f"{path}/{pool['id']}")
    account.get(f"{path}/{pool['id']}", expect=404)
    assert [one["name"] for one in account.get(path)["node_pools"]] == ["system"]
    assert [one.name for one in account.clusters.pools[cluster["id"]]] == ["system"]


def test_a_deleted_node_is_gone_and_replaced_when_asked(account):
    cluster = create(account, node_pools=[SYSTEM_POOL | {"count": 3}])
    (pool,) = cluster["node_pools"]
    path = f"{CLUSTERS}/{cluster['id']}/node_pools/{pool['id']}"

    account.delete(f"{path}/nodes/{pool['nodes'][0]['id']}", expect=202)
    read = account.get(path)["node_pool"]
    assert ([node["name"] for node in read["nodes"]], read["count"]) == (["system-1", "system-2"], 2)
    account.delete(f"{path}/nodes/{read['nodes'][0]['id']}?replace=1", expect=202)
    read = account.get(path)["node_pool"]
    assert ([node["name"] for node in read["nodes"]], read["count"]) == (["system-2", "system-3"], 2)
    account.delete(f"{path}/nodes/{pool['nodes'][0]['id']}", expect=404)


def test_an_auto_scaled_pool_without_one_of_its_nodes_is_asked_for_one_less(account):
    cluster = create(account)
    pool = add_pool(account, cluster, count=2)
    path = f"{CLUSTERS}/{cluster['id']}/node_pools/{pool['id']}"

    account.delete(f"{path}/nodes/{pool['nodes'][0]['id']}", expect=202)
    read = account.get(path)["node_pool"]
    assert ([node["name"] for node in read["nodes"]], read["count"]) == (["gpu-1"], 1)
    asked = account.clusters.pools[cluster["id"]][1]
    assert (asked.without, asked.unreplaced) == ((f"{pool['id']}-0",), (f"{pool['id']}-0",))
    account.delete(f"{path}/nodes/{read['nodes'][0]['id']}?replace=1", expect=202)
    read = account.get(path)["node_pool"]
    assert ([node["name"] for node in read["nodes"]], read["count"]) == (["gpu-2"], 1)


def test_a_recycled_pool_has_only_fresh_nodes(account):
    cluster = create(account, node_pools=[SYSTEM_POOL | {"count": 2}])
    (pool,) = cluster["node_pools"]
    path = f"{CLUSTERS}/{cluster['id']}/node_pools/{pool['id']}"

    account.post(f"{path}/recycle", {}, expect=202)

    assert [node["name"] for node in account.get(path)["node_pool"]["nodes"]] == ["system-2", "system-3"]


def test_a_quota_of_droplets_or_of_a_size_holds(account):
    account.post("/_local/quota", {"droplets": 3, "gpu-h100x1-80gb": 2})
    cluster = create(account)
    pools = f"{CLUSTERS}/{cluster['id']}/node_pools"

    size = account.message("POST", pools, GPU_POOL, expect=422)
    count = account.message("POST", pools, SYSTEM_POOL | {"name": "more", "count": 3}, expect=422)

    assert size == "size gpu-h100x1-80gb is not available in this quantity on your account"
    assert count == "creating these nodes will exceed your droplet limit"
    add_pool(account, cluster, max_nodes=2)


def test_a_registry_is_attached_and_goes_when_it_is_deleted(account):
    account.post("/v2/registries", {"name": "images"})
    cluster = create(account)
    path = f"{CLUSTERS}/{cluster['id']}"

    account.post("/v2/kubernetes/registry", {"cluster_uuids": [cluster["id"]]}, expect=204)
    assert account.get(path)["kubernetes_cluster"]["registries"] == ["images"]
    account.call("DELETE", "/v2/kubernetes/registries", {"cluster_uuids": [cluster["id"]], "registries": ["images"]})
    assert account.get(path)["kubernetes_cluster"]["registry_enabled"] is False
    account.post("/v2/kubernetes/registries", {"cluster_uuids": [cluster["id"]], "registries": ["no"]}, expect=404)
    account.post("/v2/kubernetes/registries", {"cluster_uuids": [cluster["id"]], "registries": ["images"]})
    account.delete("/v2/registries/images")
    assert account.get(path)["kubernetes_cluster"]["registry_enabled"] is False


class Stuck(NoClusters):
    """Control planes that do not start."""

    def access(self, cluster_id):
        return None

    def trouble(self, cluster_id):
        return "etcd is not installed"


def test_a_cluster_that_cannot_start_says_why_and_is_in_error_after_a_while():
    clock = Clock()
    settings = Settings(validate=specification(), cluster_fails_s=60)
    app = create_app(State(), clusters=Stuck(), databases=NoDatabases(), clock=clock, settings=settings)
    client = TestClient(app, headers={"authorization": "Bearer token"})
    made = client.post("/v2/kubernetes/clusters", json=CLUSTER).json()["kubernetes_cluster"]

    assert made["status"] == {"state": "provisioning", "message": "etcd is not installed"}
    clock.step(60)
    later = client.get(f"/v2/kubernetes/clusters/{made['id']}").json()["kubernetes_cluster"]
    assert later["status"] == {"state": "error", "message": "etcd is not installed"}
