"""
The engine's property values and ours: protobuf structs <-> plain dicts, with the two marks the engine puts on values.

A value that is not known yet (a preview, before what it depends on exists) is `UNKNOWN`. Secrets come without their
mark, because the servicer tells the engine that it does not take marked ones: the engine then puts the mark back on
every output whose input had it, so that a secret can never be lost here. Outputs that are secret by nature are marked
on the way out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from google.protobuf import struct_pb2

# Fixed by the engine's protocol: pulumi/sdk, python/lib/pulumi/runtime/rpc.py, read 2026-11-21.
UNKNOWN_MARK: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  # the protocol's name for a secret, not one

# What the bridge of the official provider calls the inputs it filled in itself; the engine never shows it.
DEFAULTS: Final = "__defaults"


class Unknown:
    """A value that only exists once something else does."""

    def __repr__(self) -> str:
        return "(not known yet)"


UNKNOWN: Final = Unknown()


def is_known(value: Any) -> bool:
    """Whether no part of a value is still unknown."""
    if isinstance(value, Mapping):
        return all(is_known(inner) for inner in value.values())
    if isinstance(value, list):
        return all(is_known(inner) for inner in value)
    return value is not UNKNOWN


def plain(value: struct_pb2.Value) -> Any:
    """One wire value as Python; whole numbers are ints, secrets lose their mark."""
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        inner = plain_dict(value.struct_value)
        return inner.get("value") if inner.get(SIGNATURE) == SECRET else inner
    if kind == "list_value":
        return [plain(item) for item in value.list_value.values]
    if kind == "number_value":
        whole = value.number_value.is_integer()
        return int(value.number_value) if whole else value.number_value
    if kind == "string_value":
        return UNKNOWN if value.string_value == UNKNOWN_MARK else value.string_value
    return value.bool_value if kind == "bool_value" else None


def plain_dict(struct: struct_pb2.Struct) -> dict[str, Any]:
    """A wire struct as a dict; null properties are left out."""
    read = {key: plain(value) for key, value in struct.fields.items()}
    return {key: value for key, value in read.items() if value is not None}


def wire(value: Any) -> struct_pb2.Value:
    """One Python value for the wire."""
    match value:
        case None:
            made = struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)
        case Unknown():
            made = struct_pb2.Value(string_value=UNKNOWN_MARK)
        case bool():
            made = struct_pb2.Value(bool_value=value)
        case int() | float():
            made = struct_pb2.Value(number_value=value)
        case str():
            made = struct_pb2.Value(string_value=value)
        case Mapping():
            made = struct_pb2.Value(struct_value=wire_dict(value))
        case _:
            made = struct_pb2.Value(list_value=struct_pb2.ListValue(values=[wire(item) for item in value]))
    return made


def wire_dict(values: Mapping[str, Any], *, secrets: Iterable[str] = ()) -> struct_pb2.Struct:
    """A dict for the wire; properties named in `secrets` are marked, absent ones left out."""
    struct = struct_pb2.Struct()
    hidden = set(secrets)
    for key, value in values.items():
        if value is not None:
            marked = {SIGNATURE: SECRET, "value": value} if key in hidden and value is not UNKNOWN else value
            struct.fields[key].CopyFrom(wire(marked))
    return struct


def shown(value: Any) -> str:
    """A value as a person reads it in a message: JSON, unknown parts said in words."""
    return json.dumps(value, default=repr, ensure_ascii=False)
