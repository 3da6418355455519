"""C of the tuple: variables, references to secrets (never their values), domains, health and what a service uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from hanzo_iac.model.values import SecretKey, UrlPath, VariableName
from hanzo_iac.model.written import Frozen, Written

Inject = Literal["file", "env"]


class SecretReference(Written):
    """Where a secret is kept. The value itself stands nowhere in this project."""

    secret: SecretKey = Field(examples=["OPENAI_API_KEY"])
    """Its name in the secret store."""


class Health(Written):
    """How a service says that it is well."""

    path: UrlPath = Field(examples=["/healthz"])
    """Answered with 200 when it is."""


def _references(value: Any) -> Any:
    """`[API_KEY]` and `{API_KEY: KEY}` as mappings; what fits neither is left for the checks that follow."""
    if isinstance(value, list | tuple) and all(isinstance(name, str) for name in value):
        return {name: {"secret": name} for name in value}
    if isinstance(value, Mapping):
        return {name: {"secret": held} if isinstance(held, str) else held for name, held in value.items()}
    return value


Secrets = Annotated[
    Frozen[VariableName, SecretReference],
    BeforeValidator(_references, json_schema_input_type=list[str] | dict[str, str | SecretReference]),
]
"""Variable -> reference; a list where both have the same name."""


@dataclass(frozen=True)
class Configuration:
    """C of one service."""

    env: Mapping[str, str]
    secrets: Mapping[str, SecretReference]
    domains: tuple[str, ...]
    health: Health | None
    inject: Inject
    egress: tuple[str, ...]
    uses: tuple[str, ...] | None
    """None = every resource of the application."""
