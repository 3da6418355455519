"""Node pools beside the cluster's own."""

from __future__ import annotations

from collections.abc import Mapping

from hanzo_iac.plan.spec.money import CostLine
from hanzo_iac.record import Record


class TaintSpec(Record):
    """A custom node taint. GPU taints are DigitalOcean's own and never stand here."""

    key: str
    value: str
    effect: str


class CpuPoolSpec(Record):
    """A DOKS node pool without GPUs."""

    name: str
    size: str
    min_nodes: int
    max_nodes: int
    labels: Mapping[str, str]
    taints: tuple[TaintSpec, ...]
    tags: tuple[str, ...]
    cost: tuple[CostLine, ...]
    because: str


class GpuPoolSpec(Record):
    """A DOKS node pool with GPUs, scaled by the cluster autoscaler from `min_nodes` (0) to `max_nodes`."""

    name: str
    size: str
    gpu: str
    """The catalogue's name: `l40s`."""
    brand: str
    """`nvidia` or `amd`: decides the device resource and the toleration."""
    gpus_per_node: int
    min_nodes: int
    max_nodes: int
    labels: Mapping[str, str]
    taints: tuple[TaintSpec, ...]
    tags: tuple[str, ...]
    cost: tuple[CostLine, ...]
    because: str
