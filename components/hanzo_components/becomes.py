"""What each spec of a plan becomes: the table the README prints and the tests hold against the recorded resources."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hanzo_iac.plan import spec

BECOMES: Mapping[type, tuple[str, ...]] = MappingProxyType(
    {
        spec.TagSpec: ("digitalocean:index/tag:Tag",),
        spec.VpcSpec: ("digitalocean:index/vpc:Vpc",),
        spec.RegistrySpec: ("digitalocean:index/containerRegistry:ContainerRegistry",),
        spec.ClusterSpec: ("digitalocean:index/kubernetesCluster:KubernetesCluster",),
        spec.CpuPoolSpec: ("digitalocean:index/kubernetesNodePool:KubernetesNodePool",),
        spec.GpuPoolSpec: ("digitalocean:index/kubernetesNodePool:KubernetesNodePool",),
        spec.PostgresSpec: (
            "digitalocean:index/databaseCluster:DatabaseCluster",
            "digitalocean:index/databaseDb:DatabaseDb",
            "digitalocean:index/databaseUser:DatabaseUser",
            "digitalocean:index/databaseFirewall:DatabaseFirewall",
        ),
        spec.ValkeySpec: (
            "digitalocean:index/databaseCluster:DatabaseCluster",
            "digitalocean:index/databaseFirewall:DatabaseFirewall",
        ),
        spec.ProjectSpec: (
            "digitalocean:index/project:Project",
            "digitalocean:index/projectResources:ProjectResources",
        ),
        spec.NamespaceSpec: ("kubernetes:core/v1:Namespace", "kubernetes:networking.k8s.io/v1:NetworkPolicy"),
        spec.VectorStoreSpec: (
            "kubernetes:core/v1:ConfigMap",
            "kubernetes:core/v1:Secret",
            "kubernetes:batch/v1:Job",
        ),
        spec.LlmGatewaySpec: (
            "kubernetes:core/v1:ConfigMap",
            "kubernetes:core/v1:Secret",
            "kubernetes:core/v1:ServiceAccount",
            "kubernetes:apps/v1:Deployment",
            "kubernetes:core/v1:Service",
            "kubernetes:policy/v1:PodDisruptionBudget",
        ),
        spec.BindingSpec: ("kubernetes:core/v1:Secret", "kubernetes:networking.k8s.io/v1:NetworkPolicy"),
        spec.ServiceSpec: (
            "kubernetes:core/v1:ServiceAccount",
            "kubernetes:apps/v1:Deployment",
            "kubernetes:core/v1:Service",
            "kubernetes:policy/v1:PodDisruptionBudget",
        ),
        spec.GatewaySpec: ("kubernetes:gateway.networking.k8s.io/v1:Gateway",),
        spec.RouteSpec: ("kubernetes:gateway.networking.k8s.io/v1:HTTPRoute",),
    }
)
"""Spec -> Pulumi types, in the order they are made. A PodDisruptionBudget only where there are two replicas or more, a
Service only where there is a port."""
