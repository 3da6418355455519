"""Names that two parts of a plan would both give to an object: the later one would overwrite the earlier."""

from __future__ import annotations

from collections.abc import Iterator

from hanzo_iac.plan.findings import Findings
from hanzo_iac.plan.spec import NetworkPolicySpec, Plan


def check_names(plan: Plan, findings: Findings) -> None:
    """A fault for each object that has the name of another one of its kind and namespace, or the way in of another."""
    owner: dict[tuple[str, ...], str] = {}
    for identity, because in (*_objects(plan), *_ways_in(plan)):
        first = owner.setdefault(identity, because)
        if first != because:
            findings.fault(
                because, f"{identity[0]} {identity[-1]} would be of this and of {first}", "rename one of them"
            )


def _objects(plan: Plan) -> Iterator[tuple[tuple[str, str, str], str]]:
    """((kind, namespace, name), because) of what is named after more than one key."""
    for policy in _policies(plan):
        yield ("NetworkPolicy", policy.namespace, policy.name), policy.because
    for binding in plan.bindings.values():
        yield ("Secret", binding.namespace, binding.secret_name), binding.because
    for store in plan.vector_stores.values():
        yield ("Secret", store.namespace, store.job), store.because
    for cpu_pool in plan.cpu_pools.values():
        yield ("node pool", "", cpu_pool.name), cpu_pool.because
    for gpu_pool in plan.gpu_pools.values():
        yield ("node pool", "", gpu_pool.name), gpu_pool.because


def _policies(plan: Plan) -> Iterator[NetworkPolicySpec]:
    for namespace in plan.namespaces.values():
        yield from namespace.policies
    for binding in plan.bindings.values():
        yield from binding.policies


def _ways_in(plan: Plan) -> Iterator[tuple[tuple[str, str], str]]:
    for route in plan.routes.values():
        for host in route.hostnames or ("any host",):
            yield ("the way in", f"{host}{route.path_prefix}"), route.because
