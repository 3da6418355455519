"""
What a program wrote -> the inputs the resource is made from, and everything that is wrong with them at once.

Inputs come back with defaults filled in, numbers and flags in their own type (the official provider takes "3" for 3),
and a name. A name that the program leaves out is derived, not drawn by lot: the same resource gets the same name in
the next run, so what a crash left behind is found again; a replacement gets another one, because the properties that
force it are part of what the name is derived from.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hanzo_iac.localcloud.provider.fields import Field, State
from hanzo_iac.localcloud.provider.values import DEFAULTS, UNKNOWN, is_known, shown

SUFFIX_LENGTH = 7


@dataclass(frozen=True)
class Failure:
    """One property that is wrong: where (`nodePool.size`), and why."""

    where: str
    reason: str


@dataclass(frozen=True)
class Naming:
    """How a resource without a name gets one: the engine's proposal, or that it must not get any."""

    proposal: str = ""
    forbidden: bool = False
    avoid: str = ""
    """The name of the one to be replaced, which is still there."""


def checked(fields: Mapping[str, Field], values: Mapping[str, Any], where: str = "") -> tuple[State, list[Failure]]:
    """Inputs in their own types with defaults, and what is wrong, for one block of properties."""
    good: State = {}
    failures: list[Failure] = []
    for name, value in values.items():
        path = f"{where}{name}"
        if name.startswith("__"):
            continue
        if name not in fields:
            near = difflib.get_close_matches(name, fields, n=1)
            failures.append(Failure(path, "no such property" + (f"; did you mean {near[0]}?" if near else "")))
        elif value is not None:
            good[name], found = typed(fields[name], value, path)
            failures += found
    for name, field in fields.items():
        if name not in good and field.default is not None:
            good[name] = field.default
        if field.required and values.get(name) is None and field.default is None:
            failures.append(Failure(f"{where}{name}", f"missing; expected {expected(field)}"))
    return good, failures


def typed(field: Field, value: Any, path: str) -> tuple[Any, list[Failure]]:
    """One value in its own type, and what is wrong with it."""
    if value is UNKNOWN or field.kind == "any":
        return value, []
    shape = {"block": Mapping, "map": Mapping, "list": list, "set": list}.get(field.kind)
    if shape is None:
        return typed_scalar(field, value, path)
    if not isinstance(value, shape):
        return value, [wrong(field, value, path)]
    if field.kind == "block":
        return checked(field.fields, value, f"{path}.")
    if field.kind == "map":
        return typed_items(field, value.items(), lambda key: f"{path}.{key}", dict)
    return typed_items(field, enumerate(value), lambda index: f"{path}[{index}]", list)


def typed_items(field: Field, items: Any, place: Callable[[Any], str], kind: type) -> tuple[Any, list[Failure]]:
    """The items of a list or map in their own types, and what is wrong with them."""
    assert field.item is not None
    read = [(key, *typed(field.item, item, place(key))) for key, item in items]
    failures = [failure for _, _, found in read for failure in found]
    return ([value for _, value, _ in read] if kind is list else {key: value for key, value, _ in read}), failures


def typed_scalar(field: Field, value: Any, path: str) -> tuple[Any, list[Failure]]:
    """A string, number or flag in its own type, and what is wrong with it."""
    right = as_kind(field.kind, value)
    if right is None:
        return value, [wrong(field, value, path)]
    if field.choices and str(right).lower() not in {choice.lower() for choice in field.choices}:
        return right, [wrong(field, value, path)]
    if (field.low is not None and right < field.low) or (field.high is not None and right > field.high):
        return right, [wrong(field, value, path)]
    if field.required and right == "":
        return right, [Failure(path, f"empty; expected {expected(field)}")]
    fault = field.fault(right) if field.fault else ""
    return right, [Failure(path, fault)] if fault else []


def as_kind(kind: str, value: Any) -> Any:
    """
    The value as text, integer, number or flag, or None when it is nothing of the sort.

    >>> as_kind("integer", "3"), as_kind("flag", "true"), as_kind("text", 17), as_kind("integer", 1.5)
    (3, True, '17', None)
    """
    if isinstance(value, (list, Mapping)):
        return None
    if kind == "flag":
        return value if isinstance(value, bool) else {"true": True, "false": False}.get(str(value))
    if kind == "text":
        return str(value).lower() if isinstance(value, bool) else str(value)
    return None if isinstance(value, bool) else as_figure(value, is_whole=kind == "integer")


def as_figure(value: Any, *, is_whole: bool) -> float | None:
    """The value as a number, or None when it is none, or not a whole one where that is asked."""
    try:
        figure = float(value)
    except ValueError:
        return None
    if is_whole:
        return int(figure) if figure.is_integer() else None
    return figure


def wrong(field: Field, value: Any, path: str) -> Failure:
    """The failure of a value of the wrong type, outside its range or not among its choices."""
    return Failure(path, f"got {shown(value)}; expected {expected(field)}")


def expected(field: Field) -> str:
    """What a property takes, in words."""
    if field.choices:
        return "one of " + ", ".join(field.choices)
    words = {
        "text": "a string",
        "integer": "a whole number",
        "number": "a number",
        "flag": "true or false",
        "list": "a list",
        "set": "a list",
        "map": "a mapping",
        "block": "an object",
        "any": "a value",
    }[field.kind]
    if field.low is not None and field.high is not None:
        return f"{words} from {field.low:g} to {field.high:g}"
    return f"{words} of at least {field.low:g}" if field.low is not None else words


def with_name(fields: Mapping[str, Field], inputs: State, olds: State, urn: str, naming: Naming) -> State:
    """The inputs with the name the resource already has, or a derived one, where the program gives none."""
    if "name" not in fields or fields["name"].required or inputs.get("name") or naming.forbidden:
        return inputs
    name = (olds.get("name") if DEFAULTS in olds else None) or naming.proposal
    if not name:
        name = derived_name(fields, inputs, urn)
        name = derived_name(fields, inputs, urn, salt=name) if name == naming.avoid else name
    return {**inputs, "name": name, DEFAULTS: ["name"]}


def derived_name(fields: Mapping[str, Field], inputs: State, urn: str, *, salt: str = "") -> str:
    """The resource's logical name and a short sum of its address and of what would replace it."""
    logical = urn.rsplit("::", 1)[-1]
    fixed = {
        key: inputs.get(key) for key, field in sorted(fields.items()) if field.replace and is_known(inputs.get(key))
    }
    told = json.dumps([urn, fixed, salt], sort_keys=True)
    return f"{logical}-{hashlib.sha256(told.encode()).hexdigest()[:SUFFIX_LENGTH]}"
