"""Load balancers asked for through the API. Those of Kubernetes Services live in their cluster."""

from __future__ import annotations

import ipaddress
import uuid
from typing import TYPE_CHECKING

from hanzo_iac.localcloud.digitalocean import belongings, errors, offers
from hanzo_iac.localcloud.digitalocean.api import Answer, Call, Routes, accepted, no_content, ok, require, text
from hanzo_iac.localcloud.digitalocean.resources import Resource
from hanzo_iac.localcloud.digitalocean.services import vpcs
from hanzo_iac.localcloud.digitalocean.shapes import fit
from hanzo_iac.localcloud.digitalocean.state import Json

if TYPE_CHECKING:
    from hanzo_iac.localcloud.digitalocean.cloud import Cloud

routes = Routes()

# Addresses are taken from the network reserved for benchmarks (RFC 2544): nothing real answers there.
ADDRESSES = ipaddress.IPv4Address("198.18.0.0")

# What one that says nothing has. Source: DigitalOcean's OpenAPI, August 2026.
USUAL: Json = {
    "algorithm": "round_robin",
    "size_unit": 1,
    "health_check": {
        "protocol": "http",
        "port": 80,
        "path": "/",
        "check_interval_seconds": 10,
        "response_timeout_seconds": 5,
        "healthy_threshold": 5,
        "unhealthy_threshold": 3,
    },
    "sticky_sessions": {"type": "none"},
    "redirect_http_to_https": False,
    "enable_proxy_protocol": False,
    "enable_backend_keepalive": False,
    "http_idle_timeout_seconds": 60,
    "disable_lets_encrypt_dns_records": False,
    "network": "EXTERNAL",
    "network_stack": "IPV4",
    "type": "REGIONAL",
    "droplet_ids": [],
    "tag": "",
}

PROTOCOLS = ("http", "https", "http2", "http3", "tcp", "udp")
RULE = {
    "entry_protocol!": PROTOCOLS,
    "entry_port!": int,
    "target_protocol!": PROTOCOLS,
    "target_port!": int,
    "certificate_id": str,
    "tls_passthrough": bool,
}
UNITS = {"lb-small": 1, "lb-medium": 3, "lb-large": 6}

# What may be asked for. Source: DigitalOcean's OpenAPI, August 2026.
ASKED: Json = {
    "name!": str,
    "algorithm": ("round_robin", "least_connections"),
    "size_unit": int,
    "size": tuple(UNITS),
    "forwarding_rules": [RULE],
    "health_check": {
        "protocol": ("http", "https", "tcp"),
        "port": int,
        "path": str,
        "check_interval_seconds": int,
        "response_timeout_seconds": int,
        "healthy_threshold": int,
        "unhealthy_threshold": int,
    },
    "sticky_sessions": {"type": ("cookies", "none"), "cookie_name": str, "cookie_ttl_seconds": int},
    "redirect_http_to_https": bool,
    "enable_proxy_protocol": bool,
    "enable_backend_keepalive": bool,
    "http_idle_timeout_seconds": int,
    "disable_lets_encrypt_dns_records": bool,
    "firewall": {"allow": [str], "deny": [str]},
    "network": ("EXTERNAL", "INTERNAL"),
    "network_stack": ("IPV4", "DUALSTACK"),
    "type": ("REGIONAL", "REGIONAL_NETWORK", "GLOBAL"),
    "domains": [{"name": str, "is_managed": bool, "certificate_id": str}],
    "glb_settings": {
        "target_protocol": ("http", "https", "http2"),
        "target_port": int,
        "cdn": {"is_enabled": bool},
        "region_priorities": dict,
        "failover_threshold": int,
    },
    "target_load_balancer_ids": [str],
    "tls_cipher_policy": ("DEFAULT", "STRONG"),
    "droplet_ids": [int],
    "tag": str,
}

# Bounds of numbers that are asked for.
BOUNDS = {"size_unit": (1, 100), "http_idle_timeout_seconds": (30, 600)}


def _shown(cloud: Cloud, record: Json) -> Json:
    active = cloud.passed(record["since"], cloud.settings.load_balancer_s)
    region = {"region": offers.region(record["region"], cloud.state.quota)} if record["region"] else {}
    return {
        **{name: value for name, value in record.items() if name not in ("since", "region", "address")},
        **region,
        "status": "active" if active else "new",
        "ip": record["address"] if active else "",
        "project_id": belongings.project_of(cloud, belongings.urn("load_balancers", record["id"])),
    }


