"""Domains and their records. A new domain has DigitalOcean's own SOA and NS records."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING

from hanzo_iac.localcloud.digitalocean import belongings, errors
from hanzo_iac.localcloud.digitalocean.api import Answer, Call, Routes, created, no_content, ok, require, text, whole
from hanzo_iac.localcloud.digitalocean.resources import Resource
from hanzo_iac.localcloud.digitalocean.state import Json

if TYPE_CHECKING:
    from hanzo_iac.localcloud.digitalocean.cloud import Cloud

routes = Routes()

NAME = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
TYPES = ("A", "AAAA", "CAA", "CNAME", "MX", "NS", "SOA", "SRV", "TXT")
NUMBERS = ("priority", "port", "weight", "flags")
POINTING = ("CNAME", "MX", "NS", "SRV", "CAA")
"""Types whose data is a name: asked for and kept with its last dot, answered without it."""
NEEDED = {"MX": ("priority",), "SRV": ("priority", "weight", "port"), "CAA": ("flags", "tag")}
TAGS = ("issue", "issuewild", "iodef")
USUAL_TTL_S = 1800
NAME_SERVERS = ("ns1.digitalocean.com", "ns2.digitalocean.com", "ns3.digitalocean.com")


def _shown(cloud: Cloud, record: Json) -> Json:  # noqa: ARG001
    lines = [f"$ORIGIN {record['name']}.", f"$TTL {record['ttl']}"]
    lines += [f"{one['name']} IN {one['type']} {one['data']}" for one in record["records"].values()]
    return {"name": record["name"], "ttl": record["ttl"], "zone_file": "\n".join(lines) + "\n"}


DOMAINS = Resource(
    path="/v2/domains", parameter="domain_name", table="domains", one="domain", many="domains", shown=_shown
)
DOMAINS.serve(routes)

RECORDS = DOMAINS.item + "/records"
RECORD = RECORDS + "/{domain_record_id}"


def _add(cloud: Cloud, domain: Json, body: Json) -> Json:
    require(body, "type", "data")
    blank = {"name": "@", "ttl": USUAL_TTL_S, "tag": None} | dict.fromkeys(NUMBERS)
    record = _checked(domain, blank | _asked(domain, body))
    record["id"] = cloud.state.next("domain_records", first=1000)
    domain["records"][str(record["id"])] = record
    return record


def _asked(domain: Json, body: Json) -> Json:
    asked: Json = {name: text(body, name) for name in ("type", "name", "data", "tag") if body.get(name) is not None}
    if "name" in asked:
        asked["name"] = _short(domain, asked["name"])
    return asked | {name: whole(body, name, 0) for name in (*NUMBERS, "ttl") if body.get(name) is not None}


def _short(domain: Json, name: str) -> str:
    full = f"{domain['name']}."
    return "@" if name in ("", full) else name.removesuffix("." + full)


def _checked(domain: Json, record: Json) -> Json:
    """The record, unless it is wrong or cannot stand beside another of its name."""
    _refuse_wrong(record)
    others = [one for one in domain["records"].values() if one["id"] != record.get("id")]
    same = [one["type"] for one in others if one["name"].lower() == record["name"].lower()]
    if same and "CNAME" in (record["type"], *same):
        raise errors.unprocessable("CNAME records cannot share a name with other records")
    return record


def _points(record: Json) -> bool:
    return record["type"] in POINTING and record["data"] != "@" and record["tag"] != "iodef"


def _shown_record(record: Json) -> Json:
    return {**record, "data": record["data"].removesuffix(".")} if _points(record) else record


def _refuse_wrong(record: Json) -> None:
    if record["type"] not in TYPES:
        raise errors.unprocessable(f"type must be one of {', '.join(TYPES)}")
    require(record, *NEEDED.get(record["type"], ()))
    if record["type"] == "CAA" and record["tag"] not in TAGS:
        raise errors.unprocessable(f"tag must be one of {', '.join(TAGS)}")
    if _points(record) and not record["data"].endswith("."):
        raise errors.unprocessable("Data needs to end with a dot (.)")
    checks = {"A": ipaddress.IPv4Address, "AAAA": ipaddress.IPv6Address}
    check = checks.get(record["type"])
    try:
        if check:
            check(record["data"])
    except ValueError as error:
        raise errors.unprocessable("IP address did not match the record's type") from error


@routes("POST", "/v2/domains")
def create(call: Call) -> Answer:
    """A new domain; with `ip_address`, also an A record of its own name."""
    require(call.body, "name")
    name = text(call.body, "name")
    if not NAME.fullmatch(name):
        raise errors.unprocessable("Name is not a valid domain name")
    table = call.cloud.state.table("domains")
    if name in table:
        raise errors.unprocessable(f"Name {name} already exists")
    domain: Json = {"name": name, "ttl": USUAL_TTL_S, "records": {}}
    _add(call.cloud, domain, {"type": "SOA", "data": str(USUAL_TTL_S)})
    for server in NAME_SERVERS:
        _add(call.cloud, domain, {"type": "NS", "data": server + "."})
    if text(call.body, "ip_address"):
        _add(call.cloud, domain, {"type": "A", "data": text(call.body, "ip_address")})
    table[name] = domain
    belongings.joins(call.cloud, belongings.urn("domains", name))
    return created({"domain": _shown(call.cloud, domain)})


@routes("GET", RECORDS)
def records(call: Call) -> Answer:
    """Every record, of one name or type when the query says so."""
    domain, query = DOMAINS.find(call), call.query
    kind, name = query.get("type"), query.get("name")
    found = [one for one in domain["records"].values() if not kind or one["type"] == kind]
    full = {one["id"]: domain["name"] if one["name"] == "@" else f"{one['name']}.{domain['name']}" for one in found}
    return call.page("domain_records", [_shown_record(one) for one in found if not name or full[one["id"]] == name])


@routes("POST", RECORDS)
def create_record(call: Call) -> Answer:
    """A new record."""
    return created({"domain_record": _shown_record(_add(call.cloud, DOMAINS.find(call), call.body))})


def _record(call: Call) -> Json:
    found: Json | None = DOMAINS.find(call)["records"].get(call.path["domain_record_id"])
    if found is None:
        raise errors.not_found()
    return found


@routes("GET", RECORD)
def read_record(call: Call) -> Answer:
    """One record."""
    return ok({"domain_record": _shown_record(_record(call))})


@routes("PUT", RECORD)
@routes("PATCH", RECORD)
def update_record(call: Call) -> Answer:
    """A record changed; what is left out stays."""
    record, domain = _record(call), DOMAINS.find(call)
    record |= _checked(domain, record | _asked(domain, call.body))
    return ok({"domain_record": _shown_record(record)})


@routes("DELETE", RECORD)
def delete_record(call: Call) -> Answer:
    """A record gone."""
    key = str(_record(call)["id"])
    del DOMAINS.find(call)["records"][key]
    return no_content()
