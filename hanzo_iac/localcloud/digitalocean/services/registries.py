"""Container registries: names and subscriptions. Images are not stored: what would need them is not emulated."""

from __future__ import annotations

import base64
import re
import secrets
from typing import TYPE_CHECKING

from hanzo_iac.localcloud.digitalocean import errors, offers
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
)
from hanzo_iac.localcloud.digitalocean.state import Json

if TYPE_CHECKING:
    from hanzo_iac.localcloud.digitalocean.cloud import Cloud

routes = Routes()

NAME = re.compile(r"[a-z0-9-]{1,63}")
HOST = "registry.digitalocean.com"
GIB = 2**30

# The longest life of credentials, some 50 years. Source: terraform-provider-digitalocean 2.99, read 2026-11-25.
LONGEST_S = 1_576_800_000

# slug -> (name, repositories, GiB stored and sent a month, US cents a month, US cents a GiB above, may store more).
# Source: DigitalOcean's OpenAPI (examples), August 2026. Zero repositories: as many as wanted.
TIERS = {
    "starter": ("Starter", 1, 0.5, 0, 0, False),
    "basic": ("Basic", 5, 5, 500, 2, True),
    "professional": ("Professional", 0, 100, 2000, 2, True),
}
USUAL_TIER = "basic"


def _tier(slug: str) -> Json:
    name, repositories, gib, cents, over_cents, over = TIERS[slug]
    return {
        "name": name,
        "slug": slug,
        "included_repositories": repositories,
        "included_storage_bytes": int(gib * GIB),
        "included_bandwidth_bytes": int(gib * GIB),
        "allow_storage_overage": over,
        "monthly_price_in_cents": cents,
        "storage_overage_price_in_cents": over_cents,
    }


def _subscription(cloud: Cloud) -> Json:
    kept = cloud.state.table("subscriptions").get("registry", {"tier": USUAL_TIER, "since": 0})
    since = cloud.stamp(kept["since"] or None)
    return {"tier": _tier(kept["tier"]), "created_at": since, "updated_at": since}


def _subscribe(cloud: Cloud, slug: str) -> None:
    cloud.state.table("subscriptions")["registry"] = {"tier": slug, "since": cloud.now()}


def _find(call: Call) -> Json:
    record = call.cloud.state.table("registries").get(call.path["registry_name"])
    if record is None:
        raise errors.not_found()
    return record


def _only(call: Call) -> Json:
    """The account's only registry: the old paths cannot tell several apart."""
    records = list(call.cloud.state.table("registries").values())
    if not records:
        raise errors.not_found()
    if len(records) > 1:
        raise errors.precondition_failed("This operation is not compatible with multiple registries")
    return records[0]


def _make(call: Call) -> Json:
    require(call.body, "name")
    name = _free_name(call)
    region = text(call.body, "region") or offers.registry_regions()[0]
    if region not in offers.registry_regions():
        raise errors.unprocessable("invalid region")
    if call.body.get("subscription_tier_slug"):
        _subscribe(call.cloud, one_of(call.body, "subscription_tier_slug", tuple(TIERS), USUAL_TIER))
    record = {
        "name": name,
        "created_at": call.cloud.stamp(),
        "region": region,
        "storage_usage_bytes": 0,
        "storage_usage_bytes_updated_at": call.cloud.stamp(),
    }
    call.cloud.state.table("registries")[name] = record
    return record


def _free_name(call: Call) -> str:
    name = text(call.body, "name")
    if not NAME.fullmatch(name):
        raise errors.unprocessable("invalid registry name: 1 to 63 lower case letters, digits and dashes")
    if name in call.cloud.state.table("registries"):
        raise errors.conflict("registry name already exists")
    return name


def _full(call: Call, record: Json) -> Json:
    return {**record, "subscription": _subscription(call.cloud)}


def _remove(call: Call, name: str) -> Answer:
    del call.cloud.state.table("registries")[name]
    for cluster in call.cloud.state.table("clusters").values():
        cluster["registries"] = [other for other in cluster["registries"] if other != name]
        cluster["registry_enabled"] = bool(cluster["registries"])
    return no_content()


