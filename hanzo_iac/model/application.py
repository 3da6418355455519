"""The application: the tuple (S, R, C, E) of definition 1, as `hanzo.yaml` or Python writes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Self

from pydantic import Field

from hanzo_iac.model.configuration import Configuration
from hanzo_iac.model.resources import (
    CpuPool,
    FileShare,
    GpuPool,
    LlmGateway,
    ObjectStore,
    Postgres,
    Resource,
    Valkey,
    VectorStore,
)
from hanzo_iac.model.scaling import Replicas, Scaling, ScalingPolicy
from hanzo_iac.model.service import Service
from hanzo_iac.model.source import Build, Git, Image, Source
from hanzo_iac.model.values import MoneyValue, Name, Runtime
from hanzo_iac.model.written import Frozen, FrozenDict, Problem, Written
from hanzo_iac.names import nearest

__all__ = [
    "Application",
    "Build",
    "CpuPool",
    "FileShare",
    "Git",
    "GpuPool",
    "Image",
    "LlmGateway",
    "ObjectStore",
    "Postgres",
    "Replicas",
    "Resource",
    "Scaling",
    "Service",
    "Valkey",
    "VectorStore",
]

FILE_NAME = "hanzo.yaml"


class Application(Written):
    """An AI-native application: its services and the resources they use."""

    name: Name = Field(examples=["my-rag-app"])
    """What it is called; part of the names of all that is made for it."""
    runtime: Runtime | None = None
    """Language and version its services are built for: `python-3.12`."""
    budget: MoneyValue | None = None
    """Most that its infrastructure may cost in a month, beside the environment's ceiling."""
    services: Frozen[Name, Service] = Field(default_factory=FrozenDict)
    """The programs that run."""
    resources: Frozen[Name, Resource] = Field(default_factory=FrozenDict)
    """What the programs use: databases, caches, stores, model gateways, pools of nodes."""

    @property
    def source(self) -> Mapping[str, Source]:
        """S: service -> what is built and run."""
        return {name: service.source for name, service in self.services.items()}

    @property
    def configuration(self) -> Mapping[str, Configuration]:
        """C: service -> variables, secrets, domains. (R is `resources` itself.)"""
        return {name: service.configuration for name, service in self.services.items()}

    @property
    def scaling(self) -> Mapping[str, ScalingPolicy]:
        """E: service -> replicas, metric or objectives, capacity."""
        return {name: service.scaling_policy for name, service in self.services.items()}

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """
        The application in a file, or in the `hanzo.yaml` of a folder.

        Raises:
            InputError: the file cannot be read, or something in it is wrong; all faults at once.
        """
        from hanzo_iac.model.load import load, read_file

        file = Path(path)
        file = file / FILE_NAME if file.is_dir() else file
        return load(cls, read_file(file), where=str(file))

    @classmethod
    def loads(cls, text: str | bytes, where: str = FILE_NAME) -> Self:
        """
        The application a text describes; `where` is what messages call the text.

        Raises:
            InputError: something in it is wrong; all faults at once.
        """
        from hanzo_iac.model.load import load

        return load(cls, text, where=where)

    def dump(self) -> str:
        """The application as `hanzo.yaml`: what was written, in canonical spelling. `loads` gives an equal one."""
        from hanzo_iac.model.dump import dump

        return dump(self)

    def problems(self) -> Iterable[Problem]:
        """Services and resources that do not go together."""
        if not self.services and not self.resources:
            hint = "write a service: services: {web: {build: ., port: 8000}}"
            yield Problem((), "describes nothing: no service and no resource", hint, (("services",), ("resources",)))
        for name in self.services:
            if name in self.resources:
                reads = (("services", name), ("resources", name))
                yield Problem(("resources", name), "is the name of a service too", "rename one of them", reads)
        for name, service in self.services.items():
            yield from self._pool_problems(name, service)
            yield from self._use_problems(name, service)
        yield from self._domain_problems()
        yield from self._holder_problems()

    def _holder_problems(self) -> Iterable[Problem]:
        databases = [key for key, resource in self.resources.items() if isinstance(resource, Postgres)]
        for name, resource in self.resources.items():
            if isinstance(resource, VectorStore) and resource.database and resource.database not in databases:
                at = ("resources", name, "database")
                hint = f"databases here: {', '.join(databases)}" if databases else "leave it out: it has one of its own"
                reads = (at, ("resources", resource.database))
                yield Problem(at, f"there is no postgres resource {resource.database}", hint, reads)

    def _pool_problems(self, name: str, service: Service) -> Iterable[Problem]:
        if service.pool is None:
            return
        at = ("services", name, "pool")
        reads = (at, ("resources", service.pool))
        pool = self.resources.get(service.pool)
        pools = [key for key, resource in self.resources.items() if isinstance(resource, CpuPool | GpuPool)]
        if not isinstance(pool, CpuPool | GpuPool):
            what = f"{service.pool} is not a pool" if pool else f"there is no resource {service.pool}"
            hint = f"pools here: {', '.join(pools)}" if pools else "add one under resources, with engine: cpu or gpu"
            yield Problem(at, what, hint, reads)
        elif isinstance(pool, CpuPool) and (service.gpus > 1 or service.capacity == "spot"):
            key = "gpus" if service.gpus > 1 else "capacity"
            what = f"{getattr(service, key)} goes only with a gpu, and pool {service.pool} has none"
            yield Problem(("services", name, key), what, f"remove {key}, or name a pool with engine: gpu", reads)

    def _use_problems(self, name: str, service: Service) -> Iterable[Problem]:
        known = [*self.resources, *self.services]
        for used in dict.fromkeys(service.uses or ()):
            at = ("services", name, "uses")
            if used == name:
                yield Problem(at, f"{name} uses itself", f"remove {name}")
            elif used in self.services and self.services[used].port is None:
                what = f"{used} has no port, so nobody reaches it"
                yield Problem(at, what, f"remove {used}, or give it a port", (at, ("services", used)))
            elif used not in known:
                near = nearest(used, known)
                hint = f"did you mean {near}?" if near else f"known: {', '.join(known)}"
                reads = (at, ("resources", used), ("services", used))
                yield Problem(at, f"there is no resource or service {used}", hint, reads)

    def _domain_problems(self) -> Iterable[Problem]:
        owner: dict[str, str] = {}
        for name, service in self.services.items():
            for host in dict.fromkeys(service.domains):
                first = owner.setdefault(host, name)
                if first != name:
                    at = ("services", name, "domains")
                    reads = (at, ("services", first, "domains"))
                    yield Problem(at, f"{host} belongs to service {first} already", "keep it at one service", reads)
