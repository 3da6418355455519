"""Cloud firewalls: rules and what they stand before. Nothing on this machine is filtered by them."""

from __future__ import annotations

import re
import uuid
from functools import partial
from typing import Any

from hanzo_iac.localcloud.digitalocean import belongings, errors
from hanzo_iac.localcloud.digitalocean.api import Answer, Call, Routes, accepted, no_content, ok, require, text
from hanzo_iac.localcloud.digitalocean.resources import Resource
from hanzo_iac.localcloud.digitalocean.shapes import fit
from hanzo_iac.localcloud.digitalocean.state import Json

routes = Routes()

NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9.-]+")
ENDS = {
    "addresses": [str],
    "droplet_ids": [int],
    "load_balancer_uids": [str],
    "kubernetes_ids": [str],
    "tags": [str],
}
RULE = {"protocol!": ("tcp", "udp", "icmp"), "ports": str}
LISTS = {
    "droplet_ids": [int],
    "tags": [str],
    "inbound_rules": [RULE | {"sources!": ENDS}],
    "outbound_rules": [RULE | {"destinations!": ENDS}],
}

FIREWALLS = Resource(path="/v2/firewalls", parameter="firewall_id", table="firewalls", one="firewall", many="firewalls")
FIREWALLS.serve(routes)


def _asked(call: Call, own_id: str = "") -> Json:
    body = call.body
    require(body, "name")
    if not NAME.fullmatch(text(body, "name")):
        raise errors.unprocessable("invalid firewall name")
    taken = [one["name"] for key, one in FIREWALLS.records(call).items() if key != own_id]
    if text(body, "name") in taken:
        raise errors.conflict("duplicate name")
    if not body.get("inbound_rules") and not body.get("outbound_rules"):
        raise errors.unprocessable("must specify at least one inbound or outbound rule")
    lists = {name: _list(body, name) for name in LISTS}
    belongings.use_tags(call.cloud, lists["tags"])
    return {"name": text(body, "name"), **lists}


def _list(body: Json, name: str) -> list[Any]:
    asked: list[Any] = fit(body.get(name) or [], LISTS[name], name)
    # A rule for ICMP has no ports; the API answers 0 there.
    return [{"ports": "0", **one} if name.endswith("_rules") else one for one in asked]


@routes("POST", FIREWALLS.path)
def create(call: Call) -> Answer:
    """A new firewall, at once in force."""
    key = str(uuid.uuid4())
    record = {"id": key, "status": "succeeded", "created_at": call.cloud.stamp(), "pending_changes": [], **_asked(call)}
    FIREWALLS.records(call)[key] = record
    return accepted({"firewall": record})


@routes("PUT", FIREWALLS.item)
def replace(call: Call) -> Answer:
    """A firewall replaced."""
    record = FIREWALLS.find(call)
    record |= _asked(call, record["id"])
    return ok({"firewall": record})


def _change(call: Call, names: tuple[str, ...], *, add: bool) -> Answer:
    record = FIREWALLS.find(call)
    for name in names:
        asked = _list(call.body, name)
        others = [one for one in record[name] if one not in asked]
        record[name] = others + asked if add else others
    return no_content()


PARTS = {"droplets": ("droplet_ids",), "tags": ("tags",), "rules": ("inbound_rules", "outbound_rules")}
for _part, _names in PARTS.items():
    routes("POST", f"{FIREWALLS.item}/{_part}")(partial(_change, names=_names, add=True))
    routes("DELETE", f"{FIREWALLS.item}/{_part}")(partial(_change, names=_names, add=False))
