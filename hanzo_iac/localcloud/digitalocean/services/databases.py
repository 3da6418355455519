"""Database clusters: what was asked for here, the server itself behind `Databases`."""

from __future__ import annotations

import base64
import re
import secrets
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hanzo_iac.localcloud.backends import DatabaseServer
from hanzo_iac.localcloud.digitalocean import belongings, errors, offers
from hanzo_iac.localcloud.digitalocean.api import (
    Answer,
    Call,
    Routes,
    accepted,
    created,
    no_content,
    ok,
    require,
    text,
    texts,
    whole,
)
from hanzo_iac.localcloud.digitalocean.services import vpcs
from hanzo_iac.localcloud.digitalocean.services.database_restores import inherited, refuse_older, source_of
from hanzo_iac.localcloud.digitalocean.services.database_rules import new_rules
from hanzo_iac.localcloud.digitalocean.services.database_words import shown
from hanzo_iac.localcloud.digitalocean.shapes import fit
from hanzo_iac.localcloud.digitalocean.state import Json

if TYPE_CHECKING:
    from hanzo_iac.localcloud.digitalocean.cloud import Cloud

routes = Routes()

NAME = re.compile(r"[a-z][a-z0-9-]{0,62}")
MOST_NODES = 3

# The least memory of a cluster with a standby. Source: DigitalOcean facts of this project, 2026-11-21.
STANDBY_MIB = 2048

# Source: DigitalOcean's OpenAPI, August 2026.
AUTOSCALE = {"enabled!": bool, "threshold_percent": int, "increment_gib": int}
AUTOSCALE_BOUNDS = {"threshold_percent": (15, 95), "increment_gib": (10, 500)}

FIRST_USER = {"pg": "doadmin", "valkey": "default"}
FIRST_DATABASES = {"pg": ["defaultdb"], "valkey": []}


def find(cloud: Cloud, call: Call) -> Json:
    """
    The record of the cluster that the path names.

    Raises:
        ApiError: There is none.
    """
    record = cloud.state.table("databases").get(call.path["database_cluster_uuid"])
    if record is None:
        raise errors.not_found()
    return record


def restore(cloud: Cloud) -> None:
    """Ask for the server of every cluster again."""
    for record in cloud.state.table("databases").values():
        settle(cloud, record)


def settle(cloud: Cloud, record: Json) -> None:
    """Save what is asked for, then ask for it: a crash between the two is mended at the next start."""
    cloud.state.save()
    cloud.databases.ensure(
        DatabaseServer(
            database_id=record["id"],
            name=record["name"],
            engine=record["engine"],
            version=record["version"],
            passwords={name: user["password"] for name, user in record["users"].items()},
            databases=tuple(record["dbs"]),
            eviction_policy=record["eviction_policy"],
            restored_from=record.get("restored_from", ""),
        )
    )


def new_password() -> str:
    """A password nobody has seen."""
    return f"AVNS_{secrets.token_urlsafe(15)}"


@routes("GET", "/v2/databases/options")
def options(call: Call) -> Answer:
    """Regions, versions and sizes for a new cluster, of the engines that run here; and when versions end."""
    today = datetime.fromtimestamp(call.cloud.now(), UTC).date()
    regions = [slug for slug, _ in offers.region_names()]
    return ok(
        {
            "options": {
                engine: {
                    "regions": regions,
                    "versions": offers.engine_versions(engine, today),
                    "layouts": [
                        {"num_nodes": nodes, "sizes": list(_sizes(engine, nodes))} for nodes in range(1, MOST_NODES + 1)
                    ],
                }
                for engine in offers.ENGINES
            },
            "version_availability": {engine: offers.version_ends(engine) for engine in offers.ENGINES},
        }
    )


def _sizes(engine: str, nodes: int) -> list[str]:
    least = STANDBY_MIB if nodes > 1 else 0
    return [slug for slug in offers.database_sizes(engine) if offers.database_size(engine, slug)[0] >= least]


@routes("GET", "/v2/databases")
def listing(call: Call) -> Answer:
    """Every cluster, or those with the tag `tag_name`."""
    tag = call.query.get("tag_name")
    records = call.cloud.state.table("databases").values()
    return call.page("databases", [shown(call.cloud, one) for one in records if not tag or tag in one["tags"]])


