"""Trusted sources of a database cluster: one list, replaced whole."""

from __future__ import annotations

import ipaddress
import uuid
from typing import TYPE_CHECKING, Any

from hanzo_iac.localcloud.digitalocean import errors
from hanzo_iac.localcloud.digitalocean.shapes import fit
from hanzo_iac.localcloud.digitalocean.state import Json

if TYPE_CHECKING:
    from hanzo_iac.localcloud.digitalocean.cloud import Cloud

RULE = {"type!": ("droplet", "k8s", "ip_addr", "tag", "app"), "value!": str, "description": str}

# Source: DigitalOcean's OpenAPI, August 2026.
MOST_RULES = 100


def new_rules(cloud: Cloud, database_id: str, asked: Any) -> list[Json]:
    """
    The rules with their ids.

    Raises:
        ApiError: One of them is wrong, or there are too many.
    """
    rules = fit(asked or [], [RULE], "rules")
    if len(rules) > MOST_RULES:
        raise errors.unprocessable(f"a cluster can have at most {MOST_RULES} trusted sources")
    return [_rule(cloud, database_id, rule) for rule in rules]


def _rule(cloud: Cloud, database_id: str, asked: Json) -> Json:
    kind, value = asked["type"], asked["value"]
    if kind == "k8s" and value not in cloud.state.table("clusters"):
        raise errors.unprocessable(f"trusted source not found: Kubernetes cluster {value}")
    if kind == "ip_addr":
        _refuse_address(value)
    return {
        "uuid": str(uuid.uuid4()),
        "cluster_uuid": database_id,
        "type": kind,
        "value": value,
        "created_at": cloud.stamp(),
        **({"description": asked["description"]} if asked.get("description") else {}),
    }


def _refuse_address(value: str) -> None:
    try:
        ipaddress.IPv4Network(value, strict=False)
    except ValueError as error:
        raise errors.unprocessable(f"trusted source is not an IPv4 address: {value}") from error
