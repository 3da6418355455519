"""The private network everything of a stack lives in."""

from __future__ import annotations

import pulumi
from pulumi_digitalocean import Vpc as DigitalOceanVpc

from hanzo_components.component import Component, ComponentArgs
from hanzo_iac.plan.spec import VpcSpec


class VpcArgs(ComponentArgs):
    spec: VpcSpec


class Vpc(Component):
    """A VPC that waits, when it is deleted, until its last member has left."""

    children = ("vpc",)

    def __init__(self, name: str, args: VpcArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        self._vpc = self._network(args["spec"])
        # The id and never the URN: what depends on the id is deleted before the network is.
        self.vpc_id: pulumi.Output[str] = self._vpc.id
        self.register_outputs({"vpcId": self.vpc_id})

    def _network(self, spec: VpcSpec) -> DigitalOceanVpc:
        inputs = {"name": spec.name, "region": spec.region, "ip_range": spec.ip_range}
        # DigitalOcean answers 409 until members are really gone, minutes after their own deletion was accepted.
        patience = pulumi.CustomTimeouts(delete=spec.delete_timeout)
        return self._make("vpc", DigitalOceanVpc, inputs, pulumi.ResourceOptions(custom_timeouts=patience), suffix="")