BALANCERS = Resource(
    path="/v2/load_balancers",
    parameter="lb_id",
    table="load_balancers",
    one="load_balancer",
    many="load_balancers",
    shown=_shown,
)
BALANCERS.serve(routes)


def _asked(body: Json) -> Json:
    asked: Json = fit(body, ASKED)
    if "size" in asked and "size_unit" not in asked:
        asked["size_unit"] = UNITS[asked["size"]]
    for name, (low, high) in BOUNDS.items():
        if not low <= asked.get(name, low) <= high:
            raise errors.unprocessable(f"{name} must be between {low} and {high}")
    priorities = asked.get("glb_settings", {}).get("region_priorities", {})
    fit(list(priorities.values()), [int], "region_priorities")
    return asked


def _global_rule(asked: Json) -> Json:
    """The one rule of a global one, which is told its target only."""
    target = asked.get("glb_settings", {})
    return {
        "entry_protocol": "http",
        "entry_port": 80,
        "target_protocol": target.get("target_protocol") or "http",
        "target_port": target.get("target_port") or 80,
    }


@routes("POST", BALANCERS.path)
def create(call: Call) -> Answer:
    """A new one, not yet active."""
    cloud, body = call.cloud, call.body
    require(body, "name")
    asked = _asked(body)
    everywhere = asked.get("type") == "GLOBAL"
    if not everywhere:
        require(body, "region", "forwarding_rules")
    table = cloud.state.table("load_balancers")
    belongings.within_quota(cloud, "load_balancers", len(table) + 1, "load balancer limit exceeded")
    key, region = str(uuid.uuid4()), "" if everywhere else offers.known_region(text(body, "region"))
    record = {
        **USUAL,
        "forwarding_rules": [_global_rule(asked)],
        **asked,
        "id": key,
        "region": region,
        "address": str(ADDRESSES + cloud.state.next("addresses")),
        "created_at": cloud.stamp(),
        "since": cloud.now(),
    }
    if region:
        record["vpc_uuid"] = vpcs.placed(cloud, text(body, "vpc_uuid"), region)
    table[key] = record
    belongings.joins(cloud, belongings.urn("load_balancers", key), project_id=text(body, "project_id"))
    return accepted({"load_balancer": _shown(cloud, record)})


@routes("PUT", BALANCERS.item)
def update(call: Call) -> Answer:
    """One replaced: what is left out is as in a new one."""
    record = BALANCERS.find(call)
    require(call.body, "name")
    kept = {name: record[name] for name in ("id", "region", "address", "created_at", "since")}
    kept |= {"vpc_uuid": record["vpc_uuid"]} if "vpc_uuid" in record else {}
    fresh = {**USUAL, "forwarding_rules": record["forwarding_rules"], **_asked(call.body), **kept}
    BALANCERS.records(call)[record["id"]] = fresh
    if text(call.body, "project_id"):
        name = belongings.urn("load_balancers", record["id"])
        belongings.joins(call.cloud, name, project_id=text(call.body, "project_id"))
    return ok({"load_balancer": _shown(call.cloud, fresh)})


@routes("POST", BALANCERS.item + "/forwarding_rules")
def add_rules(call: Call) -> Answer:
    """More forwarding rules."""
    record = BALANCERS.find(call)
    record["forwarding_rules"] += fit(call.body, {"forwarding_rules!": [RULE]})["forwarding_rules"]
    return no_content()


@routes("DELETE", BALANCERS.item + "/forwarding_rules")
def remove_rules(call: Call) -> Answer:
    """Fewer forwarding rules."""
    record = BALANCERS.find(call)
    asked = fit(call.body, {"forwarding_rules!": [RULE]})["forwarding_rules"]
    rest = [rule for rule in record["forwarding_rules"] if rule not in asked]
    if not rest:
        raise errors.unprocessable("a load balancer needs at least one forwarding rule")
    record["forwarding_rules"] = rest
    return no_content()


@routes("DELETE", BALANCERS.item + "/cache")
def purge(call: Call) -> Answer:
    """A global one's cache emptied."""
    BALANCERS.find(call)
    return no_content()
