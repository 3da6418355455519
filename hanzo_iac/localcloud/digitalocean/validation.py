"""
Whether an answer is one that DigitalOcean's OpenAPI allows.

The specification is somebody else's file and is read in place. Schemas are cut out and flattened once per operation and
status. Formats with a checkable shape are checked too.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from openapi_schema_validator import OAS30ReadValidator, oas30_format_checker

from hanzo_iac.localcloud.digitalocean.api import Answer

# `cidr` and `hostname` are loose words in the specification; the rest have one meaning.
CHECKED_FORMATS = frozenset({"date-time", "uuid", "ipv4", "ipv6", "email", "byte", "int32", "uint64", "float"})


class Validator:
    """Answers `violation(...)` for one specification."""

    def __init__(self, specification: Path) -> None:
        self._spec: dict[str, Any] = _specification(specification)
        self._cached = cache(self._check)

    def violation(self, method: str, template: str, answer: Answer) -> str | None:
        """What is wrong with the answer, in one line; None when nothing is, or when the path is not in the file."""
        operation = self._spec["paths"].get(template, {}).get(method.lower())
        if operation is None:
            return None
        label = f"{method} {template} {answer.status}"
        known, validator = self._cached(method, template, answer.status)
        if not known:
            return f"{label}: the specification knows no such success"
        return self._fault(label, validator, answer)

    @staticmethod
    def _fault(label: str, validator: Any, answer: Answer) -> str | None:
        if validator is None or answer.media != "application/json":
            return None
        if answer.body is None:
            return f"{label}: the specification wants a body"
        faults = sorted(validator.iter_errors(answer.body), key=lambda error: len(error.absolute_path))
        if not faults:
            return None
        fault = faults[0]
        where = "/".join(str(part) for part in fault.absolute_path)
        return f"{label}: {where}: {fault.message}"

    def _check(self, method: str, template: str, status: int) -> tuple[bool, Any]:
        """Whether the status is documented, and the validator of its body (None: no body is described)."""
        answers = self._spec["paths"][template][method.lower()]["responses"]
        described = answers.get(str(status)) or (answers.get("default") if status >= 300 else None)
        if described is None:
            # Some operations document no `default`; an error then still has the one error body.
            return status >= 300, None
        content = self._resolved(described).get("content", {}).get("application/json", {})
        schema = content.get("schema")
        if schema is None:
            return True, None
        return True, OAS30ReadValidator(self._flat(schema), format_checker=_formats())

    def _resolved(self, node: Any) -> Any:
        while isinstance(node, dict) and "$ref" in node:
            target: Any = self._spec
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node

    def _flat(self, node: Any) -> Any:
        """The schema with every reference replaced by what it names. None of them is recursive."""
        node = self._resolved(node)
        if isinstance(node, list):
            return [self._flat(item) for item in node]
        if not isinstance(node, dict):
            return node
        flat = {key: self._flat(value) for key, value in node.items() if key not in ("example", "examples")}
        if isinstance(flat.get("format"), str) and flat["format"] not in CHECKED_FORMATS:
            del flat["format"]
        return flat


@cache
def _specification(path: Path) -> dict[str, Any]:
    spec: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return spec


@cache
def _formats() -> Any:
    return oas30_format_checker
