"""CDN endpoints before Spaces buckets. Nothing is cached here."""

from __future__ import annotations

import uuid

from hanzo_iac.localcloud.digitalocean import errors
from hanzo_iac.localcloud.digitalocean.api import Answer, Call, Routes, created, no_content, ok, require, text, whole
from hanzo_iac.localcloud.digitalocean.resources import Resource
from hanzo_iac.localcloud.digitalocean.state import Json

routes = Routes()

# Source: DigitalOcean's OpenAPI, August 2026.
LIFETIMES_S = (60, 600, 3600, 86_400, 604_800)

ENDPOINTS = Resource(
    path="/v2/cdn/endpoints", parameter="cdn_id", table="cdn_endpoints", one="endpoint", many="endpoints"
)
ENDPOINTS.serve(routes)


def _asked(body: Json, ttl_s: int) -> Json:
    lifetime_s = whole(body, "ttl", ttl_s)
    if lifetime_s not in LIFETIMES_S:
        raise errors.unprocessable(f"ttl must be one of {LIFETIMES_S}")
    words = {name: text(body, name) for name in ("certificate_id", "custom_domain") if text(body, name)}
    return {"ttl": lifetime_s, **words}


@routes("POST", ENDPOINTS.path)
def create(call: Call) -> Answer:
    """A new endpoint before a bucket."""
    require(call.body, "origin")
    origin = text(call.body, "origin")
    if any(record["origin"] == origin for record in ENDPOINTS.records(call).values()):
        raise errors.conflict("an endpoint for this origin already exists")
    bucket, _, rest = origin.partition(".")
    region, _, domain = rest.partition(".")
    record = {
        "id": str(uuid.uuid4()),
        "origin": origin,
        "endpoint": f"{bucket}.{region}.cdn.{domain}",
        "created_at": call.cloud.stamp(),
        **_asked(call.body, 3600),
    }
    ENDPOINTS.records(call)[record["id"]] = record
    return created({"endpoint": record})


@routes("PUT", ENDPOINTS.item)
def update(call: Call) -> Answer:
    """An endpoint changed; what is left out stays."""
    record = ENDPOINTS.find(call)
    record |= _asked(call.body, record["ttl"])
    return ok({"endpoint": record})


@routes("DELETE", ENDPOINTS.item + "/cache")
def purge(call: Call) -> Answer:
    """These files forgotten."""
    ENDPOINTS.find(call)
    return no_content()
