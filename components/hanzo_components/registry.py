"""The container registry."""

from __future__ import annotations

import pulumi
from pulumi_digitalocean import ContainerRegistry

from hanzo_components.component import Component, ComponentArgs
from hanzo_iac.plan.spec import RegistrySpec


class RegistryArgs(ComponentArgs):
    spec: RegistrySpec


class Registry(Component):
    """A DigitalOcean container registry."""

    children = ("registry",)

    def __init__(self, name: str, args: RegistryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        self._registry = self._store(args["spec"])
        self.endpoint: pulumi.Output[str] = self._registry.endpoint
        self.register_outputs({"endpoint": self.endpoint})

    def _store(self, spec: RegistrySpec) -> ContainerRegistry:
        inputs = {"name": spec.name, "region": spec.region, "subscription_tier_slug": spec.tier}
        kept = pulumi.ResourceOptions(protect=spec.protect, retain_on_delete=spec.protect)
        return self._make("registry", ContainerRegistry, inputs, kept, suffix="")
