"""A Kubernetes namespace that starts closed: restricted pods, bounds, and no traffic but what its policies allow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NotRequired

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.core.v1 import LimitRange, ResourceQuota
from pulumi_kubernetes.core.v1 import Namespace as KubernetesNamespace
from pulumi_kubernetes.networking.v1 import NetworkPolicy

from hanzo_components.component import Component, ComponentArgs
from hanzo_components.metadata import labelled, metadata
from hanzo_components.network_policy import network_policy
from hanzo_components.ways_out import way_out
from hanzo_iac.plan.spec import NamespaceSpec

_SNAKE = {"defaultRequest": "default_request"}
# The plan speaks Kubernetes' words, Pulumi's SDK its own.


class NamespaceArgs(ComponentArgs):
    spec: NamespaceSpec
    labels: NotRequired[Mapping[str, str]]
    """Further labels of every object."""


class Namespace(Component):
    """A namespace, what its pods may take, and where they may go."""

    children = ("namespace", "quota", "limits", "policy", "egress")

    def __init__(self, name: str, args: NamespaceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        self._labels = args.get("labels", {})
        self._namespace = self._space(args["spec"])
        self._quota = self._together(args["spec"])
        self._limits = self._each(args["spec"])
        self._policies = self._rules(args["spec"])
        self._egress = self._ways_out(args["spec"])
        self.register_outputs({"name": self._namespace.metadata["name"]})

    def _space(self, spec: NamespaceSpec) -> KubernetesNamespace:
        labels = labelled(spec.name, "namespace", {**self._labels, **spec.labels})
        about = metadata(spec.name, "", labels)
        return self._make("namespace", KubernetesNamespace, {"metadata": about}, suffix="")

    def _together(self, spec: NamespaceSpec) -> ResourceQuota:
        about = metadata("quota", spec.name, labelled("quota", "namespace", self._labels))
        inputs = {"metadata": about, "spec": {"hard": dict(spec.quota)}}
        return self._make("quota", ResourceQuota, inputs, self._there())

    def _each(self, spec: NamespaceSpec) -> LimitRange:
        limits = {_SNAKE.get(word, word): dict(bounds) for word, bounds in spec.pod_limits.items()}
        about = metadata("limits", spec.name, labelled("limits", "namespace", self._labels))
        inputs = {"metadata": about, "spec": {"limits": [{"type": "Container", **limits}]}}
        return self._make("limits", LimitRange, inputs, self._there())

    def _there(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(depends_on=[self._namespace])

    def _ways_out(self, spec: NamespaceSpec) -> list[CustomResource]:
        return [
            self._make("egress", CustomResource, way_out(one, self._labels), self._there(), suffix=f"egress-{one.name}")
            for one in spec.egress
        ]

    def _rules(self, spec: NamespaceSpec) -> list[NetworkPolicy]:
        return [
            self._make(
                "policy",
                NetworkPolicy,
                network_policy(policy, self._labels),
                self._there(),
                suffix=f"policy-{policy.name}",
            )
            for policy in spec.policies
        ]
