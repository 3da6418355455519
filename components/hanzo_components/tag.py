"""The tag all resources of a stack carry."""

from __future__ import annotations

import pulumi
from pulumi_digitalocean import Tag as DigitalOceanTag

from hanzo_components.component import Component, ComponentArgs
from hanzo_iac.plan.spec import TagSpec


class TagArgs(ComponentArgs):
    spec: TagSpec


class Tag(Component):
    """A DigitalOcean tag."""

    children = ("tag",)

    def __init__(self, name: str, args: TagArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        self._tag = self._make("tag", DigitalOceanTag, {"name": args["spec"].name}, suffix="")
        self.register_outputs({"name": self._tag.name})
