"""Tags: as a resource of their own, and on what has them."""

from __future__ import annotations

from hanzo_iac.localcloud.provider.api import ApiError, segment
from hanzo_iac.localcloud.provider.call import Call
from hanzo_iac.localcloud.provider.fields import State, text
from hanzo_iac.localcloud.provider.resource import Json, Resource

COUNTED = {
    "databasesCount": "databases",
    "dropletsCount": "droplets",
    "imagesCount": "images",
    "volumesCount": "volumes",
    "volumeSnapshotsCount": "volume_snapshots",
}


def retag(call: Call, kind: str, thing: str, tags: tuple[list[str], list[str]]) -> None:
    """From the old tags to the new ones, on one thing."""
    old, new = tags
    body = {"resources": [{"resource_id": thing, "resource_type": kind}]}
    for tag in sorted(set(old) - set(new)):
        call.api.delete(f"/v2/tags/{segment(tag)}/resources", body=body)
    for tag in sorted(set(new) - set(old)):
        call.api.repost("/v2/tags", {"name": tag})
        call.api.repost(f"/v2/tags/{segment(tag)}/resources", body)


def find_tag(call: Call, inputs: State) -> Json | None:
    """The tag of that name; a tag is nothing but its name."""
    try:
        found = call.api.find(f"/v2/tags/{segment(inputs['name'])}")
    except ApiError as error:
        if error.status != 422:
            raise
        return None
    return found["tag"] if found else None


def read_tag(call: Call, _id: str, known: State) -> State | None:
    """What carries it now."""
    tag = find_tag(call, known)
    if tag is None:
        return None
    used = tag.get("resources") or {}
    counts = {name: int((used.get(key) or {}).get("count") or 0) for name, key in COUNTED.items()}
    return {"name": tag["name"], "totalResourceCount": int(used.get("count") or 0), **counts}


TAG = Resource(
    token="digitalocean:index/tag:Tag",  # noqa: S106
    word="tag",
    inputs={"name": text(replace=True)},
    outputs=(*COUNTED, "totalResourceCount"),
    find=find_tag,
    post=lambda call, inputs: dict(call.api.post("/v2/tags", {"name": inputs["name"]})["tag"]),
    identify=lambda tag, _: tag["name"],
    read=read_tag,
    delete=lambda call, name, _: call.api.delete(f"/v2/tags/{segment(name)}"),
    locate=lambda _, given: (given, {"name": given}),
)
