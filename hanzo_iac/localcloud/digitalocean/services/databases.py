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
from hanzo_iac.localcloud.digitalocean.services.database_rules import new_rules
from hanzo_iac.localcloud.digitalocean.services.database_words import connection, shown
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
    """A new cluster, creating."""
    cloud, body = call.cloud, call.body
    require(body, "name", "engine", "size", "region", "num_nodes")
    engine = _engine(text(body, "engine"))
    _refuse_name(cloud, text(body, "name"))
    if body.get("backup_restore"):
        raise errors.not_emulated("a database cluster restored from a backup")
    belongings.within_quota(cloud, "databases", len(cloud.state.table("databases")) + 1, "database limit exceeded")
    size, nodes = _layout(engine, text(body, "size"), whole(body, "num_nodes", 1))
    key, region = str(uuid.uuid4()), offers.known_region(text(body, "region"))
    record: Json = {
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
        "users": {FIRST_USER[engine]: {"role": "primary", "password": new_password()}},
        "dbs": list(FIRST_DATABASES[engine]),
        "pools": {},
        "replicas": {},
        "rules": new_rules(cloud, key, body.get("rules")),
        "config": {},
        "eviction_policy": "noeviction" if engine == "valkey" else "",
        "maintenance_window": {"day": "monday", "hour": "00:00:00", "pending": False, "description": []},
        "autoscale": read_autoscale(body.get("autoscale") or {"storage": {"enabled": False}}),
        "events": [],
        "since": cloud.now(),
        "resized": 0,
    }
    record["events"].append(event(cloud, record, "cluster_create"))
    cloud.state.table("databases")[key] = record
    name = belongings.urn("databases", key)
    belongings.joins(cloud, name, project_id=text(body, "project_id"), tags=record["tags"])
    settle(cloud, record)
    return created({"database": shown(cloud, record)})


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


def _layout(engine: str, size: str, nodes: int) -> tuple[str, int]:
    memory_mib, _ = offers.database_size(engine, size)
    if not 1 <= nodes <= MOST_NODES:
        raise errors.unprocessable(f"num_nodes must be between 1 and {MOST_NODES}")
    if nodes > 1 and memory_mib < STANDBY_MIB:
        raise errors.unprocessable("standby nodes need a size with at least 2 GB of memory")
    return size, nodes


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
    """Resizing to more nodes or a larger size; never to less memory or disk."""
    record = find(call.cloud, call)
    require(call.body, "size", "num_nodes")
    engine, wanted = record["engine"], text(call.body, "size")
    size, nodes = _layout(engine, wanted, whole(call.body, "num_nodes", 1))
    if offers.database_size(engine, size)[0] < offers.database_size(engine, record["size"])[0]:
        raise errors.unprocessable("cluster cannot be resized to a smaller size")
    disk_mib = whole(call.body, "storage_size_mib", 0) or record["storage_size_mib"]
    if disk_mib < record["storage_size_mib"]:
        raise errors.unprocessable("storage cannot be reduced")
    least = max(disk_mib, offers.database_size(engine, size)[1])
    record |= {"size": size, "num_nodes": nodes, "storage_size_mib": least, "resized": call.cloud.now()}
    record["events"].append(event(call.cloud, record, "cluster_update"))
    return accepted()


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


@routes("GET", "/v2/databases/{database_cluster_uuid}/replicas")
def replicas(call: Call) -> Answer:
    """Every read-only replica."""
    record = find(call.cloud, call)
    return call.page("replicas", [_replica(call.cloud, record, name) for name in record["replicas"]])


@routes("POST", "/v2/databases/{database_cluster_uuid}/replicas")
def create_replica(call: Call) -> Answer:
    """A replica. Here it is the primary itself under another name: it reads the same, but is not read-only."""
    record = find(call.cloud, call)
    require(call.body, "name")
    name = text(call.body, "name")
    if name in record["replicas"]:
        raise errors.unprocessable("replica name is not available")
    record["replicas"][name] = {
        "id": str(uuid.uuid4()),
        "name": name,
        "region": offers.known_region(text(call.body, "region", record["region"])),
        "size": text(call.body, "size", record["size"]),
        "tags": texts(call.body, "tags"),
        "created_at": call.cloud.stamp(),
        "private_network_uuid": text(call.body, "private_network_uuid") or record["private_network_uuid"],
        "since": call.cloud.now(),
    }
    return created({"replica": _replica(call.cloud, record, name)})


@routes("GET", "/v2/databases/{database_cluster_uuid}/replicas/{replica_name}")
def read_replica(call: Call) -> Answer:
    """One replica."""
    record = find(call.cloud, call)
    return ok({"replica": _replica(call.cloud, record, _replica_name(call, record))})


@routes("DELETE", "/v2/databases/{database_cluster_uuid}/replicas/{replica_name}")
def delete_replica(call: Call) -> Answer:
    """One replica gone."""
    record = find(call.cloud, call)
    del record["replicas"][_replica_name(call, record)]
    return no_content()


def _replica_name(call: Call, record: Json) -> str:
    name = call.path["replica_name"]
    if name not in record["replicas"]:
        raise errors.not_found()
    return name


def _replica(cloud: Cloud, record: Json, name: str) -> Json:
    replica = record["replicas"][name]
    online = cloud.passed(replica["since"], cloud.settings.database_s)
    here = connection(cloud, record)
    return {
        **{key: value for key, value in replica.items() if key != "since"},
        "status": "online" if online and here["host"] else "creating",
        "connection": here,
        "private_connection": here,
    }
