"""Read-only replicas of a database cluster."""

from __future__ import annotations

from hanzo_iac.localcloud.provider.api import ApiError
from hanzo_iac.localcloud.provider.call import Call
from hanzo_iac.localcloud.provider.fields import State, bag, parent, region, text
from hanzo_iac.localcloud.provider.resource import Json, Resource
from hanzo_iac.localcloud.provider.resources.database_parts import inside, located
from hanzo_iac.localcloud.provider.resources.databases import DATABASES, connection_state


def find_replica(call: Call, inputs: State) -> Json | None:
    """The replica of that name."""
    found = call.api.find(inside(inputs, "replicas", inputs["name"]))
    return found["replica"] if found else None


def post_replica(call: Call, inputs: State) -> Json:
    """Create it, as soon as the cluster has the first backup it is made from."""
    keys = {"name": "name", "size": "size", "privateNetworkUuid": "private_network_uuid", "tags": "tags"}
    body: Json = {key: inputs[name] for name, key in keys.items() if inputs.get(name)}
    body |= {"region": inputs["region"].lower()} if inputs.get("region") else {}
    body |= {"storage_size_mib": int(inputs["storageSizeMib"])} if inputs.get("storageSizeMib") else {}

    def post() -> Json | None:
        try:
            return dict(call.api.post(inside(inputs, "replicas"), body)["replica"])
        except ApiError as error:
            if error.status != 412:
                raise
            call.say("waiting for the cluster's first backup")
            return None

    # `Unsure` must reach the caller, who looks before it posts again; so this is not `call.until`.
    while (made := post()) is None and call.clock.now() < call.deadline:
        call.clock.sleep(call.api.settings.poll_s)
    if made is None:
        raise ApiError(412, "precondition_failed", "the cluster has no backup yet", "POST replicas")
    return made


def settle_replica(call: Call, _id: str, inputs: State) -> None:
    """Wait until it is online."""

    def look() -> Json:
        found: Json = call.api.get(inside(inputs, "replicas", inputs["name"]))["replica"]
        call.say(f"waiting for the replica: {found.get('status')}")
        return found

    call.until("the replica did not come online", look, lambda replica: replica.get("status") == "online")


def read_replica(call: Call, _id: str, known: State) -> State | None:
    """What it is now."""
    replica = find_replica(call, known)
    if replica is None:
        return None
    return {
        "clusterId": known["clusterId"],
        "name": replica["name"],
        "uuid": replica.get("id") or "",
        "region": replica.get("region") or "",
        "size": replica.get("size") or "",
        "privateNetworkUuid": replica.get("private_network_uuid") or "",
        "storageSizeMib": str(replica.get("storage_size_mib") or ""),
        "tags": sorted(replica.get("tags") or []),
        **connection_state(replica),
    }


def update_replica(call: Call, _id: str, olds: State, news: State) -> None:
    """Another size; a replica always has one node."""
    body: Json = {"size": news.get("size") or olds.get("size"), "num_nodes": 1}
    if news.get("storageSizeMib") and news["storageSizeMib"] != olds.get("storageSizeMib"):
        body["storage_size_mib"] = int(news["storageSizeMib"])
    call.api.put(f"{DATABASES}/{olds['uuid']}/resize", body)


def delete_replica(call: Call, _id: str, state: State) -> None:
    """Delete it and wait until it is gone."""
    path = inside(state, "replicas", state["name"])
    with call.turns.of(state["clusterId"]):
        call.api.delete(path)
    call.until_gone("the replica did not go", path)


REPLICA = Resource(
    token="digitalocean:index/databaseReplica:DatabaseReplica",  # noqa: S106
    word="database replica",
    inputs={
        "clusterId": parent(),
        "name": text(replace=True),
        "region": region(replace=True, computed=True),
        "size": text(computed=True),
        "privateNetworkUuid": text(replace=True, computed=True),
        "storageSizeMib": text(computed=True),
        "tags": bag(text(), replace=True),
    },
    outputs=("database", "host", "password", "port", "privateHost", "privateUri", "uri", "user", "uuid"),
    secrets=("password", "privateUri", "uri"),
    find=find_replica,
    post=post_replica,
    identify=lambda _, inputs: f"{inputs['clusterId']}/replicas/{inputs['name']}",
    settle=settle_replica,
    read=read_replica,
    update=update_replica,
    delete=delete_replica,
    locate=located("replica"),
)
