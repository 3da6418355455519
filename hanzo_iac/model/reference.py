"""docs/hanzo-yaml.md: every key of `hanzo.yaml`, written from the JSON Schema so that it cannot fall behind."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hanzo_iac.model.schema import schema

FILE = Path(__file__).parents[2] / "docs" / "hanzo-yaml.md"

_HEAD = """\
# Every key of hanzo.yaml

Written from the model by `python -m hanzo_iac.model.reference`; a test keeps it equal. `hanzo schema` prints the same
as JSON Schema, for editors. Keys that are not here are refused, and every fault of a file is reported at once.

YAML is read as YAML 1.2: `no`, `on` and `12:30` are text, only `true` and `false` are truth values. One document,
UTF-8, at most 1 MiB, no key twice, no tags, no merge keys.
"""

_ORDER = (
    *("Service", "Build", "Git", "Replicas", "Scaling", "Window", "Objectives", "SecretReference", "Health"),
    *("Postgres", "Pooling", "Growth", "Maintenance", "Restore", "Valkey", "VectorStore"),
    *("ObjectStore", "Lifecycle", "Cors", "Cdn", "FileShare", "LlmGateway", "CpuPool", "GpuPool", "Nodes"),
)

_WORD = {"string": "text", "integer": "whole number", "number": "number", "boolean": "`true` or `false`"}


def reference() -> str:
    """The page."""
    made = schema()
    parts = [_HEAD, *_section("hanzo.yaml", made)]
    assert sorted(_ORDER) == sorted(made["$defs"]), "every class has its place in the order"
    for name in _ORDER:
        parts += _section(name, made["$defs"][name])
    return "\n".join(parts)


def _section(name: str, described: dict[str, Any]) -> Iterator[str]:
    yield f"## {name}\n"
    yield described["description"] + "\n"
    yield "| key | value | left out | meaning |\n| --- | --- | --- | --- |"
    required = described.get("required", [])
    for key, field in described["properties"].items():
        default = "required" if key in required else _default(field)
        yield f"| `{key}` | {_value(field)} | {default} | {field['description']} |"
    yield ""


def _default(field: dict[str, Any]) -> str:
    default = field.get("default")
    return "" if default is None or default == [] else f"`{json.dumps(default).strip(chr(34))}`"


def _value(field: dict[str, Any]) -> str:
    choices = [choice for choice in field.get("anyOf", field.get("oneOf", [])) if choice.get("type") != "null"]
    if "examples" in field:
        text = ", ".join(f"`{_yaml(example)}`" for example in field["examples"])
    elif choices:
        text = " or ".join(dict.fromkeys(_value(choice) for choice in choices))
    elif "$ref" in field:
        name = field["$ref"].rsplit("/", 1)[-1]
        text = f"[{name}](#{name.lower()})"
    elif "enum" in field:
        text = ", ".join(f"`{word}`" for word in field["enum"])
    elif "const" in field:
        text = f"`{field['const']}`"
    elif field.get("type") == "array":
        text = f"list of {_value(field['items'])}"
    elif field.get("type") == "object":
        text = f"name: {_value(field['additionalProperties'])}"
    elif isinstance(field["type"], list):
        text = " or ".join(_WORD[word] for word in field["type"])
    else:
        text = _WORD[field["type"]] + _limits(field)
    return text


def _limits(field: dict[str, Any]) -> str:
    ends = [str(field[key]) for key in ("minimum", "maximum") if key in field]
    return f", {' to '.join(ends)}" if len(ends) == 2 else ""


def _yaml(example: Any) -> str:
    return f"[{', '.join(example)}]" if isinstance(example, list) else str(example)


if __name__ == "__main__":
    FILE.write_text(reference())
    sys.stderr.write(f"wrote {FILE.name}\n")
