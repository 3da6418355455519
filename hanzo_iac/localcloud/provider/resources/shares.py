"""Network file shares."""

from __future__ import annotations

from hanzo_iac.errors import Fault, InputError
from hanzo_iac.localcloud.provider.call import Call
from hanzo_iac.localcloud.provider.fields import State, bag, integer, parent, region, text
from hanzo_iac.localcloud.provider.resource import Json, Resource, only_named

SHARES = "/v2/nfs"
SMALLEST_GIB = 50


def share_at(call: Call, share_id: str, where: str) -> Json | None:
    """The share, in a region; the API finds it nowhere else."""
    found = call.api.find(f"{SHARES}/{share_id}", **({"region": where.lower()} if where else {}))
    return found["share"] if found and found["share"].get("status") != "DELETED" else None


def find_share(call: Call, inputs: State) -> Json | None:
    """The share of that name in the region."""
    shares = call.api.pages(SHARES, "shares", region=inputs["region"].lower())
    return only_named((share for share in shares if share.get("status") != "DELETED"), inputs["name"])


def post_share(call: Call, inputs: State) -> Json:
    """Create it."""
    body = {
        "name": inputs["name"],
        "size_gib": inputs["size"],
        "region": inputs["region"].lower(),
        "vpc_ids": [inputs["vpcId"]],
        "performance_tier": inputs["performanceTier"],
    }
    return dict(call.api.post(SHARES, body)["share"])


def settle_share(call: Call, share_id: str, inputs: State) -> None:
    """Wait until it is active and as large as wanted."""

    def look() -> Json:
        share = share_at(call, share_id, inputs["region"]) or {}
        call.say(f"waiting for the share: {share.get('status')}")
        if share.get("status") == "FAILED":
            raise InputError(Fault("", "DigitalOcean could not make it", "delete it and try again"))
        return share

    def is_ready(share: Json) -> bool:
        return share.get("status") == "ACTIVE" and share.get("size_gib", 0) >= inputs["size"]

    call.until("the share did not become active", look, is_ready)


def read_share(call: Call, share_id: str, known: State) -> State | None:
    """What it is now."""
    share = share_at(call, share_id, known.get("region") or "")
    if share is None:
        return None
    networks = share.get("vpc_ids") or []
    first = known.get("vpcId") if known.get("vpcId") in networks else next(iter(networks), "")
    return {
        "name": share["name"],
        "region": share["region"],
        "size": share["size_gib"],
        # The API's documentation has an answer `PERFORMANCE_TIER_HIGH` to a request of `high`.
        "performanceTier": str(share.get("performance_tier") or "standard").lower().removeprefix("performance_tier_"),
        "vpcId": first,
        "vpcIds": networks,
        "host": share.get("host") or "",
        "mountPath": share.get("mount_path") or "",
        "status": share.get("status") or "",
    }


def update_share(call: Call, share_id: str, olds: State, news: State) -> None:
    """Grow it, and switch its tier."""
    path = f"{SHARES}/{share_id}/actions"
    where = news["region"].lower()
    if news["size"] < olds.get("size", 0):
        what = f"size is {olds['size']} GiB and cannot become {news['size']}"
        raise InputError(Fault("", what, "a share only grows"))
    if (olds.get("performanceTier"), news["performanceTier"]) == ("high", "standard"):
        raise InputError(Fault("", "performanceTier is high and cannot become standard", "a share is only sped up"))
    if news["size"] != olds.get("size"):
        call.once(
            lambda: call.api.repost(path, {"type": "resize", "region": where, "params": {"size_gib": news["size"]}}),
            lambda: (share_at(call, share_id, where) or {}).get("size_gib") == news["size"],
        )
        settle_share(call, share_id, news)
    if news["performanceTier"] != olds.get("performanceTier"):
        tier = {"performance_tier": news["performanceTier"]}
        call.api.repost(path, {"type": "switch_performance_tier", "region": where, "params": tier})


def delete_share(call: Call, share_id: str, state: State) -> None:
    """Delete it and wait until it is gone."""
    where = state["region"].lower()
    call.api.delete(f"{SHARES}/{share_id}", region=where)
    call.until("the share did not go", lambda: share_at(call, share_id, where), lambda share: share is None)


def locate_share(call: Call, given: str) -> tuple[str, State]:
    """Import by the share's id, with its region after a comma where the API needs it."""
    share_id, _, where = given.partition(",")
    share = share_at(call, share_id, where)
    return share_id, {"region": share["region"] if share else where}


SHARE = Resource(
    token="digitalocean:index/nfs:Nfs",  # noqa: S106
    word="NFS share",
    inputs={
        "name": text(replace=True),
        "region": region(required=True, replace=True),
        "size": integer(required=True, low=SMALLEST_GIB),
        "vpcId": parent(),
        "performanceTier": text(default="standard", choices=("standard", "high")),
        "tags": bag(text(), computed=True),
    },
    outputs=("host", "mountPath", "status", "vpcIds"),
    find=find_share,
    post=post_share,
    identify=lambda share, _: share["id"],
    settle=settle_share,
    read=read_share,
    update=update_share,
    delete=delete_share,
    locate=locate_share,
    create_s=300,
)
