"""The public entrance: a Gateway API Gateway, which the cluster's controller puts behind a load balancer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any, NotRequired

import pulumi

from hanzo_components.component import Component, ComponentArgs
from hanzo_components.metadata import labelled, metadata
from hanzo_iac.plan.spec import GatewaySpec, ListenerSpec

API_VERSION = "gateway.networking.k8s.io/v1"
ADDRESS = "{.status.addresses[0].value}"


class GatewayObject(pulumi.CustomResource):
    """
    A Gateway whose status can be read.

    pulumi_kubernetes' own CustomResource keeps no output beyond metadata and spec, and the address is in the status.
    """

    def __init__(
        self, name: str, *, metadata: Mapping[str, Any], spec: Mapping[str, Any], opts: pulumi.ResourceOptions
    ) -> None:
        # `status` is an output only; naming it here is how Pulumi's Python SDK is told to keep it.
        props = {"apiVersion": API_VERSION, "kind": "Gateway", "metadata": metadata, "spec": spec, "status": None}
        plugin = pulumi.ResourceOptions(version=version("pulumi-kubernetes"))
        super().__init__(f"kubernetes:{API_VERSION}:Gateway", name, props, pulumi.ResourceOptions.merge(plugin, opts))

    @property
    @pulumi.getter
    def status(self) -> pulumi.Output[Any]:
        """The object's status; unknown in the preview of a new one."""
        return pulumi.get(self, "status")  # type: ignore[no-any-return]


class GatewayArgs(ComponentArgs):
    spec: GatewaySpec
    route_namespaces: Sequence[str]
    """The namespaces whose routes may attach."""
    labels: NotRequired[Mapping[str, str]]
    """Further labels of every object."""


class Gateway(Component):
    """A gateway. `address` is where clients reach it, known when the load balancer has one."""

    children = ("gateway",)

    def __init__(self, name: str, args: GatewayArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        self._gateway = self._entrance(args)
        self.address: pulumi.Output[str] = self._gateway.status.apply(first_address)
        self.register_outputs({"address": self.address})

    def _entrance(self, args: GatewayArgs) -> GatewayObject:
        spec = args["spec"]
        labels = labelled(spec.name, "gateway", args.get("labels"))
        about = metadata(spec.name, spec.namespace, labels, {"pulumi.com/waitFor": f"jsonpath={ADDRESS}"})
        listeners = [_listener(listener, args["route_namespaces"]) for listener in spec.listeners]
        inputs = {"metadata": about, "spec": {"gatewayClassName": spec.gateway_class, "listeners": listeners}}
        return self._make("gateway", GatewayObject, inputs, suffix="")


def _listener(spec: ListenerSpec, namespaces: Sequence[str]) -> dict[str, Any]:
    there = {"key": "kubernetes.io/metadata.name", "operator": "In", "values": sorted(set(namespaces))}
    listener: dict[str, Any] = {
        "name": spec.name,
        "port": spec.port,
        "protocol": spec.protocol,
        "allowedRoutes": {"namespaces": {"from": "Selector", "selector": {"matchExpressions": [there]}}},
    }
    if spec.hostname:
        listener["hostname"] = spec.hostname
    if spec.tls_secret:
        certificate = {"group": "", "kind": "Secret", "name": spec.tls_secret}
        listener["tls"] = {"mode": "Terminate", "certificateRefs": [certificate]}
    return listener


def first_address(status: Mapping[str, Any] | None) -> str:
    """
    The address in a Gateway's status, or an empty string before it has one.

    >>> first_address({"addresses": [{"type": "IPAddress", "value": "203.0.113.7"}]})
    '203.0.113.7'
    """
    addresses = (status or {}).get("addresses") or [{}]
    return str(addresses[0].get("value", ""))
