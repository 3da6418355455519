"""
What a property of a resource may hold, as data: one frozen `Field` a property.

The words follow the official provider's schema, because what replaces and what drifts must be the same with either:
`replace` is its ForceNew, `computed` its Optional and Computed (the cloud fills in what the program leaves out).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["text", "integer", "number", "flag", "list", "set", "map", "block", "any"]
State = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Field:
    """One property."""

    kind: Kind
    required: bool = False
    replace: bool | Callable[[Any, Any], bool] = False
    """Whether a change makes a new resource; may depend on the old and the new value."""
    computed: bool = False
    """The cloud fills it in when the program leaves it out, so leaving it out changes nothing."""
    left_to: str = ""
    """The name of a flag beside it: while that is on, the cloud changes it by itself, and what is there is right."""
    default: Any = None
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    item: Field | None = None
    """What a list, set or map holds."""
    fields: Mapping[str, Field] = field(default_factory=dict)
    """What a block holds."""
    fault: Callable[[Any], str] | None = None
    """A known value -> what is wrong with it, or an empty text."""
    same: Callable[[Any, Any], bool] | None = None
    """Whether the old and the new spelling mean the same to the API."""
    spelled: Callable[[Any, State], Any] = lambda value, _: value
    """The value, and everything beside it -> how the API spells it."""

    def replaces(self, old: Any, new: Any) -> bool:
        """Whether going from the one to the other needs a new resource."""
        return self.replace(old, new) if callable(self.replace) else self.replace


def text(**words: Any) -> Field:
    """A string."""
    return Field(kind="text", **words)


def integer(**words: Any) -> Field:
    """A whole number."""
    return Field(kind="integer", **words)


def number(**words: Any) -> Field:
    """Any number."""
    return Field(kind="number", **words)


def flag(**words: Any) -> Field:
    """True or false."""
    return Field(kind="flag", **words)


def many(item: Field, **words: Any) -> Field:
    """A list, whose order matters."""
    return Field(kind="list", item=item, **words)


def bag(item: Field, **words: Any) -> Field:
    """A list whose order does not matter."""
    return Field(kind="set", item=item, **words)


def table(item: Field | None = None, **words: Any) -> Field:
    """A mapping with free keys, of strings unless said otherwise."""
    return Field(kind="map", item=item or text(), **words)


def block(fields: Mapping[str, Field], **words: Any) -> Field:
    """An object with known properties."""
    return Field(kind="block", fields=fields, **words)


def answer() -> Field:
    """A property of a block that only the cloud writes; what a program puts there is ignored."""
    return Field(kind="any", computed=True)


def switch(**words: Any) -> Field:
    """A block that holds just `enabled`."""
    return block({"enabled": flag(required=True)}, **words)


def cidr_fault(value: Any) -> str:
    """What is wrong with an address range, or nothing."""
    try:
        ipaddress.ip_network(value)
    except ValueError:
        return f"{value!r} is not an address range such as 10.10.0.0/16"
    return ""


def same_in_any_case(old: Any, new: Any) -> bool:
    """The API writes regions in lower case and environments with a capital, however they were written."""
    return str(old).lower() == str(new).lower()


def region(**words: Any) -> Field:
    """A region slug."""
    return text(same=same_in_any_case, **words)


def parent(**words: Any) -> Field:
    """The id of what this belongs to: required, and moving makes a new resource."""
    return text(required=True, replace=True, **words)


def is_nothing(value: Any) -> bool:
    """
    Whether a value means no more than its absence: nothing, empty, zero or false, all the way down.

    >>> is_nothing({"a": [], "b": 0}), is_nothing({"a": "x"})
    (True, False)
    """
    if isinstance(value, Mapping):
        return all(is_nothing(inner) for inner in value.values())
    return value is None or value in ("", 0, False) or value == []
