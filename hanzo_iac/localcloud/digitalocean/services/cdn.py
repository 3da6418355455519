"""CDN endpoints before Spaces buckets. Nothing is cached here."""

from __future__ import annotations

import re
import uuid

from hanzo_iac.localcloud.digitalocean import errors
from hanzo_iac.localcloud.digitalocean.api import Answer, Call, Routes, created, no_content, ok, require, text, whole
from hanzo_iac.localcloud.digitalocean.resources import Resource
from hanzo_iac.localcloud.digitalocean.state import Json

routes = Routes()

# Source: DigitalOcean's OpenAPI, August 2026.
LIFETIMES_S = (60, 600, 3600, 86_400, 604_800)
USUAL_LIFETIME_S = 3600

# A bucket by its host name, or as object storage on this machine calls it: `127.0.0.1:20001/assets`. A name with a dot
# is no origin: terraform-provider-digitalocean issue 993.
ORIGIN = re.compile(r"([a-z0-9-]+)\.([a-z]{3}[0-9])\.digitaloceanspaces\.com")
LOCAL_ORIGIN = re.compile(r"(?:127\.0\.0\.1|localhost):[0-9]+/([a-z0-9-]+)")

ENDPOINTS = Resource(
    path="/v2/cdn/endpoints", parameter="cdn_id", table="cdn_endpoints", one="endpoint", many="endpoints"
)
ENDPOINTS.serve(routes)


def _endpoint(call: Call, origin: str) -> str:
    """
    Where the bucket is read through the CDN: a made-up name that stays on this machine, where the bucket is on it.

    Raises:
        ApiError: There is no such bucket.
    """
    found, local = ORIGIN.fullmatch(origin), LOCAL_ORIGIN.fullmatch(origin)
    name = found[1] if found else local[1] if local else ""
    if not name or not call.cloud.has_bucket(name):
        raise errors.unprocessable("invalid origin")
    return f"{name}.{found[2]}.cdn.digitaloceanspaces.com" if found else f"{name}.cdn.localhost"


def _changed(call: Call, record: Json) -> Json:
    """The record with what was asked for; an empty text takes a field away."""
    fresh = {**record, "ttl": whole(call.body, "ttl", record.get("ttl", USUAL_LIFETIME_S))}
    if fresh["ttl"] not in LIFETIMES_S:
        raise errors.unprocessable(f"ttl must be one of {LIFETIMES_S}")
    for name in ("certificate_id", "custom_domain"):
        if name in call.body and not text(call.body, name):
            fresh.pop(name, None)
        elif name in call.body:
            fresh[name] = text(call.body, name)
    _refuse_unsecured(call, fresh)
    return fresh


def _refuse_unsecured(call: Call, record: Json) -> None:
    certificate = record.get("certificate_id")
    if certificate and certificate not in call.cloud.state.table("certificates"):
        raise errors.unprocessable("certificate_id is invalid")
    if record.get("custom_domain") and not certificate:
        raise errors.unprocessable("certificate_id is required for a custom domain")


@routes("POST", ENDPOINTS.path)
def create(call: Call) -> Answer:
    """A new endpoint before a bucket."""
    require(call.body, "origin")
    origin = text(call.body, "origin")
    endpoint = _endpoint(call, origin)
    if any(record["origin"] == origin for record in ENDPOINTS.records(call).values()):
        raise errors.conflict("cdn already enabled")
    fixed = {"id": str(uuid.uuid4()), "origin": origin, "endpoint": endpoint, "created_at": call.cloud.stamp()}
    record = _changed(call, fixed)
    ENDPOINTS.records(call)[record["id"]] = record
    return created({"endpoint": record})


@routes("PUT", ENDPOINTS.item)
def update(call: Call) -> Answer:
    """An endpoint changed; what is left out stays."""
    record = _changed(call, ENDPOINTS.find(call))
    ENDPOINTS.records(call)[record["id"]] = record
    return ok({"endpoint": record})


@routes("DELETE", ENDPOINTS.item + "/cache")
def purge(call: Call) -> Answer:
    """These files forgotten."""
    ENDPOINTS.find(call)
    return no_content()
