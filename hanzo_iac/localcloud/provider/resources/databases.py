"""Database clusters."""

from __future__ import annotations

import datetime
from typing import Any

from hanzo_iac.localcloud.provider.call import Call
from hanzo_iac.localcloud.provider.check import Failure
from hanzo_iac.localcloud.provider.fields import State, bag, block, flag, integer, many, region, text
from hanzo_iac.localcloud.provider.resource import Json, Resource, only_named
from hanzo_iac.localcloud.provider.resources.tags import retag

DATABASES = "/v2/databases"
ENGINES = ("pg", "mysql", "redis", "valkey", "mongodb", "kafka", "opensearch", "advanced_pg", "advanced_mysql")
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
KEY_VALUE_ENGINES = ("redis", "valkey")
AUTOSCALE = {"enabled": "enabled", "incrementGib": "increment_gib", "thresholdPercent": "threshold_percent"}
CONNECTION = ("host", "port", "uri", "database", "user", "password")


def same_hour(old: Any, new: Any) -> bool:
    """
    Whether two times of day are the same but for seconds.

    >>> same_hour("13:00:00", "13:00"), same_hour("13:00", "14:00")
    (True, False)
    """
    return str(old).split(":")[:2] == str(new).split(":")[:2]


def time_fault(value: Any) -> str:
    """What is wrong with a moment, or nothing."""
    try:
        datetime.datetime.fromisoformat(value)
    except ValueError:
        return f"{value!r} is not a time such as 2026-11-21T12:00:00Z"
    return ""


def connection_state(thing: Json) -> State:
    """Where a cluster, pool or replica answers, and with which credentials."""
    public, private = thing.get("connection") or {}, thing.get("private_connection") or {}
    state: State = {name: public[name] for name in CONNECTION if public.get(name)}
    return state | {"privateHost": private.get("host") or "", "privateUri": private.get("uri") or ""}


def cluster_rules(inputs: State) -> list[Failure]:
    """What the official provider refuses between properties."""
    failures = []
    engine = inputs.get("engine")
    if not inputs.get("version"):
        failures.append(Failure("version", "missing; expected the engine's major version, such as 17 for pg"))
    if inputs.get("evictionPolicy") and isinstance(engine, str) and engine not in KEY_VALUE_ENGINES:
        failures.append(Failure("evictionPolicy", f"engine {engine} has none; expected it only for redis and valkey"))
    if inputs.get("sqlMode") and isinstance(engine, str) and engine != "mysql":
        failures.append(Failure("sqlMode", f"engine {engine} has none; expected it only for mysql"))
    return failures


def find_cluster(call: Call, inputs: State) -> Json | None:
    """The cluster of that name."""
    return only_named(call.api.pages(DATABASES, "databases"), inputs["name"])


def post_cluster(call: Call, inputs: State) -> Json:
    """Create it."""
    keys = {
        "name": "name",
        "engine": "engine",
        "version": "version",
        "size": "size",
        "nodeCount": "num_nodes",
        "privateNetworkUuid": "private_network_uuid",
        "projectId": "project_id",
        "tags": "tags",
    }
    body: Json = {key: inputs[name] for name, key in keys.items() if inputs.get(name)}
    body["region"] = inputs["region"].lower()
    if inputs.get("storageSizeMib"):
        body["storage_size_mib"] = int(inputs["storageSizeMib"])
    if backup := inputs.get("backupRestore"):
        words = {"databaseName": "database_name", "backupCreatedAt": "backup_created_at"}
        body["backup_restore"] = {words[name]: value for name, value in backup.items()}
    return dict(call.api.post(DATABASES, body)["database"])


def wait_online(call: Call, cluster_id: str) -> Json:
    """The cluster once it is online."""

    def look() -> Json:
        database: Json = call.api.get(f"{DATABASES}/{cluster_id}")["database"]
        call.say(f"waiting for the database: {database.get('status')}")
        return database

    return call.until("the database did not come online", look, lambda database: database.get("status") == "online")


def settle_cluster(call: Call, cluster_id: str, inputs: State) -> None:
    """Wait until it is online; set what creation cannot."""
    database = wait_online(call, cluster_id)
    path = f"{DATABASES}/{cluster_id}"
    if windows := inputs.get("maintenanceWindows"):
        current = database.get("maintenance_window") or {}
        if current.get("day") != windows[0]["day"] or not same_hour(current.get("hour"), windows[0]["hour"]):
            call.api.put(f"{path}/maintenance", {"day": windows[0]["day"], "hour": windows[0]["hour"]})
    if inputs.get("evictionPolicy"):
        call.api.put(f"{path}/eviction_policy", {"eviction_policy": inputs["evictionPolicy"]})
    if inputs.get("sqlMode"):
        call.api.put(f"{path}/sql_mode", {"sql_mode": inputs["sqlMode"]})
    if scale := inputs.get("storageAutoscale"):
        call.api.put(f"{path}/autoscale", {"storage": {AUTOSCALE[name]: scale[name] for name in scale}})


