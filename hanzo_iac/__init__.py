"""
Infrastructure as code for AI-native applications.

    plan(Application.load("hanzo.yaml"), Environment.load("prod"))
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hanzo_iac.model.application import Application
    from hanzo_iac.model.environment import Environment
    from hanzo_iac.plan.mapping import plan

__all__ = ["Application", "Environment", "plan"]

_HOME = {
    "Application": "hanzo_iac.model.application",
    "Environment": "hanzo_iac.model.environment",
    "plan": "hanzo_iac.plan.mapping",
}


def __getattr__(name: str) -> Any:
    # Lazy: whoever wants an error class or a cache folder does not wait for pydantic.
    from importlib import import_module

    if name not in _HOME:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(_HOME[name]), name)
