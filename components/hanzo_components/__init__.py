"""
Pulumi components for AI-native applications on DigitalOcean, for use in any Pulumi program.

    from hanzo_components import Postgres

Each name is imported when it is first used: a program that takes one database does not pay for all of Kubernetes.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hanzo_components.application import Application
    from hanzo_components.becomes import BECOMES
    from hanzo_components.binding import Binding
    from hanzo_components.bucket import Bucket
    from hanzo_components.cluster import Cluster
    from hanzo_components.component import Component, ComponentError
    from hanzo_components.cpu_pool import CpuPool
    from hanzo_components.deploy import deploy
    from hanzo_components.file_share import FileShare
    from hanzo_components.gateway import Gateway
    from hanzo_components.gpu_pool import GpuPool
    from hanzo_components.llm_gateway import LlmGateway
    from hanzo_components.namespace import Namespace
    from hanzo_components.postgres import Postgres
    from hanzo_components.project import Project
    from hanzo_components.qdrant import Qdrant
    from hanzo_components.registry import Registry
    from hanzo_components.route import Route
    from hanzo_components.service import Service
    from hanzo_components.tag import Tag
    from hanzo_components.valkey import Valkey
    from hanzo_components.vector_store import VectorStore
    from hanzo_components.vpc import Vpc
    from hanzo_components.weaviate import Weaviate

__all__ = [
    "BECOMES",
    "Application",
    "Binding",
    "Bucket",
    "Cluster",
    "Component",
    "ComponentError",
    "CpuPool",
    "FileShare",
    "Gateway",
    "GpuPool",
    "LlmGateway",
    "Namespace",
    "Postgres",
    "Project",
    "Qdrant",
    "Registry",
    "Route",
    "Service",
    "Tag",
    "Valkey",
    "VectorStore",
    "Vpc",
    "Weaviate",
    "deploy",
]

_MODULE = {
    "BECOMES": "becomes",
    "ComponentError": "component",
    "CpuPool": "cpu_pool",
    "FileShare": "file_share",
    "GpuPool": "gpu_pool",
    "LlmGateway": "llm_gateway",
    "VectorStore": "vector_store",
}
"""Name -> module, where the module is not the name in lower case."""


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_MODULE.get(name, name.lower())}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