@routes("GET", "/v2/registry")
def read_only_one(call: Call) -> Answer:
    """The account's only registry."""
    return ok({"registry": _full(call, _only(call))})


@routes("POST", "/v2/registry")
def create_with_subscription(call: Call) -> Answer:
    """A new registry and the account's subscription."""
    require(call.body, "name", "subscription_tier_slug")
    return created({"registry": _full(call, _make(call))})


@routes("DELETE", "/v2/registry")
def delete_only_one(call: Call) -> Answer:
    """The account's only registry gone."""
    return _remove(call, _only(call)["name"])


@routes("GET", "/v2/registries")
def listing(call: Call) -> Answer:
    """Every registry."""
    return call.page("registries", [_full(call, one) for one in call.cloud.state.table("registries").values()])


@routes("POST", "/v2/registries")
def create(call: Call) -> Answer:
    """A new registry."""
    return created({"registry": _full(call, _make(call))})


@routes("GET", "/v2/registries/{registry_name}")
def read(call: Call) -> Answer:
    """One registry."""
    return ok({"registry": _full(call, _find(call))})


@routes("DELETE", "/v2/registries/{registry_name}")
def delete(call: Call) -> Answer:
    """One registry gone."""
    return _remove(call, _find(call)["name"])


@routes("GET", "/v2/registries/subscription")
@routes("GET", "/v2/registry/subscription")
def subscription(call: Call) -> Answer:
    """What the account pays for."""
    return ok({"subscription": _subscription(call.cloud)})


@routes("POST", "/v2/registries/subscription")
@routes("POST", "/v2/registry/subscription")
def subscribe(call: Call) -> Answer:
    """What the account pays for, from now on."""
    require(call.body, "tier_slug")
    _subscribe(call.cloud, one_of(call.body, "tier_slug", tuple(TIERS), USUAL_TIER))
    return ok({"subscription": _subscription(call.cloud)})


@routes("GET", "/v2/registries/options")
@routes("GET", "/v2/registry/options")
def options(call: Call) -> Answer:  # noqa: ARG001
    """Regions and tiers for a new registry."""
    tiers = [{**_tier(slug), "eligible": True} for slug in TIERS]
    return ok({"options": {"available_regions": offers.registry_regions(), "subscription_tiers": tiers}})


@routes("POST", "/v2/registries/validate-name")
@routes("POST", "/v2/registry/validate-name")
def validate_name(call: Call) -> Answer:
    """Whether a registry can have this name."""
    require(call.body, "name")
    _free_name(call)
    return no_content()


@routes("GET", "/v2/registries/{registry_name}/docker-credentials")
@routes("GET", "/v2/registry/docker-credentials")
def credentials(call: Call) -> Answer:
    """A Docker configuration with a token of its own. Nothing on this machine listens behind the registry's name."""
    if "registry_name" in call.path:
        _find(call)
    else:
        _only(call)
    if call.query.get("read_write", "false") not in ("true", "false"):
        raise errors.bad_request("read_write must be true or false")
    lasting_s = call.query.get("expiry_seconds") or "0"
    if not lasting_s.isdigit() or int(lasting_s) > LONGEST_S:
        raise errors.bad_request(f"expiry_seconds must be a whole number up to {LONGEST_S}")
    token = secrets.token_hex(16)
    return ok({"auths": {HOST: {"auth": base64.b64encode(f"{token}:{token}".encode()).decode()}}})


@routes("GET", "/v2/registries/{registry_name}/repositoriesV2")
@routes("GET", "/v2/registry/{registry_name}/repositoriesV2")
@routes("GET", "/v2/registry/{registry_name}/repositories")
def repositories(call: Call) -> Answer:
    """What was pushed: nothing can be."""
    _find(call)
    return call.page("repositories", [])


@routes("GET", "/v2/registries/{registry_name}/garbage-collections")
@routes("GET", "/v2/registry/{registry_name}/garbage-collections")
def collections(call: Call) -> Answer:
    """Past garbage collections: none."""
    _find(call)
    return call.page("garbage_collections", [])
