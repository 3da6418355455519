"""The flows that the policies of a whole plan allow are the declared ones and the named system flows, and no other."""

from __future__ import annotations

from plan_cases import listing, planned


def policies(plan):
    for namespace in plan.namespaces.values():
        yield from namespace.policies
    for binding in plan.bindings.values():
        yield from binding.policies


def ways_out(plan):
    for namespace in plan.namespaces.values():
        yield from namespace.egress
    for binding in plan.bindings.values():
        yield from binding.egress


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
    lines += [
        f"Egress | {end(way.namespace, way.pod_labels)} | {' '.join(way.hosts)} | {way.port}/TCP"
        for way in ways_out(plan)
    ]
    return sorted(lines)


def test_the_flows_of_listing_1_are_its_bindings_and_the_system():
    plan = listing("dev")
    vpc = plan.vpc.ip_range
    assert flows(plan) == [
        "Egress | my-rag-app-dev-llm: all pods | kube-system: k8s-app=kube-dns | 53/UDP 53/TCP",
        "Egress | my-rag-app-dev-llm: hanzo.ai/service=llm | api.anthropic.com api.openai.com | 443/TCP",
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


def test_without_names_the_way_to_providers_leaves_out_every_private_address_and_the_metadata_service():
    llm = {"provider": "hanzo-gateway", "models": ["gpt-4o"]}
    plan = planned({"resources/llm": llm}, {"egress": "addresses"})
    out = next(policy for policy in policies(plan) if policy.name == "llm-to-providers-out")
    assert list(ways_out(plan)) == []
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


def test_a_service_reaches_the_hosts_it_names_and_no_other():
    plan = planned({"services/web/egress": ["api.github.com", "*.example.com"]})
    assert [line for line in flows(plan) if "443" in line] == [
        "Egress | shop-test: hanzo.ai/service=web | api.github.com *.example.com | 443/TCP"
    ]


def test_a_bucket_is_reached_by_its_own_hosts():
    plan = planned({"resources/files": {"engine": "spaces"}})
    assert [line for line in flows(plan) if "443" in line] == [
        (
            "Egress | shop-test: hanzo.ai/service=web | nyc3.digitaloceanspaces.com "
            "shop-test-files.nyc3.digitaloceanspaces.com | 443/TCP"
        )
    ]


def test_a_qdrant_is_reached_by_its_services_and_by_whoever_takes_its_snapshots():
    plan = planned({"resources/docs": {"engine": "qdrant", "dimensions": 3}})
    assert [line.split(" | ")[2] for line in flows(plan) if line.startswith("Ingress") and "6333" in line] == [
        "shop-test: app.kubernetes.io/component=qdrant-snapshot",
        "shop-test: hanzo.ai/service=web",
    ]


def test_the_pods_of_a_namespace_take_no_more_together_than_the_plan_asks_for_and_one_more():
    plan = planned({"services/web/replicas": {"min": 1, "max": 3}, "services/web/gpu": "l40s"}, {"max_gpu_nodes": 8})
    # Four times 3800m, and 100m for a pod nobody planned.
    assert plan.namespaces["shop-test"].quota == {
        "requests.cpu": "15300m",
        "limits.cpu": "30900m",
        "requests.memory": f"{4 * 44032 + 512}Mi",
        "limits.memory": f"{4 * 44032 + 512}Mi",
        "requests.nvidia.com/gpu": "4",
        "pods": "5",
        "services.loadbalancers": "1",
        "services.nodeports": "2",
    }
