"""
The namespaces of a stack: closed in both directions but for what the plan opens, and bounded in what their pods take.

The bounds are what the plan itself asks for at most, one pod of each service more for an update: whoever breaks in, or
scales by hand, takes no more of a cluster that others share.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hanzo_iac.model.application import Application
from hanzo_iac.plan import network
from hanzo_iac.plan.entrance import flows_from_gateway
from hanzo_iac.plan.ground import Ground
from hanzo_iac.plan.llm import ways_to_providers
from hanzo_iac.plan.qdrant import flows_to_qdrant
from hanzo_iac.plan.resources import Supplies
from hanzo_iac.plan.spec import NamespaceSpec, NetworkPolicySpec, PodResourcesSpec, PortSpec, ServiceSpec
from hanzo_iac.plan.vector_stores import flows_to_stores
from hanzo_iac.plan.workloads import flows_between_services, ways_out
from hanzo_iac.record import Record

DEFAULT_LIMITS = {"cpu": "500m", "memory": "512Mi", "ephemeral-storage": "1Gi"}
DEFAULT_REQUESTS = {"cpu": "100m", "memory": "128Mi", "ephemeral-storage": "256Mi"}
SMALLEST = {"cpu": "10m", "memory": "16Mi"}
# For a container that says nothing. Arbitrary: ours all say what they want.

NODE_PORTS_OF_A_BALANCER = 2
# A Service of type LoadBalancer takes one for each of its ports.


class Tenancy(Record):
    """Pods of one kind: what each takes, and how many there may be at once."""

    resources: PodResourcesSpec
    pods: int


def plan_namespaces(
    application: Application, supplies: Supplies, services: Mapping[str, ServiceSpec], ground: Ground
) -> dict[str, NamespaceSpec]:
    """Name -> namespace: the stack's own, and one for each LLM gateway."""
    own = network.together(
        (
            network.WayOut(policies=flows_from_gateway(application, ground), names=()),
            network.WayOut(policies=flows_between_services(application, ground), names=()),
            network.WayOut(policies=flows_to_stores(supplies.vector_stores, ground), names=()),
            *(network.WayOut(policies=flows_to_qdrant(key, ground), names=()) for key in supplies.qdrants),
            ways_out(application, ground),
        )
    )
    tenants = [Tenancy(resources=one.resources, pods=one.replicas_max + one.max_surge) for one in services.values()]
    tenants += [Tenancy(resources=store.resources, pods=1) for store in supplies.vector_stores.values()]
    # One more for the pod that takes its snapshots.
    tenants += [Tenancy(resources=qdrant.resources, pods=2) for qdrant in supplies.qdrants.values()]
    balancers = 1 if ground.environment.gateway_class in network.CLASSES_WITHOUT_PODS else 0
    namespaces = {ground.stack: _namespace(ground, ground.stack, own, (tenants, balancers), because="name")}
    for key, gateway in supplies.llm_gateways.items():
        ways = ways_to_providers(key, application, ground)
        inside = [Tenancy(resources=gateway.resources, pods=gateway.replicas + 1)]
        name = gateway.namespace
        namespaces[name] = _namespace(ground, name, ways, (inside, 0), because=f"resources/{key}")
    return namespaces


def _namespace(
    ground: Ground, name: str, ways: network.WayOut, tenants: tuple[list[Tenancy], int], *, because: str
) -> NamespaceSpec:
    inside, balancers = tenants
    version = "v" + ".".join(ground.cluster.version.split(".")[:2])
    labels = {
        f"pod-security.kubernetes.io/{mode}{suffix}": value
        for mode in ("enforce", "audit", "warn")
        for suffix, value in (("", "restricted"), ("-version", version))
    }
    return NamespaceSpec(
        name=name,
        labels=labels,
        quota=_quota(inside, balancers),
        pod_limits={
            "default": DEFAULT_LIMITS,
            "defaultRequest": DEFAULT_REQUESTS,
            "min": SMALLEST,
            "max": _largest(inside),
        },
        policies=(*_closed_but_dns(name), *ways.policies),
        egress=ways.names,
        because=because,
    )


def _quota(tenants: Iterable[Tenancy], balancers: int) -> dict[str, str]:
    """What all of them take together, with the defaults for one pod more: nobody's debugging pod is refused."""
    every = list(tenants)
    cpu = sum(one.pods * one.resources.cpu_request_m for one in every) + 100
    cpu_limit = sum(one.pods * one.resources.cpu_limit_m for one in every) + 500
    memory = sum(one.pods * one.resources.memory_mib for one in every) + 512
    gpus: dict[str, int] = {}
    for one in every:
        if one.resources.gpus:
            device = f"requests.{one.resources.gpu_resource}"
            gpus[device] = gpus.get(device, 0) + one.pods * one.resources.gpus
    return {
        "requests.cpu": f"{cpu}m",
        "limits.cpu": f"{cpu_limit}m",
        "requests.memory": f"{memory}Mi",
        "limits.memory": f"{memory}Mi",
        **{device: str(number) for device, number in gpus.items()},
        "pods": str(sum(one.pods for one in every) + 1),
        "services.loadbalancers": str(balancers),
        "services.nodeports": str(balancers * NODE_PORTS_OF_A_BALANCER),
    }


def _largest(tenants: Iterable[Tenancy]) -> dict[str, str]:
    """The most any container takes, and no less than the default."""
    every = [one.resources for one in tenants]
    return {
        "cpu": f"{max([500, *(one.cpu_limit_m for one in every)])}m",
        "memory": f"{max([512, *(one.memory_mib for one in every)])}Mi",
        "ephemeral-storage": f"{max([1024, *(one.ephemeral_storage_mib for one in every)])}Mi",
    }


def _closed_but_dns(name: str) -> tuple[NetworkPolicySpec, ...]:
    closed = NetworkPolicySpec(
        name="default-deny",
        namespace=name,
        pod_labels={},
        direction="Both",
        peers=(),
        ports=(),
        because="every namespace",
    )
    dns = NetworkPolicySpec(
        name="allow-dns",
        namespace=name,
        pod_labels={},
        direction="Egress",
        peers=(network.pods("kube-system", {"k8s-app": "kube-dns"}),),
        ports=(PortSpec(port=53, protocol="UDP"), PortSpec(port=53, protocol="TCP")),
        because="every namespace",
    )
    return (closed, dns)
