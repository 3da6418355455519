"""
DigitalOcean's own Python client against the emulator, over a real connection, every answer checked against the OpenAPI.

For each kind of resource: it is made, listed, read, changed, deleted, and then not there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pydo
import pytest
from doubles.servers import NoClusters, NoDatabases

from hanzo_iac.localcloud.digitalocean import Server, Settings, State, create_app

DATA = Path(os.environ.get("HANZO_DATA", Path(__file__).resolve().parents[4] / "shared" / "data"))
SPECIFICATION = DATA / "digitalocean" / "DigitalOcean-infra-subset.json"

if not SPECIFICATION.exists():
    pytest.skip(
        "DigitalOcean's OpenAPI is absent: put it into digitalocean/ of the folder that HANZO_DATA names",
        allow_module_level=True,
    )

RULE = {"entry_protocol": "http", "entry_port": 80, "target_protocol": "http", "target_port": 80}
INBOUND = {"protocol": "tcp", "ports": "443", "sources": {"addresses": ["0.0.0.0/0"]}}
SYSTEM = {"name": "system", "size": "s-2vcpu-4gb", "count": 1}
CLUSTER = {"name": "main", "region": "nyc3", "version": "latest", "node_pools": [SYSTEM]}
POSTGRES = {
    "name": "db",
    "engine": "pg",
    "version": "17",
    "size": "db-s-1vcpu-2gb",
    "region": "nyc3",
    "num_nodes": 1,
}
PROJECT = {"name": "rag", "purpose": "Web Application", "description": "d", "environment": "Staging"}
POLICY = {
    "type": "v1/insights/droplet/cpu",
    "description": "busy",
    "compare": "GreaterThan",
    "value": 90,
    "window": "5m",
    "entities": [],
    "tags": [],
    "alerts": {"slack": [], "email": ["a@example.com"]},
    "enabled": True,
}
CHECK = {"name": "home", "type": "https", "target": "https://example.com", "regions": ["us_east"], "enabled": True}
ALERT = {
    "name": "slow",
    "type": "latency",
    "threshold": 300,
    "comparison": "greater_than",
    "period": "2m",
    "notifications": {"email": ["a@example.com"], "slack": []},
}


@pytest.fixture
def client() -> Iterator[pydo.Client]:
    app = create_app(
        State(), clusters=NoClusters(), databases=NoDatabases(), settings=Settings.instant(validate=SPECIFICATION)
    )
    with Server(app) as server:
        with pydo.Client(token="any", endpoint=server.url) as client:
            yield client
        assert app.state.cloud.violations == []


def vpc(client: pydo.Client, region: str = "nyc3") -> str:
    return client.vpcs.create(body={"name": f"net-{region}", "region": region}, enforce_https=False)["vpc"]["id"]


def cluster(client: pydo.Client) -> str:
    return client.kubernetes.create_cluster(body=CLUSTER, enforce_https=False)["kubernetes_cluster"]["id"]


def database(client: pydo.Client) -> str:
    return client.databases.create_cluster(body=POSTGRES, enforce_https=False)["database"]["id"]


def domain(client: pydo.Client) -> str:
    return client.domains.create(body={"name": "example.com"}, enforce_https=False)["domain"]["name"]


def check(client: pydo.Client) -> str:
    return client.uptime.create_check(body=CHECK, enforce_https=False)["check"]["id"]


@dataclass(frozen=True)
class Kind:
    """How one kind of resource is handled: operation names of the client, and bodies."""

    group: str
    create: str
    listing: str
    get: str
    delete: str
    many: str
    one: str
    body: Callable[[pydo.Client], dict[str, Any]]
    update: str = ""
    update_body: Callable[[dict[str, Any]], dict[str, Any]] = field(default=lambda made: {})
    key: str = "id"
    parent: Callable[[pydo.Client], str] | None = None


def said(**fields: Any) -> Callable[[pydo.Client], dict[str, Any]]:
    return lambda client: fields


KINDS = {
    "vpc": Kind(
        "vpcs", "create", "list", "get", "delete", "vpcs", "vpc",
        said(name="net", region="nyc3"), "update", lambda made: {"name": "net2", "description": "x"},
    ),
    "vpc patched": Kind(
        "vpcs", "create", "list", "get", "delete", "vpcs", "vpc",
        said(name="net", region="nyc3"), "patch", lambda made: {"name": "net2"},
    ),
    "NAT gateway": Kind(
        "vpcnatgateways", "create", "list", "get", "delete", "vpc_nat_gateways", "vpc_nat_gateway",
        lambda c: {"name": "n", "type": "PUBLIC", "region": "nyc3", "size": 1, "vpcs": [{"vpc_uuid": vpc(c)}]},
        "update", lambda made: {"name": "n2", "size": 2},
    ),
    "peering": Kind(
        "vpc_peerings", "create", "list", "get", "delete", "vpc_peerings", "vpc_peering",
        lambda c: {"name": "p", "vpc_ids": [vpc(c), vpc(c, "ams3")]}, "patch", lambda made: {"name": "q"},
    ),
    "project": Kind(
        "projects", "create", "list", "get", "delete", "projects", "project", said(**PROJECT),
        "update", lambda made: {**PROJECT, "name": "rag2", "is_default": False},
    ),
    "tag": Kind("tags", "create", "list", "get", "delete", "tags", "tag", said(name="rag"), key="name"),
    "cluster": Kind(
        "kubernetes", "create_cluster", "list_clusters", "get_cluster", "delete_cluster",
        "kubernetes_clusters", "kubernetes_cluster", said(**CLUSTER), "update_cluster", lambda made: {"name": "other"},
    ),
    "node pool": Kind(
        "kubernetes", "add_node_pool", "list_node_pools", "get_node_pool", "delete_node_pool",
        "node_pools", "node_pool", said(name="gpu", size="gpu-l40sx1-48gb", count=1),
        "update_node_pool", lambda made: {"name": "gpu", "count": 2}, parent=cluster,
    ),
    "database cluster": Kind(
        "databases", "create_cluster", "list_clusters", "get_cluster", "destroy_cluster",
        "databases", "database", said(**POSTGRES), "update_cluster_size",
        lambda made: {"size": "db-s-2vcpu-4gb", "num_nodes": 1},
    ),
    "database": Kind(
        "databases", "add", "list", "get", "delete", "dbs", "db", said(name="app"), key="name", parent=database
    ),
    "database user": Kind(
        "databases", "add_user", "list_users", "get_user", "delete_user", "users", "user", said(name="app"),
        "update_user", lambda made: {"settings": {"pg_allow_replication": True}}, key="name", parent=database,
    ),
    "connection pool": Kind(
        "databases", "add_connection_pool", "list_connection_pools", "get_connection_pool", "delete_connection_pool",
        "pools", "pool", said(name="pool", mode="session", size=5, db="defaultdb", user="doadmin"),
        "update_connection_pool", lambda made: {"mode": "session", "size": 9, "db": "defaultdb", "user": "doadmin"},
        key="name", parent=database,
    ),
    "replica": Kind(
        "databases", "create_replica", "list_replicas", "get_replica", "destroy_replica", "replicas", "replica",
        said(name="read", size="db-s-1vcpu-2gb"), key="name", parent=database,
    ),
    "registry": Kind(
        "registries", "create", "list", "get", "delete", "registries", "registry", said(name="images"), key="name"
    ),
    "share": Kind(
        "nfs", "create", "list", "get", "delete", "shares", "share",
        lambda c: {"name": "w", "size_gib": 50, "region": "atl1", "vpc_ids": [vpc(c, "atl1")]},
    ),
    "load balancer": Kind(
        "load_balancers", "create", "list", "get", "delete", "load_balancers", "load_balancer",
        said(name="lb", region="nyc3", forwarding_rules=[RULE]),
        "update", lambda made: {"name": "lb2", "region": "nyc3", "forwarding_rules": [RULE]},
    ),
    "domain": Kind(
        "domains", "create", "list", "get", "delete", "domains", "domain", said(name="example.com"), key="name"
    ),
    "record": Kind(
        "domains", "create_record", "list_records", "get_record", "delete_record", "domain_records", "domain_record",
        said(type="A", name="www", data="192.0.2.1"), "update_record", lambda made: {"type": "A", "data": "192.0.2.2"},
        parent=domain,
    ),
    "certificate": Kind(
        "certificates", "create", "list", "get", "delete", "certificates", "certificate",
        lambda client: {"name": "crt", "type": "lets_encrypt", "dns_names": [domain(client)]},
    ),
    "Spaces key": Kind(
        "spaces_key", "create", "list", "get", "delete", "keys", "key",
        said(name="k", grants=[{"bucket": "b", "permission": "read"}]),
        "update", lambda made: {"name": "k2", "grants": []}, key="access_key",
    ),
    "volume": Kind(
        "volumes", "create", "list", "get", "delete", "volumes", "volume",
        said(name="disk", region="nyc3", size_gigabytes=1),
    ),
    "CDN endpoint": Kind(
        "cdn", "create_endpoint", "list_endpoints", "get_endpoint", "delete_endpoint", "endpoints", "endpoint",
        said(origin="assets.nyc3.digitaloceanspaces.com"), "update_endpoints", lambda made: {"ttl": 60},
    ),
    "firewall": Kind(
        "firewalls", "create", "list", "get", "delete", "firewalls", "firewall",
        said(name="fw", inbound_rules=[INBOUND]), "update", lambda made: {"name": "fw2", "inbound_rules": [INBOUND]},
    ),
    "alert policy": Kind(
        "monitoring", "create_alert_policy", "list_alert_policy", "get_alert_policy", "delete_alert_policy",
        "policies", "policy", said(**POLICY), "update_alert_policy", lambda made: {**POLICY, "value": 50}, key="uuid",
    ),
    "uptime check": Kind(
        "uptime", "create_check", "list_checks", "get_check", "delete_check", "checks", "check", said(**CHECK),
        "update_check", lambda made: {**CHECK, "enabled": False},
    ),
    "vector database": Kind(
        "vector_databases", "create", "list", "get", "delete", "vector_dbs", "vector_db",
        said(name="docs", region="tor1", size="small"), "update",
        lambda made: {"config": {"default_quantization": "pq"}},
    ),
    "uptime alert": Kind(
        "uptime", "create_alert", "list_alerts", "get_alert", "delete_alert", "alerts", "alert", said(**ALERT),
        "update_alert", lambda made: {**ALERT, "threshold": 500}, parent=check,
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_a_resource_lives_its_life(client, kind):
    group = getattr(client, kind.group)
    parents = (kind.parent(client),) if kind.parent else ()

    def call(operation: str, *path: Any, **arguments: Any) -> Any:
        return getattr(group, operation)(*parents, *path, enforce_https=False, **arguments)

    made = call(kind.create, body=kind.body(client))[kind.one]
    key = made[kind.key]
    assert key in [one[kind.key] for one in call(kind.listing)[kind.many]]
    assert call(kind.get, key)[kind.one][kind.key] == key
    if kind.update:
        call(kind.update, key, body=kind.update_body(made))
    call(kind.delete, key)
    assert key not in [one[kind.key] for one in call(kind.listing)[kind.many]]
    assert call(kind.get, key)["id"] == "not_found"


def test_the_account_its_regions_and_its_sizes_are_read(client):
    assert client.account.get(enforce_https=False)["account"]["status"] == "active"
    assert "atl1" in [region["slug"] for region in client.regions.list(enforce_https=False)["regions"]]
    sizes = client.sizes.list(per_page=200, enforce_https=False)["sizes"]
    assert "gpu-h200x1-141gb" in [size["slug"] for size in sizes]
    assert client.actions.list(enforce_https=False)["actions"] == []


def test_a_clusters_credentials_options_and_upgrades_are_read(client):
    # pydo 0.44 cannot read a kubeconfig: its transport refuses the documented content type, application/yaml.
    key = cluster(client)

    assert client.kubernetes.get_credentials(key, enforce_https=False)["server"] == "https://127.0.0.1:1"
    assert client.kubernetes.get_available_upgrades(key, enforce_https=False) == {"available_upgrade_versions": None}
    versions = client.kubernetes.list_options(enforce_https=False)["options"]["versions"]
    assert versions[0]["slug"] == "1.36.3-do.0"
    client.kubernetes.destroy_associated_resources_dangerous(key, enforce_https=False)
    assert client.kubernetes.list_clusters(enforce_https=False)["kubernetes_clusters"] == []


def test_a_databases_settings_are_written_and_read(client):
    key = database(client)
    databases = client.databases

    rules = [{"type": "ip_addr", "value": "192.0.2.1"}]
    databases.update_firewall_rules(key, body={"rules": rules}, enforce_https=False)
    assert databases.list_firewall_rules(key, enforce_https=False)["rules"][0]["value"] == "192.0.2.1"
    databases.patch_config(key, body={"config": {"work_mem": 16}}, enforce_https=False)
    assert databases.get_config(key, enforce_https=False) == {"config": {"work_mem": 16}}
    databases.update_maintenance_window(key, body={"day": "friday", "hour": "04:00"}, enforce_https=False)
    assert databases.get_ca(key, enforce_https=False)["ca"]["certificate"]
    assert databases.reset_auth(key, "doadmin", body={}, enforce_https=False)["user"]["name"] == "doadmin"
    assert databases.list_options(enforce_https=False)["options"]["valkey"]["versions"] == ["8"]


def test_resources_are_assigned_to_a_project_and_tagged(client):
    project = client.projects.create(body=PROJECT, enforce_https=False)["project"]["id"]
    urn = f"do:kubernetes:{cluster(client)}"

    assigned = client.projects.assign_resources(project, body={"resources": [urn]}, enforce_https=False)["resources"]
    assert [one["status"] for one in assigned] == ["assigned"]
    listed = client.projects.list_resources(project, enforce_https=False)["resources"]
    assert [one["urn"] for one in listed] == [urn]


def test_the_pages_are_followed(client):
    for number in range(45):
        client.tags.create(body={"name": f"t{number}"}, enforce_https=False)
    seen, page = [], 1
    while True:
        answer = client.tags.list(page=page, per_page=20, enforce_https=False)
        seen += [tag["name"] for tag in answer["tags"]]
        if "next" not in answer["links"].get("pages", {}):
            break
        page += 1

    assert (page, seen) == (3, [f"t{number}" for number in range(45)])
