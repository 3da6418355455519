"""The rules of a bucket between the SDK's words and S3's: when objects expire, and which pages may ask for them."""

from __future__ import annotations

import datetime
from typing import Any

from hanzo_iac.localcloud.provider.check import Failure
from hanzo_iac.localcloud.provider.compare import changes
from hanzo_iac.localcloud.provider.fields import Field, State, bag, block, flag, integer, many, text
from hanzo_iac.localcloud.provider.resource import Json

ACTIONS = ("expiration", "noncurrentVersionExpiration", "abortIncompleteMultipartUploadDays")
CORS = {
    "allowedMethods": "AllowedMethods",
    "allowedOrigins": "AllowedOrigins",
    "allowedHeaders": "AllowedHeaders",
    "exposeHeaders": "ExposeHeaders",
    "maxAgeSeconds": "MaxAgeSeconds",
    "id": "ID",
}
EXPIRATION = {"date": "Date", "days": "Days", "expiredObjectDeleteMarker": "ExpiredObjectDeleteMarker"}


def date_fault(value: Any) -> str:
    """What is wrong with a day, or nothing."""
    try:
        datetime.date.fromisoformat(value)
    except ValueError:
        return f"{value!r} is not a day such as 2027-01-31"
    return ""


LIFECYCLE = many(
    block(
        {
            "enabled": flag(required=True),
            "id": text(computed=True),
            "prefix": text(),
            "abortIncompleteMultipartUploadDays": integer(low=0),
            "expiration": block(
                {
                    "date": text(fault=date_fault),
                    "days": integer(low=0),
                    "expiredObjectDeleteMarker": flag(),
                }
            ),
            "noncurrentVersionExpiration": block({"days": integer(low=1)}),
        }
    )
)
BUCKET_CORS = many(
    block(
        {
            "allowedMethods": many(text(), required=True),
            "allowedOrigins": many(text(), required=True),
            "allowedHeaders": many(text()),
            "maxAgeSeconds": integer(low=0),
        }
    )
)
CORS_RULES = bag(
    block(
        {
            "allowedMethods": bag(text(), required=True),
            "allowedOrigins": bag(text(), required=True),
            "allowedHeaders": bag(text()),
            "exposeHeaders": bag(text()),
            "id": text(computed=True),
            "maxAgeSeconds": integer(low=0),
        }
    ),
    required=True,
)


def differ(field: Field, now: list[State], wanted: list[State]) -> bool:
    """Whether the rules that are there are not those that are wanted."""
    return bool(changes({"rules": field}, {"rules": now}, {"rules": wanted}))


def lifecycle_request(rules: list[State]) -> list[Json]:
    """Rules as S3 wants them; one without an id is called by its place, so that asking again asks for the same."""
    return [lifecycle_rule(rule, f"rule-{number}") for number, rule in enumerate(rules, 1)]


def lifecycle_rule(rule: State, otherwise: str) -> Json:
    """One of them."""
    asked: Json = {
        "ID": rule.get("id") or otherwise,
        "Status": "Enabled" if rule["enabled"] else "Disabled",
        "Filter": {"Prefix": rule.get("prefix") or ""},
    }
    if days := rule.get("abortIncompleteMultipartUploadDays"):
        asked["AbortIncompleteMultipartUpload"] = {"DaysAfterInitiation": days}
    expiration = rule.get("expiration") or {}
    # S3 takes one of the three.
    if day := expiration.get("date"):
        asked["Expiration"] = {"Date": datetime.datetime.fromisoformat(f"{day}T00:00:00+00:00")}
    elif expiration.get("days"):
        asked["Expiration"] = {"Days": expiration["days"]}
    elif "expiredObjectDeleteMarker" in expiration:
        asked["Expiration"] = {"ExpiredObjectDeleteMarker": expiration["expiredObjectDeleteMarker"]}
    if days := (rule.get("noncurrentVersionExpiration") or {}).get("days"):
        asked["NoncurrentVersionExpiration"] = {"NoncurrentDays": days}
    return asked


def lifecycle_state(said: list[Json]) -> list[State]:
    """Rules as the SDK wants them."""
    return [lifecycle_told(rule) for rule in said]


def lifecycle_told(rule: Json) -> State:
    """One of them."""
    place = rule.get("Filter") or rule
    state: State = {
        "id": rule.get("ID") or "",
        "enabled": rule.get("Status") == "Enabled",
        "prefix": (place.get("And") or place).get("Prefix") or "",
    }
    if stopped := rule.get("AbortIncompleteMultipartUpload"):
        state["abortIncompleteMultipartUploadDays"] = stopped.get("DaysAfterInitiation") or 0
    if ended := rule.get("Expiration"):
        state["expiration"] = {name: ended[key] for name, key in EXPIRATION.items() if key in ended}
        if "date" in state["expiration"]:
            state["expiration"]["date"] = f"{ended['Date']:%Y-%m-%d}"
    if old := rule.get("NoncurrentVersionExpiration"):
        state["noncurrentVersionExpiration"] = {"days": old.get("NoncurrentDays") or 0}
    return state


def lifecycle_faults(rules: Any) -> list[Failure]:
    """Rules that do nothing, which S3 refuses."""
    if not isinstance(rules, list):
        return []
    idle = [
        number
        for number, rule in enumerate(rules)
        if isinstance(rule, dict) and not any(rule.get(action) for action in ACTIONS)
    ]
    return [
        Failure(f"lifecycleRules[{number}]", f"does nothing; expected one of {', '.join(ACTIONS)}") for number in idle
    ]


def cors_request(rules: list[State]) -> Json:
    """Rules as S3 wants them."""
    return {
        "CORSRules": [
            {key: rule[name] for name, key in CORS.items() if rule.get(name) not in (None, "", [])} for rule in rules
        ]
    }


def cors_state(said: list[Json]) -> list[State]:
    """Rules as the SDK wants them."""
    return [{name: rule[key] for name, key in CORS.items() if key in rule} for rule in said]
