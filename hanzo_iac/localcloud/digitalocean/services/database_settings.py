"""How a database cluster is set: trusted sources, configuration, maintenance, eviction, autoscaling; its history."""

from __future__ import annotations

import re
from datetime import timedelta

from hanzo_iac.localcloud.digitalocean import errors
from hanzo_iac.localcloud.digitalocean.api import Answer, Call, Routes, no_content, ok, one_of, require, text
from hanzo_iac.localcloud.digitalocean.services import database_configs
from hanzo_iac.localcloud.digitalocean.services.database_rules import new_rules
from hanzo_iac.localcloud.digitalocean.services.databases import find, read_autoscale, settle
from hanzo_iac.localcloud.digitalocean.shapes import fit
from hanzo_iac.localcloud.digitalocean.state import Json

routes = Routes()

CLUSTER = "/v2/databases/{database_cluster_uuid}"

# Source: DigitalOcean's OpenAPI, August 2026.
POLICY_OPTION = "valkey_maxmemory_policy"
EVICTION_POLICIES = database_configs.VALKEY[POLICY_OPTION]
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HOUR = re.compile(r"([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?")
KEPT_BACKUPS = 7
DAY_S = timedelta(days=1).total_seconds()


@routes("GET", CLUSTER + "/firewall")
def firewall(call: Call) -> Answer:
    """Every trusted source."""
    return ok({"rules": _guarded(call)["rules"]})


@routes("PUT", CLUSTER + "/firewall")
def replace_firewall(call: Call) -> Answer:
    """The whole list of trusted sources replaced; an empty one opens the cluster."""
    record = _guarded(call)
    record["rules"] = new_rules(call.cloud, record["id"], call.body.get("rules"))
    return no_content()


def _guarded(call: Call) -> Json:
    """What has trusted sources of its own: a cluster, or a replica by its own id."""
    records = call.cloud.state.table("databases").values()
    replicas: dict[str, Json] = {one["id"]: one for record in records for one in record["replicas"].values()}
    return replicas.get(call.path["database_cluster_uuid"]) or find(call.cloud, call)


@routes("GET", CLUSTER + "/config")
def config(call: Call) -> Answer:
    """What was configured. The servers' own defaults are not listed."""
    return ok({"config": find(call.cloud, call)["config"]})


@routes("PATCH", CLUSTER + "/config")
def configure(call: Call) -> Answer:
    """Some options set. They are remembered; of what a cache drops, the server on this machine is told."""
    record = find(call.cloud, call)
    asked = database_configs.accepted(record["engine"], fit(call.body, {"config!": dict})["config"])
    blocks = {
        name: {**record["config"].get(name, {}), **value} for name, value in asked.items() if isinstance(value, dict)
    }
    record["config"] |= {**asked, **blocks}
    if POLICY_OPTION in asked:
        record["eviction_policy"] = asked[POLICY_OPTION]
        settle(call.cloud, record)
    return ok({})


@routes("PUT", CLUSTER + "/maintenance")
def maintenance(call: Call) -> Answer:
    """The weekly window for updates."""
    record = find(call.cloud, call)
    require(call.body, "day", "hour")
    day, hour = text(call.body, "day").lower(), text(call.body, "hour")
    if day not in WEEK:
        raise errors.unprocessable(f"day must be one of {', '.join(WEEK)}")
    if not HOUR.fullmatch(hour):
        raise errors.unprocessable("hour must be a time of day such as 14:00")
    record["maintenance_window"] |= {"day": day, "hour": hour}
    return no_content()


@routes("PUT", CLUSTER + "/install_update")
def install_update(call: Call) -> Answer:
    """Pending updates installed; there never is one."""
    find(call.cloud, call)
    return no_content()


@routes("GET", CLUSTER + "/eviction_policy")
def eviction_policy(call: Call) -> Answer:
    """What a full cache drops."""
    record = find(call.cloud, call)
    if record["engine"] != "valkey":
        raise errors.unprocessable("eviction policy is only supported for Valkey clusters")
    return ok({"eviction_policy": record["eviction_policy"]})


@routes("PUT", CLUSTER + "/eviction_policy")
def set_eviction_policy(call: Call) -> Answer:
    """What a full cache drops, from now on."""
    record = find(call.cloud, call)
    if record["engine"] != "valkey":
        raise errors.unprocessable("eviction policy is only supported for Valkey clusters")
    record["eviction_policy"] = one_of(call.body, "eviction_policy", EVICTION_POLICIES, "")
    if POLICY_OPTION in record["config"]:
        record["config"][POLICY_OPTION] = record["eviction_policy"]
    settle(call.cloud, record)
    return no_content()


@routes("GET", CLUSTER + "/sql_mode")
@routes("PUT", CLUSTER + "/sql_mode")
def sql_mode(call: Call) -> Answer:
    """Refused: MySQL only, and no MySQL runs here."""
    find(call.cloud, call)
    raise errors.unprocessable("SQL mode is only supported for MySQL clusters")


@routes("GET", CLUSTER + "/autoscale")
def autoscale(call: Call) -> Answer:
    """Whether storage grows by itself."""
    return ok({"autoscale": find(call.cloud, call)["autoscale"]})


@routes("PUT", CLUSTER + "/autoscale")
def set_autoscale(call: Call) -> Answer:
    """Whether storage grows by itself, from now on."""
    record = find(call.cloud, call)
    record["autoscale"] = read_autoscale(call.body)
    return no_content()


@routes("GET", CLUSTER + "/backups")
def backups(call: Call) -> Answer:
    """A backup for each full day of the cluster's life, the last seven. No copy is really made here."""
    record = find(call.cloud, call)
    days = int((call.cloud.now() - record["since"]) // DAY_S)
    kept = range(max(0, days - KEPT_BACKUPS) + 1, days + 1)
    return ok(
        {
            "backups": [
                {"created_at": call.cloud.stamp(record["since"] + day * DAY_S), "size_gigabytes": 0.1} for day in kept
            ]
        }
    )


@routes("GET", CLUSTER + "/events")
def events(call: Call) -> Answer:
    """What happened to the cluster."""
    return call.page("events", find(call.cloud, call)["events"])
