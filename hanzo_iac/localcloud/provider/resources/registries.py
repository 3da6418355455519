"""
Container registries and credentials to log in to one.

DigitalOcean's API cannot take credentials back: deleting them forgets them, and they are good until they expire. (The
official provider asks a server beside the API to revoke them, and goes on whatever it answers.)
"""

from __future__ import annotations

import datetime
import json

from hanzo_iac.errors import Fault, InputError
from hanzo_iac.localcloud.provider.api import segment
from hanzo_iac.localcloud.provider.call import Call
from hanzo_iac.localcloud.provider.fields import State, flag, integer, parent, text
from hanzo_iac.localcloud.provider.resource import Json, Resource

HOST = "registry.digitalocean.com"
REGISTRIES = "/v2/registries"

# Some 50 years, the most the API takes and the official provider's default.
LONGEST_S = 1576800000


def find_registry(call: Call, inputs: State) -> Json | None:
    """The account's registry of that name."""
    found = call.api.find(f"{REGISTRIES}/{segment(inputs['name'])}")
    return found["registry"] if found else None


def post_registry(call: Call, inputs: State) -> Json:
    """Create it."""
    body = {"name": inputs["name"], "subscription_tier_slug": inputs["subscriptionTierSlug"]}
    body |= {"region": inputs["region"]} if inputs.get("region") else {}
    return dict(call.api.post("/v2/registry", body)["registry"])


def tier_of(call: Call, registry: Json) -> str:
    """The subscription, which belongs to the account and not to the registry."""
    subscription = registry.get("subscription") or call.api.get(f"{REGISTRIES}/subscription").get("subscription") or {}
    return str((subscription.get("tier") or {}).get("slug") or "")


def read_registry(call: Call, name: str, _known: State) -> State | None:
    """What it is now."""
    registry = find_registry(call, {"name": name})
    if registry is None:
        return None
    return {
        "name": registry["name"],
        "region": registry.get("region") or "",
        "subscriptionTierSlug": tier_of(call, registry),
        "endpoint": f"{HOST}/{registry['name']}",
        "serverUrl": HOST,
        "createdAt": registry.get("created_at") or "",
        "storageUsageBytes": registry.get("storage_usage_bytes") or 0,
    }


def update_registry(call: Call, _name: str, _olds: State, news: State) -> None:
    """Another subscription."""
    call.api.repost(f"{REGISTRIES}/subscription", {"tier_slug": news["subscriptionTierSlug"]})


REGISTRY = Resource(
    token="digitalocean:index/containerRegistry:ContainerRegistry",  # noqa: S106
    word="container registry",
    inputs={
        "name": text(replace=True),
        "subscriptionTierSlug": text(required=True, choices=("starter", "basic", "professional")),
        "region": text(replace=True, computed=True),
    },
    outputs=("createdAt", "endpoint", "serverUrl", "storageUsageBytes"),
    find=find_registry,
    post=post_registry,
    identify=lambda registry, _: registry["name"],
    read=read_registry,
    update=update_registry,
    delete=lambda call, name, _: call.api.delete(f"{REGISTRIES}/{segment(name)}"),
)


def issue(call: Call, inputs: State) -> Json:
    """New credentials, as the state they make; asking is all it takes."""
    expire_s = inputs.get("expirySeconds", LONGEST_S)
    name, write = inputs["registryName"], bool(inputs.get("write"))
    path = f"{REGISTRIES}/{segment(name)}/docker-credentials"
    config = json.dumps(call.api.get(path, read_write=str(write).lower(), expiry_seconds=expire_s))
    until = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=expire_s)
    return {"dockerCredentials": config, "credentialExpirationTime": until.strftime("%Y-%m-%dT%H:%M:%SZ")}


def read_credentials(call: Call, name: str, known: State) -> State | None:
    """The known credentials while they are good, else new ones; the API never says old ones again."""
    if call.api.find(f"{REGISTRIES}/{segment(name)}") is None:
        return None
    kept = {
        "registryName": name,
        "write": bool(known.get("write")),
        "expirySeconds": known.get("expirySeconds", LONGEST_S),
    }
    until = known.get("credentialExpirationTime")
    now = datetime.datetime.now(datetime.UTC)
    if not known.get("dockerCredentials") or not until or datetime.datetime.fromisoformat(until) <= now:
        return kept | issue(call, kept)
    return kept | {name: known[name] for name in ("dockerCredentials", "credentialExpirationTime")}


def check_registry(call: Call, inputs: State) -> Json:
    """Credentials need a registry; they are issued when they are read for the first time."""
    if call.api.find(f"{REGISTRIES}/{segment(inputs['registryName'])}") is None:
        what = f"there is no container registry {inputs['registryName']!r}"
        raise InputError(Fault("", what, "registryName must name one of this account"))
    return {}


CREDENTIALS = Resource(
    token="digitalocean:index/containerRegistryDockerCredentials:ContainerRegistryDockerCredentials",  # noqa: S106
    word="registry credentials",
    inputs={
        "registryName": parent(),
        "write": flag(default=False),
        "expirySeconds": integer(default=LONGEST_S, low=0, high=LONGEST_S),
    },
    outputs=("credentialExpirationTime", "dockerCredentials"),
    secrets=("dockerCredentials",),
    post=check_registry,
    identify=lambda _, inputs: str(inputs["registryName"]),
    read=read_credentials,
    renewed=("dockerCredentials", "credentialExpirationTime"),
    delete=lambda _call, _name, _state: None,
    locate=lambda _call, given: (given, {"registryName": given}),
)
