"""Network file shares. No file server runs behind them: host and path are words."""

from __future__ import annotations

import ipaddress
import re
import uuid
from typing import TYPE_CHECKING, Any

from hanzo_iac.localcloud.digitalocean import belongings, errors, offers
from hanzo_iac.localcloud.digitalocean.api import (
    Answer,
    Call,
    Routes,
    created,
    no_content,
    ok,
    one_of,
    require,
    text,
    texts,
    whole,
)
from hanzo_iac.localcloud.digitalocean.resources import Resource
from hanzo_iac.localcloud.digitalocean.shapes import fit
from hanzo_iac.localcloud.digitalocean.state import Json

if TYPE_CHECKING:
    from hanzo_iac.localcloud.digitalocean.cloud import Cloud

routes = Routes()

TIERS = ("standard", "high")

# A path is the owner's number and the share's id. Source: DigitalOcean's OpenAPI, August 2026.
OWNER = 100001

# Source: the documentation of the official provider's digitalocean_nfs, 2.99.
NAME = re.compile(r"[a-z][a-z0-9-]{0,63}")

# The smallest share. Source: DigitalOcean's documentation of network file storage, 2026-11.
SMALLEST_GIB = 50


def _shown(cloud: Cloud, record: Json) -> Json:
    shown = {name: value for name, value in record.items() if name not in ("since", "snapshots")}
    if not cloud.passed(record["since"], cloud.settings.share_s):
        return {**shown, "status": "CREATING"}
    # A share that is in no VPC is there, and nobody reaches it.
    status = "ACTIVE" if record["vpc_ids"] else "INACTIVE"
    return {**shown, "status": status, "host": _host(cloud, record), "mount_path": f"/{OWNER}/{record['id']}"}


def _host(cloud: Cloud, record: Json) -> str:
    """An address near the end of the first VPC the share is attached to."""
    if not record["vpc_ids"]:
        return ""
    network = ipaddress.IPv4Network(cloud.state.table("vpcs")[record["vpc_ids"][0]]["ip_range"])
    return str(network.broadcast_address - 2)


SHARES = Resource(
    path="/v2/nfs",
    parameter="nfs_id",
    table="shares",
    one="share",
    many="shares",
    shown=_shown,
    filters={"region": "region"},
)


def _find(call: Call) -> Json:
    record = SHARES.find(call)
    if call.query.get("region") not in (None, "", record["region"]):
        raise errors.not_found()
    return record


def _vpcs(cloud: Cloud, keys: list[str], region: str) -> list[str]:
    known = cloud.state.table("vpcs")
    for key in keys:
        if key not in known or known[key]["region"] != region:
            raise errors.unprocessable(f"vpc {key} does not exist in region {region}")
    return keys


routes("GET", SHARES.path)(SHARES.listing)


@routes("POST", SHARES.path)
def create(call: Call) -> Answer:
    """A new share, being made."""
    cloud, body = call.cloud, call.body
    require(body, "name", "size_gib", "region", "vpc_ids")
    region, size_gib = offers.known_region(text(body, "region")), whole(body, "size_gib", 0)
    if region not in offers.SHARE_REGIONS:
        raise errors.unprocessable(f"network file storage is not available in region {region}")
    if not NAME.fullmatch(text(body, "name")):
        raise errors.unprocessable("name must start with a lower case letter and hold letters, digits and dashes only")
    if size_gib < SMALLEST_GIB:
        raise errors.unprocessable(f"size_gib must be at least {SMALLEST_GIB}")
    belongings.within_quota(cloud, "shares", len(SHARES.records(call)) + 1, "NFS share limit exceeded")
    key = str(uuid.uuid4())
    record = {
        "id": key,
        "name": text(body, "name"),
        "size_gib": size_gib,
        "region": region,
        "vpc_ids": _vpcs(cloud, texts(body, "vpc_ids"), region),
        "performance_tier": one_of(body, "performance_tier", TIERS, TIERS[0]),
        "created_at": cloud.stamp(),
        "since": cloud.now(),
    }
    SHARES.records(call)[key] = record
    return created({"share": _shown(cloud, record)})


@routes("GET", SHARES.item)
def read(call: Call) -> Answer:
    """One share."""
    return ok({"share": _shown(call.cloud, _find(call))})


@routes("DELETE", SHARES.item)
def delete(call: Call) -> Answer:
    """One share gone with its files; its snapshots stay."""
    del SHARES.records(call)[_find(call)["id"]]
    return no_content()


@routes("POST", SHARES.item + "/actions")
def act(call: Call) -> Answer:
    """A share resized, attached, detached, moved, sped up, or copied into a snapshot."""
    record = SHARES.find(call)
    asked, params = one_of(call.body, "type", tuple(ACTIONS), ""), fit(call.body.get("params") or {}, dict, "params")
    ACTIONS[asked](call, record, params)
    return created(
        {
            "action": {
                "id": str(uuid.uuid4()),
                "region_slug": record["region"],
                "resource_id": record["id"],
                "resource_type": "SHARE",
                "started_at": call.cloud.stamp(),
                "status": "COMPLETED",
                "type": asked,
            }
        }
    )


def _resize(call: Call, record: Json, params: Json) -> None:  # noqa: ARG001
    size_gib = whole(params, "size_gib", 0)
    if size_gib <= record["size_gib"]:
        raise errors.unprocessable("a share can only grow")
    record["size_gib"] = size_gib


def _snapshot(call: Call, record: Json, params: Json) -> None:
    require(params, "name")
    key = str(uuid.uuid4())
    call.cloud.state.table("share_snapshots")[key] = {
        "id": key,
        "name": text(params, "name"),
        "size_gib": record["size_gib"],
        "region": record["region"],
        "status": "ACTIVE",
        "created_at": call.cloud.stamp(),
        "share_id": record["id"],
    }


def _attach(call: Call, record: Json, params: Json) -> None:
    require(params, "vpc_id")
    fresh = _vpcs(call.cloud, [text(params, "vpc_id")], record["region"])
    record["vpc_ids"] += [key for key in fresh if key not in record["vpc_ids"]]


def _detach(call: Call, record: Json, params: Json) -> None:  # noqa: ARG001
    require(params, "vpc_id")
    record["vpc_ids"] = [key for key in record["vpc_ids"] if key != text(params, "vpc_id")]


def _reassign(call: Call, record: Json, params: Json) -> None:
    _attach(call, record, {"vpc_id": params.get("new_vpc_id")})
    _detach(call, record, {"vpc_id": params.get("old_vpc_id")})


def _switch(call: Call, record: Json, params: Json) -> None:  # noqa: ARG001
    require(params, "performance_tier")
    tier = one_of(params, "performance_tier", TIERS, "")
    if TIERS.index(tier) < TIERS.index(record["performance_tier"]):
        raise errors.unprocessable("the performance tier cannot be downgraded")
    record["performance_tier"] = tier


ACTIONS: dict[str, Any] = {
    "resize": _resize,
    "snapshot": _snapshot,
    "attach": _attach,
    "detach": _detach,
    "reassign": _reassign,
    "switch_performance_tier": _switch,
}

SNAPSHOTS = Resource(
    path="/v2/nfs/snapshots",
    parameter="nfs_snapshot_id",
    table="share_snapshots",
    one="snapshot",
    many="snapshots",
    filters={"region": "region", "share_id": "share_id"},
)
SNAPSHOTS.serve(routes)
