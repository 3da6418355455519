"""VPCs."""

from __future__ import annotations

from hanzo_iac.localcloud.provider.api import ApiError
from hanzo_iac.localcloud.provider.call import Call, TookTooLong
from hanzo_iac.localcloud.provider.fields import State, cidr_fault, region, text
from hanzo_iac.localcloud.provider.resource import Json, Resource, only_named

# DigitalOcean refuses to delete a VPC while members are still leaving it; the official provider tries for 2 minutes.
LEAVING_S = 120.0


def find_vpc(call: Call, inputs: State) -> Json | None:
    """The VPC of that name; an account's default VPCs are never ours."""
    vpcs = (vpc for vpc in call.api.pages("/v2/vpcs", "vpcs") if not vpc.get("default"))
    return only_named(vpcs, inputs["name"])


def post_vpc(call: Call, inputs: State) -> Json:
    """Create it."""
    body = {"name": inputs["name"], "region": inputs["region"].lower()}
    body |= {
        key: inputs[name] for name, key in (("ipRange", "ip_range"), ("description", "description")) if inputs.get(name)
    }
    return dict(call.api.post("/v2/vpcs", body)["vpc"])


def read_vpc(call: Call, vpc_id: str, _known: State) -> State | None:
    """What it is now."""
    answer = call.api.find(f"/v2/vpcs/{vpc_id}")
    if answer is None:
        return None
    vpc = answer["vpc"]
    return {
        "name": vpc["name"],
        "region": vpc["region"],
        "ipRange": vpc.get("ip_range", ""),
        "description": vpc.get("description") or "",
        "vpcUrn": vpc.get("urn") or f"do:vpc:{vpc_id}",
        "default": bool(vpc.get("default")),
        "createdAt": vpc.get("created_at", ""),
    }


def update_vpc(call: Call, vpc_id: str, olds: State, news: State) -> None:
    """Name and description; being the default is not ours to change."""
    body = {"name": news["name"], "description": news.get("description", ""), "default": bool(olds.get("default"))}
    call.api.put(f"/v2/vpcs/{vpc_id}", body)


def delete_vpc(call: Call, vpc_id: str, _state: State) -> None:
    """Delete it, as soon as its members have left."""
    said = ""

    def is_gone() -> bool:
        nonlocal said
        try:
            call.api.delete(f"/v2/vpcs/{vpc_id}")
        except ApiError as error:
            if error.status not in (403, 409):
                raise
            said = error.message
            call.say(f"waiting for the VPC's members to leave: {said}")
            return False
        return True

    try:
        call.until("its members did not leave", is_gone, bool)
    except TookTooLong as error:
        raise TookTooLong(f"{error} (DigitalOcean says: {said})") from error


VPC = Resource(
    token="digitalocean:index/vpc:Vpc",  # noqa: S106  # a type's name
    word="VPC",
    inputs={
        "name": text(),
        "region": region(required=True, replace=True),
        "description": text(),
        "ipRange": text(replace=True, computed=True, fault=cidr_fault),
    },
    outputs=("createdAt", "default", "vpcUrn"),
    find=find_vpc,
    post=post_vpc,
    identify=lambda vpc, _: vpc["id"],
    read=read_vpc,
    update=update_vpc,
    delete=delete_vpc,
    delete_s=LEAVING_S,
)
