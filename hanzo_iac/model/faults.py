"""
Pydantic's errors as faults for people: a path of names, our own sentence, and what to do.

Values below `env`, `secrets` and `args` are never repeated: they may be confidential.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from hanzo_iac.errors import Fault, InputError
from hanzo_iac.model.resources import ENGINES, PROVIDERS, RESOURCE_BY_WORD
from hanzo_iac.model.values import looks_secret
from hanzo_iac.model.written import Loc
from hanzo_iac.names import nearest
from hanzo_iac.units import shown

_QUIET = frozenset(("env", "secrets", "args"))
_CLASS_BY_TAG = {f"<{kind.__name__}>": kind for kind in RESOURCE_BY_WORD.values()}
_LONGEST = 60

Sentence = tuple[str, str]
"""What is wrong, and the hint."""


def input_error(model: type[BaseModel], error: ValidationError) -> InputError:
    """The InputError that says everything this validation found."""
    return InputError(fault_of(model, detail) for detail in errors_of(error))


def errors_of(error: ValidationError) -> list[ErrorDetails]:
    """Pydantic's errors, but for the list it calls too short because its wrong items do not count."""
    found = error.errors(include_url=False)
    return [detail for detail in found if not (detail["type"] == "too_short" and detail["input"])]


def fault_of(model: type[BaseModel], detail: ErrorDetails) -> Fault:
    """One of pydantic's errors in our words; `model` is what was validated."""
    loc = place(detail)
    what, hint = _sentence(model, detail, loc)
    return Fault(path(loc), what, hint)


def place(detail: ErrorDetails) -> Loc:
    """Where in the written data an error is: pydantic's own additions taken out."""
    loc: Loc = tuple(part for part in detail["loc"] if part not in _CLASS_BY_TAG)
    if loc and loc[-1] == "[key]":
        loc = loc[:-1]
    if detail["type"].startswith("union_tag") and isinstance(detail["input"], dict):
        word = next((key for key in ("engine", "provider") if key in detail["input"]), None)
        return (*loc, word) if word else loc
    return loc


def path(loc: Loc) -> str:
    """
    The place as people write it. An item of a list of words is named by what the message says of it, not by a number.

    >>> path(("services", "web", "replicas", "min"))
    'services/web/replicas/min'
    """
    named = loc[:-1] if loc and isinstance(loc[-1], int) else loc
    parts = (str(part)[: _LONGEST + 1] for part in named)
    cut = (part if len(part) <= _LONGEST else part[:_LONGEST] + "..." for part in parts)
    shy = ("(hidden)" if looks_secret(part) else part for part in cut)
    return "/".join("".join(c if c.isprintable() else "?" for c in part) for part in shy)


def _sentence(model: type[BaseModel], detail: ErrorDetails, loc: Loc) -> Sentence:
    kind, value = detail["type"], detail["input"]
    if kind == "fault":
        sentence: Sentence = detail["ctx"]["what"], detail["ctx"]["hint"]
    elif kind == "extra_forbidden":
        sentence = _unknown_key(model, detail["loc"])
    elif kind == "missing":
        sentence = _missing(model, detail["loc"])
    elif kind.startswith("union_tag"):
        sentence = _which_resource(value)
    elif value is None:
        sentence = "has no value", "write one, or remove the line"
    elif kind in _WANTED:
        sentence = _wrong_type(kind, value, loc)
    elif kind in _LIMITS:
        sentence = _LIMITS[kind](value, detail.get("ctx", {}))
    else:
        sentence = detail["msg"][:1].lower() + detail["msg"][1:], ""
    return sentence


def _one_of(value: Any, context: Mapping[str, Any]) -> Sentence:
    expected = str(context["expected"]).replace(" or ", ", ").replace("'", "")
    words = expected.split(", ")
    near = nearest(value, words) if isinstance(value, str) else None
    return f"{shown(value)} is not one of {', '.join(words)}", f"did you mean {near}?" if near else "write one of these"


_LIMITS: dict[str, Callable[[Any, Mapping[str, Any]], Sentence]] = {
    "literal_error": _one_of,
    "greater_than_equal": lambda v, c: (f"{shown(v)} is less than {c['ge']}", f"write {c['ge']} or more"),
    "greater_than": lambda v, c: (f"{shown(v)} is not more than {c['gt']:g}", f"write more than {c['gt']:g}"),
    "less_than_equal": lambda v, c: (f"{shown(v)} is more than {c['le']}", f"write {c['le']} or less"),
    "finite_number": lambda v, _: (f"{v} is not a number to count with", "write a plain number"),
    "too_short": lambda _, __: ("is empty", "write at least one"),
}

# pydantic's name of the error -> what is wanted
_WANTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing_size": "a smaller number",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "mapping_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}


def _wrong_type(kind: str, value: Any, loc: Loc) -> Sentence:
    wanted = _WANTED[kind]
    called = shown(value) if isinstance(value, float) and kind.startswith("int") else _called(value)
    return f"must be {wanted}, not {called}", _type_hint(kind, value, loc) or f"write {wanted}"


