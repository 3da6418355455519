"""Uptime checks and their alerts. An alert lies in its check; the official provider fails where one is moved."""

from __future__ import annotations

from hanzo_iac.errors import Fault, InputError
from hanzo_iac.localcloud.provider.call import Call
from hanzo_iac.localcloud.provider.check import Failure
from hanzo_iac.localcloud.provider.fields import State, bag, block, flag, integer, many, parent, text
from hanzo_iac.localcloud.provider.resource import Json, Resource, only_named

CHECKS = "/v2/uptime/checks"
REGIONS = ("us_east", "us_west", "eu_west", "se_asia")


def check_request(inputs: State) -> Json:
    """A check as the API wants it."""
    return {name: inputs[name] for name in ("name", "type", "target", "regions", "enabled") if name in inputs}


def read_check(call: Call, check_id: str, _known: State) -> State | None:
    """What it is now."""
    found = call.api.find(f"{CHECKS}/{check_id}")
    if found is None:
        return None
    check: Json = found["check"]
    return {
        "name": check["name"],
        "type": check.get("type") or "https",
        "target": check["target"],
        "regions": sorted(check.get("regions") or []),
        "enabled": bool(check.get("enabled")),
    }


CHECK = Resource(
    token="digitalocean:index/uptimeCheck:UptimeCheck",  # noqa: S106
    word="uptime check",
    inputs={
        "name": text(),
        "target": text(required=True),
        "type": text(default="https", choices=("ping", "http", "https")),
        "regions": bag(text(choices=REGIONS), computed=True),
        "enabled": flag(default=True),
    },
    find=lambda call, inputs: only_named(call.api.pages(CHECKS, "checks"), inputs["name"]),
    post=lambda call, inputs: dict(call.api.post(CHECKS, check_request(inputs))["check"]),
    identify=lambda check, _: check["id"],
    read=read_check,
    update=lambda call, check_id, _olds, news: ignored(call.api.put(f"{CHECKS}/{check_id}", check_request(news))),
    delete=lambda call, check_id, _: call.api.delete(f"{CHECKS}/{check_id}"),
)


def ignored(_answer: Json) -> None:
    """For calls whose answer says nothing new."""


def alerts_of(state: State) -> str:
    """The path of a check's alerts."""
    return f"{CHECKS}/{state['checkId']}/alerts"


def alert_request(inputs: State) -> Json:
    """An alert as the API wants it."""
    told = inputs["notifications"][0]
    slacks = [{"channel": one["channel"], "url": one["url"]} for one in told.get("slacks") or []]
    body: Json = {
        name: inputs[name] for name in ("name", "type", "threshold", "comparison", "period") if name in inputs
    }
    return {**body, "notifications": {"email": told.get("emails") or [], "slack": slacks}}


def find_alert(call: Call, inputs: State) -> Json | None:
    """The check's alert of that name."""
    return only_named(call.api.pages(alerts_of(inputs), "alerts"), inputs["name"])


def read_alert(call: Call, alert_id: str, known: State) -> State | None:
    """What it is now."""
    found = call.api.find(f"{alerts_of(known)}/{alert_id}")
    if found is None:
        return None
    alert: Json = found["alert"]
    told = alert.get("notifications") or {}
    plain = {name: alert[name] for name in ("name", "type", "threshold", "comparison", "period") if alert.get(name)}
    return {
        **plain,
        "checkId": known["checkId"],
        "notifications": [{"emails": told.get("email") or [], "slacks": told.get("slack") or []}],
    }


def alert_rules(inputs: State) -> list[Failure]:
    """Who is told is said once."""
    told = inputs.get("notifications")
    if isinstance(told, list) and len(told) != 1:
        return [Failure("notifications", f"got {len(told)}; expected one, with all emails and slacks")]
    return []


def locate_alert(_call: Call, given: str) -> tuple[str, State]:
    """Import by the check's id and the alert's, joined by a comma."""
    check_id, comma, alert_id = given.partition(",")
    if not comma:
        raise InputError(Fault("", f"{given!r} does not say which alert", "give CHECK_ID,ALERT_ID"))
    return alert_id, {"checkId": check_id}


ALERT = Resource(
    token="digitalocean:index/uptimeAlert:UptimeAlert",  # noqa: S106
    word="uptime alert",
    inputs={
        "name": text(),
        "checkId": parent(),
        "type": text(required=True, choices=("latency", "down", "down_global", "ssl_expiry")),
        "threshold": integer(),
        "comparison": text(choices=("greater_than", "less_than")),
        "period": text(choices=("2m", "3m", "5m", "10m", "15m", "30m", "1h")),
        "notifications": many(
            block(
                {
                    "emails": many(text()),
                    "slacks": many(block({"channel": text(required=True), "url": text(required=True)})),
                }
            ),
            required=True,
        ),
    },
    rules=alert_rules,
    find=find_alert,
    post=lambda call, inputs: dict(call.api.post(alerts_of(inputs), alert_request(inputs))["alert"]),
    identify=lambda alert, _: alert["id"],
    read=read_alert,
    update=lambda call, alert_id, _olds, news: ignored(
        call.api.put(f"{alerts_of(news)}/{alert_id}", alert_request(news))
    ),
    delete=lambda call, alert_id, state: call.api.delete(f"{alerts_of(state)}/{alert_id}"),
    locate=locate_alert,
)
