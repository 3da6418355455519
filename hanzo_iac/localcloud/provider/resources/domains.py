"""Domains and their records."""

from __future__ import annotations

from typing import Any

from hanzo_iac.errors import Fault, InputError
from hanzo_iac.localcloud.provider.api import segment
from hanzo_iac.localcloud.provider.call import Call
from hanzo_iac.localcloud.provider.check import Failure
from hanzo_iac.localcloud.provider.fields import State, integer, parent, text
from hanzo_iac.localcloud.provider.resource import Json, Resource

DOMAINS = "/v2/domains"
RECORD_TYPES = ("A", "AAAA", "CAA", "CNAME", "MX", "NS", "TXT", "SRV", "SOA")
POINTING = ("CNAME", "MX", "NS", "SRV", "CAA")
"""Types whose value is a name, which the API wants with its last dot and answers without it."""
NUMBERS = ("port", "priority", "weight", "flags")
TELLING_APART = {"CAA": "tag", "SRV": "port"}
"""Type -> what two records of the same name and value may still differ in."""


def find_domain(call: Call, inputs: State) -> Json | None:
    """The account's domain of that name."""
    found = call.api.find(f"{DOMAINS}/{segment(inputs['name'])}")
    return found["domain"] if found else None


def post_domain(call: Call, inputs: State) -> Json:
    """Create it."""
    body = {"name": inputs["name"]} | ({"ip_address": inputs["ipAddress"]} if inputs.get("ipAddress") else {})
    return dict(call.api.post(DOMAINS, body)["domain"])


def read_domain(call: Call, name: str, _known: State) -> State | None:
    """What it is now."""
    domain = find_domain(call, {"name": name})
    if domain is None:
        return None
    return {"name": domain["name"], "ttl": domain.get("ttl") or 0, "domainUrn": f"do:domain:{domain['name']}"}


DOMAIN = Resource(
    token="digitalocean:index/domain:Domain",  # noqa: S106
    word="domain",
    inputs={"name": text(required=True, replace=True), "ipAddress": text(replace=True)},
    outputs=("domainUrn", "ttl"),
    find=find_domain,
    post=post_domain,
    identify=lambda domain, _: domain["name"],
    read=read_domain,
    delete=lambda call, name, _: call.api.delete(f"{DOMAINS}/{segment(name)}"),
)


def is_name(kind: Any, value: Any, tag: Any) -> bool:
    """Whether a record's value is a name other than the domain's own."""
    return kind in POINTING and value != "@" and tag != "iodef"


def full_value(record: Json) -> str:
    """A record's value as the official provider spells it: names end with a dot."""
    value = str(record.get("data") or "")
    named = is_name(record["type"], value, record.get("tag"))
    return value + "." if named and not value.endswith(".") else value


def same_value(old: Any, new: Any) -> bool:
    """Whether two values are the same but for the last dot."""
    return str(old).rstrip(".") == str(new).rstrip(".")


def short_name(name: Any, record: State) -> Any:
    """
    A record's name as the API says it: without the domain, where it was written in full, with its last dot.

    >>> [short_name(name, {"domain": "a.io"}) for name in ("www.a.io.", "a.io.", "www", "www.b.a.io.", "b.io.")]
    ['www', '@', 'www', 'www.b', 'b.io.']
    """
    if not isinstance(name, str):
        return name
    return "@" if name == f"{record.get('domain')}." else name.removesuffix(f".{record.get('domain')}.")


def find_record(call: Call, inputs: State) -> Json | None:
    """A record of the same name, type and value; with the same tag or port, where the type has one."""
    name, more = short_name(inputs["name"], inputs), TELLING_APART.get(inputs["type"], "type")
    for record in call.api.pages(f"{DOMAINS}/{segment(inputs['domain'])}/records", "domain_records"):
        alike = record["type"] == inputs["type"] and record.get(more) == inputs.get(more)
        named = short_name(record["name"], inputs) == name
        if alike and named and same_value(record.get("data"), inputs["value"]):
            return record
    return None


def record_request(inputs: State) -> Json:
    """A record as the API wants it."""
    body: Json = {"name": inputs["name"], "data": inputs["value"], "type": inputs["type"]}
    body |= {name: inputs[name] for name in (*NUMBERS, "ttl", "tag") if inputs.get(name) is not None}
    return body


def post_record(call: Call, inputs: State) -> Json:
    """Create it."""
    return dict(
        call.api.post(f"{DOMAINS}/{segment(inputs['domain'])}/records", record_request(inputs))["domain_record"]
    )


def read_record(call: Call, record_id: str, known: State) -> State | None:
    """What it is now."""
    domain = known["domain"]
    found = call.api.find(f"{DOMAINS}/{segment(domain)}/records/{record_id}")
    if found is None:
        return None
    record = found["domain_record"]
    name = record["name"]
    state: State = {"domain": domain, "type": record["type"], "name": name, "value": full_value(record)}
    state |= {key: record.get(key) or 0 for key in (*NUMBERS, "ttl")} | {"tag": record.get("tag") or ""}
    return state | {"fqdn": domain if name == "@" else f"{name.lower()}.{domain}".removesuffix(f".{domain}.{domain}")}


def update_record(call: Call, record_id: str, olds: State, news: State) -> None:
    """Change it in place."""
    call.api.put(f"{DOMAINS}/{segment(olds['domain'])}/records/{record_id}", record_request(news))


def record_rules(inputs: State) -> list[Failure]:
    """What each type of record must have."""
    needs = {"MX": ("priority",), "SRV": ("priority", "weight", "port"), "CAA": ("flags", "tag")}
    wanted = needs.get(str(inputs.get("type")), ())
    failures = [
        Failure(name, f"missing; a record of type {inputs['type']} has it")
        for name in wanted
        if inputs.get(name) is None
    ]
    value, tag = inputs.get("value"), inputs.get("tag")
    if isinstance(value, str) and is_name(inputs.get("type"), value, tag) and not value.endswith("."):
        failures.append(Failure("value", f"got {value!r}; a name ends with a dot, as in {value + '.'!r}"))
    return failures


def locate_record(_call: Call, given: str) -> tuple[str, State]:
    """Import by the domain and the record's number, joined by a comma."""
    domain, comma, number = given.partition(",")
    if not comma or not number.isdigit():
        raise InputError(Fault("", f"{given!r} does not say which record", "give DOMAIN,NUMBER"))
    return number, {"domain": domain}


RECORD = Resource(
    token="digitalocean:index/dnsRecord:DnsRecord",  # noqa: S106
    word="DNS record",
    inputs={
        "domain": parent(),
        "type": text(required=True, replace=True, choices=RECORD_TYPES),
        "name": text(spelled=short_name),
        "value": text(required=True, same=same_value),
        "ttl": integer(computed=True, low=1),
        "port": integer(low=0, high=65535),
        "priority": integer(low=0, high=65535),
        "weight": integer(low=0, high=65535),
        "flags": integer(low=0, high=255),
        "tag": text(choices=("issue", "issuewild", "iodef")),
    },
    outputs=("fqdn",),
    rules=record_rules,
    find=find_record,
    post=post_record,
    identify=lambda record, _: str(record["id"]),
    read=read_record,
    update=update_record,
    delete=lambda call, record_id, state: call.api.delete(f"{DOMAINS}/{segment(state['domain'])}/records/{record_id}"),
    locate=locate_record,
)
