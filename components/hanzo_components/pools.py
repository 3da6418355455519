"""What CPU and GPU pools have in common: a DOKS node pool scaled by the cluster autoscaler."""

from __future__ import annotations

from typing import Any

import pulumi

from hanzo_iac.plan.spec import CpuPoolSpec, GpuPoolSpec


def pool_inputs(spec: CpuPoolSpec | GpuPoolSpec, cluster_id: pulumi.Input[str]) -> dict[str, Any]:
    """
    Arguments of a KubernetesNodePool.

    `node_count` is never set: DigitalOcean's provider drops a count of 0, so zero nodes are said as `min_nodes`.
    """
    return {
        "cluster_id": cluster_id,
        "name": spec.name,
        "size": spec.size,
        "auto_scale": True,
        "min_nodes": spec.min_nodes,
        "max_nodes": spec.max_nodes,
        "labels": dict(spec.labels),
        "taints": [{"key": taint.key, "value": taint.value, "effect": taint.effect} for taint in spec.taints],
        "tags": list(spec.tags),
    }
