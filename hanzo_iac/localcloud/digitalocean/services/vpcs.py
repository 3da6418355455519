"""VPCs: networks that refuse to overlap, and to go while something lies in them."""

from __future__ import annotations

import ipaddress
import re
import uuid
from itertools import islice
from typing import TYPE_CHECKING

from hanzo_iac.localcloud.digitalocean import belongings, errors, offers
from hanzo_iac.localcloud.digitalocean.api import Answer, Call, Routes, created, flag, no_content, ok, require, text
from hanzo_iac.localcloud.digitalocean.state import Json

if TYPE_CHECKING:
    from hanzo_iac.localcloud.digitalocean.cloud import Cloud

routes = Routes()

NAME = re.compile(r"[a-zA-Z0-9\-.]+")

# Prefix lengths that a VPC may have. Source: DigitalOcean's OpenAPI, August 2026.
WIDEST, NARROWEST = 16, 28

# Where ranges are taken from when none is asked for; arbitrary.
CHOSEN_FROM = ipaddress.IPv4Network("10.96.0.0/11")


def shown(record: Json) -> Json:
    """A VPC as the API answers it."""
    return dict(record)


def find(cloud: Cloud, vpc_id: str) -> Json:
    """
    The VPC's record.

    Raises:
        ApiError: There is none.
    """
    record = cloud.state.table("vpcs").get(vpc_id)
    if record is None:
        raise errors.not_found()
    return record


def placed(cloud: Cloud, vpc_id: str, region: str) -> str:
    """
    Id of the VPC a new resource lies in: the one asked for, or the region's default, made when first needed.

    Raises:
        ApiError: The one asked for does not exist, or lies in another region.
    """
    if vpc_id:
        record = cloud.state.table("vpcs").get(vpc_id)
        if record is None:
            raise errors.unprocessable("vpc_uuid is invalid")
        if record["region"] != region:
            raise errors.unprocessable("the VPC is not in the same region as the resource")
        return vpc_id
    for key, record in cloud.state.table("vpcs").items():
        if record["region"] == region and record["default"]:
            return key
    return str(_make(cloud, name=f"default-{region}", region=region, default=True)["id"])


def _make(cloud: Cloud, *, name: str, region: str, default: bool, ip_range: str = "") -> Json:
    key = str(uuid.uuid4())
    record = {
        "id": key,
        "urn": belongings.urn("vpcs", key),
        "name": name,
        "description": "",
        "region": region,
        "ip_range": ip_range or _free_range(cloud),
        "default": default,
        "created_at": cloud.stamp(),
    }
    cloud.state.table("vpcs")[key] = record
    belongings.joins(cloud, belongings.urn("vpcs", key))
    return record


def _networks(cloud: Cloud) -> list[ipaddress.IPv4Network]:
    return [ipaddress.IPv4Network(record["ip_range"]) for record in cloud.state.table("vpcs").values()]


def _free_range(cloud: Cloud) -> str:
    taken = _networks(cloud)
    free = (net for net in CHOSEN_FROM.subnets(new_prefix=20) if not any(net.overlaps(other) for other in taken))
    return str(next(islice(free, 1)))


def _range(cloud: Cloud, asked: str) -> str:
    try:
        network = ipaddress.IPv4Network(asked)
    except ValueError as error:
        raise errors.unprocessable("ip_range is not a valid CIDR block") from error
    if not network.is_private or not WIDEST <= network.prefixlen <= NARROWEST:
        raise errors.unprocessable(f"ip_range must be a private network between /{WIDEST} and /{NARROWEST}")
    if any(network.overlaps(other) for other in _networks(cloud)):
        raise errors.unprocessable("This range/size overlaps with another VPC network in your account")
    return asked


def _name(cloud: Cloud, name: str, own_id: str = "") -> str:
    if not NAME.fullmatch(name):
        raise errors.unprocessable("name may only contain alphanumeric characters, dashes, and periods")
    if any(key != own_id and record["name"] == name for key, record in cloud.state.table("vpcs").items()):
        raise errors.unprocessable("VPC name must be unique in your account")
    return name


@routes("GET", "/v2/vpcs")
def listing(call: Call) -> Answer:
    """Every VPC."""
    return call.page("vpcs", map(shown, call.cloud.state.table("vpcs").values()))


@routes("POST", "/v2/vpcs")
def create(call: Call) -> Answer:
    """A new VPC; a free range is chosen when none is asked for."""
    require(call.body, "name", "region")
    asked = text(call.body, "ip_range")
    count = len(call.cloud.state.table("vpcs"))
    belongings.within_quota(call.cloud, "vpcs", count + 1, "VPC limit exceeded")
    record = _make(
        call.cloud,
        name=_name(call.cloud, text(call.body, "name")),
        region=offers.known_region(text(call.body, "region")),
        default=False,
        ip_range=_range(call.cloud, asked) if asked else "",
    )
    record["description"] = text(call.body, "description")
    return created({"vpc": shown(record)})


@routes("GET", "/v2/vpcs/{vpc_id}")
def read(call: Call) -> Answer:
    """One VPC."""
    return ok({"vpc": shown(find(call.cloud, call.path["vpc_id"]))})


@routes("PUT", "/v2/vpcs/{vpc_id}")
@routes("PATCH", "/v2/vpcs/{vpc_id}")
def update(call: Call) -> Answer:
    """A VPC's name, description, or whether it is its region's default."""
    record = find(call.cloud, call.path["vpc_id"])
    if "name" in call.body:
        record["name"] = _name(call.cloud, text(call.body, "name"), record["id"])
    record["description"] = text(call.body, "description", record["description"])
    if flag(call.body, "default", default=False) and not record["default"]:
        for other in call.cloud.state.table("vpcs").values():
            if other["region"] == record["region"]:
                other["default"] = False
        record["default"] = True
    return ok({"vpc": shown(record)})


@routes("DELETE", "/v2/vpcs/{vpc_id}")
def delete(call: Call) -> Answer:
    """Gone, unless something lies in it or it is its region's default."""
    record = find(call.cloud, call.path["vpc_id"])
    if record["default"]:
        raise errors.forbidden("Can not delete default VPCs")
    if belongings.vpc_is_used(call.cloud, record["id"]):
        raise errors.conflict("Can not delete VPC with members")
    if any(record["id"] in peering["vpc_ids"] for peering in call.cloud.state.table("peerings").values()):
        raise errors.conflict("Can not delete VPC with peerings")
    del call.cloud.state.table("vpcs")[record["id"]]
    belongings.leaves(call.cloud, record["urn"])
    return no_content()


@routes("GET", "/v2/vpcs/{vpc_id}/members")
def members(call: Call) -> Answer:
    """What lies in the VPC, of one kind when `resource_type` is given."""
    record = find(call.cloud, call.path["vpc_id"])
    kind = call.query.get("resource_type", "")
    inside = belongings.vpc_members(call.cloud, record["id"])
    return call.page("members", [member for member in inside if not kind or member["urn"].split(":")[1] == kind])
