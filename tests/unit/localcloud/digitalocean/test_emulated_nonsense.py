"""Good requests with one field turned into nonsense: refused or taken, but never a fault of the emulator's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from digitalocean_account import CLUSTER, GPU_POOL, POSTGRES, VPC

NONSENSE = (None, True, -1, 1.5, "x", [5], ["x"], [None], {"a": 1}, [{"a": 1}])

RULE = {"entry_protocol": "http", "entry_port": 80, "target_protocol": "http", "target_port": 80}
FULL_POOL = GPU_POOL | {
    "name": "more",
    "count": 1,
    "min_nodes": 0,
    "labels": {"a": "b"},
    "tags": ["t"],
    "taints": [{"key": "k", "value": "v", "effect": "NoSchedule"}],
}
BLOCKS = {
    "maintenance_policy": {"start_time": "00:00", "duration": "4h0m0s", "day": "any"},
    "control_plane_firewall": {"enabled": True, "allowed_addresses": ["192.0.2.1"]},
    "cluster_autoscaler_configuration": {
        "scale_down_utilization_threshold": 0.5,
        "scale_down_unneeded_time": "5m0s",
        "expanders": ["priority"],
    },
    "routing_agent": {"enabled": True},
    "auto_upgrade": True,
    "ha": True,
    "tags": ["t"],
}
WEAVIATE = {"name": "docs", "region": "tor1", "size": "small"}
INBOUND = {"protocol": "tcp", "ports": "443", "sources": {"addresses": ["0.0.0.0/0"]}}
ALERTS = {"email": ["a@example.com"], "slack": [{"channel": "c", "url": "https://example.com"}]}
RULES = [{"type": "ip_addr", "value": "192.0.2.1", "description": "d", "uuid": ""}]

# Method, path (with the ids of the account below), and a body that is right.
GOOD: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/v2/vpcs", {"name": "b", "region": "nyc3", "ip_range": "10.30.0.0/16", "description": "d"}),
    ("PATCH", "/v2/vpcs/{vpc}", {"name": "c", "description": "d", "default": True}),
    ("POST", "/v2/vpcs/{vpc}/peerings", {"name": "p", "vpc_id": "x"}),
    (
        "POST",
        "/v2/vpc_nat_gateways",
        {"name": "n", "type": "PUBLIC", "region": "nyc3", "size": 1, "vpcs": [{"vpc_uuid": "{vpc}"}]},
    ),
    (
        "POST",
        "/v2/kubernetes/clusters",
        CLUSTER | BLOCKS | {"name": "b", "vpc_uuid": "{vpc}", "service_subnet": "10.99.0.0/16"},
    ),
    ("PUT", "/v2/kubernetes/clusters/{cluster}", BLOCKS | {"name": "main"}),
    ("POST", "/v2/kubernetes/clusters/{cluster}/upgrade", {"version": "latest"}),
    ("POST", "/v2/kubernetes/clusters/{cluster}/node_pools", FULL_POOL),
    ("PUT", "/v2/kubernetes/clusters/{cluster}/node_pools/{pool}", FULL_POOL),
    ("POST", "/v2/kubernetes/clusters/{cluster}/node_pools/{pool}/recycle", {"nodes": ["x"]}),
    ("POST", "/v2/kubernetes/registries", {"cluster_uuids": ["{cluster}"], "registries": ["images"]}),
    (
        "POST",
        "/v2/databases",
        POSTGRES
        | {"name": "b", "rules": RULES, "tags": ["t"], "storage_size_mib": 61440, "private_network_uuid": "{vpc}"}
        | {"autoscale": {"storage": {"enabled": True, "threshold_percent": 80, "increment_gib": 10}}},
    ),
    ("PUT", "/v2/databases/{database}/resize", {"size": "db-s-2vcpu-4gb", "num_nodes": 1, "storage_size_mib": 61440}),
    ("PUT", "/v2/databases/{database}/upgrade", {"version": "18"}),
    ("PUT", "/v2/databases/{database}/migrate", {"region": "ams3"}),
    ("POST", "/v2/databases/{database}/users", {"name": "u", "settings": {"pg_allow_replication": True}}),
    ("PUT", "/v2/databases/{database}/users/doadmin", {"settings": {"pg_allow_replication": True}}),
    ("POST", "/v2/databases/{database}/dbs", {"name": "d"}),
    (
        "POST",
        "/v2/databases/{database}/pools",
        {"name": "p", "mode": "session", "size": 5, "db": "defaultdb", "user": "doadmin"},
    ),
    ("PUT", "/v2/databases/{database}/firewall", {"rules": RULES}),
    ("PATCH", "/v2/databases/{database}/config", {"config": {"work_mem": 16}}),
    ("PUT", "/v2/databases/{database}/maintenance", {"day": "friday", "hour": "04:00"}),
    ("PUT", "/v2/databases/{database}/autoscale", {"storage": {"enabled": True, "threshold_percent": 80}}),
    ("POST", "/v2/databases/{database}/replicas", {"name": "r", "size": "db-s-1vcpu-2gb", "tags": ["t"]}),
    ("POST", "/v2/registry", {"name": "b", "subscription_tier_slug": "basic", "region": "nyc3"}),
    ("POST", "/v2/registry/subscription", {"tier_slug": "basic"}),
    ("POST", "/v2/projects", {"name": "b", "purpose": "p", "description": "d", "environment": "Staging"}),
    ("POST", "/v2/projects/default/resources", {"resources": ["do:kubernetes:{cluster}"]}),
    ("POST", "/v2/tags", {"name": "b"}),
    ("POST", "/v2/tags/t/resources", {"resources": [{"resource_id": "{database}", "resource_type": "database"}]}),
    ("POST", "/v2/nfs", {"name": "s", "size_gib": 50, "region": "atl1", "vpc_ids": ["x"], "performance_tier": "high"}),
    (
        "POST",
        "/v2/load_balancers",
        {"name": "l", "region": "nyc3", "forwarding_rules": [RULE], "size_unit": 1, "droplet_ids": [1], "tag": "t"}
        | {"health_check": {"protocol": "http", "port": 80}, "sticky_sessions": {"type": "none"}, "size": "lb-small"}
        | {"firewall": {"allow": ["ip:192.0.2.1"]}, "redirect_http_to_https": True, "vpc_uuid": "{vpc}"},
    ),
    ("POST", "/v2/load_balancers", {"name": "l", "type": "GLOBAL", "glb_settings": {"target_port": 80}}),
    ("POST", "/v2/domains", {"name": "b.example", "ip_address": "192.0.2.1"}),
    (
        "POST",
        "/v2/domains/example.com/records",
        {"type": "A", "name": "w", "data": "192.0.2.1", "ttl": 60, "priority": 0, "tag": "issue"},
    ),
    ("POST", "/v2/certificates", {"name": "b", "type": "lets_encrypt", "dns_names": ["example.com"]}),
    ("POST", "/v2/spaces/keys", {"name": "k", "grants": [{"bucket": "b", "permission": "read"}]}),
    (
        "POST",
        "/v2/volumes",
        {"name": "b", "region": "nyc3", "size_gigabytes": 1, "tags": ["t"], "description": "d", "snapshot_id": ""},
    ),
    ("POST", "/v2/cdn/endpoints", {"origin": "b.nyc3.digitaloceanspaces.com", "ttl": 60, "custom_domain": "a.b"}),
    (
        "POST",
        "/v2/firewalls",
        {"name": "fb", "inbound_rules": [INBOUND], "outbound_rules": [], "droplet_ids": [1], "tags": ["t"]},
    ),
    (
        "POST",
        "/v2/monitoring/alerts",
        {"type": "v1/insights/droplet/cpu", "description": "d", "compare": "GreaterThan", "value": 1, "window": "5m"}
        | {"entities": ["1"], "tags": ["t"], "alerts": ALERTS, "enabled": True},
    ),
    (
        "POST",
        "/v2/uptime/checks",
        {"name": "u", "type": "https", "target": "https://a.b", "regions": ["us_east"]},
    ),
    ("POST", "/v2/vector-databases", {"name": "docs", "region": "tor1", "size": "small", "tags": ["t"]}),
    (
        "PUT",
        "/v2/vector-databases/{vector}",
        {"config": {"enable_auto_schema": True, "default_quantization": "pq", "weaviate_version": ""}},
    ),
    ("POST", "/v2/vector-databases/{vector}/resize", {"size": "medium"}),
    ("PUT", "/v2/vector-databases/{vector}/tags", {"tags": ["t"]}),
]


def bent(body: Any) -> Iterator[Any]:
    """The body with one thing in it replaced by each piece of nonsense."""
    if isinstance(body, dict):
        for name, value in body.items():
            yield from (body | {name: junk} for junk in NONSENSE)
            yield from (body | {name: inner} for inner in bent(value))
    elif isinstance(body, list) and body:
        yield from ([inner] for inner in bent(body[0]))


def filled(value: Any, ids: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: filled(inner, ids) for name, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, ids) for inner in value]
    for name, key in ids.items() if isinstance(value, str) else ():
        value = value.replace(f"{{{name}}}", key)
    return value


@pytest.mark.parametrize(("method", "path", "body"), GOOD, ids=[f"{method} {path}" for method, path, _ in GOOD])
def test_a_request_with_one_nonsense_field_is_never_a_fault_of_ours(account, method, path, body):
    cluster = account.post("/v2/kubernetes/clusters", CLUSTER | {"version": "1.36.0-do.0"})["kubernetes_cluster"]
    ids = {
        "vpc": account.post("/v2/vpcs", VPC)["vpc"]["id"],
        "cluster": cluster["id"],
        "pool": cluster["node_pools"][0]["id"],
        "database": account.post("/v2/databases", POSTGRES)["database"]["id"],
        "vector": account.post("/v2/vector-databases", WEAVIATE)["vector_db"]["id"],
    }
    account.post("/v2/domains", {"name": "example.com"})
    account.post("/v2/registries", {"name": "images"})
    account.post("/v2/tags", {"name": "t"})
    faults = []

    for wrong in bent(body):
        response = account.client.request(method, filled(path, ids), json=filled(wrong, ids))
        if response.status_code == 500:
            faults.append((wrong, response.json()["message"]))

    account.cloud.violations.clear()
    assert faults == []
