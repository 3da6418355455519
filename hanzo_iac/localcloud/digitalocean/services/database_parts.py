"""What lies in a database cluster: users, databases, connection pools."""

from __future__ import annotations

import re
from collections.abc import Container

from hanzo_iac.localcloud.digitalocean import errors, offers
from hanzo_iac.localcloud.digitalocean.api import (
    Answer,
    Call,
    Routes,
    created,
    no_content,
    ok,
    one_of,
    require,
    text,
    whole,
)
from hanzo_iac.localcloud.digitalocean.services import database_words
from hanzo_iac.localcloud.digitalocean.services.databases import find, new_password, settle
from hanzo_iac.localcloud.digitalocean.shapes import fit
from hanzo_iac.localcloud.digitalocean.state import Json

routes = Routes()

NAME = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9_.\-]{0,62}")
SETTINGS = {
    "pg_allow_replication": bool,
    "acl": [dict],
    "opensearch_acl": [dict],
    "mongo_user_settings": dict,
    "redis_acl": dict,
}
MODES = ("session", "transaction", "statement")

# Source: DigitalOcean's OpenAPI (databases_add_connectionPool), August 2026.
CONNECTIONS_PER_GIB, KEPT_CONNECTIONS = 25, 3

# Source: terraform-provider-digitalocean 2.99 (database_connection_pool), read 2026-11-25.
SHORTEST_POOL_NAME = 3

# Names that the servers, and the local cloud on them, keep for themselves.
KEPT_USERS = {"pg": "postgres|public|none|pg_.*", "valkey": "local-cloud"}
KEPT_DATABASES = "postgres|template[01]"

USERS = "/v2/databases/{database_cluster_uuid}/users"
DATABASES = "/v2/databases/{database_cluster_uuid}/dbs"
POOLS = "/v2/databases/{database_cluster_uuid}/pools"


def _new_name(call: Call, taken: Container[str], what: str, *, kept: str = "") -> str:
    require(call.body, "name")
    name = text(call.body, "name")
    if not NAME.fullmatch(name):
        raise errors.unprocessable(f"invalid {what} name")
    if re.fullmatch(kept, name):
        raise errors.unprocessable(f"{what} name {name} is reserved")
    if name in taken:
        raise errors.unprocessable(f"{what} name is not available")
    return name


def _existing(call: Call, parameter: str, known: Container[str]) -> str:
    name = call.path[parameter]
    if name not in known:
        raise errors.not_found()
    return name


def _for_postgres(record: Json, what: str) -> Json:
    if record["engine"] != "pg":
        raise errors.unprocessable(f"{what} are not supported for engine {record['engine']}")
    return record


@routes("GET", USERS)
def users(call: Call) -> Answer:
    """Every user."""
    record = find(call.cloud, call)
    return call.page("users", [database_words.user(name, user) for name, user in record["users"].items()])


@routes("POST", USERS)
def create_user(call: Call) -> Answer:
    """A new user with a password of its own."""
    record = find(call.cloud, call)
    name = _new_name(call, record["users"], "user", kept=KEPT_USERS[record["engine"]])
    details: Json = {"role": "normal", "password": new_password()}
    if call.body.get("settings"):
        details["settings"] = fit(call.body["settings"], SETTINGS, "settings")
    record["users"][name] = details
    settle(call.cloud, record)
    return created({"user": database_words.user(name, details)})


@routes("GET", USERS + "/{username}")
def read_user(call: Call) -> Answer:
    """One user."""
    record = find(call.cloud, call)
    name = _existing(call, "username", record["users"])
    return ok({"user": database_words.user(name, record["users"][name])})


@routes("PUT", USERS + "/{username}")
def update_user(call: Call) -> Answer:
    """A user's settings."""
    record = find(call.cloud, call)
    name = _existing(call, "username", record["users"])
    record["users"][name]["settings"] = fit(call.body, {"settings!": SETTINGS})["settings"]
    return created({"user": database_words.user(name, record["users"][name])})


@routes("POST", USERS + "/{username}/reset_auth")
def reset_user(call: Call) -> Answer:
    """A user with a new password; the old one works no more."""
    record = find(call.cloud, call)
    name = _existing(call, "username", record["users"])
    record["users"][name]["password"] = new_password()
    settle(call.cloud, record)
    return ok({"user": database_words.user(name, record["users"][name])})


