"""Tags: made by name or by first use; what carries one is counted from the resources themselves."""

from __future__ import annotations

import re
from typing import Any

from hanzo_iac.localcloud.digitalocean import belongings, errors
from hanzo_iac.localcloud.digitalocean.api import Answer, Call, Routes, created, no_content, ok, require, text
from hanzo_iac.localcloud.digitalocean.shapes import fit
from hanzo_iac.localcloud.digitalocean.state import Json

routes = Routes()

NAME = re.compile(r"[a-zA-Z0-9_\-:]{1,255}")

# The count's name in a tag -> the table whose records carry tags.
COUNTED = {"databases": "databases", "volumes": "volumes", "volume_snapshots": "volume_snapshots"}

# The word for a resource in a request -> its table.
TAGGABLE = {"volume": "volumes", "volume_snapshot": "volume_snapshots", "database": "databases"}

# Tables whose records carry tags that are not counted.
UNCOUNTED = ("clusters", "firewalls", "vector_databases")


def _shown(call: Call, name: str) -> Json:
    carriers: Json = {"droplets": {"count": 0}, "images": {"count": 0}}
    total, last = 0, ""
    for label, table in COUNTED.items():
        keys = [key for key, record in call.cloud.state.table(table).items() if name in (record.get("tags") or [])]
        carriers[label] = {"count": len(keys)}
        total += len(keys)
        if keys:
            last = f"{call.url.partition('/v2/')[0]}/v2/{label}/{keys[-1]}"
            carriers[label]["last_tagged_uri"] = last
    return {"name": name, "resources": {"count": total, **({"last_tagged_uri": last} if last else {}), **carriers}}


def _find(call: Call) -> str:
    name = call.path["tag_id"]
    if name not in call.cloud.state.table("tags"):
        raise errors.not_found()
    return name


@routes("GET", "/v2/tags")
def listing(call: Call) -> Answer:
    """Every tag."""
    return call.page("tags", [_shown(call, name) for name in call.cloud.state.table("tags")])


@routes("POST", "/v2/tags")
def create(call: Call) -> Answer:
    """A tag of this name; making it again changes nothing."""
    require(call.body, "name")
    name = text(call.body, "name")
    if not NAME.fullmatch(name):
        raise errors.unprocessable("tag names may only contain letters, numbers, colons, dashes, and underscores")
    belongings.use_tags(call.cloud, [name])
    return created({"tag": _shown(call, name)})


@routes("GET", "/v2/tags/{tag_id}")
def read(call: Call) -> Answer:
    """One tag with what carries it."""
    return ok({"tag": _shown(call, _find(call))})


@routes("DELETE", "/v2/tags/{tag_id}")
def delete(call: Call) -> Answer:
    """Gone, also from what carried it."""
    name = _find(call)
    for table in (*COUNTED.values(), *UNCOUNTED):
        for record in call.cloud.state.table(table).values():
            _untag(record, name)
    del call.cloud.state.table("tags")[name]
    return no_content()


def _untag(record: Json, name: str) -> None:
    record["tags"] = [tag for tag in record.get("tags") or [] if tag != name]


def _carriers(call: Call) -> list[Json]:
    shape = {"resources!": [{"resource_id!": str, "resource_type!": str}]}
    return [_carrier(call, resource) for resource in fit(call.body, shape)["resources"]]


def _carrier(call: Call, resource: dict[str, Any]) -> Json:
    table = TAGGABLE.get(resource["resource_type"])
    record = call.cloud.state.table(table).get(resource["resource_id"]) if table else None
    if record is None:
        raise errors.not_found()
    return record


@routes("POST", "/v2/tags/{tag_id}/resources")
def attach(call: Call) -> Answer:
    """These resources carry the tag."""
    name = _find(call)
    for record in _carriers(call):
        _untag(record, name)
        record["tags"].append(name)
    return no_content()


@routes("DELETE", "/v2/tags/{tag_id}/resources")
def detach(call: Call) -> Answer:
    """These resources no longer carry the tag."""
    name = _find(call)
    for record in _carriers(call):
        _untag(record, name)
    return no_content()
