"""A service bound to a resource: the secret that carries the resource's address and password, and the flow it opens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NotRequired

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.core.v1 import Secret
from pulumi_kubernetes.networking.v1 import NetworkPolicy

from hanzo_components.component import Component, ComponentArgs, ComponentError
from hanzo_components.metadata import labelled, metadata
from hanzo_components.network_policy import network_policy
from hanzo_components.ways_out import way_out
from hanzo_iac.plan.spec import BindingSpec


class BindingArgs(ComponentArgs):
    spec: BindingSpec
    values: Mapping[str, pulumi.Input[str]]
    """What the resource offers: `url`, `api_key`."""
    labels: NotRequired[Mapping[str, str]]
    """Further labels of every object."""


class Binding(Component):
    """One arrow of the application made real."""

    children = ("secret", "policy", "egress")

    def __init__(self, name: str, args: BindingArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        self._labels = args.get("labels", {})
        self._secret = self._credentials(args["spec"], args["values"])
        self._policies = self._flows(args["spec"])
        self._egress = self._ways_out(args["spec"])
        self.register_outputs({"secret": args["spec"].secret_name})

    def _credentials(self, spec: BindingSpec, values: Mapping[str, pulumi.Input[str]]) -> Secret | None:
        if not spec.secrets:
            return None
        missing = sorted(set(spec.secrets.values()) - set(values))
        if missing:
            raise ComponentError(self._name_prefix, f"{spec.resource} offers no {', '.join(missing)}")
        content = {variable: pulumi.Output.secret(values[value]) for variable, value in spec.secrets.items()}
        about = metadata(spec.secret_name, spec.namespace, labelled(spec.secret_name, "binding", self._labels))
        return self._make("secret", Secret, {"metadata": about, "string_data": content}, suffix="")

    def _flows(self, spec: BindingSpec) -> list[NetworkPolicy]:
        return [
            self._make("policy", NetworkPolicy, network_policy(policy, self._labels), suffix=f"policy-{policy.name}")
            for policy in spec.policies
        ]

    def _ways_out(self, spec: BindingSpec) -> list[CustomResource]:
        return [
            self._make("egress", CustomResource, way_out(one, self._labels), suffix=f"egress-{one.name}")
            for one in spec.egress
        ]
