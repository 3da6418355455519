"""Load balancers asked for through the API. Those of Kubernetes Services live in their cluster."""

from __future__ import annotations

import ipaddress
import uuid
from typing import TYPE_CHECKING

from hanzo_iac.localcloud.digitalocean import belongings, errors, offers
from hanzo_iac.localcloud.digitalocean.api import Answer, Call, Routes, accepted, no_content, ok, require, text
from hanzo_iac.localcloud.digitalocean.resources import Resource
from hanzo_iac.localcloud.digitalocean.services import vpcs
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

# Fields that are taken over as they come.
ASKED = frozenset(
    {*USUAL, "name", "forwarding_rules", "firewall", "domains", "glb_settings", "size", "tls_cipher_policy"}
    | {"target_load_balancer_ids"}
)


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
    asked = {name: body[name] for name in ASKED if body.get(name) is not None}
    if "size" in asked and "size_unit" not in asked:
        asked["size_unit"] = {"lb-small": 1, "lb-medium": 3, "lb-large": 6}.get(asked["size"], 1)
    return asked


def _global_rule(body: Json) -> Json:
    """The one rule of a global one, which is told its target only."""
    target = body.get("glb_settings") or {}
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
    everywhere = text(body, "type") == "GLOBAL"
    if not everywhere:
        require(body, "region", "forwarding_rules")
    table = cloud.state.table("load_balancers")
    belongings.within_quota(cloud, "load_balancers", len(table) + 1, "load balancer limit exceeded")
    key, region = str(uuid.uuid4()), "" if everywhere else offers.known_region(text(body, "region"))
    record = {
        **USUAL,
        "forwarding_rules": [_global_rule(body)],
        **_asked(body),
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
    return ok({"load_balancer": _shown(call.cloud, fresh)})


@routes("POST", BALANCERS.item + "/forwarding_rules")
def add_rules(call: Call) -> Answer:
    """More forwarding rules."""
    record = BALANCERS.find(call)
    require(call.body, "forwarding_rules")
    record["forwarding_rules"] += call.body["forwarding_rules"]
    return no_content()


@routes("DELETE", BALANCERS.item + "/forwarding_rules")
def remove_rules(call: Call) -> Answer:
    """Fewer forwarding rules."""
    record = BALANCERS.find(call)
    require(call.body, "forwarding_rules")
    rest = [rule for rule in record["forwarding_rules"] if rule not in call.body["forwarding_rules"]]
    if not rest:
        raise errors.unprocessable("a load balancer needs at least one forwarding rule")
    record["forwarding_rules"] = rest
    return no_content()


@routes("DELETE", BALANCERS.item + "/cache")
def purge(call: Call) -> Answer:
    """A global one's cache emptied."""
    BALANCERS.find(call)
    return no_content()
