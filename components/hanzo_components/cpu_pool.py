"""A DOKS node pool without GPUs."""

from __future__ import annotations

import pulumi
from pulumi_digitalocean import KubernetesNodePool

from hanzo_components.component import Component, ComponentArgs
from hanzo_components.pools import pool_inputs
from hanzo_iac.plan.spec import CpuPoolSpec


class CpuPoolArgs(ComponentArgs):
    spec: CpuPoolSpec
    cluster_id: pulumi.Input[str]


class CpuPool(Component):
    """A pool of plain nodes."""

    children = ("pool",)

    def __init__(self, name: str, args: CpuPoolArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        self._pool = self._make("pool", KubernetesNodePool, pool_inputs(args["spec"], args["cluster_id"]), suffix="")
        self.pool_id: pulumi.Output[str] = self._pool.id
        self.register_outputs({"poolId": self.pool_id})
