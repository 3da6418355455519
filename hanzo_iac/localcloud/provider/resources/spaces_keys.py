"""
Access keys of object storage.

The secret is said once, when the key is made. A key whose answer was lost is therefore of no use to anyone: it is
found as the one that was not there before, deleted, and another one is made.
"""

from __future__ import annotations

from typing import Any

from hanzo_iac.localcloud.provider.api import Busy, Unsure
from hanzo_iac.localcloud.provider.call import Call
from hanzo_iac.localcloud.provider.check import Failure
from hanzo_iac.localcloud.provider.fields import State, block, many, text
from hanzo_iac.localcloud.provider.resource import Json, Resource

KEYS = "/v2/spaces/keys"


def keys_like(call: Call, inputs: State) -> dict[str, Json]:
    """Access key -> key, of those with the same name; names need not be unique."""
    return {key["access_key"]: key for key in call.api.pages(KEYS, "keys") if key["name"] == inputs["name"]}


def key_request(inputs: State) -> Json:
    """A key as the API wants it."""
    return {"name": inputs["name"], "grants": inputs.get("grants") or []}


def post_key(call: Call, inputs: State) -> Json:
    """Create it; repeats are safe because what a lost answer leaves behind is deleted first."""
    before = keys_like(call, inputs)
    try:
        return dict(call.api.post(KEYS, key_request(inputs))["key"])
    except (Unsure, Busy):
        for lost in sorted(set(keys_like(call, inputs)) - set(before)):
            call.api.delete(f"{KEYS}/{lost}")
        raise


def read_key(call: Call, access_key: str, known: State) -> State | None:
    """What it is now; the secret stays as known."""
    found = next((key for key in call.api.pages(KEYS, "keys") if key["access_key"] == access_key), None)
    if found is None:
        return None
    grants: list[Any] = [
        {"bucket": grant["bucket"], "permission": grant["permission"]} for grant in found.get("grants") or []
    ]
    secret = {"secretKey": known["secretKey"]} if known.get("secretKey") else {}
    stamp = found.get("created_at") or ""
    return {"name": found["name"], "accessKey": access_key, "createdAt": stamp, "grants": grants, **secret}


def update_key(call: Call, access_key: str, _olds: State, news: State) -> None:
    """Its name and grants."""
    call.api.put(f"{KEYS}/{access_key}", key_request(news))


def key_rules(inputs: State) -> list[Failure]:
    """What DigitalOcean refuses, or silently makes something else of."""
    grants = inputs.get("grants")
    if not isinstance(grants, list):
        return []
    wide = [number for number, grant in enumerate(grants) if grant.get("permission") == "fullaccess"]
    failures = [
        Failure(f"grants[{number}].bucket", "missing; only fullaccess is for every bucket")
        for number, grant in enumerate(grants)
        if grant.get("bucket") == "" and number not in wide
    ]
    failures += [
        Failure(f"grants[{number}].bucket", "fullaccess is for every bucket")
        for number in wide
        if grants[number].get("bucket")
    ]
    if wide and len(grants) > 1:
        failures.append(Failure(f"grants[{wide[0]}]", "fullaccess cannot stand beside other grants"))
    return failures


KEY = Resource(
    token="digitalocean:index/spacesKey:SpacesKey",  # noqa: S106
    word="Spaces key",
    inputs={
        "name": text(),
        "grants": many(
            block(
                {
                    "bucket": text(default=""),
                    "permission": text(required=True, choices=("read", "readwrite", "fullaccess")),
                }
            )
        ),
    },
    outputs=("accessKey", "createdAt", "secretKey"),
    secrets=("secretKey",),
    rules=key_rules,
    post=post_key,
    identify=lambda key, _: key["access_key"],
    read=read_key,
    update=update_key,
    delete=lambda call, access_key, _: call.api.delete(f"{KEYS}/{access_key}"),
)
