"""Alert policies and uptime checks. They watch nothing here."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from hanzo_iac.localcloud.digitalocean import errors
from hanzo_iac.localcloud.digitalocean.api import (
    Answer,
    Call,
    Routes,
    created,
    flag,
    no_content,
    ok,
    require,
    text,
    texts,
)
from hanzo_iac.localcloud.digitalocean.resources import Resource
from hanzo_iac.localcloud.digitalocean.state import Json

if TYPE_CHECKING:
    from hanzo_iac.localcloud.digitalocean.cloud import Cloud

routes = Routes()

POLICIES = Resource(
    path="/v2/monitoring/alerts", parameter="alert_uuid", table="alert_policies", one="policy", many="policies"
)
POLICIES.serve(routes)


def _policy(body: Json) -> Json:
    require(body, "type", "compare", "window", "alerts")
    if not isinstance(body.get("value"), int | float):
        raise errors.unprocessable("value must be a number")
    alerts = body["alerts"]
    return {
        "type": text(body, "type"),
        "description": text(body, "description"),
        "compare": text(body, "compare"),
        "value": body["value"],
        "window": text(body, "window"),
        "entities": texts(body, "entities"),
        "tags": texts(body, "tags"),
        "alerts": {"email": alerts.get("email") or [], "slack": alerts.get("slack") or []},
        "enabled": flag(body, "enabled", default=True),
    }


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


def _check(body: Json, old: Json) -> Json:
    return {
        "name": text(body, "name", old.get("name", "")),
        "type": text(body, "type", old.get("type", "https")),
        "target": text(body, "target", old.get("target", "")),
        "regions": texts(body, "regions") or old.get("regions", ["us_east"]),
        "enabled": flag(body, "enabled", default=old.get("enabled", True)),
    }


@routes("POST", CHECKS.path)
def create_check(call: Call) -> Answer:
    """A new uptime check."""
    require(call.body, "name", "target")
    record = {"id": str(uuid.uuid4()), "alerts": {}, **_check(call.body, {})}
    CHECKS.records(call)[record["id"]] = record
    return created({"check": _shown(call.cloud, record)})


@routes("PUT", CHECKS.item)
def update_check(call: Call) -> Answer:
    """An uptime check changed; what is left out stays."""
    record = CHECKS.find(call)
    record |= _check(call.body, record)
    return ok({"check": _shown(call.cloud, record)})


def _alert(call: Call) -> Json:
    found: Json | None = CHECKS.find(call)["alerts"].get(call.path["alert_id"])
    if found is None:
        raise errors.not_found()
    return found


def _alert_words(body: Json) -> Json:
    require(body, "name", "type", "notifications", "period")
    sent = body["notifications"]
    words = {"name": text(body, "name"), "type": text(body, "type"), "period": text(body, "period")}
    extra = {name: body[name] for name in ("threshold", "comparison") if body.get(name) not in (None, "")}
    return {**words, **extra, "notifications": {"email": sent.get("email") or [], "slack": sent.get("slack") or []}}


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
    record = _alert(call)
    record |= _alert_words(call.body)
    return ok({"alert": record})


@routes("DELETE", CHECKS.item + "/alerts/{alert_id}")
def delete_alert(call: Call) -> Answer:
    """An alert gone."""
    del CHECKS.find(call)["alerts"][_alert(call)["id"]]
    return no_content()
