"""The flows that are allowed. Every namespace starts closed in both directions; each line here opens one flow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from hanzo_iac.model.environment import Environment
from hanzo_iac.names import physical_name
from hanzo_iac.plan.spec import EgressSpec, NetworkPolicySpec, PeerSpec, PortSpec
from hanzo_iac.record import Record

SERVICE_LABEL = "hanzo.ai/service"
"""Pod label that selects the pods of one service; never changes."""

GATEWAY_NAMESPACE = "envoy-gateway-system"
# Where Envoy Gateway runs the pods that carry public traffic.

CLASSES_WITHOUT_PODS = {"cilium"}
# Cilium's gateway sends from the node itself under an identity of its own, which no NetworkPolicy can name.

PRIVATE_CIDRS = ("10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16")
# RFC 1918, RFC 6598, and link-local, which holds the metadata service.

SQL_JOB_LABELS = {"app.kubernetes.io/component": "vector-store"}
# The labels of the Jobs that set a vector store up.

_ALL: Mapping[str, str] = {}


class Opening(Record):
    """A TCP port that is opened, and why."""

    name: str
    port: int
    because: str


class WayOut(Record):
    """A way to hosts on the internet: by their names where Cilium holds pods to them, else by every public address."""

    policies: tuple[NetworkPolicySpec, ...]
    names: tuple[EgressSpec, ...]


NO_WAY_OUT = WayOut(policies=(), names=())


def together(ways: Iterable[WayOut]) -> WayOut:
    """All of these ways."""
    every = tuple(ways)
    return WayOut(
        policies=tuple(policy for way in every for policy in way.policies),
        names=tuple(name for way in every for name in way.names),
    )


def way_out(opening: Opening, of: PeerSpec, hosts: tuple[str, ...], environment: Environment) -> WayOut:
    """The way of these pods to these hosts; none without a host."""
    if not hosts:
        return NO_WAY_OUT
    if environment.egress == "addresses":
        anywhere = addresses("0.0.0.0/0", but=PRIVATE_CIDRS)
        return WayOut(policies=(flow(replace(opening, name=f"{opening.name}-out"), of, "Egress", anywhere),), names=())
    spec = EgressSpec(
        name=physical_name(opening.name, "out"),
        namespace=of.namespace,
        pod_labels=of.pod_labels,
        hosts=hosts,
        port=opening.port,
        because=opening.because,
    )
    return WayOut(policies=(), names=(spec,))


def pods_of(service: str) -> dict[str, str]:
    """Labels of the pods of one service."""
    return {SERVICE_LABEL: service}


def pods(of_namespace: str, labels: Mapping[str, str]) -> PeerSpec:
    """Pods as an end of a flow."""
    return PeerSpec(namespace=of_namespace, pod_labels=labels, cidr="", except_cidrs=())


def public_gateway(gateway_class: str) -> PeerSpec:
    """Where public traffic comes from, as an end of a flow."""
    if gateway_class in CLASSES_WITHOUT_PODS:
        return PeerSpec(namespace="", pod_labels=_ALL, cidr="", except_cidrs=())
    return pods(GATEWAY_NAMESPACE, _ALL)


def addresses(cidr: str, *, but: tuple[str, ...] = ()) -> PeerSpec:
    """A range of addresses as an end of a flow."""
    return PeerSpec(namespace="", pod_labels={}, cidr=cidr, except_cidrs=but)


def flow(opening: Opening, of: PeerSpec, direction: str, peer: PeerSpec) -> NetworkPolicySpec:
    """One flow between the pods it is about, `of`, and their peer, seen from one of the two ends."""
    return NetworkPolicySpec(
        name=physical_name(opening.name),
        namespace=of.namespace,
        pod_labels=of.pod_labels,
        direction=direction,
        peers=(peer,),
        ports=(PortSpec(port=opening.port, protocol="TCP"),),
        because=opening.because,
    )


def pair(opening: Opening, client: PeerSpec, server: PeerSpec) -> tuple[NetworkPolicySpec, ...]:
    """One flow, opened at both of its ends."""
    return (
        flow(replace(opening, name=f"{opening.name}-egress"), client, "Egress", server),
        flow(replace(opening, name=f"{opening.name}-ingress"), server, "Ingress", client),
    )
