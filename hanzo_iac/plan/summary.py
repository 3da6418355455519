"""A plan in a line for each part: what it is, what it is called, what matters about it, and why it is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from hanzo_iac.plan.explanation import parts
from hanzo_iac.plan.spec import (
    BindingSpec,
    BucketSpec,
    ClusterSpec,
    CpuPoolSpec,
    FileShareSpec,
    GatewaySpec,
    GpuPoolSpec,
    ImageSpec,
    LlmGatewaySpec,
    NamespaceSpec,
    Plan,
    PodResourcesSpec,
    PostgresSpec,
    ProjectSpec,
    QdrantSpec,
    RegistrySpec,
    RouteSpec,
    ServiceSpec,
    TagSpec,
    ValkeySpec,
    VectorStoreSpec,
    VpcSpec,
    WeaviateSpec,
)
from hanzo_iac.units import Size


@dataclass(frozen=True)
class Row:
    """One line of the summary."""

    group: str
    kind: str
    name: str
    what: str
    why: str


def summary(plan: Plan) -> tuple[Row, ...]:
    """One row for each part that becomes something, in the plan's order."""
    return tuple(_rows(plan))


def _rows(plan: Plan) -> Iterator[Row]:
    for _, spec in parts(plan):
        row = ROWS.get(type(spec))
        if row is not None:
            group, kind, what = row
            yield Row(group, kind, spec.name, what(spec), spec.because)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _range(low: int, high: int, noun: str) -> str:
    return _count(low, noun) if low == high else f"{low} to {high} {noun}s"


def _cluster(spec: ClusterSpec) -> str:
    plane = ", highly available" if spec.ha else ""
    return f"Kubernetes {spec.version}{plane}, system pool of {spec.system_pool.count} x {spec.system_pool.size}"


def _cpu_pool(spec: CpuPoolSpec) -> str:
    return f"{_range(spec.min_nodes, spec.max_nodes, 'node')} of {spec.size}"


def _gpu_pool(spec: GpuPoolSpec) -> str:
    gpus = f"{_count(spec.gpus_per_node, 'GPU')} each ({spec.gpu})"
    return f"{_range(spec.min_nodes, spec.max_nodes, 'node')} of {spec.size}, {gpus}"


def _postgres(spec: PostgresSpec) -> str:
    nodes = "with standby" if spec.node_count > 1 else "single node"
    more = [
        f", {_count(len(spec.replicas), 'read replica')}" if spec.replicas else "",
        f", {spec.pools[0].mode} pool of {spec.pools[0].size}" if spec.pools else "",
        f", from {spec.restore.cluster}" if spec.restore else "",
    ]
    return f"PostgreSQL {spec.version}, {spec.size}, {nodes}, {Size(spec.storage_mib)}{''.join(more)}"


def _valkey(spec: ValkeySpec) -> str:
    nodes = "with standby" if spec.node_count > 1 else "single node"
    return f"Valkey {spec.version}, {spec.size}, {nodes}"


def _vector_store(spec: VectorStoreSpec) -> str:
    return f"pgvector in {spec.postgres}, {spec.dimensions} dimensions"


def _qdrant(spec: QdrantSpec) -> str:
    return f"Qdrant in the cluster, {spec.dimensions} dimensions, {spec.storage_gib}GB"


def _bucket(spec: BucketSpec) -> str:
    words = ["public" if spec.acl == "public-read" else "private", f"in {spec.region}"]
    words += ["versions kept"] * spec.versioning + ["CDN"] * (spec.cdn is not None)
    return ", ".join([*words, f"keys for {', '.join(spec.users)}"] if spec.users else words)


def _namespace(spec: NamespaceSpec) -> str:
    return f"restricted pods, {len(spec.policies)} network policies"


def _gateway(spec: LlmGatewaySpec) -> str:
    cap = f", at most ${spec.budget_usd:,.0f} a month" if spec.budget_usd is not None else ""
    return f"LiteLLM x {spec.replicas}: {', '.join(spec.models)}{cap}"


def _asked(spec: PodResourcesSpec) -> str:
    gpus = f", {_count(spec.gpus, 'GPU')}" if spec.gpus else ""
    return f"{spec.cpu_request_m}m CPU, {Size(spec.memory_mib)}{gpus}"


def _image(spec: ImageSpec) -> str:
    return f"built from {spec.built_from}" if spec.built_from else spec.reference


def _service(spec: ServiceSpec) -> str:
    port = f" on port {spec.port}" if spec.port else ""
    asked = _asked(spec.resources)
    times = {"job": f"runs once, {asked}", "cron": f'runs at "{spec.schedule}", {asked}'}
    replicas = f"{_range(spec.replicas_min, spec.replicas_max, 'replica')} of {asked}"
    return f"{spec.kind}{port}, {_image(spec.image)}, {times.get(spec.kind, replicas)}"


def _binding(spec: BindingSpec) -> str:
    return ", ".join((*spec.variables, *spec.secrets))


def _entrance(spec: GatewaySpec) -> str:
    ports = ", ".join(f"{listener.protocol} on port {listener.port}" for listener in spec.listeners)
    return f"{ports}, class {spec.gateway_class}"


def _route(spec: RouteSpec) -> str:
    return f"{' '.join(spec.hostnames) or 'any host'}{spec.path_prefix} to {spec.service}:{spec.port}"


ROWS: dict[type, tuple[str, str, Callable[[Any], str]]] = {
    ProjectSpec: ("ground", "project", lambda spec: f"a {spec.environment} project"),
    TagSpec: ("ground", "tag", lambda _: "on everything of the stack"),
    VpcSpec: ("ground", "network", lambda spec: f"{spec.ip_range} in {spec.region}"),
    ClusterSpec: ("ground", "cluster", _cluster),
    CpuPoolSpec: ("compute", "CPU pool", _cpu_pool),
    GpuPoolSpec: ("compute", "GPU pool", _gpu_pool),
    RegistrySpec: ("compute", "registry", lambda spec: f"{spec.tier} tier in {spec.region}"),
    PostgresSpec: ("data", "postgres", _postgres),
    ValkeySpec: ("data", "valkey", _valkey),
    VectorStoreSpec: ("data", "vectors", _vector_store),
    QdrantSpec: ("data", "vectors", _qdrant),
    WeaviateSpec: ("data", "vectors", lambda spec: f"managed Weaviate, {spec.size}, {spec.dimensions} dimensions"),
    BucketSpec: ("data", "bucket", _bucket),
    FileShareSpec: ("data", "share", lambda spec: f"NFS, {spec.size_gib}GB"),
    NamespaceSpec: ("workloads", "namespace", _namespace),
    LlmGatewaySpec: ("workloads", "LLM gateway", _gateway),
    ServiceSpec: ("workloads", "service", _service),
    BindingSpec: ("workloads", "binding", _binding),
    GatewaySpec: ("entrance", "gateway", _entrance),
    RouteSpec: ("entrance", "route", _route),
}
"""Type of spec -> group, kind, and what to say about it."""
