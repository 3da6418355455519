"""What leads out of a VPC: NAT gateways to the world, peerings to another VPC."""

from __future__ import annotations

import ipaddress
import re
import uuid
from typing import TYPE_CHECKING

from hanzo_iac.localcloud.digitalocean import errors, offers
from hanzo_iac.localcloud.digitalocean.api import (
    Answer,
    Call,
    Routes,
    accepted,
    ok,
    one_of,
    require,
    text,
    texts,
    whole,
)
from hanzo_iac.localcloud.digitalocean.resources import Resource
from hanzo_iac.localcloud.digitalocean.services import vpcs
from hanzo_iac.localcloud.digitalocean.services.load_balancers import ADDRESSES
from hanzo_iac.localcloud.digitalocean.shapes import fit
from hanzo_iac.localcloud.digitalocean.state import Json

if TYPE_CHECKING:
    from hanzo_iac.localcloud.digitalocean.cloud import Cloud

routes = Routes()

PEERING_NAME = re.compile(r"[a-zA-Z0-9\-]+")

# Seconds of silence after which a connection is forgotten. Source: DigitalOcean's OpenAPI, August 2026.
TIMEOUTS = {"udp_timeout_seconds": 30, "icmp_timeout_seconds": 30, "tcp_timeout_seconds": 30}


def _gateway(cloud: Cloud, record: Json) -> Json:
    active = cloud.passed(record["since"], cloud.settings.gateway_s)
    shown = {name: value for name, value in record.items() if name not in ("since", "address")}
    egresses = {"egresses": {"public_gateways": [{"ipv4": record["address"]}]}} if active else {}
    return {**shown, **egresses, "state": "ACTIVE" if active else "NEW"}


GATEWAYS = Resource(
    path="/v2/vpc_nat_gateways",
    parameter="id",
    table="nat_gateways",
    one="vpc_nat_gateway",
    many="vpc_nat_gateways",
    shown=_gateway,
    filters={"region": "region", "name": "name", "type": "type"},
)
routes("GET", GATEWAYS.path)(GATEWAYS.listing)
routes("GET", GATEWAYS.item)(GATEWAYS.read)


def _inside(call: Call) -> list[Json]:
    known = call.cloud.state.table("vpcs")
    inside: list[Json] = []
    for one in fit(call.body, {"vpcs!": [{"vpc_uuid!": str, "default_gateway": bool}]})["vpcs"]:
        record = known.get(one["vpc_uuid"])
        if record is None:
            raise errors.unprocessable("vpc_uuid is invalid")
        gateway = ipaddress.IPv4Network(record["ip_range"]).broadcast_address - 1
        default = one.get("default_gateway", False)
        inside.append({"vpc_uuid": record["id"], "gateway_ip": str(gateway), "default_gateway": default})
    return inside


@routes("POST", GATEWAYS.path)
def create_gateway(call: Call) -> Answer:
    """A new NAT gateway, not yet active."""
    cloud, body = call.cloud, call.body
    require(body, "name", "type", "region", "size", "vpcs")
    record: Json = {
        "id": str(uuid.uuid4()),
        "name": text(body, "name"),
        "type": one_of(body, "type", ("PUBLIC",), ""),
        "region": offers.known_region(text(body, "region")),
        "size": whole(body, "size", 1),
        "vpcs": _inside(call),
        **{name: whole(body, name, usual) for name, usual in TIMEOUTS.items()},
        "address": str(ADDRESSES + cloud.state.next("addresses")),
        "created_at": cloud.stamp(),
        "updated_at": cloud.stamp(),
        "since": cloud.now(),
    }
    GATEWAYS.records(call)[record["id"]] = record
    return accepted({"vpc_nat_gateway": _gateway(cloud, record)})


@routes("PUT", GATEWAYS.item)
def update_gateway(call: Call) -> Answer:
    """A NAT gateway changed; what is left out stays."""
    record = GATEWAYS.find(call)
    require(call.body, "name", "size")
    record |= {"name": text(call.body, "name"), "size": whole(call.body, "size", 1)}
    record |= {name: whole(call.body, name, record[name]) for name in TIMEOUTS}
    if call.body.get("vpcs"):
        record["vpcs"] = _inside(call)
    record["updated_at"] = call.cloud.stamp()
    return ok({"vpc_nat_gateway": _gateway(call.cloud, record)})


@routes("DELETE", GATEWAYS.item)
def delete_gateway(call: Call) -> Answer:
    """A NAT gateway gone."""
    del GATEWAYS.records(call)[GATEWAYS.find(call)["id"]]
    return accepted()


def _peering(cloud: Cloud, record: Json) -> Json:
    active = cloud.passed(record["since"], cloud.settings.gateway_s)
    shown = {name: value for name, value in record.items() if name != "since"}
    return {**shown, "status": "ACTIVE" if active else "PROVISIONING"}


PEERINGS = Resource(
    path="/v2/vpc_peerings",
    parameter="vpc_peering_id",
    table="peerings",
    one="vpc_peering",
    many="vpc_peerings",
    shown=_peering,
)
routes("GET", PEERINGS.path)(PEERINGS.listing)
routes("GET", PEERINGS.item)(PEERINGS.read)


def _peer(call: Call, keys: list[str]) -> Json:
    require(call.body, "name")
    if not PEERING_NAME.fullmatch(text(call.body, "name")):
        raise errors.unprocessable("invalid peering name")
    known = call.cloud.state.table("vpcs")
    if len(set(keys)) != 2 or any(key not in known for key in keys):
        raise errors.unprocessable("vpc_ids must name two different VPCs")
    if any(set(record["vpc_ids"]) == set(keys) for record in PEERINGS.records(call).values()):
        raise errors.conflict("these VPCs are already peered")
    key = str(uuid.uuid4())
    record = {
        "id": key,
        "name": text(call.body, "name"),
        "vpc_ids": keys,
        "created_at": call.cloud.stamp(),
        "since": call.cloud.now(),
    }
    PEERINGS.records(call)[key] = record
    return record


@routes("POST", PEERINGS.path)
def create_peering(call: Call) -> Answer:
    """Two VPCs that see each other."""
    return accepted({"vpc_peering": _peering(call.cloud, _peer(call, texts(call.body, "vpc_ids")))})


@routes("PATCH", PEERINGS.item)
def rename_peering(call: Call) -> Answer:
    """A peering's name."""
    record = PEERINGS.find(call)
    require(call.body, "name")
    record["name"] = text(call.body, "name")
    return ok({"vpc_peering": _peering(call.cloud, record)})


@routes("DELETE", PEERINGS.item)
def delete_peering(call: Call) -> Answer:
    """A peering gone."""
    record = PEERINGS.find(call)
    del PEERINGS.records(call)[record["id"]]
    return accepted({"vpc_peering": {**_peering(call.cloud, record), "status": "DELETING"}})


@routes("GET", "/v2/vpcs/{vpc_id}/peerings")
def peerings_of_vpc(call: Call) -> Answer:
    """The peerings of one VPC."""
    key = vpcs.find(call.cloud, call.path["vpc_id"])["id"]
    every = PEERINGS.records(call).values()
    return call.page("peerings", [_peering(call.cloud, record) for record in every if key in record["vpc_ids"]])


@routes("POST", "/v2/vpcs/{vpc_id}/peerings")
def peer_vpc(call: Call) -> Answer:
    """The VPC and another that see each other."""
    key = vpcs.find(call.cloud, call.path["vpc_id"])["id"]
    return accepted({"peering": _peering(call.cloud, _peer(call, [key, text(call.body, "vpc_id")]))})
