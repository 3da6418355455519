"""
Vector databases: what DigitalOcean calls managed Weaviate.

The configuration cannot be given at creation: it is set once the database is active. The token is no property of the
resource: only `GET /v2/vector-databases/{id}/credentials` says it.
"""

from __future__ import annotations

from collections.abc import Iterator

from hanzo_iac.errors import Fault, InputError
from hanzo_iac.localcloud.provider.call import Call
from hanzo_iac.localcloud.provider.fields import State, bag, block, flag, region, text
from hanzo_iac.localcloud.provider.resource import Json, Resource, only_named

VECTORS = "/v2/vector-databases"
PAGE = 50  # the most this list gives at once
CONFIG = {
    "defaultQuantization": "default_quantization",
    "enableAutoSchema": "enable_auto_schema",
    "weaviateVersion": "weaviate_version",
}


def every_vector(call: Call) -> Iterator[Json]:
    """Every vector database; this list has a total and no links between its pages."""
    page, seen, total = 1, 0, 1
    while seen < total:
        answer = call.api.get(VECTORS, page=page, per_page=PAGE)
        found = answer.get("vector_dbs") or []
        if not found:
            return
        yield from found
        page, seen, total = page + 1, seen + len(found), int(answer.get("total") or 0)


def find_vector(call: Call, inputs: State) -> Json | None:
    """The vector database of that name."""
    return only_named((one for one in every_vector(call) if one.get("status") != "deleting"), inputs["name"])


def post_vector(call: Call, inputs: State) -> Json:
    """Create it."""
    body = {"name": inputs["name"], "region": inputs["region"].lower(), "size": inputs["size"]}
    body |= {key: inputs[name] for name, key in (("projectId", "project_id"), ("tags", "tags")) if inputs.get(name)}
    return dict(call.api.post(VECTORS, body)["vector_db"])


def wait_active(call: Call, vector_id: str) -> Json:
    """The vector database once it is active."""

    def look() -> Json:
        vector: Json = call.api.get(f"{VECTORS}/{vector_id}")["vector_db"]
        call.say(f"waiting for the vector database: {vector.get('status')}")
        if vector.get("status") == "errored":
            raise InputError(Fault("", "DigitalOcean could not make it", "delete it and try again"))
        return vector

    return call.until("the vector database did not become active", look, lambda one: one.get("status") == "active")


def settle_vector(call: Call, vector_id: str, inputs: State) -> None:
    """Wait until it is active; configure what differs."""
    config = wait_active(call, vector_id).get("config") or {}
    wanted = {CONFIG[name]: value for name, value in (inputs.get("config") or {}).items() if value is not None}
    if any(config.get(key) != value for key, value in wanted.items()):
        call.api.put(f"{VECTORS}/{vector_id}", {"id": vector_id, "config": wanted})


def read_vector(call: Call, vector_id: str, known: State) -> State | None:
    """What it is now. An API that does not say its project leaves it as known."""
    found = call.api.find(f"{VECTORS}/{vector_id}")
    if found is None or found["vector_db"].get("status") == "deleting":
        return None
    vector: Json = found["vector_db"]
    config, endpoints = vector.get("config") or {}, vector.get("endpoints") or {}
    return {
        "name": vector["name"],
        "region": vector["region"],
        "size": vector["size"],
        "status": vector.get("status") or "",
        "tags": sorted(vector.get("tags") or []),
        "projectId": vector.get("project_id") or known.get("projectId") or "",
        "config": {name: config[key] for name, key in CONFIG.items() if key in config},
        "endpoints": [{"http": endpoints.get("http") or "", "grpc": endpoints.get("grpc") or ""}],
        "ownerUuid": vector.get("owner_uuid") or "",
        "createdAt": vector.get("created_at") or "",
        "updatedAt": vector.get("updated_at") or "",
    }


def update_vector(call: Call, vector_id: str, olds: State, news: State) -> None:
    """Another size, and other tags; `settle` waits and configures."""
    path = f"{VECTORS}/{vector_id}"
    if news["size"] != olds.get("size"):
        call.once(
            lambda: call.api.repost(f"{path}/resize", {"id": vector_id, "size": news["size"]}),
            lambda: call.api.get(path)["vector_db"].get("size") == news["size"],
        )
        wait_active(call, vector_id)
    if sorted(news.get("tags") or []) != sorted(olds.get("tags") or []):
        call.api.put(f"{path}/tags", {"id": vector_id, "tags": news.get("tags") or []})


def delete_vector(call: Call, vector_id: str, _state: State) -> None:
    """Delete it and wait until it is gone."""
    path = f"{VECTORS}/{vector_id}"
    call.api.delete(path)
    call.until_gone("the vector database did not go", path)


VECTOR = Resource(
    token="digitalocean:index/vectorDatabase:VectorDatabase",  # noqa: S106
    word="vector database",
    inputs={
        "name": text(replace=True),
        "region": region(required=True, replace=True),
        "size": text(required=True),
        "projectId": text(replace=True, computed=True),
        "tags": bag(text()),
        "config": block(
            {
                "defaultQuantization": text(computed=True),
                "enableAutoSchema": flag(computed=True),
                "weaviateVersion": text(computed=True),
            },
            computed=True,
        ),
    },
    outputs=("createdAt", "endpoints", "ownerUuid", "status", "updatedAt"),
    find=find_vector,
    post=post_vector,
    identify=lambda vector, _: vector["id"],
    settle=settle_vector,
    read=read_vector,
    update=update_vector,
    delete=delete_vector,
)
