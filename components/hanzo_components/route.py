"""An HTTPRoute: which requests of the gateway go to which service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NotRequired

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource

from hanzo_components.component import Component, ComponentArgs
from hanzo_components.gateway import API_VERSION
from hanzo_components.metadata import labelled, metadata
from hanzo_iac.plan.spec import RouteSpec


class RouteArgs(ComponentArgs):
    spec: RouteSpec
    gateway_namespace: str
    labels: NotRequired[Mapping[str, str]]
    """Further labels of every object."""


class Route(Component):
    """A route from the gateway to one service."""

    children = ("route",)

    def __init__(self, name: str, args: RouteArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        self._route = self._to_service(args)
        self.register_outputs({"hostnames": list(args["spec"].hostnames)})

    def _to_service(self, args: RouteArgs) -> CustomResource:
        spec = args["spec"]
        rule = {
            "matches": [{"path": {"type": "PathPrefix", "value": spec.path_prefix}}],
            "backendRefs": [{"name": spec.service, "port": spec.port}],
            "timeouts": {"request": spec.request_timeout},
        }
        body: dict[str, Any] = {
            "parentRefs": [{"name": spec.gateway, "namespace": args["gateway_namespace"]}],
            "rules": [rule],
        }
        if spec.hostnames:
            body["hostnames"] = list(spec.hostnames)
        about = metadata(spec.name, spec.namespace, labelled(spec.name, "route", args.get("labels")))
        inputs = {"api_version": API_VERSION, "kind": "HTTPRoute", "metadata": about, "spec": body}
        return self._make("route", CustomResource, inputs, suffix="")