@routes("POST", "/v2/databases")
def create(call: Call) -> Answer:
    """A new cluster, creating; or forking, when it starts with what another one holds."""
    cloud, body = call.cloud, call.body
    require(body, "name", "engine", "size", "region", "num_nodes")
    engine = _engine(text(body, "engine"))
    _refuse_name(cloud, text(body, "name"))
    source = source_of(cloud, body, engine)
    belongings.within_quota(cloud, "databases", len(cloud.state.table("databases")) + 1, "database limit exceeded")
    record = _make(cloud, body, engine)
    if source is not None:
        refuse_older(source, record["version"])
        record |= inherited(source, new_password())
    record["events"].append(event(cloud, record, "cluster_create"))
    cloud.state.table("databases")[record["id"]] = record
    name = belongings.urn("databases", record["id"])
    belongings.joins(cloud, name, project_id=text(body, "project_id"), tags=record["tags"])
    settle(cloud, record)
    return created({"database": shown(cloud, record)})


def _make(cloud: Cloud, body: Json, engine: str) -> Json:
    key, region, nodes = str(uuid.uuid4()), offers.known_region(text(body, "region")), whole(body, "num_nodes", 1)
    size = known_size(engine, text(body, "size"), nodes)
    return {
        "id": key,
        "name": text(body, "name"),
        "engine": engine,
        "version": _version(cloud, engine, text(body, "version")),
        "num_nodes": nodes,
        "size": size,
        "region": region,
        "created_at": cloud.stamp(),
        "private_network_uuid": vpcs.placed(cloud, text(body, "private_network_uuid"), region),
        "tags": texts(body, "tags"),
        "storage_size_mib": whole(body, "storage_size_mib", 0) or offers.database_size(engine, size)[1],
        "rules": new_rules(cloud, key, body.get("rules")),
        "maintenance_window": {"day": "monday", "hour": "00:00:00", "pending": False, "description": []},
        "autoscale": read_autoscale(body.get("autoscale") or {"storage": {"enabled": False}}),
        "since": cloud.now(),
        "resized": 0,
        **_contents(engine),
    }


def _contents(engine: str) -> Json:
    """What is in a new cluster."""
    return {
        "users": {FIRST_USER[engine]: {"role": "primary", "password": new_password()}},
        "dbs": list(FIRST_DATABASES[engine]),
        "pools": {},
        "replicas": {},
        "config": {},
        "eviction_policy": "noeviction" if engine == "valkey" else "",
        "events": [],
    }


def read_autoscale(asked: Any) -> Json:
    """Whether storage grows by itself, and how."""
    autoscale: Json = fit(asked, {"storage!": AUTOSCALE}, "autoscale")
    for name, (low, high) in AUTOSCALE_BOUNDS.items():
        if not low <= autoscale["storage"].get(name, low) <= high:
            raise errors.unprocessable(f"{name} must be between {low} and {high}")
    return autoscale


def event(cloud: Cloud, record: Json, kind: str) -> Json:
    """Something that happened to a cluster."""
    key = str(uuid.uuid4())
    return {"id": key, "cluster_name": record["name"], "event_type": kind, "create_time": cloud.stamp()}


def _engine(engine: str) -> str:
    if engine in ("mysql", "mongodb", "kafka", "opensearch", "advanced_pg", "advanced_mysql"):
        raise errors.not_emulated(f"the database engine {engine}")
    if engine not in offers.ENGINES:
        raise errors.unprocessable("invalid cluster engine")
    return engine


def _version(cloud: Cloud, engine: str, asked: str) -> str:
    versions = offers.engine_versions(engine, datetime.fromtimestamp(cloud.now(), UTC).date())
    if asked and asked not in versions:
        raise errors.unprocessable("invalid cluster engine version")
    return asked or versions[-1]


def known_size(engine: str, size: str, nodes: int = 1) -> str:
    """
    The slug itself.

    Raises:
        ApiError: The engine has no such size, or not for that many nodes.
    """
    memory_mib, _ = offers.database_size(engine, size)
    if not 1 <= nodes <= MOST_NODES:
        raise errors.unprocessable(f"num_nodes must be between 1 and {MOST_NODES}")
    if nodes > 1 and memory_mib < STANDBY_MIB:
        raise errors.unprocessable("standby nodes need a size with at least 2 GB of memory")
    return size


