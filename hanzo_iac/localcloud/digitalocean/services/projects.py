"""Projects: every resource is in exactly one; the default one takes what names none."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from hanzo_iac.localcloud.digitalocean import belongings, errors
from hanzo_iac.localcloud.digitalocean.api import (
    Answer,
    Call,
    Routes,
    created,
    flag,
    no_content,
    ok,
    one_of,
    require,
    text,
    texts,
)
from hanzo_iac.localcloud.digitalocean.state import Json

if TYPE_CHECKING:
    from hanzo_iac.localcloud.digitalocean.cloud import Cloud

routes = Routes()

ENVIRONMENTS = ("Development", "Staging", "Production")
OWNER = "00000000-0000-4000-8000-000000000001"

# URN kind -> path of its resource, for the links in a listing.
PATHS = {
    "dbaas": "databases",
    "domain": "domains",
    "kubernetes": "kubernetes/clusters",
    "loadbalancer": "load_balancers",
    "space": "spaces",
    "volume": "volumes",
    "vpc": "vpcs",
}


def default_id(cloud: Cloud) -> str:
    """Id of the default project, made when first needed."""
    table = cloud.state.table("projects")
    for key, record in table.items():
        if record["is_default"]:
            return key
    # Reading may be the first need, and a read is saved like any other request.
    return str(_make(cloud, {"name": "Default", "purpose": "Just trying out DigitalOcean"}, default=True)["id"])


def _make(cloud: Cloud, body: Json, *, default: bool) -> Json:
    key = str(uuid.uuid4())
    record = {
        "id": key,
        "owner_uuid": OWNER,
        "owner_id": 1,
        "name": text(body, "name"),
        "description": text(body, "description"),
        "purpose": text(body, "purpose"),
        "environment": one_of(body, "environment", ENVIRONMENTS, "Development"),
        "is_default": default,
        "created_at": cloud.stamp(),
        "updated_at": cloud.stamp(),
    }
    cloud.state.table("projects")[key] = record
    return record


def _find(call: Call) -> Json:
    key = call.path.get("project_id") or default_id(call.cloud)
    record = call.cloud.state.table("projects").get(key)
    if record is None:
        raise errors.not_found()
    return record


def _refuse_taken(cloud: Cloud, name: str, own_id: str = "") -> None:
    if any(key != own_id and record["name"] == name for key, record in cloud.state.table("projects").items()):
        raise errors.conflict("name is already in use")


@routes("GET", "/v2/projects")
def listing(call: Call) -> Answer:
    """Every project, the default one among them."""
    default_id(call.cloud)
    return call.page("projects", call.cloud.state.table("projects").values())


@routes("POST", "/v2/projects")
def create(call: Call) -> Answer:
    """A new project."""
    require(call.body, "name", "purpose")
    default_id(call.cloud)
    _refuse_taken(call.cloud, text(call.body, "name"))
    return created({"project": _make(call.cloud, call.body, default=False)})


@routes("GET", "/v2/projects/default")
@routes("GET", "/v2/projects/{project_id}")
def read(call: Call) -> Answer:
    """One project."""
    return ok({"project": _find(call)})


@routes("PUT", "/v2/projects/default")
@routes("PUT", "/v2/projects/{project_id}")
def replace(call: Call) -> Answer:
    """A project with all of its fields given."""
    require(call.body, "name", "purpose", "environment")
    return update(call)


@routes("PATCH", "/v2/projects/default")
@routes("PATCH", "/v2/projects/{project_id}")
def update(call: Call) -> Answer:
    """A project with some of its fields given."""
    record = _find(call)
    name = text(call.body, "name", record["name"])
    _refuse_taken(call.cloud, name, record["id"])
    record |= {
        "name": name,
        "description": text(call.body, "description", record["description"]),
        "purpose": text(call.body, "purpose", record["purpose"]),
        "environment": one_of(call.body, "environment", ENVIRONMENTS, record["environment"]),
        "updated_at": call.cloud.stamp(),
    }
    if flag(call.body, "is_default", default=False):
        for other in call.cloud.state.table("projects").values():
            other["is_default"] = other is record
    return ok({"project": record})


@routes("DELETE", "/v2/projects/{project_id}")
def delete(call: Call) -> Answer:
    """Gone, unless something is in it or it is the default one."""
    record = _find(call)
    if record["is_default"]:
        raise errors.precondition_failed("cannot delete the default project")
    if _resources(call.cloud, record["id"]):
        raise errors.precondition_failed("cannot delete a project with resources")
    del call.cloud.state.table("projects")[record["id"]]
    return no_content()


def _resources(cloud: Cloud, project_id: str) -> list[str]:
    table = cloud.state.table("assignments")
    return [name for name, assignment in table.items() if assignment["project_id"] == project_id]


def _shown(call: Call, name: str, status: str) -> Json:
    _, kind, key = name.split(":", 2)
    host = call.url.partition("/v2/")[0]
    assignment: dict[str, Any] = call.cloud.state.table("assignments").get(name, {})
    return {
        "urn": name,
        "assigned_at": assignment.get("assigned_at", call.cloud.stamp()),
        "links": {"self": f"{host}/v2/{PATHS.get(kind, kind)}/{key}"},
        "status": status,
    }


@routes("GET", "/v2/projects/default/resources")
@routes("GET", "/v2/projects/{project_id}/resources")
def resources(call: Call) -> Answer:
    """What is in the project."""
    names = _resources(call.cloud, _find(call)["id"])
    return call.page("resources", [_shown(call, name, "ok") for name in names])


@routes("POST", "/v2/projects/default/resources")
@routes("POST", "/v2/projects/{project_id}/resources")
def assign(call: Call) -> Answer:
    """Resources moved into the project; each says whether it was found, and whether it already was there."""
    project_id = _find(call)["id"]
    return ok({"resources": [_assign(call, name, project_id) for name in texts(call.body, "resources")]})


def _assign(call: Call, name: str, project_id: str) -> Json:
    if len(name.split(":")) < 3 or not name.startswith("do:"):
        raise errors.unprocessable(f"invalid urn: {name}")
    if not belongings.exists(call.cloud, name):
        return _shown(call, name, "not_found")
    assignments = call.cloud.state.table("assignments")
    if assignments.get(name, {}).get("project_id") == project_id:
        return _shown(call, name, "already_assigned")
    assignments[name] = {"project_id": project_id, "assigned_at": call.cloud.stamp()}
    return _shown(call, name, "assigned")
