"""
Wanted inputs against known state -> what changes, by property path, and whether it needs a new resource.

State is what the API answered last; so drift that a refresh found shows up here, as it does with the official
provider. Spellings the API changes by itself (a region in capitals, the order of tags, seconds in a time of day) are
no change.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from hanzo_iac.localcloud.provider.fields import Field, State, is_nothing
from hanzo_iac.localcloud.provider.values import UNKNOWN

Verb = Literal["add", "delete", "update"]

# The steps of a property path: `a.b`, `a["b.c"]`, `a[0]`.
PATH = re.compile(r'\["([^"]*)"\]|([^.\[\]]+)')


@dataclass(frozen=True)
class Change:
    """One property that differs: `nodePool.size`, what happens to it, and whether that replaces the resource."""

    path: str
    verb: Verb
    replaces: bool
    old: Any = None
    new: Any = None

    @property
    def top(self) -> str:
        """The property of the resource it lies in: `nodePool`."""
        return re.split(r"[.\[]", self.path, maxsplit=1)[0]


def changes(fields: Mapping[str, Field], old: State, new: State, where: str = "") -> list[Change]:
    """Everything that differs between state and inputs."""
    found: list[Change] = []
    for name, field in fields.items():
        before, after = (field.spelled(values.get(name), values) for values in (old, new))
        if new.get(field.left_to) is not True or before is None:
            found += compared(field, before, after, f"{where}{name}")
    return found


def compared(field: Field, old: Any, new: Any, path: str) -> Iterator[Change]:
    """What differs in one property."""
    if field.kind == "any" or (new is None and field.computed):
        return
    if new is UNKNOWN:
        yield Change(path, "update" if old is not None else "add", field.replaces(old, new), old, new)
    elif is_nothing(old) and is_nothing(new):
        return
    elif field.kind == "block" and isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from changes(field.fields, dict(old), dict(new), f"{path}.")
    elif field.kind == "map" and isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from changed_keys(field, dict(old), dict(new), path)
    elif field.kind == "list" and isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        assert field.item is not None
        for index, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from compared_item(field, before, after, f"{path}[{index}]")
    elif not same(field, old, new):
        verb: Verb = "add" if old is None else "delete" if new is None else "update"
        yield Change(path, verb, field.replaces(old, new), old, new)


def compared_item(field: Field, old: Any, new: Any, path: str) -> Iterator[Change]:
    """What differs in one item of a list; the list's own word on replacing holds for its items."""
    assert field.item is not None
    for change in compared(field.item, old, new, path):
        yield Change(change.path, change.verb, change.replaces or field.replaces(old, new), change.old, change.new)


def changed_keys(field: Field, old: State, new: State, path: str) -> Iterator[Change]:
    """What differs in a mapping, key by key."""
    for key in {**old, **new}:
        before, after = old.get(key), new.get(key)
        if before != after:
            spelled = f"{path}.{key}" if re.fullmatch(r"\w+", key) else f'{path}["{key}"]'
            verb: Verb = "add" if key not in old else "delete" if key not in new else "update"
            yield Change(spelled, verb, field.replaces(before, after), before, after)


def ignoring(paths: Iterable[str], old: State, new: State) -> State:
    """
    The inputs with what lies at the paths, which the program ignores changes of, as it is in the state.

    >>> ignoring(["a.b", "c"], {"a": {"b": 1}}, {"a": {"b": 2, "d": 3}, "c": 4})
    {'a': {'b': 1, 'd': 3}}
    """
    for path in paths:
        new = put_back(new, old, [key or name for key, name in PATH.findall(path)])
    return new


def put_back(new: Any, old: Any, path: list[str]) -> Any:
    """The new value, but for what lies at the path: that is the old one's, also where it has none."""
    if not path:
        return old
    if isinstance(new, Mapping) and isinstance(old, Mapping):
        inner = put_back(new.get(path[0]), old.get(path[0]), path[1:])
        return {key: value for key, value in {**new, path[0]: inner}.items() if value is not None}
    at = int(path[0]) if path[0].isdigit() else -1
    if isinstance(new, list) and isinstance(old, list) and 0 <= at < min(len(new), len(old)):
        return [*new[:at], put_back(new[at], old[at], path[1:]), *new[at + 1 :]]
    return new


def same(field: Field, old: Any, new: Any) -> bool:
    """Whether two values mean the same to the API."""
    if field.same is not None and old is not None and new is not None:
        return field.same(old, new)
    return same_items(field.item, old or [], new or []) if field.kind == "set" else bool(old == new)


def same_items(field: Field | None, old: list[Any], new: list[Any]) -> bool:
    """Whether every new item is an old one, in any order, and none is left."""
    left = list(old)
    for item in new:
        wanted = told(field, item, item)
        found = next((at for at, one in enumerate(left) if told(field, one, item) == wanted), None)
        if found is None:
            return False
        del left[found]
    return not left


def ordered(field: Field, value: Any) -> Any:
    """The value, with its items in one order where their order does not matter."""
    return sorted(value, key=repr) if field.kind == "set" and isinstance(value, list) else value


def told(field: Field | None, value: Any, wanted: Any) -> str:
    """One spelling of a value: without what means nothing, or what the cloud fills in where the wanted one has none."""
    if field is not None and field.kind == "block" and isinstance(value, Mapping):
        asked = {key for key, inner in field.fields.items() if inner.kind != "any"}
        asked -= {key for key, inner in field.fields.items() if inner.computed and wanted.get(key) is None}
        value = {key: ordered(field.fields[key], value[key]) for key in asked if not is_nothing(value.get(key))}
    return json.dumps(value, sort_keys=True, default=repr)
