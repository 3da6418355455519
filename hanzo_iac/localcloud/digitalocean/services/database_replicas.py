"""
Read-only replicas of a database cluster.

Here a replica is the primary itself under another name: it reads the same, but is not read-only.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from hanzo_iac.localcloud.digitalocean import belongings, errors, offers
from hanzo_iac.localcloud.digitalocean.api import (
    Answer,
    Call,
    Routes,
    created,
    no_content,
    ok,
    require,
    text,
    texts,
    whole,
)
from hanzo_iac.localcloud.digitalocean.services import vpcs
from hanzo_iac.localcloud.digitalocean.services.database_words import connection
from hanzo_iac.localcloud.digitalocean.services.databases import find, known_size
from hanzo_iac.localcloud.digitalocean.state import Json

if TYPE_CHECKING:
    from hanzo_iac.localcloud.digitalocean.cloud import Cloud

routes = Routes()

REPLICAS = "/v2/databases/{database_cluster_uuid}/replicas"
REPLICA = REPLICAS + "/{replica_name}"


@routes("GET", REPLICAS)
def listing(call: Call) -> Answer:
    """Every replica."""
    record = find(call.cloud, call)
    return call.page("replicas", [_shown(call.cloud, record, name) for name in record["replicas"]])


@routes("POST", REPLICAS)
def create(call: Call) -> Answer:
    """A new replica, like its cluster where nothing else is asked for."""
    cloud, body, record = call.cloud, call.body, find(call.cloud, call)
    require(body, "name")
    name = text(body, "name")
    _refuse(record, name)
    region = offers.known_region(text(body, "region") or record["region"])
    tags = texts(body, "tags")
    belongings.use_tags(cloud, tags)
    record["replicas"][name] = {
        "id": str(uuid.uuid4()),
        "name": name,
        "region": region,
        "size": _size(record, text(body, "size") or record["size"]),
        "storage_size_mib": whole(body, "storage_size_mib", 0) or record["storage_size_mib"],
        "tags": tags,
        "created_at": cloud.stamp(),
        "private_network_uuid": vpcs.placed(cloud, text(body, "private_network_uuid"), region),
        "rules": [],
        "since": cloud.now(),
        "resized": 0,
    }
    return created({"replica": _shown(cloud, record, name)})


def _refuse(record: Json, name: str) -> None:
    if record["engine"] != "pg":
        raise errors.unprocessable(f"replicas are not supported for engine {record['engine']}")
    if name in record["replicas"]:
        raise errors.unprocessable("replica name is not available")


def _size(record: Json, asked: str) -> str:
    """The slug itself: no smaller than the cluster's."""
    engine, size = record["engine"], known_size(record["engine"], asked)
    if offers.database_size(engine, size)[0] < offers.database_size(engine, record["size"])[0]:
        raise errors.unprocessable("the size of a replica must be at least that of its cluster")
    return size


@routes("GET", REPLICA)
def read(call: Call) -> Answer:
    """One replica."""
    record = find(call.cloud, call)
    return ok({"replica": _shown(call.cloud, record, _name(call, record))})


@routes("DELETE", REPLICA)
def delete(call: Call) -> Answer:
    """One replica gone."""
    record = find(call.cloud, call)
    del record["replicas"][_name(call, record)]
    return no_content()


def _name(call: Call, record: Json) -> str:
    name = call.path["replica_name"]
    if name not in record["replicas"]:
        raise errors.not_found()
    return name


def _shown(cloud: Cloud, record: Json, name: str) -> Json:
    replica = record["replicas"][name]
    here = connection(cloud, record)
    return {
        **{key: value for key, value in replica.items() if key not in ("since", "resized", "rules")},
        "status": _status(cloud, replica, answers=bool(here["host"])),
        "connection": here,
        "private_connection": here,
    }


def _status(cloud: Cloud, replica: Json, *, answers: bool) -> str:
    if not answers or not cloud.passed(replica["since"], cloud.settings.database_s):
        return "forking"
    return "online" if cloud.passed(replica["resized"], cloud.settings.resize_s) else "resizing"
