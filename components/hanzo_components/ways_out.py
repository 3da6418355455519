"""EgressSpec -> the CiliumNetworkPolicy that holds pods to hosts by their names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hanzo_components.metadata import labelled, metadata
from hanzo_iac.plan.spec import EgressSpec

API_VERSION = "cilium.io/v2"
KIND = "CiliumNetworkPolicy"


def way_out(spec: EgressSpec, labels: Mapping[str, str]) -> dict[str, Any]:
    """
    Arguments of the custom resource.

    Cilium learns the addresses of a name from the answers to the pod's own questions, so its DNS must be watched:
    without the rule for it no name would ever be let through.
    """
    dns = {
        "toEndpoints": [{"matchLabels": {"k8s:io.kubernetes.pod.namespace": "kube-system", "k8s-app": "kube-dns"}}],
        "toPorts": [
            {"ports": [{"port": "53", "protocol": "ANY"}], "rules": {"dns": [{"matchPattern": "*"}]}},
        ],
    }
    out = {
        "toFQDNs": [_name(host) for host in spec.hosts],
        "toPorts": [{"ports": [{"port": str(spec.port), "protocol": "TCP"}]}],
    }
    about = metadata(spec.name, spec.namespace, labelled(spec.name, "egress", labels))
    body = {"endpointSelector": {"matchLabels": dict(spec.pod_labels)}, "egress": [dns, out]}
    return {"api_version": API_VERSION, "kind": KIND, "metadata": about, "spec": body}


def _name(host: str) -> dict[str, str]:
    """
    A host as Cilium matches it; exactly, where it can.

    >>> _name("api.openai.com"), _name("*.example.com")
    ({'matchName': 'api.openai.com'}, {'matchPattern': '*.example.com'})
    """
    return {"matchPattern" if "*" in host else "matchName": host}
