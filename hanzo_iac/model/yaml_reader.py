"""
YAML text as plain data and the line of every key, with YAML 1.2's meaning of plain words.

PyYAML alone reads YAML 1.1: `no` is false, `12:30` a number, `2026-01-01` a date, a key may stand twice, and a few
lines of aliases become gigabytes. Here its parser gives events only, and the data is built from them within limits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from hanzo_iac.errors import Fault, InputError
from hanzo_iac.model.written import Loc
from hanzo_iac.units import shown

MAX_BYTES = 1024 * 1024
"""Chosen: a thousand times a usual file."""
MAX_DEPTH = 50
MAX_VALUES = 50_000
"""Values a file may hold after every alias is followed. Chosen: a bomb has billions."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TEXT_TAG = "tag:yaml.org,2002:str"

_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]{1,100}", re.ASCII)
_OCTAL = re.compile(r"0o[0-7]{1,100}", re.ASCII)
_HEX = re.compile(r"0x[0-9a-fA-F]{1,100}", re.ASCII)
_FLOAT = re.compile(r"[-+]?(\.[0-9]{1,100}|[0-9]{1,100}(\.[0-9]{0,100})?)([eE][-+]?[0-9]{1,4})?", re.ASCII)
_SPECIAL = {".inf": "inf", "+.inf": "inf", "-.inf": "-inf", ".nan": "nan"}


@dataclass(frozen=True)
class Document:
    """What a text says, and where."""

    data: Any
    line_by_loc: dict[Loc, int]
    """Lines count from 1."""


def read_yaml(text: str | bytes, *, where: str) -> Document:
    """
    The one document in the text; `where` is what messages call the text.

    Raises:
        InputError: the text is no YAML, is too large, or uses what this project leaves out of YAML.
    """
    plain = _decoded(text, where)
    try:
        return _Builder(where, plain).document()
    except yaml.MarkedYAMLError as error:
        raise InputError(_syntax_fault(error, plain, where)) from None
    except yaml.YAMLError as error:
        raise InputError(_reader_fault(error, plain, where)) from None


def _decoded(text: str | bytes, where: str) -> str:
    try:
        raw = text.encode() if isinstance(text, str) else text
        if len(raw) > MAX_BYTES:
            raise InputError(too_large(where, len(raw)))
        plain = raw.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        what = f"is not UTF-8: byte {error.object[error.start]:#04x} at position {error.start}"
        raise InputError(Fault(where, what, "save the file as UTF-8")) from None
    except UnicodeEncodeError:
        raise InputError(Fault(where, "is not UTF-8: half of a character pair", "save the file as UTF-8")) from None
    if "\0" in plain:
        line = plain[: plain.index("\0")].count("\n") + 1
        raise InputError(Fault(f"{where}:{line}", "holds a NUL byte", "a text file has none: is this the right file?"))
    return plain


def too_large(where: str, size: int) -> Fault:
    """The fault of a file above the limit; `size` in bytes."""
    what = f"is larger than 1 MiB: {size:,} bytes"
    return Fault(where, what, "is this the right file? An application is a few hundred lines")


@dataclass
class _Anchor:
    """What an alias would repeat."""

    value: Any
    values: int
    depth: int


