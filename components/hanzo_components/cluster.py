"""The DOKS cluster, with one small fixed pool for the system; every other pool is a resource of its own."""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi_digitalocean import KubernetesCluster

from hanzo_components.component import Component, ComponentArgs
from hanzo_components.kubeconfig import exec_kubeconfig
from hanzo_iac.plan.spec import ClusterSpec


class ClusterArgs(ComponentArgs):
    spec: ClusterSpec
    vpc_id: pulumi.Input[str]


class Cluster(Component):
    """A Kubernetes cluster. Its outputs hold no credential: `kubeconfig` asks `hanzo credential` for one."""

    children = ("cluster",)

    def __init__(self, name: str, args: ClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        self._cluster = self._control_plane(args)
        self.cluster_id: pulumi.Output[str] = self._cluster.id
        self.cluster_urn: pulumi.Output[str] = self._cluster.cluster_urn
        self.kubeconfig: pulumi.Output[str] = self._kubeconfig()
        self.register_outputs({"clusterId": self.cluster_id, "endpoint": self._cluster.endpoint})

    def _control_plane(self, args: ClusterArgs) -> KubernetesCluster:
        spec = args["spec"]
        inputs: dict[str, Any] = {
            "name": spec.name,
            "region": spec.region,
            "version": spec.version,
            "vpc_uuid": args["vpc_id"],
            "cluster_subnet": spec.cluster_subnet,
            "service_subnet": spec.service_subnet,
            "ha": spec.ha,
            "auto_upgrade": spec.auto_upgrade,
            "surge_upgrade": spec.surge_upgrade,
            "kubeconfig_expire_seconds": spec.kubeconfig_expire_s,
            "node_pool": self._system_pool(spec),
            "cluster_autoscaler_configurations": [{"expanders": list(spec.expanders)}],
            "tags": list(spec.tags),
        }
        if spec.registry_integration:
            inputs["registry_integration"] = True
        options = pulumi.ResourceOptions(
            protect=spec.protect,
            retain_on_delete=spec.protect,
            ignore_changes=["version"] if spec.keep_version else [],
        )
        return self._make("cluster", KubernetesCluster, inputs, options, suffix="")

    def _system_pool(self, spec: ClusterSpec) -> dict[str, Any]:
        pool = spec.system_pool
        return {"name": pool.name, "size": pool.size, "node_count": pool.count, "labels": dict(pool.labels)}

    def _kubeconfig(self) -> pulumi.Output[str]:
        # The certificate authority is public; it is only secret here for lying beside the token.
        authority = pulumi.Output.unsecret(self._cluster.kube_configs[0].cluster_ca_certificate)
        return pulumi.Output.all(
            cluster_id=self._cluster.id, name=self._cluster.name, server=self._cluster.endpoint, ca_data=authority
        ).apply(lambda known: exec_kubeconfig(**known))