@routes("DELETE", USERS + "/{username}")
def delete_user(call: Call) -> Answer:
    """A user gone; the first one stays."""
    record = find(call.cloud, call)
    name = _existing(call, "username", record["users"])
    if record["users"][name]["role"] == "primary":
        raise errors.forbidden("the primary user cannot be deleted")
    if any(pool["user"] == name for pool in record["pools"].values()):
        raise errors.unprocessable("the user is used by a connection pool")
    del record["users"][name]
    settle(call.cloud, record)
    return no_content()


@routes("GET", DATABASES)
def databases(call: Call) -> Answer:
    """Every database."""
    record = _for_postgres(find(call.cloud, call), "databases")
    return call.page("dbs", [{"name": name} for name in record["dbs"]])


@routes("POST", DATABASES)
def create_database(call: Call) -> Answer:
    """A new database."""
    record = _for_postgres(find(call.cloud, call), "databases")
    name = _new_name(call, record["dbs"], "database", kept=KEPT_DATABASES)
    record["dbs"].append(name)
    settle(call.cloud, record)
    return created({"db": {"name": name}})


@routes("GET", DATABASES + "/{database_name}")
def read_database(call: Call) -> Answer:
    """One database."""
    record = _for_postgres(find(call.cloud, call), "databases")
    return ok({"db": {"name": _existing(call, "database_name", record["dbs"])}})


@routes("DELETE", DATABASES + "/{database_name}")
def delete_database(call: Call) -> Answer:
    """A database gone with what is in it."""
    record = _for_postgres(find(call.cloud, call), "databases")
    name = _existing(call, "database_name", record["dbs"])
    if any(pool["db"] == name for pool in record["pools"].values()):
        raise errors.unprocessable("the database is used by a connection pool")
    record["dbs"].remove(name)
    settle(call.cloud, record)
    return no_content()


@routes("GET", POOLS)
def pools(call: Call) -> Answer:
    """Every connection pool."""
    record = _for_postgres(find(call.cloud, call), "connection pools")
    return call.page("pools", [database_words.pool(call.cloud, record, name) for name in record["pools"]])


@routes("POST", POOLS)
def create_pool(call: Call) -> Answer:
    """A new connection pool."""
    record = _for_postgres(find(call.cloud, call), "connection pools")
    name = _new_name(call, record["pools"], "pool")
    if len(name) < SHORTEST_POOL_NAME:
        raise errors.unprocessable("invalid pool name")
    require(call.body, "mode", "size", "db")
    record["pools"][name] = _pool(call, record)
    return created({"pool": database_words.pool(call.cloud, record, name)})


def _pool(call: Call, record: Json) -> Json:
    database, user, size = text(call.body, "db"), text(call.body, "user"), whole(call.body, "size", 0)
    if database not in record["dbs"]:
        raise errors.unprocessable(f"database {database} does not exist")
    if user and user not in record["users"]:
        raise errors.unprocessable(f"user {user} does not exist")
    if size < 1:
        raise errors.unprocessable("size must be at least 1")
    others = sum(pool["size"] for name, pool in record["pools"].items() if name != call.path.get("pool_name"))
    left = _connections(record) - others
    if size > left:
        raise errors.unprocessable(f"size must be at most {left}: the cluster's size allows no more connections")
    return {"mode": one_of(call.body, "mode", MODES, ""), "size": size, "db": database, "user": user}


def _connections(record: Json) -> int:
    """How many connections of the server all pools of a cluster may hold together."""
    memory_mib, _ = offers.database_size(record["engine"], record["size"])
    return memory_mib * CONNECTIONS_PER_GIB // 1024 - KEPT_CONNECTIONS


@routes("GET", POOLS + "/{pool_name}")
def read_pool(call: Call) -> Answer:
    """One connection pool."""
    record = _for_postgres(find(call.cloud, call), "connection pools")
    return ok({"pool": database_words.pool(call.cloud, record, _existing(call, "pool_name", record["pools"]))})


@routes("PUT", POOLS + "/{pool_name}")
def update_pool(call: Call) -> Answer:
    """A connection pool changed."""
    record = _for_postgres(find(call.cloud, call), "connection pools")
    name = _existing(call, "pool_name", record["pools"])
    require(call.body, "mode", "size", "db")
    record["pools"][name] = _pool(call, record)
    return no_content()


@routes("DELETE", POOLS + "/{pool_name}")
def delete_pool(call: Call) -> Answer:
    """A connection pool gone."""
    record = _for_postgres(find(call.cloud, call), "connection pools")
    del record["pools"][_existing(call, "pool_name", record["pools"])]
    return no_content()