def read_cluster(call: Call, cluster_id: str, known: State) -> State | None:
    """What it is now. What takes a call of its own is asked only where the program speaks of it."""
    path = f"{DATABASES}/{cluster_id}"
    found = call.api.find(path)
    if found is None:
        return None
    database: Json = found["database"]
    state = cluster_state(database)
    if known.get("maintenanceWindows"):
        window = database.get("maintenance_window") or {}
        state["maintenanceWindows"] = [{"day": window.get("day", ""), "hour": window.get("hour", "")}]
    if known.get("evictionPolicy"):
        state["evictionPolicy"] = call.api.get(f"{path}/eviction_policy").get("eviction_policy", "")
    if known.get("sqlMode"):
        state["sqlMode"] = call.api.get(f"{path}/sql_mode").get("sql_mode", "")
    if known.get("storageAutoscale"):
        scale = call.api.get(f"{path}/autoscale")["autoscale"]["storage"]
        state["storageAutoscale"] = {name: scale[key] for name, key in AUTOSCALE.items() if key in scale}
    return state


def cluster_state(database: Json) -> State:
    """A cluster as the SDK wants it."""
    interface = database.get("ui_connection") or {}
    endpoints = database.get("metrics_endpoints") or []
    return {
        "name": database["name"],
        "engine": database["engine"],
        "version": str(database.get("version") or ""),
        "size": database["size"],
        "region": database["region"],
        "nodeCount": database.get("num_nodes", 0),
        "storageSizeMib": str(database.get("storage_size_mib") or ""),
        "tags": sorted(database.get("tags") or []),
        "privateNetworkUuid": database.get("private_network_uuid") or "",
        "projectId": database.get("project_id") or "",
        "clusterUrn": f"do:dbaas:{database['id']}",
        "metricsEndpoints": [f"https://{endpoint['host']}:{endpoint['port']}/metrics" for endpoint in endpoints],
        **connection_state(database),
        **{f"ui{name.capitalize()}": interface[name] for name in CONNECTION if interface.get(name)},
    }


def update_cluster(call: Call, cluster_id: str, olds: State, news: State) -> None:
    """Change what differs, waiting between steps: a cluster takes one change at a time."""
    path = f"{DATABASES}/{cluster_id}"

    def differs(*names: str) -> bool:
        return any(news.get(name) is not None and news.get(name) != olds.get(name) for name in names)

    if differs("size", "nodeCount", "storageSizeMib"):
        body: Json = {"size": news["size"], "num_nodes": news["nodeCount"]}
        if differs("storageSizeMib"):
            body["storage_size_mib"] = int(news["storageSizeMib"])
        call.api.put(f"{path}/resize", body)
        wait_online(call, cluster_id)
    if news["region"].lower() != str(olds.get("region", "")).lower():
        call.api.put(f"{path}/migrate", {"region": news["region"].lower()})
        wait_online(call, cluster_id)
    if olds.get("evictionPolicy") and not news.get("evictionPolicy"):
        call.api.put(f"{path}/eviction_policy", {"eviction_policy": "noeviction"})
    if differs("version"):
        call.once(
            lambda: call.api.put(f"{path}/upgrade", {"version": news["version"]}),
            lambda: str(call.api.get(path)["database"].get("version")) == news["version"],
        )
    retag(call, "database", cluster_id, (olds.get("tags") or [], news.get("tags") or []))


def delete_cluster(call: Call, cluster_id: str, _state: State) -> None:
    """Delete it and wait until it is gone."""
    call.api.delete(f"{DATABASES}/{cluster_id}")
    call.until_gone("the database did not go", f"{DATABASES}/{cluster_id}")


CLUSTER = Resource(
    token="digitalocean:index/databaseCluster:DatabaseCluster",  # noqa: S106
    word="database cluster",
    inputs={
        "name": text(replace=True),
        "engine": text(required=True, replace=True, choices=ENGINES),
        "version": text(),
        "size": text(required=True),
        "region": region(required=True),
        "nodeCount": integer(required=True, low=1),
        "privateNetworkUuid": text(replace=True, computed=True),
        "projectId": text(replace=True, computed=True),
        "storageSizeMib": text(computed=True),
        "tags": bag(text()),
        "evictionPolicy": text(),
        "sqlMode": text(),
        "maintenanceWindows": many(
            block({"day": text(required=True, choices=WEEK), "hour": text(required=True, same=same_hour)})
        ),
        "backupRestore": block({"databaseName": text(required=True), "backupCreatedAt": text(fault=time_fault)}),
        "storageAutoscale": block(
            {
                "enabled": flag(required=True),
                "incrementGib": integer(computed=True),
                "thresholdPercent": integer(computed=True),
            },
            computed=True,
        ),
    },
    outputs=(
        "clusterUrn",
        "database",
        "host",
        "metricsEndpoints",
        "password",
        "port",
        "privateHost",
        "privateUri",
        "uiDatabase",
        "uiHost",
        "uiPassword",
        "uiPort",
        "uiUri",
        "uiUser",
        "uri",
        "user",
    ),
    secrets=("password", "privateUri", "uiPassword", "uiUri", "uri"),
    rules=cluster_rules,
    find=find_cluster,
    post=post_cluster,
    identify=lambda database, _: database["id"],
    settle=settle_cluster,
    read=read_cluster,
    update=update_cluster,
    delete=delete_cluster,
)
