"""One service: its source, what it asks for, and how it is configured and scaled."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import Field

from hanzo_iac.model.configuration import Configuration, Health, Inject, Secrets
from hanzo_iac.model.scaling import Capacity, Cron, Replicas, ReplicasValue, Scaling, ScalingPolicy
from hanzo_iac.model.source import BuildValue, GitValue, Image, Source
from hanzo_iac.model.values import (
    CpuValue,
    GpuValue,
    Host,
    ImageName,
    Name,
    PlainValue,
    Runtime,
    SizeValue,
    VariableName,
)
from hanzo_iac.model.written import Frozen, FrozenDict, Listed, Problem, Written

Kind = Literal["web", "worker", "job", "cron"]

_SOURCES = ("build", "image", "git")
_WEB_ONLY = ("port", "public", "domains", "health")
_LONG_RUNNING_ONLY = ("replicas", "scaling")


class Service(Written):
    """One program of the application, in as many copies as `replicas` says."""

    kind: Kind = "web"
    """`web` answers on a port, `worker` runs without one, `job` runs once, `cron` runs by a schedule."""
    build: BuildValue | None = None
    """A folder to build. Exactly one of `build`, `image` and `git` is written."""
    image: ImageName | None = None
    """An image to run as it is."""
    git: GitValue | None = None
    """A repository to clone and build."""
    runtime: Runtime | None = None
    """Language and version to build for; left out, the application's."""
    command: Listed[str] = ()
    """What is run instead of the image's own command, one word an item."""
    port: int | None = Field(default=None, ge=1, le=65535)
    """The port a web service listens on."""
    schedule: Cron | None = None
    """When a `cron` runs."""
    cpu: CpuValue | None = None
    """Processor time for one copy; left out, the plan decides."""
    memory: SizeValue | None = None
    """Memory for one copy; left out, the plan decides."""
    gpu: GpuValue | None = None
    """The GPU each copy needs, or several of which the first that can be had is taken."""
    gpus: int = Field(default=1, ge=1, le=8)
    """How many GPUs each copy needs."""
    pool: Name | None = None
    """The pool of `resources` it runs on; left out, the plan decides."""
    capacity: Capacity = "on-demand"
    """`spot` is cheaper and may be taken away."""
    replicas: ReplicasValue = Replicas()
    """How many copies run: `{min: 1, max: 8}`, or one number."""
    scaling: Scaling | None = None
    """When copies are added and taken away; left out, `replicas/min` copies run."""
    env: Frozen[VariableName, PlainValue] = Field(default_factory=FrozenDict)
    """Environment variables. Values are text."""
    secrets: Secrets = Field(default_factory=FrozenDict)
    """Variable -> name of the secret it holds; never the value. A list where both have the same name."""
    public: bool | None = None
    """Whether the public entrance leads to it; left out, it does to the first web service and to those with domains."""
    domains: Listed[Host] = ()
    """Host names it answers to, beside the environment's."""
    health: Health | None = None
    """How it says that it is well; left out, its port is tried."""
    inject: Inject = "file"
    """Bound secrets as files, or as environment variables."""
    uses: Listed[Name] | None = None
    """The resources and services it may reach; left out, every resource."""
    egress: Listed[Host] = ()
    """Hosts on the internet it may reach by HTTPS; `*.example.com` for all below one."""

    @property
    def source(self) -> Source:
        """S of this service."""
        if self.image is not None:
            return Image(self.image)
        source = self.build or self.git
        assert source is not None, "held by the rules"
        return source

    @property
    def configuration(self) -> Configuration:
        """C of this service."""
        return Configuration(
            env=self.env,
            secrets=self.secrets,
            domains=self.domains,
            health=self.health,
            inject=self.inject,
            egress=self.egress,
            uses=self.uses,
        )

    @property
    def scaling_policy(self) -> ScalingPolicy:
        """E of this service."""
        return ScalingPolicy(replicas=self.replicas, scaling=self.scaling, capacity=self.capacity)

    @property
    def gpu_choices(self) -> tuple[str, ...]:
        """The GPUs it can run on, best first; empty without a GPU of its own."""
        return () if self.gpu is None else (self.gpu,) if isinstance(self.gpu, str) else self.gpu

    def problems(self) -> Iterable[Problem]:
        """Fields of this service that do not go together."""
        yield from self._source_problems()
        yield from self._kind_problems()
        yield from self._compute_problems()
        yield from self._configuration_problems()

    def _source_problems(self) -> Iterable[Problem]:
        written = [key for key in _SOURCES if getattr(self, key) is not None]
        reads = tuple((key,) for key in _SOURCES)
        if not written:
            yield Problem((), "has no source", "write build: . to build this folder, or image: or git:", reads)
        elif len(written) > 1:
            yield Problem((), f"has {len(written)} sources: {', '.join(written)}", "keep one of them", reads)

    def _kind_problems(self) -> Iterable[Problem]:
        for key, wanted, hint in (
            ("port", "web", "write the port it listens on, or kind: worker if it listens on none"),
            ("schedule", "cron", 'write for example schedule: "0 8 * * 1-5"'),
        ):
            reads = (("kind",), (key,))
            if self.kind == wanted and getattr(self, key) is None:
                yield Problem((key,), "is missing", hint, reads)
        for key in (*_WEB_ONLY, "schedule", *_LONG_RUNNING_ONLY):
            kinds = ("web",) if key in _WEB_ONLY else ("cron",) if key == "schedule" else ("web", "worker")
            is_written = key in self.model_fields_set and getattr(self, key) not in (None, ())
            if is_written and self.kind not in kinds:
                hint = f"remove {key}, or write kind: {kinds[0]}"
                yield Problem((key,), f"does not go with kind: {self.kind}", hint, (("kind",), (key,)))

    def _compute_problems(self) -> Iterable[Problem]:
        if self.gpu is not None and self.pool is not None:
            hint = "remove gpu: the pool says which GPU it has"
            yield Problem(("gpu",), "does not go with pool", hint, (("gpu",), ("pool",)))
        for key, plain in (("capacity", "on-demand"), ("gpus", 1)):
            if getattr(self, key) != plain and self.gpu is None and self.pool is None:
                what = f"{getattr(self, key)} goes only with a gpu"
                yield Problem((key,), what, f"write gpu: l40s, or remove {key}", ((key,), ("gpu",), ("pool",)))
        if self.scaling and self.scaling.metric in {"gpu_utilization", "kv_cache"} and not (self.gpu or self.pool):
            reads: tuple[tuple[str, ...], ...] = (("scaling", "metric"), ("gpu",), ("pool",))
            what = f"{self.scaling.metric} goes only with a gpu"
            yield Problem(("scaling", "metric"), what, "write gpu: l40s, or measure cpu", reads)
        for number, window in enumerate(self.scaling.schedule or () if self.scaling else ()):
            if window.min > self.replicas.max:
                at = ("scaling", "schedule", number, "min")
                what = f"{window.min} is more than replicas/max, {self.replicas.max}"
                yield Problem(at, what, f"raise replicas/max to {window.min}", (at, ("replicas",)))

    def _configuration_problems(self) -> Iterable[Problem]:
        for name in self.secrets:
            if name in self.env:
                what = "is written under env too"
                yield Problem(("secrets", name), what, "keep one of them", (("env", name), ("secrets", name)))
        if self.public is False and self.domains:
            what = "does not go with domains, where everybody finds it"
            yield Problem(("public",), what, "remove public, or the domains", (("public",), ("domains",)))
        for key in ("domains", "uses", "egress"):
            items: tuple[str, ...] = getattr(self, key) or ()
            for item in dict.fromkeys(items):
                if items.count(item) > 1:
                    yield Problem((key,), f"{item} stands {items.count(item)} times", "write it once")
