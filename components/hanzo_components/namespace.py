"""A Kubernetes namespace that starts closed: restricted pods, and no traffic but what its policies allow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NotRequired

import pulumi
from pulumi_kubernetes.core.v1 import Namespace as KubernetesNamespace
from pulumi_kubernetes.networking.v1 import NetworkPolicy

from hanzo_components.component import Component, ComponentArgs
from hanzo_components.metadata import labelled, metadata
from hanzo_components.network_policy import network_policy
from hanzo_iac.plan.spec import NamespaceSpec


class NamespaceArgs(ComponentArgs):
    spec: NamespaceSpec
    labels: NotRequired[Mapping[str, str]]
    """Further labels of every object."""


class Namespace(Component):
    """A namespace and its NetworkPolicies."""

    children = ("namespace", "policy")

    def __init__(self, name: str, args: NamespaceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        self._labels = args.get("labels", {})
        self._namespace = self._space(args["spec"])
        self._policies = self._rules(args["spec"])
        self.register_outputs({"name": self._namespace.metadata["name"]})

    def _space(self, spec: NamespaceSpec) -> KubernetesNamespace:
        labels = labelled(spec.name, "namespace", {**self._labels, **spec.labels})
        about = metadata(spec.name, "", labels)
        return self._make("namespace", KubernetesNamespace, {"metadata": about}, suffix="")

    def _rules(self, spec: NamespaceSpec) -> list[NetworkPolicy]:
        there = pulumi.ResourceOptions(depends_on=[self._namespace])
        return [
            self._make(
                "policy", NetworkPolicy, network_policy(policy, self._labels), there, suffix=f"policy-{policy.name}"
            )
            for policy in spec.policies
        ]
