"""CDN endpoints. Each stands before one bucket, which is how one that a crash left behind is found."""

from __future__ import annotations

from hanzo_iac.localcloud.provider.call import Call
from hanzo_iac.localcloud.provider.check import Failure
from hanzo_iac.localcloud.provider.fields import State, integer, text
from hanzo_iac.localcloud.provider.resource import Json, Resource, only_named
from hanzo_iac.localcloud.provider.resources.load_balancers import certificate_id, certificate_name

CDNS = "/v2/cdn/endpoints"


def find_cdn(call: Call, inputs: State) -> Json | None:
    """The endpoint before that bucket."""
    return only_named(call.api.pages(CDNS, "endpoints"), inputs["origin"], "origin")


def post_cdn(call: Call, inputs: State) -> Json:
    """Create it."""
    body: Json = {"origin": inputs["origin"], **certificate_id(call, inputs)}
    body |= {key: inputs[name] for name, key in (("ttl", "ttl"), ("customDomain", "custom_domain")) if inputs.get(name)}
    return dict(call.api.post(CDNS, body)["endpoint"])


def read_cdn(call: Call, cdn_id: str, known: State) -> State | None:
    """What it is now. Its certificate is known by name, because a renewed one has another id."""
    found = call.api.find(f"{CDNS}/{cdn_id}")
    if found is None:
        return None
    cdn: Json = found["endpoint"]
    return {
        "origin": cdn["origin"],
        "ttl": cdn.get("ttl") or 0,
        "customDomain": cdn.get("custom_domain") or "",
        "endpoint": cdn.get("endpoint") or "",
        "createdAt": cdn.get("created_at") or "",
        **certificate_name(call, cdn, [known]),
    }


def update_cdn(call: Call, cdn_id: str, olds: State, news: State) -> None:
    """Another lifetime, another domain, or none; an empty domain and certificate take both away."""
    body: Json = {}
    if news.get("ttl") and news["ttl"] != olds.get("ttl"):
        body["ttl"] = news["ttl"]
    if any(news.get(name, "") != olds.get(name, "") for name in ("customDomain", "certificateName", "certificateId")):
        domain = news.get("customDomain") or ""
        body |= {"custom_domain": domain, **(certificate_id(call, news) or {"certificate_id": ""})}
    call.api.put(f"{CDNS}/{cdn_id}", body)


def cdn_rules(inputs: State) -> list[Failure]:
    """What DigitalOcean refuses between properties."""
    if not inputs.get("customDomain") or inputs.get("certificateName") or inputs.get("certificateId"):
        return []
    return [Failure("certificateName", "missing; a custom domain has a certificate of this account")]


CDN = Resource(
    token="digitalocean:index/cdn:Cdn",  # noqa: S106
    word="CDN endpoint",
    inputs={
        "origin": text(required=True, replace=True),
        "ttl": integer(computed=True, low=0),
        "customDomain": text(),
        "certificateName": text(computed=True),
        "certificateId": text(computed=True),
    },
    outputs=("createdAt", "endpoint"),
    rules=cdn_rules,
    find=find_cdn,
    post=post_cdn,
    identify=lambda cdn, _: cdn["id"],
    read=read_cdn,
    update=update_cdn,
    delete=lambda call, cdn_id, _: call.api.delete(f"{CDNS}/{cdn_id}"),
)
