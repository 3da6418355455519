"""Managed Valkey: the cluster and one firewall that lets only the Kubernetes cluster in."""

from __future__ import annotations

import pulumi
from pulumi_digitalocean import DatabaseCluster, DatabaseFirewall, DatabaseValkeyConfig

from hanzo_components.component import Component, ComponentArgs
from hanzo_iac.plan.spec import ValkeySpec


class ValkeyArgs(ComponentArgs):
    spec: ValkeySpec
    vpc_id: pulumi.Input[str]
    cluster_id: pulumi.Input[str]
    """The Kubernetes cluster that may connect."""


class Valkey(Component):
    """A managed Valkey cluster. `url` is what a program connects with."""

    children = ("cluster", "config", "firewall")

    def __init__(self, name: str, args: ValkeyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        self._cluster = self._server(args["spec"], args["vpc_id"])
        self._config = self._settings(args["spec"])
        self._firewall = self._only(args["cluster_id"])
        self.cluster_urn: pulumi.Output[str] = self._cluster.cluster_urn
        self.url: pulumi.Output[str] = pulumi.Output.secret(self._cluster.private_uri)
        self.register_outputs({"privateHost": self._cluster.private_host, "port": self._cluster.port})

    def _server(self, spec: ValkeySpec, vpc_id: pulumi.Input[str]) -> DatabaseCluster:
        inputs = {
            "name": spec.name,
            "engine": "valkey",
            "version": spec.version,
            "region": spec.region,
            "size": spec.size,
            "node_count": spec.node_count,
            "eviction_policy": spec.eviction_policy,
            "private_network_uuid": vpc_id,
            "maintenance_windows": [{"day": spec.maintenance.day, "hour": spec.maintenance.hour}],
            "tags": list(spec.tags),
        }
        options = pulumi.ResourceOptions(protect=spec.protect, retain_on_delete=spec.protect)
        return self._make("cluster", DatabaseCluster, inputs, options, suffix="")

    def _settings(self, spec: ValkeySpec) -> DatabaseValkeyConfig | None:
        # DigitalOcean's own setting writes to disk.
        if spec.persistence == "rdb":
            return None
        inputs = {"cluster_id": self._cluster.id, "persistence": spec.persistence}
        return self._make("config", DatabaseValkeyConfig, inputs)

    def _only(self, cluster_id: pulumi.Input[str]) -> DatabaseFirewall:
        inputs = {"cluster_id": self._cluster.id, "rules": [{"type": "k8s", "value": cluster_id}]}
        return self._make("firewall", DatabaseFirewall, inputs)
