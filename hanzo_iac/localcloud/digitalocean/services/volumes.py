"""Block storage volumes and their snapshots. There are no Droplets here to attach one to."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING

from hanzo_iac.localcloud.digitalocean import belongings, errors, offers
from hanzo_iac.localcloud.digitalocean.api import (
    Answer,
    Call,
    Routes,
    accepted,
    created,
    no_content,
    ok,
    one_of,
    require,
    text,
    texts,
    whole,
)
from hanzo_iac.localcloud.digitalocean.resources import Resource
from hanzo_iac.localcloud.digitalocean.services import actions
from hanzo_iac.localcloud.digitalocean.state import Json

if TYPE_CHECKING:
    from hanzo_iac.localcloud.digitalocean.cloud import Cloud

routes = Routes()

NAME = re.compile(r"[a-z][a-z0-9-]{0,63}")

# The largest volume, GiB. Source: DigitalOcean's OpenAPI, August 2026.
LARGEST_GIB = 16_384


def _shown(cloud: Cloud, record: Json) -> Json:
    return {**record, "region": offers.region(record["region"], cloud.state.quota)}


VOLUMES = Resource(
    path="/v2/volumes",
    parameter="volume_id",
    table="volumes",
    one="volume",
    many="volumes",
    shown=_shown,
    filters={"name": "name", "region": "region"},
)
VOLUMES.serve(routes)


@routes("POST", VOLUMES.path)
def create(call: Call) -> Answer:
    """A new volume."""
    cloud, body = call.cloud, call.body
    require(body, "name", "region", "size_gigabytes")
    name, region = text(body, "name"), offers.known_region(text(body, "region"))
    if not NAME.fullmatch(name):
        raise errors.unprocessable("invalid volume name")
    if any((one["name"], one["region"]) == (name, region) for one in VOLUMES.records(call).values()):
        raise errors.conflict("a volume with the given name already exists")
    if body.get("snapshot_id") and body["snapshot_id"] not in cloud.state.table("volume_snapshots"):
        raise errors.not_found()
    key = str(uuid.uuid4())
    record = {
        "id": key,
        "name": name,
        "region": region,
        "description": text(body, "description"),
        "size_gigabytes": _size(body, 1),
        "droplet_ids": [],
        "tags": texts(body, "tags"),
        "filesystem_type": text(body, "filesystem_type"),
        "filesystem_label": text(body, "filesystem_label"),
        "created_at": cloud.stamp(),
    }
    VOLUMES.records(call)[key] = record
    belongings.joins(cloud, belongings.urn("volumes", key), tags=texts(body, "tags"))
    return created({"volume": _shown(cloud, record)})


def _size(body: Json, least: int) -> int:
    size_gib = whole(body, "size_gigabytes", 0)
    if not least <= size_gib <= LARGEST_GIB:
        raise errors.unprocessable(f"size_gigabytes must be between {least} and {LARGEST_GIB}")
    return size_gib


@routes("DELETE", VOLUMES.path)
def delete_by_name(call: Call) -> Answer:
    """The volume of this name and region gone."""
    asked = (call.query.get("name"), call.query.get("region"))
    for key, record in list(VOLUMES.records(call).items()):
        if (record["name"], record["region"]) == asked:
            del VOLUMES.records(call)[key]
            belongings.leaves(call.cloud, belongings.urn("volumes", key))
            return no_content()
    raise errors.not_found()


@routes("POST", VOLUMES.item + "/actions")
def act(call: Call) -> Answer:
    """A volume resized. Attaching needs a Droplet, and there is none."""
    record = VOLUMES.find(call)
    asked = one_of(call.body, "type", ("attach", "detach", "resize"), "")
    if asked != "resize":
        raise errors.not_emulated(f"volume action {asked}")
    record["size_gigabytes"] = _size(call.body, record["size_gigabytes"])
    return accepted({"action": actions.done(call.cloud, "resize", _urn(record), record["region"])})


def _urn(record: Json) -> str:
    return belongings.urn("volumes", record["id"])


@routes("POST", VOLUMES.path + "/actions")
def act_by_name(call: Call) -> Answer:
    """Refused: attaching needs a Droplet, and there is none."""
    raise errors.not_emulated(f"volume action {text(call.body, 'type')}")


def _actions(call: Call) -> list[Json]:
    owner = _urn(VOLUMES.find(call))
    every = call.cloud.state.table("actions").values()
    return [actions.shown(call.cloud, one) for one in every if one["owner"] == owner]


@routes("GET", VOLUMES.item + "/actions")
def past_actions(call: Call) -> Answer:
    """What was done to the volume."""
    return call.page("actions", _actions(call))


@routes("GET", VOLUMES.item + "/actions/{action_id}")
def past_action(call: Call) -> Answer:
    """One thing that was done to the volume."""
    for action in _actions(call):
        if str(action["id"]) == call.path["action_id"]:
            return ok({"action": action})
    raise errors.not_found()


@routes("GET", VOLUMES.item + "/snapshots")
def snapshots(call: Call) -> Answer:
    """The volume's snapshots."""
    key = VOLUMES.find(call)["id"]
    every = call.cloud.state.table("volume_snapshots").values()
    return call.page("snapshots", [one for one in every if one["resource_id"] == key])


@routes("POST", VOLUMES.item + "/snapshots")
def create_snapshot(call: Call) -> Answer:
    """A snapshot of the volume."""
    volume = VOLUMES.find(call)
    require(call.body, "name")
    key = str(uuid.uuid4())
    record = {
        "id": key,
        "name": text(call.body, "name"),
        "created_at": call.cloud.stamp(),
        "regions": [volume["region"]],
        "min_disk_size": volume["size_gigabytes"],
        "size_gigabytes": 0,
        "resource_id": volume["id"],
        "resource_type": "volume",
        "tags": texts(call.body, "tags"),
    }
    call.cloud.state.table("volume_snapshots")[key] = record
    belongings.use_tags(call.cloud, texts(call.body, "tags"))
    return created({"snapshot": record})


SNAPSHOTS = Resource(
    path="/v2/volumes/snapshots",
    parameter="snapshot_id",
    table="volume_snapshots",
    one="snapshot",
    many="snapshots",
)
routes("GET", SNAPSHOTS.item)(SNAPSHOTS.read)
routes("DELETE", SNAPSHOTS.item)(SNAPSHOTS.delete)
