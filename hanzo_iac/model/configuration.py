"""C: variables, secrets, domains and health of a service."""

from __future__ import annotations

from pydantic import BaseModel

from hanzo_iac.model.quantities import STRICT


class SecretReference(BaseModel):
    model_config = STRICT
    secret: str


class Health(BaseModel):
    model_config = STRICT
    path: str
