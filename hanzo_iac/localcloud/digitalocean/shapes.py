"""
The shape of a request's nested parts, written as plain data, and the check of a value against it.

    str, int, float, bool, dict    a value of that type (`float` takes whole numbers too)
    ("a", "b")                     one of these texts
    [shape]                        a list of such values
    {"name!": shape, "size": ...}  an object; `!` marks what must be there

Requests are read leniently: null and unknown fields are dropped, and so is an empty text where one of several is
wanted.
"""

from __future__ import annotations

from typing import Any

from hanzo_iac.localcloud.digitalocean import errors

WORDS = {str: "a string", int: "a whole number", float: "a number", bool: "true or false", dict: "an object"}

Shape = Any


def fit(value: Any, shape: Shape, where: str = "the request") -> Any:
    """
    The value in that shape.

    Raises:
        ApiError: It does not fit; says where.
    """
    if isinstance(shape, dict):
        return _object(value, shape, where)
    if isinstance(shape, list):
        return _list(value, shape[0], where)
    if isinstance(shape, tuple):
        return _choice(value, shape, where)
    return _plain(value, shape, where)


def _object(value: Any, shape: dict[str, Shape], where: str) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    _plain(value, dict, where)
    for marked, inner in shape.items():
        name = marked.removesuffix("!")
        given = value.get(name)
        if given is None or (given == "" and isinstance(inner, tuple)):
            if name != marked:
                raise errors.unprocessable(f"{name} is required")
            continue
        fields[name] = fit(given, inner, name)
    return fields


def _list(value: Any, shape: Shape, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise errors.unprocessable(f"{where} must be a list")
    return [fit(item, shape, f"each of {where}") for item in value]


def _choice(value: Any, shape: tuple[str, ...], where: str) -> Any:
    if value not in shape:
        raise errors.unprocessable(f"{where} must be one of {', '.join(shape)}")
    return value


def _plain(value: Any, shape: type, where: str) -> Any:
    wanted = (int, float) if shape is float else shape
    if not isinstance(value, wanted) or (isinstance(value, bool) and shape is not bool):
        raise errors.unprocessable(f"{where} must be {WORDS[shape]}")
    return value
