"""How a database cluster, its connections and its users are written in answers."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from hanzo_iac.localcloud.digitalocean.state import Json

if TYPE_CHECKING:
    from hanzo_iac.localcloud.digitalocean.cloud import Cloud

# Fields of the record that are answered as they are.
PLAIN = (
    "id",
    "name",
    "engine",
    "version",
    "num_nodes",
    "size",
    "region",
    "created_at",
    "private_network_uuid",
    "tags",
    "storage_size_mib",
    "rules",
    "maintenance_window",
)


def shown(cloud: Cloud, record: Json) -> Json:
    """A database cluster as the API answers it."""
    from hanzo_iac.localcloud.digitalocean import belongings

    here = connection(cloud, record)
    return {
        **{name: record[name] for name in PLAIN},
        "semantic_version": record["version"],
        "status": status(cloud, record),
        "db_names": record["dbs"] or None,
        "connection": here,
        "private_connection": here,
        "users": [user(name, details) for name, details in record["users"].items()],
        "project_id": belongings.project_of(cloud, belongings.urn("databases", record["id"])),
    }


def status(cloud: Cloud, record: Json) -> str:
    """`creating` or `forking` until its time is over and its server answers; then `online`, or a while `resizing`."""
    answers = cloud.databases.address(record["id"]) is not None
    if not answers or not cloud.passed(record["since"], cloud.settings.database_s):
        return "forking" if record.get("restored_from") else "creating"
    return "online" if cloud.passed(record["resized"], cloud.settings.resize_s) else "resizing"


def connection(cloud: Cloud, record: Json, *, login: str = "", database: str = "") -> Json:
    """How to reach the server on this machine; host and URI are empty and the port 0 until it is there."""
    login = login or next(iter(record["users"]))
    database = database or next(iter(record["dbs"]), "")
    password = record["users"][login]["password"]
    address = cloud.databases.address(record["id"])
    words = {"database": database, "user": login, "password": password}
    if address is None:
        return {"uri": "", "host": "", "port": 0, "ssl": True, **words}
    where = f"{quote(login, safe='')}:{quote(password, safe='')}@{address.host}:{address.port}"
    if record["engine"] == "valkey":
        uri = f"{'rediss' if address.tls else 'redis'}://{where}"
    else:
        uri = f"postgres://{where}/{database}?sslmode={'require' if address.tls else 'disable'}"
    return {"uri": uri, "host": address.host, "port": address.port, "ssl": address.tls, **words}


def user(name: str, details: Json) -> Json:
    """A user as the API answers it."""
    return {"name": name, **details}


def pool(cloud: Cloud, record: Json, name: str) -> Json:
    """
    A connection pool as the API answers it.

    No PgBouncer runs here: the connection leads to the server itself. DigitalOcean's URI names the pool where a
    database stands; here it names the pool's database, so that it works.
    """
    asked = record["pools"][name]
    here = connection(cloud, record, login=asked["user"], database=asked["db"])
    return {"name": name, **asked, "connection": here, "private_connection": here}
