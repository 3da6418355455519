"""A vector database that DigitalOcean manages."""

from __future__ import annotations

import pulumi
from pulumi_digitalocean import VectorDatabase

from hanzo_components.component import Component, ComponentArgs
from hanzo_iac.plan.spec import WeaviateSpec


class WeaviateArgs(ComponentArgs):
    spec: WeaviateSpec
    project_id: pulumi.Input[str]


class Weaviate(Component):
    """A managed Weaviate. `url` is where it answers."""

    children = ("database",)

    def __init__(self, name: str, args: WeaviateArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        self._database = self._server(args["spec"], args["project_id"])
        self.id: pulumi.Output[str] = self._database.id
        self.url: pulumi.Output[str] = self._database.endpoints[0].http
        self.register_outputs({"url": self.url})

    def _server(self, spec: WeaviateSpec, project_id: pulumi.Input[str]) -> VectorDatabase:
        inputs = {
            "name": spec.name,
            "region": spec.region,
            "size": spec.size,
            "project_id": project_id,
            "tags": list(spec.tags),
        }
        kept = pulumi.ResourceOptions(protect=spec.protect, retain_on_delete=spec.protect)
        return self._make("database", VectorDatabase, inputs, kept, suffix="")
