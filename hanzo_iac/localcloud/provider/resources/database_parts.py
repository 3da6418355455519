"""
What belongs to one database cluster: databases, users, connection pools, trusted sources.

What changes inside one cluster is done one after the other, because DigitalOcean fails it otherwise. The list of
trusted sources is one resource: the API replaces it whole, and deleting it opens the cluster to everyone.
"""

from __future__ import annotations

from typing import Any

from hanzo_iac.errors import Fault, InputError
from hanzo_iac.localcloud.provider.api import ApiError, segment
from hanzo_iac.localcloud.provider.call import Call
from hanzo_iac.localcloud.provider.check import Failure
from hanzo_iac.localcloud.provider.fields import State, answer, bag, block, integer, many, parent, text
from hanzo_iac.localcloud.provider.resource import Json, Resource
from hanzo_iac.localcloud.provider.resources.databases import DATABASES, connection_state


def inside(inputs: State, collection: str, name: str | None = None) -> str:
    """The path of a collection of a cluster, or of one thing in it."""
    path = f"{DATABASES}/{inputs['clusterId']}/{collection}"
    return path if name is None else f"{path}/{segment(name)}"


def located(kind: str) -> Any:
    """Import by the cluster's id and the name, joined by a comma."""

    def locate(_call: Call, given: str) -> tuple[str, State]:
        cluster_id, comma, name = given.partition(",")
        if not comma:
            raise InputError(Fault("", f"{given!r} does not say which {kind}", "give CLUSTER_ID,NAME"))
        separators = {"database": "/database/", "user": "/user/", "connection pool": "/", "replica": "/replicas/"}
        return f"{cluster_id}{separators[kind]}{name}", {"clusterId": cluster_id, "name": name}

    return locate


def find_db(call: Call, inputs: State) -> Json | None:
    """The database of that name."""
    found = call.api.find(inside(inputs, "dbs", inputs["name"]))
    return found["db"] if found else None


def post_db(call: Call, inputs: State) -> Json:
    """Create it."""
    with call.turns.of(inputs["clusterId"]):
        return dict(call.api.post(inside(inputs, "dbs"), {"name": inputs["name"]})["db"])


def read_db(call: Call, _id: str, known: State) -> State | None:
    """Whether it is there."""
    found = find_db(call, known)
    return {"clusterId": known["clusterId"], "name": found["name"]} if found else None


def delete_db(call: Call, _id: str, state: State) -> None:
    """Delete it."""
    with call.turns.of(state["clusterId"]):
        call.api.delete(inside(state, "dbs", state["name"]))


DB = Resource(
    token="digitalocean:index/databaseDb:DatabaseDb",  # noqa: S106
    word="database",
    inputs={"clusterId": parent(), "name": text(replace=True)},
    find=find_db,
    post=post_db,
    identify=lambda _, inputs: f"{inputs['clusterId']}/database/{inputs['name']}",
    read=read_db,
    delete=delete_db,
    locate=located("database"),
)


def find_user(call: Call, inputs: State) -> Json | None:
    """The user of that name."""
    found = call.api.find(inside(inputs, "users", inputs["name"]))
    return found["user"] if found else None


def user_settings(inputs: State) -> Json:
    """Access rules as the API wants them."""
    settings: Json = {}
    for given in inputs.get("settings") or []:
        if given.get("acls"):
            settings["acl"] = [{"topic": acl["topic"], "permission": acl["permission"]} for acl in given["acls"]]
        if given.get("opensearchAcls"):
            settings["opensearch_acl"] = given["opensearchAcls"]
    return settings


def post_user(call: Call, inputs: State) -> Json:
    """Create it."""
    body: Json = {"name": inputs["name"]}
    if inputs.get("mysqlAuthPlugin"):
        body["mysql_settings"] = {"auth_plugin": inputs["mysqlAuthPlugin"]}
    if settings := user_settings(inputs):
        body["settings"] = settings
    with call.turns.of(inputs["clusterId"]):
        return dict(call.api.post(inside(inputs, "users"), body)["user"])


def read_user(call: Call, _id: str, known: State) -> State | None:
    """What it is now. A password the API does not say again stays as known."""
    found = find_user(call, known)
    if found is None:
        return None
    state: State = {"clusterId": known["clusterId"], "name": found["name"], "role": found.get("role") or "normal"}
    for name, key in (("password", "password"), ("accessCert", "access_cert"), ("accessKey", "access_key")):
        state[name] = found.get(key) or known.get(name) or ""
    if plugin := (found.get("mysql_settings") or {}).get("auth_plugin"):
        state["mysqlAuthPlugin"] = plugin
    return state


def update_user(call: Call, _id: str, olds: State, news: State) -> None:
    """Another authentication plugin resets the password; access rules are replaced."""
    path = inside(news, "users", news["name"])
    with call.turns.of(news["clusterId"]):
        if news.get("mysqlAuthPlugin") != olds.get("mysqlAuthPlugin"):
            plugin = news.get("mysqlAuthPlugin") or "caching_sha2_password"
            call.api.repost(f"{path}/reset_auth", {"mysql_settings": {"auth_plugin": plugin}})
        if news.get("settings") != olds.get("settings"):
            call.api.put(path, {"settings": user_settings(news)})


def delete_user(call: Call, _id: str, state: State) -> None:
    """Delete it."""
    with call.turns.of(state["clusterId"]):
        call.api.delete(inside(state, "users", state["name"]))


