"""How a database cluster is set: trusted sources, configuration, maintenance, eviction, autoscaling; its history."""

from __future__ import annotations

from datetime import timedelta

from hanzo_iac.localcloud.digitalocean import errors
from hanzo_iac.localcloud.digitalocean.api import Answer, Call, Routes, no_content, ok, one_of, require, text
from hanzo_iac.localcloud.digitalocean.services.database_rules import new_rules
from hanzo_iac.localcloud.digitalocean.services.databases import find, read_autoscale, settle
from hanzo_iac.localcloud.digitalocean.shapes import fit

routes = Routes()

CLUSTER = "/v2/databases/{database_cluster_uuid}"

# Source: DigitalOcean's OpenAPI, August 2026.
EVICTION_POLICIES = (
    "noeviction",
    "allkeys_lru",
    "allkeys_random",
    "volatile_lru",
    "volatile_random",
    "volatile_ttl",
)
KEPT_BACKUPS = 7
DAY_S = timedelta(days=1).total_seconds()


@routes("GET", CLUSTER + "/firewall")
def firewall(call: Call) -> Answer:
    """Every trusted source."""
    return ok({"rules": find(call.cloud, call)["rules"]})


@routes("PUT", CLUSTER + "/firewall")
def replace_firewall(call: Call) -> Answer:
    """The whole list of trusted sources replaced; an empty one opens the cluster."""
    record = find(call.cloud, call)
    record["rules"] = new_rules(call.cloud, record["id"], call.body.get("rules"))
    return no_content()


@routes("GET", CLUSTER + "/config")
def config(call: Call) -> Answer:
    """What was configured. The servers' own defaults are not listed."""
    return ok({"config": find(call.cloud, call)["config"]})


@routes("PATCH", CLUSTER + "/config")
def configure(call: Call) -> Answer:
    """Some options set. They are remembered; the server on this machine is not told."""
    record = find(call.cloud, call)
    asked = fit(call.body, {"config!": dict})["config"]
    record["config"] |= {name: value for name, value in asked.items() if value is not None}
    return ok({})


@routes("PUT", CLUSTER + "/maintenance")
def maintenance(call: Call) -> Answer:
    """The weekly window for updates."""
    record = find(call.cloud, call)
    require(call.body, "day", "hour")
    record["maintenance_window"] |= {"day": text(call.body, "day"), "hour": text(call.body, "hour")}
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
