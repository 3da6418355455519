"""The flows that the policies of a whole plan allow are the declared ones and the named system flows, and no other."""

from __future__ import annotations

from plan_cases import listing, planned


def policies(plan):
    for namespace in plan.namespaces.values():
        yield from namespace.policies
    for binding in plan.bindings.values():
        yield from binding.policies


def end(namespace, labels):
    pods = " ".join(f"{key}={value}" for key, value in labels.items()) or "all pods"
    return f"{namespace}: {pods}"


def flows(plan):
    """What each policy opens, as `direction (one end) (other end) ports`, sorted."""
    lines = []
    for policy in policies(plan):
        for peer in policy.peers:
            other = peer.cidr or (end(peer.namespace, peer.pod_labels) if peer.namespace else "anybody")
            ports = " ".join(f"{port.port}/{port.protocol}" for port in policy.ports)
            lines.append(f"{policy.direction} | {end(policy.namespace, policy.pod_labels)} | {other} | {ports}")
    return sorted(lines)


def test_the_flows_of_listing_1_are_its_bindings_and_the_system():
    plan = listing("dev")
    vpc = plan.vpc.ip_range
    assert flows(plan) == [
        "Egress | my-rag-app-dev-llm: all pods | kube-system: k8s-app=kube-dns | 53/UDP 53/TCP",
        "Egress | my-rag-app-dev-llm: hanzo.ai/service=llm | 0.0.0.0/0 | 443/TCP",
        "Egress | my-rag-app-dev: all pods | kube-system: k8s-app=kube-dns | 53/UDP 53/TCP",
        f"Egress | my-rag-app-dev: app.kubernetes.io/component=vector-store | {vpc} | 25060/TCP",
        f"Egress | my-rag-app-dev: hanzo.ai/service=web | {vpc} | 25060/TCP",
        f"Egress | my-rag-app-dev: hanzo.ai/service=web | {vpc} | 25060/TCP",
        f"Egress | my-rag-app-dev: hanzo.ai/service=web | {vpc} | 25061/TCP",
        "Egress | my-rag-app-dev: hanzo.ai/service=web | my-rag-app-dev-llm: hanzo.ai/service=llm | 4000/TCP",
        "Ingress | my-rag-app-dev-llm: hanzo.ai/service=llm | my-rag-app-dev: hanzo.ai/service=web | 4000/TCP",
        "Ingress | my-rag-app-dev: hanzo.ai/service=web | anybody | 8000/TCP",
    ]


def test_public_traffic_comes_from_envoys_pods_where_envoy_is_the_gateway():
    plan = planned(of_environment={"gateway_class": "eg"})
    assert [line for line in flows(plan) if line.startswith("Ingress")] == [
        "Ingress | shop-test: hanzo.ai/service=web | envoy-gateway-system: all pods | 8080/TCP"
    ]


def test_every_namespace_starts_closed_in_both_directions():
    plan = listing("prod")
    closed = [(p.namespace, p.pod_labels, p.direction, p.peers) for p in policies(plan) if p.name == "default-deny"]
    assert closed == [("my-rag-app-prod", {}, "Both", ()), ("my-rag-app-prod-llm", {}, "Both", ())]


def test_the_way_to_providers_leaves_out_every_private_address_and_the_metadata_service():
    out = next(policy for policy in policies(listing("dev")) if policy.name == "llm-to-providers")
    assert out.peers[0].except_cidrs == (
        "10.0.0.0/8",
        "100.64.0.0/10",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
    )


def test_a_service_reaches_the_service_it_uses_and_not_the_other_way_round():
    plan = planned({"services/api": {"image": "x/api:1", "port": 9000}, "services/web/uses": ["api"]})
    between = [line for line in flows(plan) if "9000" in line and "anybody" not in line]
    assert between == [
        "Egress | shop-test: hanzo.ai/service=web | shop-test: hanzo.ai/service=api | 9000/TCP",
        "Ingress | shop-test: hanzo.ai/service=api | shop-test: hanzo.ai/service=web | 9000/TCP",
    ]


def test_names_of_policies_are_unique_in_their_namespace():
    names = [(policy.namespace, policy.name) for policy in policies(listing("prod"))]
    assert len(names) == len(set(names))


def test_pods_of_a_namespace_are_restricted_to_the_standard_of_its_kubernetes():
    assert listing("dev").namespaces["my-rag-app-dev"].labels == {
        "pod-security.kubernetes.io/enforce": "restricted",
        "pod-security.kubernetes.io/enforce-version": "v1.36",
        "pod-security.kubernetes.io/audit": "restricted",
        "pod-security.kubernetes.io/audit-version": "v1.36",
        "pod-security.kubernetes.io/warn": "restricted",
        "pod-security.kubernetes.io/warn-version": "v1.36",
    }
