"""A plan as JSON: every field of every spec, in the order of `spec`; the same plan gives the same bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import Any

from hanzo_iac.plan.spec import Plan


def to_json(plan: Plan) -> str:
    """The plan as one JSON document, indented by two; amounts of money are strings, as JSON numbers lose cents."""
    return json.dumps(plain(plan), indent=2) + "\n"


def plain(value: Any) -> Any:
    """
    A spec, or anything in one, as JSON's own kinds of value.

    >>> from hanzo_iac.plan.spec import PortSpec
    >>> plain({"ports": (PortSpec(port=53, protocol="UDP"),)})
    {'ports': [{'port': 53, 'protocol': 'UDP'}]}
    """
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {key: plain(held) for key, held in value.items()}
    if isinstance(value, tuple):
        return [plain(held) for held in value]
    return str(value) if isinstance(value, Decimal) else value
