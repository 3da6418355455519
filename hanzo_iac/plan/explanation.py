"""
The effective view of a plan: every value, where it came from and why.

Origins: `written` (in hanzo.yaml), `default` (of the model), `environment` (its file), `catalogue` (a dated fact),
`derived` (computed from the others), `fixed` (decided in hanzo itself).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from typing import Any

from hanzo_iac.model.application import Application
from hanzo_iac.plan.reasons import REASONS, Reason
from hanzo_iac.plan.spec import NetworkPolicySpec, Plan
from hanzo_iac.units import Size

_WORDS = {None: "none", True: "yes", False: "no"}

NOT_EXPLAINED = {"because", "cost"}
# `because` stands in the plan, and costs have a command of their own.


@dataclass(frozen=True)
class Explained:
    """One value of one part of a plan."""

    part: str
    """`services/web`."""
    field: str
    value: str
    origin: str
    reason: str


def explain(plan: Plan, application: Application | None = None, *, only: str = "") -> tuple[Explained, ...]:
    """
    Every value of the plan, or of the parts that `only` names: by path in the plan (`services/web`) or by the path in
    hanzo.yaml they come from (`resources/db`). Without the application, what is written and what is a default are both
    said to be written.
    """
    wanted = only.strip("/")
    every = list(parts(plan))
    chosen = [(path, spec) for path, spec in every if _below(path, wanted)]
    chosen = chosen or [(path, spec) for path, spec in every if _below(getattr(spec, "because", ""), wanted)]
    return tuple(row for path, spec in chosen for row in _rows(path, spec, application))


def parts(plan: Plan) -> Iterator[tuple[str, Any]]:
    """(path, spec) of every part of the plan, in order."""
    for field in fields(plan):
        held = getattr(plan, field.name)
        if is_dataclass(held):
            yield field.name, held
        elif isinstance(held, Mapping):
            yield from ((f"{field.name}/{key}", spec) for key, spec in held.items() if is_dataclass(spec))


def _below(path: str, wanted: str) -> bool:
    return not wanted or path == wanted or path.startswith(f"{wanted}/")


def _rows(path: str, spec: Any, application: Application | None) -> Iterator[Explained]:
    for field in fields(spec):
        if field.name not in NOT_EXPLAINED:
            value = getattr(spec, field.name)
            reason = REASONS[type(spec).__name__][field.name]
            where = reason.path.format(key=path.rpartition("/")[2])
            origin = _origin(reason, value, where, application)
            why = reason.why or ("as in hanzo.yaml" if origin == "written" else "not in hanzo.yaml")
            yield Explained(path, field.name, shown(value), origin, why + (f" ({where})" if where else ""))


def _origin(reason: Reason, value: Any, where: str, application: Application | None) -> str:
    if not where or application is None:
        return reason.origin
    written, in_file = _at(application, where)
    if reason.otherwise and _plainly(in_file) != value:
        return reason.otherwise
    return reason.origin if written else "default"


def _at(application: Application, where: str) -> tuple[bool, Any]:
    """(whether it was written and not filled in by the model, the value) at this path of hanzo.yaml."""
    held: Any = application
    written = True
    for step in where.split("/"):
        if held is None or (isinstance(held, Mapping) and step not in held):
            return False, None
        if isinstance(held, Mapping):
            held = held[step]
        else:
            written = written and step in held.model_fields_set
            held = getattr(held, step, None)
    return written and held is not None, held


def _plainly(value: Any) -> Any:
    return value.mib if isinstance(value, Size) else value


def shown(value: Any) -> str:
    """
    A value of a plan on one line.

    >>> shown({"a": 1}), shown(("x", "y")), shown(None), shown(True), shown("")
    ('a=1', 'x, y', 'none', 'yes', '-')
    """
    if is_dataclass(value) and not isinstance(value, NetworkPolicySpec):
        pairs = ((field.name, getattr(value, field.name)) for field in fields(value))
        value = {name: held for name, held in pairs if held or held == 0}
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={shown(held)}" for key, held in value.items()) or "-"
    if isinstance(value, tuple):
        return ", ".join(shown(held) for held in value) or "-"
    return _word(value)


def _word(value: Any) -> str:
    if isinstance(value, NetworkPolicySpec):
        return value.name
    if isinstance(value, Decimal):
        return f"${value:,.2f}"
    if isinstance(value, str):
        lines = value.count("\n")
        return f"{lines} lines" if lines > 1 else value or "-"
    return _WORDS[value] if value is None or isinstance(value, bool) else str(value)
