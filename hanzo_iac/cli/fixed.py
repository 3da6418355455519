"""
What of a stack can never change in place: a plan that would replace the cluster is refused before the engine starts.

A new cluster means new everything in it, and Pulumi cannot replace a cluster and what lies in it in one run: the
provider of the old one is closed before its objects are deleted ("the client connection is closing", seen with Pulumi
3.259.0, 2026-11).
"""

from __future__ import annotations

from collections.abc import Iterator

from hanzo_iac.cli.state import StackState
from hanzo_iac.errors import Fault
from hanzo_iac.plan.spec import Plan

VPC = "digitalocean:index/vpc:Vpc"
CLUSTER = "digitalocean:index/kubernetesCluster:KubernetesCluster"


def fixed_faults(state: StackState, plan: Plan) -> tuple[Fault, ...]:
    """One fault for each value that differs from what the stack was made with and cannot be changed; none = none."""
    protected = " --protected" if plan.cluster.protect else ""
    hint = f"put it back, or take the stack down first: hanzo local destroy ... --env {plan.environment}{protected}"
    return tuple(
        Fault(where, f"is {new}, and this stack was made with {old}: changing it replaces the cluster", hint)
        for where, old, new in _compared(state, plan)
        if old is not None and old != new
    )


def _compared(state: StackState, plan: Plan) -> Iterator[tuple[str, object, object]]:
    vpc, cluster = state.inputs(VPC), state.inputs(CLUSTER)
    pool = cluster.get("nodePool", {})
    yield "environment/region", vpc.get("region"), plan.vpc.region
    yield "environment/ip_range", vpc.get("ipRange"), plan.vpc.ip_range
    yield "environment/cluster_subnet", cluster.get("clusterSubnet"), plan.cluster.cluster_subnet
    yield "environment/service_subnet", cluster.get("serviceSubnet"), plan.cluster.service_subnet
    yield "environment/cluster/system_size", pool.get("size"), plan.cluster.system_pool.size
