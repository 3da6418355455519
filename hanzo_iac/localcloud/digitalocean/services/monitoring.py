"""Alert policies and uptime checks. They watch nothing here, and nobody is told."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING

from hanzo_iac.localcloud.digitalocean import belongings, errors
from hanzo_iac.localcloud.digitalocean.api import (
    Answer,
    Call,
    Routes,
    created,
    no_content,
    ok,
    require,
)
from hanzo_iac.localcloud.digitalocean.resources import Resource
from hanzo_iac.localcloud.digitalocean.shapes import fit
from hanzo_iac.localcloud.digitalocean.state import Json

if TYPE_CHECKING:
    from hanzo_iac.localcloud.digitalocean.cloud import Cloud

routes = Routes()

POLICIES = Resource(
    path="/v2/monitoring/alerts", parameter="alert_uuid", table="alert_policies", one="policy", many="policies"
)
POLICIES.serve(routes)


SENT_TO = {"email": [str], "slack": [{"channel!": str, "url!": str}]}
NOBODY: Json = {"email": [], "slack": []}
POLICY = {
    "type!": str,
    "description": str,
    "compare!": ("GreaterThan", "LessThan"),
    "value!": float,
    "window!": ("5m", "10m", "30m", "1h"),
    "entities": [str],
    "tags": [str],
    "alerts!": SENT_TO,
    "enabled": bool,
}

# What a policy may watch. Source: DigitalOcean's OpenAPI, August 2026.
WATCHED = re.compile(r"v1/(insights/(droplet|lb)|dbaas/alerts|droplet/autoscale_alerts)/[a-z0-9_]+")


def _policy(body: Json) -> Json:
    policy = {"description": "", "entities": [], "tags": [], "enabled": True, **fit(body, POLICY)}
    if not WATCHED.fullmatch(policy["type"]):
        raise errors.unprocessable("type is not a metric that can be watched")
    return {**policy, "alerts": NOBODY | policy["alerts"]}


@routes("POST", POLICIES.path)
def create_policy(call: Call) -> Answer:
    """A new alert policy; DigitalOcean answers 200 here."""
    record = {"uuid": str(uuid.uuid4()), **_policy(call.body)}
    POLICIES.records(call)[record["uuid"]] = record
    return ok({"policy": record})


@routes("PUT", POLICIES.item)
def replace_policy(call: Call) -> Answer:
    """An alert policy replaced."""
    record = POLICIES.find(call)
    record |= _policy(call.body)
    return ok({"policy": record})


def _shown(cloud: Cloud, record: Json) -> Json:  # noqa: ARG001
    return {name: value for name, value in record.items() if name != "alerts"}


CHECKS = Resource(
    path="/v2/uptime/checks", parameter="check_id", table="uptime_checks", one="check", many="checks", shown=_shown
)
CHECKS.serve(routes)


CHECK = {
    "name": str,
    "type": ("ping", "http", "https"),
    "target": str,
    "regions": [("us_east", "us_west", "eu_west", "se_asia")],
    "enabled": bool,
}
USUAL_CHECK: Json = {"type": "https", "regions": ["us_east"], "enabled": True}


@routes("POST", CHECKS.path)
def create_check(call: Call) -> Answer:
    """A new uptime check."""
    require(call.body, "name", "target")
    wanted = len(CHECKS.records(call)) + 1
    belongings.within_quota(call.cloud, "uptime_checks", wanted, "uptime check limit exceeded")
    record = {"id": str(uuid.uuid4()), "alerts": {}, **USUAL_CHECK, **fit(call.body, CHECK)}
    CHECKS.records(call)[record["id"]] = record
    return created({"check": _shown(call.cloud, record)})


@routes("PUT", CHECKS.item)
def update_check(call: Call) -> Answer:
    """An uptime check changed; what is left out stays."""
    record = CHECKS.find(call)
    record |= fit(call.body, CHECK)
    return ok({"check": _shown(call.cloud, record)})


def _alert(call: Call) -> Json:
    found: Json | None = CHECKS.find(call)["alerts"].get(call.path["alert_id"])
    if found is None:
        raise errors.not_found()
    return found


ALERT = {
    "name!": str,
    "type!": ("latency", "down", "down_global", "ssl_expiry"),
    "threshold": int,
    "comparison": ("greater_than", "less_than"),
    "notifications!": SENT_TO,
    "period!": ("2m", "3m", "5m", "10m", "15m", "30m", "1h"),
}


def _alert_words(body: Json) -> Json:
    alert: Json = fit(body, ALERT)
    return {**alert, "notifications": NOBODY | alert["notifications"]}


@routes("GET", CHECKS.item + "/alerts")
def alerts(call: Call) -> Answer:
    """Every alert of an uptime check."""
    return call.page("alerts", CHECKS.find(call)["alerts"].values())


@routes("POST", CHECKS.item + "/alerts")
def create_alert(call: Call) -> Answer:
    """A new alert of an uptime check."""
    record = {"id": str(uuid.uuid4()), **_alert_words(call.body)}
    CHECKS.find(call)["alerts"][record["id"]] = record
    return created({"alert": record})


@routes("GET", CHECKS.item + "/alerts/{alert_id}")
def read_alert(call: Call) -> Answer:
    """One alert."""
    return ok({"alert": _alert(call)})


@routes("PUT", CHECKS.item + "/alerts/{alert_id}")
def replace_alert(call: Call) -> Answer:
    """An alert replaced."""
    record = {"id": _alert(call)["id"], **_alert_words(call.body)}
    CHECKS.find(call)["alerts"][record["id"]] = record
    return ok({"alert": record})


@routes("DELETE", CHECKS.item + "/alerts/{alert_id}")
def delete_alert(call: Call) -> Answer:
    """An alert gone."""
    del CHECKS.find(call)["alerts"][_alert(call)["id"]]
    return no_content()
