"""The DigitalOcean project that groups a stack's resources on the console and on the bill."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from pulumi_digitalocean import Project as DigitalOceanProject
from pulumi_digitalocean import ProjectResources

from hanzo_components.component import Component, ComponentArgs
from hanzo_iac.plan.spec import ProjectSpec


class ProjectArgs(ComponentArgs):
    spec: ProjectSpec
    resources: Sequence[pulumi.Input[str]]
    """DigitalOcean URNs (`do:kubernetes:...`) of what belongs to the project."""


class Project(Component):
    """A project and its members."""

    children = ("project", "resources")

    def __init__(self, name: str, args: ProjectArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        self._project = self._group(args["spec"])
        self._resources = self._members(args["resources"])
        self.project_id: pulumi.Output[str] = self._project.id
        self.register_outputs({"projectId": self.project_id})

    def _group(self, spec: ProjectSpec) -> DigitalOceanProject:
        inputs = {
            "name": spec.name,
            "description": spec.description,
            "purpose": spec.purpose,
            "environment": spec.environment,
        }
        return self._make("project", DigitalOceanProject, inputs, suffix="")

    def _members(self, urns: Sequence[pulumi.Input[str]]) -> ProjectResources:
        # Apart from the project: this one keeps to the list, while a project's own `resources` would also see, and
        # want to remove, the load balancers that the cluster adds.
        return self._make("resources", ProjectResources, {"project": self._project.id, "resources": list(urns)})
