"""NetworkPolicySpec -> the Kubernetes object. The namespace makes its own, a binding the pair it opens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hanzo_components.metadata import labelled, metadata
from hanzo_iac.plan.spec import NetworkPolicySpec, PeerSpec


def network_policy(spec: NetworkPolicySpec, labels: Mapping[str, str]) -> dict[str, Any]:
    """Arguments of a NetworkPolicy. A direction that is listed without a rule is denied."""
    directions = ["Ingress", "Egress"] if spec.direction == "Both" else [spec.direction]
    body: dict[str, Any] = {"pod_selector": _selector(spec.pod_labels), "policy_types": directions}
    if spec.peers:
        ports = [{"port": port.port, "protocol": port.protocol} for port in spec.ports]
        peers = [_peer(peer) for peer in spec.peers]
        for direction in directions:
            key, end = ("ingress", "from_") if direction == "Ingress" else ("egress", "to")
            # A rule without peers is open to anybody.
            open_to = {} if any(_is_anybody(peer) for peer in spec.peers) else {end: peers}
            body[key] = [{**open_to, **({"ports": ports} if ports else {})}]
    about = metadata(spec.name, spec.namespace, labelled(spec.name, "network-policy", labels))
    return {"metadata": about, "spec": body}


def _is_anybody(peer: PeerSpec) -> bool:
    return not peer.cidr and not peer.namespace


def _peer(peer: PeerSpec) -> dict[str, Any]:
    if peer.cidr:
        block: dict[str, Any] = {"cidr": peer.cidr}
        if peer.except_cidrs:
            block["except_"] = list(peer.except_cidrs)
        return {"ip_block": block}
    return {
        "namespace_selector": _selector({"kubernetes.io/metadata.name": peer.namespace}),
        "pod_selector": _selector(peer.pod_labels),
    }


def _selector(labels: Mapping[str, str]) -> dict[str, Any]:
    return {"match_labels": dict(labels)} if labels else {}