_TRUTH = {"yes": "true", "on": "true", "no": "false", "off": "false"}

# What may stand at a key that takes a mapping.
_SPELLING = {
    "replicas": "write {min: 1, max: 8}, or one number",
    "nodes": "write {min: 1, max: 3}, or one number",
    "build": "write a folder: build: .",
    "git": "write an address: git: https://github.com/acme/app.git",
    "scaling": "write {metric: tokens_per_second, target: 1000}",
    "health": "write {path: /healthz}",
    "env": "write {NAME: value}",
    "secrets": "write [NAME], or {NAME: name of the secret}",
}


def _type_hint(kind: str, value: Any, loc: Loc) -> str | None:
    if kind == "string_type" and isinstance(value, bool | int | float):
        return f'put it in quotes: "{shown(value)}"' if _QUIET.isdisjoint(loc) else "put it in quotes"
    if "secrets" in loc[:-1]:
        return "write the name under which the secret store keeps it: OPENAI_API_KEY"
    if _WANTED[kind] == "a mapping":
        return _SPELLING.get(str(loc[-1]) if loc else "", "write key: value, each on its own line and indented")
    if kind == "tuple_type" and not isinstance(value, str):
        return "write [a, b], or one item a line after a -"
    return _text_hint(kind, value) if isinstance(value, str) else None


def _text_hint(kind: str, text: str) -> str | None:
    """What to write when text stands where something else belongs."""
    if kind == "tuple_type":
        return f"write [{', '.join(text.split())}]" if len(text) <= _LONGEST and text.isprintable() else None
    if kind == "bool_type":
        word = _TRUTH.get(text.lower())
        return f"write {word}: YAML 1.2 has no other words for it" if word else None
    return f"remove the quotes: {text}" if text.isascii() and text.isdigit() and len(text) < 10 else None


def _called(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case dict():
            return "a mapping"
        case list() | tuple():
            return "a list"
    return f"a {type(value).__name__}"


def _which_resource(value: Any) -> Sentence:
    """A resource of none of the seven types."""
    choice = f"engine: {', '.join(ENGINES)}; or provider: {', '.join(PROVIDERS)}"
    if not isinstance(value, dict):
        return ("has no value" if value is None else f"must be a mapping, not {_called(value)}"), f"say which: {choice}"
    if "engine" not in value and "provider" not in value:
        return "has no engine", f"say which: {choice}"
    key, known = ("engine", ENGINES) if "engine" in value else ("provider", PROVIDERS)
    word = value[key]
    if not isinstance(word, str):
        return f"must be text, not {'empty' if word is None else _called(word)}", f"say which: {choice}"
    if key == "engine" and word in PROVIDERS:
        return f"{word} is a provider, not an engine", f"write provider: {word}"
    if key == "provider" and word in ENGINES:
        return f"{word} is an engine, not a provider", f"write engine: {word}"
    near = nearest(word, known)
    return f"there is no {key} {shown(word)}", f"did you mean {near}?" if near else f"known: {', '.join(known)}"


def _unknown_key(model: type[BaseModel], raw: Loc) -> Sentence:
    owner = _owner(model, raw)
    known = list(owner.model_fields) if owner else []
    near = nearest(str(raw[-1]), known)
    return "is not a key here", f"did you mean {near}?" if near else f"known keys: {', '.join(known)}"


def _missing(model: type[BaseModel], raw: Loc) -> Sentence:
    owner, key = _owner(model, raw), str(raw[-1])
    field = owner.model_fields.get(key) if owner else None
    examples = field.examples if field else None
    return (
        "is missing",
        f"write for example {key}: {_plain(examples[0])}" if examples else f"write {key}: and its value",
    )


def _plain(value: Any) -> str:
    return f"[{', '.join(map(str, value))}]" if isinstance(value, list) else str(value)


def _owner(model: type[BaseModel], raw: Loc) -> type[BaseModel] | None:
    """The class whose key `raw` ends in; `raw` still has pydantic's tags, which say which resource it is."""
    current: Any = model
    for part in raw[:-1]:
        if part in _CLASS_BY_TAG:
            current = _CLASS_BY_TAG[str(part)]
        elif isinstance(current, type) and issubclass(current, BaseModel):
            field = current.model_fields.get(str(part))
            current = _bare(field.annotation if field else None)
        else:
            current = _bare(next(reversed([kind for kind in get_args(current) if kind is not Ellipsis]), None))
    return current if isinstance(current, type) and issubclass(current, BaseModel) else None


def _bare(annotation: Any) -> Any:
    """The type without what is said about it, and without `| None`."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in (Union, types.UnionType):
        kinds = [kind for kind in get_args(annotation) if kind is not type(None)]
        return _bare(kinds[0]) if len(kinds) == 1 else annotation
    return annotation
