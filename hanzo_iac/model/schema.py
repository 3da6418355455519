"""
The JSON Schema of `hanzo.yaml`, made from the model and committed beside it, so that editors can check a file.

It knows keys, types and words; rules between keys are held by the loader only.
"""

from __future__ import annotations

import ast
import inspect
import json
import sys
from pathlib import Path
from typing import Any

from hanzo_iac.model.application import Application
from hanzo_iac.model.resources import RESOURCE_BY_WORD
from hanzo_iac.model.written import Written
from hanzo_iac.units import Cpu, Money, Size

FILE = Path(__file__).with_name("hanzo.schema.json")


def schema() -> dict[str, Any]:
    """The schema, draft 2020-12."""
    made = Application.model_json_schema()
    classes = {kind.__name__: kind for kind in _classes(Written)}
    for name, described in (("Application", made), *made["$defs"].items()):
        texts = field_texts(classes[name])
        for key, field in described.get("properties", {}).items():
            field.pop("title", None)
            field["description"] = texts[key]
            if isinstance(default := classes[name].model_fields[key].default, Size | Money | Cpu):
                field["default"] = str(default)
    for kind in set(RESOURCE_BY_WORD.values()):
        # In Python the class says which resource it is; a file has only this word.
        described = made["$defs"][kind.__name__]
        word = "provider" if "provider" in described["properties"] else "engine"
        described["required"] = [word, *described.get("required", [])]
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "hanzo.yaml"}
    return {**head, **{key: value for key, value in made.items() if key != "title"}}


def schema_text() -> str:
    """The schema as the committed file holds it."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def field_texts(kind: type[Written]) -> dict[str, str]:
    """Field -> its docstring, of the class and of those it is made from."""
    texts: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        if issubclass(base, Written) and base is not Written:
            texts |= _own_texts(base)
    return texts


def _own_texts(kind: type[Written]) -> dict[str, str]:
    # Pydantic can do this at every import, which costs a quarter of it; here it is done when somebody asks.
    body = ast.parse(inspect.cleandoc("\n" + inspect.getsource(kind))).body[0]
    assert isinstance(body, ast.ClassDef)
    texts = {}
    for field, text in zip(body.body, body.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(text, ast.Expr):
            assert isinstance(text.value, ast.Constant)
            texts[field.target.id] = " ".join(str(text.value.value).split())
    return texts


def _classes(kind: type[Written]) -> list[type[Written]]:
    return [kind, *(deeper for below in kind.__subclasses__() for deeper in _classes(below))]


if __name__ == "__main__":
    FILE.write_text(schema_text())
    sys.stderr.write(f"wrote {FILE.name}\n")