USER = Resource(
    token="digitalocean:index/databaseUser:DatabaseUser",  # noqa: S106
    word="database user",
    inputs={
        "clusterId": parent(),
        "name": text(replace=True),
        "mysqlAuthPlugin": text(computed=True, choices=("mysql_native_password", "caching_sha2_password")),
        "settings": many(
            block(
                {
                    "acls": many(
                        block(
                            {
                                "id": answer(),
                                "topic": text(required=True),
                                "permission": text(
                                    required=True, choices=("admin", "consume", "produce", "produceconsume")
                                ),
                            }
                        )
                    ),
                    "opensearchAcls": many(
                        block(
                            {
                                "index": text(required=True),
                                "permission": text(
                                    required=True, choices=("deny", "admin", "read", "write", "readwrite")
                                ),
                            }
                        )
                    ),
                }
            )
        ),
    },
    outputs=("accessCert", "accessKey", "password", "role"),
    secrets=("accessCert", "accessKey", "password"),
    find=find_user,
    post=post_user,
    identify=lambda _, inputs: f"{inputs['clusterId']}/user/{inputs['name']}",
    read=read_user,
    update=update_user,
    delete=delete_user,
    locate=located("user"),
)


def pool_name_fault(value: Any) -> str:
    """What is wrong with a pool's name, or nothing."""
    return "" if 3 <= len(value) <= 63 else f"{value!r} does not have 3 to 63 characters"


def find_pool(call: Call, inputs: State) -> Json | None:
    """The connection pool of that name."""
    found = call.api.find(inside(inputs, "pools", inputs["name"]))
    return found["pool"] if found else None


def post_pool(call: Call, inputs: State) -> Json:
    """Create it."""
    body = {"name": inputs["name"], "mode": inputs["mode"], "size": inputs["size"], "db": inputs["dbName"]}
    if inputs.get("user"):
        body["user"] = inputs["user"]
    with call.turns.of(inputs["clusterId"]):
        return dict(call.api.post(inside(inputs, "pools"), body)["pool"])


def read_pool(call: Call, _id: str, known: State) -> State | None:
    """What it is now. Its `user` stays unset where the pool takes whoever connects."""
    found = find_pool(call, known)
    if found is None:
        return None
    connection = {name: value for name, value in connection_state(found).items() if name not in ("user", "database")}
    state: State = {"clusterId": known["clusterId"], "name": found["name"], "mode": found["mode"], **connection}
    return state | {"size": found["size"], "dbName": found["db"], "user": found.get("user") or ""}


def delete_pool(call: Call, _id: str, state: State) -> None:
    """Delete it."""
    with call.turns.of(state["clusterId"]):
        call.api.delete(inside(state, "pools", state["name"]))


CONNECTION_POOL = Resource(
    token="digitalocean:index/databaseConnectionPool:DatabaseConnectionPool",  # noqa: S106
    word="connection pool",
    inputs={
        "clusterId": parent(),
        "name": text(replace=True, fault=pool_name_fault),
        "dbName": text(required=True, replace=True),
        "mode": text(required=True, replace=True, choices=("session", "transaction", "statement")),
        "size": integer(required=True, replace=True, low=1),
        "user": text(replace=True),
    },
    outputs=("host", "password", "port", "privateHost", "privateUri", "uri"),
    secrets=("password", "privateUri", "uri"),
    find=find_pool,
    post=post_pool,
    identify=lambda _, inputs: f"{inputs['clusterId']}/{inputs['name']}",
    read=read_pool,
    delete=delete_pool,
    locate=located("connection pool"),
)


def put_firewall(call: Call, inputs: State) -> Json:
    """Replace the whole list."""
    rules = [{"type": rule["type"], "value": rule["value"]} for rule in inputs["rules"]]
    with call.turns.of(inputs["clusterId"]):
        call.api.put(inside(inputs, "firewall"), {"rules": rules})
    return {}


def update_firewall(call: Call, _id: str, _olds: State, news: State) -> None:
    """Replace the whole list."""
    put_firewall(call, news)


def read_firewall(call: Call, _id: str, known: State) -> State | None:
    """The list now; an empty one means that there is no firewall."""
    found = call.api.find(inside(known, "firewall"))
    rules = [
        {
            "type": rule["type"],
            "value": rule["value"],
            "uuid": rule.get("uuid") or "",
            "createdAt": rule.get("created_at") or "",
        }
        for rule in (found or {}).get("rules") or []
    ]
    return {"clusterId": known["clusterId"], "rules": rules} if rules else None


def delete_firewall(call: Call, _id: str, state: State) -> None:
    """Empty the list, which opens the cluster: there is no other way to have no firewall."""
    try:
        with call.turns.of(state["clusterId"]):
            call.api.put(inside(state, "firewall"), {"rules": []})
    except ApiError as error:
        if error.status != 404:
            raise


def firewall_rules(inputs: State) -> list[Failure]:
    """A list without entries would be no firewall at all."""
    return [Failure("rules", "empty; expected at least one trusted source")] if inputs.get("rules") == [] else []


FIREWALL = Resource(
    token="digitalocean:index/databaseFirewall:DatabaseFirewall",  # noqa: S106
    word="database firewall",
    inputs={
        "clusterId": parent(),
        "rules": bag(
            block(
                {
                    "type": text(required=True, choices=("droplet", "k8s", "ip_addr", "tag", "app")),
                    "value": text(required=True),
                    "uuid": answer(),
                    "createdAt": answer(),
                }
            ),
            required=True,
        ),
    },
    rules=firewall_rules,
    post=put_firewall,
    identify=lambda _, inputs: f"{inputs['clusterId']}-firewall",
    read=read_firewall,
    update=update_firewall,
    delete=delete_firewall,
    locate=lambda _call, given: (f"{given}-firewall", {"clusterId": given}),
)
