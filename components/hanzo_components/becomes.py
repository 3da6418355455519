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
            "digitalocean:index/databaseConnectionPool:DatabaseConnectionPool",
            "digitalocean:index/databasePostgresqlConfig:DatabasePostgresqlConfig",
            "digitalocean:index/databaseReplica:DatabaseReplica",
            "digitalocean:index/databaseFirewall:DatabaseFirewall",
        ),
        spec.ValkeySpec: (
            "digitalocean:index/databaseCluster:DatabaseCluster",
            "digitalocean:index/databaseValkeyConfig:DatabaseValkeyConfig",
            "digitalocean:index/databaseFirewall:DatabaseFirewall",
        ),
        spec.BucketSpec: (
            "digitalocean:index/spacesBucket:SpacesBucket",
            "digitalocean:index/spacesBucketCorsConfiguration:SpacesBucketCorsConfiguration",
            "digitalocean:index/cdn:Cdn",
            "digitalocean:index/spacesKey:SpacesKey",
        ),
        spec.WeaviateSpec: ("digitalocean:index/vectorDatabase:VectorDatabase",),
        spec.ProjectSpec: (
            "digitalocean:index/project:Project",
            "digitalocean:index/projectResources:ProjectResources",
        ),
        spec.NamespaceSpec: (
            "kubernetes:core/v1:Namespace",
            "kubernetes:core/v1:ResourceQuota",
            "kubernetes:core/v1:LimitRange",
            "kubernetes:networking.k8s.io/v1:NetworkPolicy",
            "kubernetes:cilium.io/v2:CiliumNetworkPolicy",
        ),
        spec.FileShareSpec: (
            "digitalocean:index/nfs:Nfs",
            "kubernetes:core/v1:PersistentVolume",
            "kubernetes:core/v1:PersistentVolumeClaim",
        ),
        spec.VectorStoreSpec: (
            "kubernetes:core/v1:ConfigMap",
            "kubernetes:core/v1:Secret",
            "kubernetes:batch/v1:Job",
        ),
        spec.QdrantSpec: (
            "kubernetes:core/v1:Secret",
            "kubernetes:core/v1:ServiceAccount",
            "kubernetes:apps/v1:StatefulSet",
            "kubernetes:core/v1:Service",
            "kubernetes:core/v1:ConfigMap",
            "kubernetes:batch/v1:CronJob",
        ),
        spec.LlmGatewaySpec: (
            "kubernetes:core/v1:ConfigMap",
            "kubernetes:core/v1:Secret",
            "kubernetes:core/v1:ServiceAccount",
            "kubernetes:apps/v1:Deployment",
            "kubernetes:core/v1:Service",
            "kubernetes:policy/v1:PodDisruptionBudget",
        ),
        spec.BindingSpec: (
            "kubernetes:core/v1:Secret",
            "kubernetes:networking.k8s.io/v1:NetworkPolicy",
            "kubernetes:cilium.io/v2:CiliumNetworkPolicy",
        ),
        spec.ServiceSpec: (
            "kubernetes:core/v1:ServiceAccount",
            "kubernetes:apps/v1:Deployment",
            "kubernetes:batch/v1:Job",
            "kubernetes:batch/v1:CronJob",
            "kubernetes:core/v1:Service",
            "kubernetes:policy/v1:PodDisruptionBudget",
        ),
        spec.GatewaySpec: ("kubernetes:gateway.networking.k8s.io/v1:Gateway",),
        spec.RouteSpec: ("kubernetes:gateway.networking.k8s.io/v1:HTTPRoute",),
    }
)
"""Spec -> Pulumi types, in the order they are made. A PodDisruptionBudget only where there are two replicas or more, a
Service only where there is a port."""