def _refuse_name(cloud: Cloud, name: str) -> None:
    if not NAME.fullmatch(name):
        raise errors.unprocessable("invalid cluster name: a lower case letter, then letters, digits and dashes")
    if any(record["name"] == name for record in cloud.state.table("databases").values()):
        raise errors.unprocessable("cluster name is not available")


@routes("GET", "/v2/databases/{database_cluster_uuid}")
def read(call: Call) -> Answer:
    """One cluster."""
    return ok({"database": shown(call.cloud, find(call.cloud, call))})


@routes("DELETE", "/v2/databases/{database_cluster_uuid}")
def delete(call: Call) -> Answer:
    """Gone. The server goes first: a crash in between leaves a cluster that can be deleted again."""
    record = find(call.cloud, call)
    call.cloud.databases.remove(record["id"])
    del call.cloud.state.table("databases")[record["id"]]
    belongings.leaves(call.cloud, belongings.urn("databases", record["id"]), record, "private_network_uuid")
    return no_content()


@routes("PUT", "/v2/databases/{database_cluster_uuid}/resize")
def resize(call: Call) -> Answer:
    """Resizing to more nodes or a larger size. The official provider names a replica here by its own id."""
    require(call.body, "size", "num_nodes")
    for record in call.cloud.state.table("databases").values():
        for replica in record["replicas"].values():
            if replica["id"] == call.path["database_cluster_uuid"]:
                replica.update(_resized(call, record["engine"], replica))
                return accepted()
    record = find(call.cloud, call)
    nodes = whole(call.body, "num_nodes", 1)
    record |= _resized(call, record["engine"], record, nodes=nodes) | {"num_nodes": nodes}
    record["events"].append(event(call.cloud, record, "cluster_update"))
    return accepted()


def _resized(call: Call, engine: str, current: Json, *, nodes: int = 1) -> Json:
    """The size and storage asked for; never less memory or disk than now."""
    size = known_size(engine, text(call.body, "size"), nodes)
    if offers.database_size(engine, size)[0] < offers.database_size(engine, current["size"])[0]:
        raise errors.unprocessable("cluster cannot be resized to a smaller size")
    disk_mib = whole(call.body, "storage_size_mib", 0) or current["storage_size_mib"]
    if disk_mib < current["storage_size_mib"]:
        raise errors.unprocessable("storage cannot be reduced")
    least = max(disk_mib, offers.database_size(engine, size)[1])
    return {"size": size, "storage_size_mib": least, "resized": call.cloud.now()}


@routes("PUT", "/v2/databases/{database_cluster_uuid}/upgrade")
def upgrade(call: Call) -> Answer:
    """A newer major version."""
    record = find(call.cloud, call)
    require(call.body, "version")
    version = _version(call.cloud, record["engine"], text(call.body, "version"))
    if int(version) <= int(record["version"]):
        raise errors.unprocessable("invalid cluster engine version")
    record["version"] = version
    record["events"].append(event(call.cloud, record, "cluster_maintenance_perform"))
    settle(call.cloud, record)
    return no_content()


@routes("PUT", "/v2/databases/{database_cluster_uuid}/migrate")
def migrate(call: Call) -> Answer:
    """Another region. Here every region is this machine: only the words change."""
    record = find(call.cloud, call)
    require(call.body, "region")
    region = offers.known_region(text(call.body, "region"))
    record |= {"region": region, "private_network_uuid": vpcs.placed(call.cloud, "", region)}
    record["resized"] = call.cloud.now()
    return accepted()


@routes("GET", "/v2/databases/{database_cluster_uuid}/ca")
def ca(call: Call) -> Answer:
    """The account's certificate authority, base64 of PEM."""
    find(call.cloud, call)
    from hanzo_iac.localcloud.digitalocean.authority import authority_pem

    return ok({"ca": {"certificate": base64.b64encode(authority_pem(call.cloud.state).encode()).decode()}})
