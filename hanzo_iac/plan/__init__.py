"""
The mapping from an application in an environment to everything that will exist: pure, local, deterministic.

`hanzo_iac.plan` is this package and, called, the mapping itself: `plan(application, environment)`. Both readings are
wanted (`from hanzo_iac import plan`, `from hanzo_iac.plan.spec import Plan`) and Python has one name for them.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hanzo_iac.catalogue import Catalogue
    from hanzo_iac.model.application import Application
    from hanzo_iac.model.environment import Environment
    from hanzo_iac.plan.bill import cost
    from hanzo_iac.plan.explanation import explain
    from hanzo_iac.plan.mapping import plan
    from hanzo_iac.plan.render import to_json
    from hanzo_iac.plan.spec import Plan

__all__ = ["Plan", "cost", "explain", "plan", "to_json"]

_HOME = {"Plan": "spec", "cost": "bill", "explain": "explanation", "plan": "mapping", "to_json": "render"}


class _Mapping(ModuleType):
    """A package that can be called."""

    def __call__(self, application: Application, environment: Environment, catalogue: Catalogue | None = None) -> Plan:
        from hanzo_iac.plan.mapping import plan

        return plan(application, environment, catalogue)


def __getattr__(name: str) -> Any:
    # Lazy, so that components, which read specs only, do not load the mapping with pydantic behind it.
    from importlib import import_module

    if name not in _HOME:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


sys.modules[__name__].__class__ = _Mapping
