"""
Everything a plan can hold: one frozen, flat, fully decided record for each thing that will exist.

No defaults and no callables: a value that is not written here was not decided. What only the cloud knows (ids, hosts,
passwords) is not here either; components wire it. Every spec says where it came from (`because`, a path in the
application or environment file) and every spec that costs money carries its cost lines.
"""

from __future__ import annotations

from collections.abc import Mapping

from hanzo_iac.plan.spec.data import (
    GrowthSpec,
    MaintenanceSpec,
    PoolingSpec,
    PostgresSpec,
    ReplicaSpec,
    RestoreSpec,
    ValkeySpec,
)
from hanzo_iac.plan.spec.ground import ClusterSpec, ProjectSpec, RegistrySpec, SystemPoolSpec, TagSpec, VpcSpec
from hanzo_iac.plan.spec.money import BudgetSpec, CostLine, Notice
from hanzo_iac.plan.spec.network import (
    EgressSpec,
    GatewaySpec,
    ListenerSpec,
    NamespaceSpec,
    NetworkPolicySpec,
    PeerSpec,
    PortSpec,
    RouteSpec,
)
from hanzo_iac.plan.spec.pools import CpuPoolSpec, GpuPoolSpec, TaintSpec
from hanzo_iac.plan.spec.storage import BucketSpec, CdnSpec, CorsSpec, FileShareSpec, LifecycleSpec, MountSpec
from hanzo_iac.plan.spec.vectors import QdrantSpec, VectorStoreSpec, WeaviateSpec
from hanzo_iac.plan.spec.workloads import (
    BindingSpec,
    ImageSpec,
    LlmGatewaySpec,
    PodResourcesSpec,
    ProbeSpec,
    ServiceSpec,
)
from hanzo_iac.record import Record

__all__ = [
    "BindingSpec",
    "BucketSpec",
    "BudgetSpec",
    "CdnSpec",
    "ClusterSpec",
    "CorsSpec",
    "CostLine",
    "CpuPoolSpec",
    "EgressSpec",
    "FileShareSpec",
    "GatewaySpec",
    "GpuPoolSpec",
    "GrowthSpec",
    "ImageSpec",
    "LifecycleSpec",
    "ListenerSpec",
    "LlmGatewaySpec",
    "MaintenanceSpec",
    "MountSpec",
    "NamespaceSpec",
    "NetworkPolicySpec",
    "Notice",
    "PeerSpec",
    "Plan",
    "PodResourcesSpec",
    "PoolingSpec",
    "PortSpec",
    "PostgresSpec",
    "ProbeSpec",
    "ProjectSpec",
    "QdrantSpec",
    "RegistrySpec",
    "ReplicaSpec",
    "RestoreSpec",
    "RouteSpec",
    "ServiceSpec",
    "SystemPoolSpec",
    "TagSpec",
    "TaintSpec",
    "ValkeySpec",
    "VectorStoreSpec",
    "VpcSpec",
    "WeaviateSpec",
]


class Plan(Record):
    """Everything that will exist for one application in one environment, in authoring order."""

    application: str
    environment: str
    region: str
    labels: Mapping[str, str]
    """Labels of every object in the cluster."""
    project: ProjectSpec
    tag: TagSpec
    vpc: VpcSpec
    cluster: ClusterSpec
    cpu_pools: Mapping[str, CpuPoolSpec]
    gpu_pools: Mapping[str, GpuPoolSpec]
    registry: RegistrySpec | None
    postgres: Mapping[str, PostgresSpec]
    valkey: Mapping[str, ValkeySpec]
    vector_stores: Mapping[str, VectorStoreSpec]
    qdrants: Mapping[str, QdrantSpec]
    weaviates: Mapping[str, WeaviateSpec]
    buckets: Mapping[str, BucketSpec]
    file_shares: Mapping[str, FileShareSpec]
    namespaces: Mapping[str, NamespaceSpec]
    llm_gateways: Mapping[str, LlmGatewaySpec]
    services: Mapping[str, ServiceSpec]
    bindings: Mapping[str, BindingSpec]
    gateway: GatewaySpec | None
    routes: Mapping[str, RouteSpec]
    budget: BudgetSpec
    notices: tuple[Notice, ...]