@dataclass
class _Builder:
    """Builds data out of the parser's events."""

    where: str
    text: str
    line_by_loc: dict[Loc, int] = field(default_factory=dict)
    anchors: dict[str, _Anchor | None] = field(default_factory=dict)
    """None while the anchored value is not complete."""
    values: int = 0
    deepest: int = 0
    events: Iterator[Any] = field(init=False)

    def document(self) -> Document:
        self.events = iter(yaml.parse(self.text, Loader=_LOADER))
        data: Any = None
        documents = 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._fault(event, "begins a second document", "keep one document a file: remove the ---")
                data = self._value(next(self.events), (), 0)
        return Document(data, self.line_by_loc)

    def _value(self, event: Any, loc: Loc, depth: int) -> Any:
        self._count(event, 1, depth)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, depth)
        if event.tag is not None and event.tag not in ("!", _TEXT_TAG):
            tag = event.tag.removeprefix("tag:yaml.org,2002:")
            raise self._fault(event, f"the tag {shown(tag)} is not accepted", "remove it: plain values are enough")
        if event.anchor is None:
            return self._content(event, loc, depth)
        self.anchors[event.anchor] = None
        before, outer = self.values, self.deepest
        self.deepest = depth
        value = self._content(event, loc, depth)
        self.anchors[event.anchor] = _Anchor(value, self.values - before + 1, self.deepest - depth)
        self.deepest = max(outer, self.deepest)
        return value

    def _content(self, event: Any, loc: Loc, depth: int) -> Any:
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(loc, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(loc, depth)
        is_plain = event.style in (None, "") and event.tag is None
        return plain_value(event.value) if is_plain else event.value

    def _mapping(self, loc: Loc, depth: int) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for event in self.events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._key(event)
            if key in mapping:
                path = "/".join(str(part) for part in (*loc, key))
                first = self.line_by_loc[(*loc, key)]
                raise self._fault(event, f"{shown(path)} is written on line {first} already", "keep one of the two")
            self.line_by_loc[(*loc, key)] = event.start_mark.line + 1
            mapping[key] = None
            mapping[key] = self._value(next(self.events), (*loc, key), depth + 1)
        return mapping

    def _key(self, event: Any) -> str:
        """Keys are text however they look: `8000:` is the key "8000"."""
        self._count(event, 1, 0)
        if not isinstance(event, yaml.ScalarEvent):
            hint = "write a plain word before the colon; a value with { or * in front needs quotes"
            raise self._fault(event, "a key must be a word", hint)
        if event.value == "<<" and event.style in (None, ""):
            raise self._fault(event, "merge keys (<<) are not part of YAML 1.2", "write the keys out")
        if event.anchor is not None:
            self.anchors[event.anchor] = _Anchor(event.value, 1, 0)
        return str(event.value)

    def _sequence(self, loc: Loc, depth: int) -> list[Any]:
        items: list[Any] = []
        for event in self.events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            here = (*loc, len(items))
            self.line_by_loc[here] = event.start_mark.line + 1
            items.append(self._value(event, here, depth + 1))
        return items

    def _alias(self, event: Any, depth: int) -> Any:
        if event.anchor not in self.anchors:
            hint = f"write &{event.anchor} before the value it stands for, or quote the value"
            raise self._fault(event, f"*{event.anchor} stands for nothing", hint)
        anchor = self.anchors[event.anchor]
        if anchor is None:
            raise self._fault(event, f"*{event.anchor} contains itself", "write the value out")
        self._count(event, anchor.values - 1, depth + anchor.depth)
        return anchor.value

    def _count(self, event: Any, values: int, depth: int) -> None:
        self.values += values
        self.deepest = max(self.deepest, depth)
        if depth > MAX_DEPTH:
            raise self._fault(event, f"is nested more than {MAX_DEPTH} levels deep", "an application needs about 6")
        if self.values > MAX_VALUES:
            what = f"holds more than {MAX_VALUES:,} values once every alias is followed"
            raise self._fault(event, what, "write fewer aliases")

    def _fault(self, event: Any, what: str, hint: str) -> InputError:
        return InputError(Fault(f"{self.where}:{event.start_mark.line + 1}", what, hint))


def plain_value(text: str) -> str | int | float | bool | None:
    """
    What a word without quotes means in YAML 1.2's core schema.

    >>> [plain_value(word) for word in ("no", "true", "0x10", "1e3", "12:30", "~")]
    ['no', True, 16, 1000.0, '12:30', None]
    """
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _INT.fullmatch(text):
        return int(text)
    if _OCTAL.fullmatch(text) or _HEX.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        return float(text)
    return float(_SPECIAL[text.lower()]) if text.lower() in _SPECIAL else text


_INDENTATION = "the indentation does not fit the lines above"

# The parser's words -> ours: what, hint. The first that occurs in the parser's message is taken.
_WORDS = (
    ("mapping values are not allowed", "a colon is not expected here", 'quote a value that holds ": "'),
    ("could not find expected ':'", "a key without its colon", "write key: value"),
    ("',' or ']'", "a list that begins with [ is not closed", "add ], and a comma between items"),
    ("',' or '}'", "a mapping that begins with { is not closed", "add }, and a comma between items"),
    ("unexpected end of stream", "a quoted text is not closed", "add the missing quote"),
    ("did not find expected '-' indicator", _INDENTATION, "begin the items of a list in one column"),
    ("did not find expected key", _INDENTATION, "begin the keys of a mapping in one column"),
    ("unknown escape character", "a backslash stands in double quotes", "write it twice, or use single quotes"),
)


def _syntax_fault(error: yaml.MarkedYAMLError, text: str, where: str) -> Fault:
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return Fault(where, f"is not YAML: {error.problem}", "see yaml.org for the syntax")
    place = f"{where}:{mark.line + 1}"
    lines = text.split("\n")
    line = lines[mark.line] if mark.line < len(lines) else ""
    if "\t" in line[: len(line) - len(line.lstrip())] or line[mark.column : mark.column + 1] == "\t":
        return Fault(place, "is indented with a tab", "YAML takes spaces only: write two spaces for each level")
    if "cannot start any token" in (error.problem or "") and mark.column < len(line):
        what = f"a value begins with {line[mark.column]}, which means something else in YAML"
        return Fault(place, what, "put the value in quotes")
    for sign, what, hint in _WORDS:
        if sign in (error.problem or ""):
            return Fault(place, what, hint)
    return Fault(place, f"is not YAML: {error.problem}", "see yaml.org for the syntax")


def _reader_fault(error: yaml.YAMLError, text: str, where: str) -> Fault:
    """A character YAML forbids; PyYAML names it, and not always where it stands."""
    character = getattr(error, "character", None)
    hint = "a text file has none: is this the right file?"
    if not isinstance(character, int):
        return Fault(where, "holds a control character", hint)
    line = text[: max(text.find(chr(character)), 0)].count("\n") + 1
    return Fault(f"{where}:{line}", f"holds a control character (U+{character:04X})", hint)
