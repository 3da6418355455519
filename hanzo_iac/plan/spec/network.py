"""Namespaces, the flows between their pods, and the ways in from outside."""

from __future__ import annotations

from collections.abc import Mapping

from hanzo_iac.plan.spec.money import CostLine
from hanzo_iac.record import Record


class PeerSpec(Record):
    """
    One end of an allowed flow: `namespace` (with pod labels, empty = all pods) or `cidr`; neither is anybody.

    Anybody is for a client that Kubernetes has no words for, such as Cilium's own gateway.
    """

    namespace: str
    pod_labels: Mapping[str, str]
    cidr: str
    except_cidrs: tuple[str, ...]


class PortSpec(Record):
    """A port and its protocol, `TCP` or `UDP`."""

    port: int
    protocol: str


class NetworkPolicySpec(Record):
    """A Kubernetes NetworkPolicy of one direction. No peers = the direction is denied."""

    name: str
    namespace: str
    pod_labels: Mapping[str, str]
    """The pods it is about; empty = every pod of the namespace."""
    direction: str
    """`Ingress`, `Egress` or `Both` (only to deny)."""
    peers: tuple[PeerSpec, ...]
    ports: tuple[PortSpec, ...]
    because: str


class EgressSpec(Record):
    """
    A way out to hosts on the internet. Kubernetes' own policies know no names: Cilium's do, and hold pods to them.

    Where names are not used, `policies` of the same pods lead to every public address instead.
    """

    name: str
    namespace: str
    pod_labels: Mapping[str, str]
    hosts: tuple[str, ...]
    """Names; `*.example.com` for all below one."""
    port: int
    because: str


class NamespaceSpec(Record):
    """A namespace: restricted pod security, bounds on what all its pods take, and policies that deny all but DNS."""

    name: str
    labels: Mapping[str, str]
    quota: Mapping[str, str]
    """Resource -> most that all pods together may ask for, as a ResourceQuota writes it."""
    pod_limits: Mapping[str, Mapping[str, str]]
    """What a container that says nothing gets and may have at most: `default`, `defaultRequest`, `max` -> resource."""
    policies: tuple[NetworkPolicySpec, ...]
    egress: tuple[EgressSpec, ...]
    because: str


class ListenerSpec(Record):
    """A port of the public gateway."""

    name: str
    port: int
    protocol: str
    hostname: str
    tls_secret: str


class GatewaySpec(Record):
    """The public entrance: a Gateway API Gateway behind a load balancer."""

    name: str
    namespace: str
    gateway_class: str
    listeners: tuple[ListenerSpec, ...]
    cost: tuple[CostLine, ...]
    because: str


class RouteSpec(Record):
    """An HTTPRoute from the gateway to a service. `request_timeout` is `0s` where answers stream."""

    name: str
    namespace: str
    gateway: str
    hostnames: tuple[str, ...]
    path_prefix: str
    service: str
    port: int
    request_timeout: str
    because: str
