"""
What every pod of ours is made of: no root, no writable image, no token, no privilege, and bounded resources.

The restricted Pod Security Standard refuses anything less in our namespaces. `facts`: UID 65532 is the "nonroot" user
of distroless images; any number above 0 would do.
"""

from __future__ import annotations

from typing import Any

from hanzo_iac.plan.spec import ImageSpec, PodResourcesSpec, ProbeSpec

USER_ID = 65532

TEMPORARY_MIB = 256
"""Writable space in /tmp. 256 is arbitrary: sockets, lock files and small downloads fit, a runaway log does not."""


def pod_security() -> dict[str, Any]:
    """The pod's securityContext."""
    return {
        "run_as_non_root": True,
        "run_as_user": USER_ID,
        "run_as_group": USER_ID,
        "fs_group": USER_ID,
        "fs_group_change_policy": "OnRootMismatch",
        "seccomp_profile": {"type": "RuntimeDefault"},
    }


def container_security() -> dict[str, Any]:
    """The container's securityContext."""
    return {
        "allow_privilege_escalation": False,
        "read_only_root_filesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def image_reference(image: ImageSpec) -> str:
    """
    What the kubelet pulls: pinned by digest once the digest is known.

    >>> image_reference(ImageSpec(reference="nginx:1.29", digest="sha256:ab", built_from=""))
    'nginx:1.29@sha256:ab'
    """
    return f"{image.reference}@{image.digest}" if image.digest else image.reference


def resources(spec: PodResourcesSpec) -> dict[str, Any]:
    """Requests and limits. Memory, disk and GPUs are the same in both, so that a node never promises them twice."""
    fixed = {"memory": f"{spec.memory_mib}Mi", "ephemeral-storage": f"{spec.ephemeral_storage_mib}Mi"}
    if spec.gpus:
        fixed[spec.gpu_resource] = str(spec.gpus)
    return {
        "requests": {"cpu": f"{spec.cpu_request_m}m", **fixed},
        "limits": {"cpu": f"{spec.cpu_limit_m}m", **fixed},
    }


def probe(spec: ProbeSpec) -> dict[str, Any]:
    """An HTTP probe, or a TCP one where the spec has no path."""
    target = {"http_get": {"path": spec.path, "port": spec.port}} if spec.path else {"tcp_socket": {"port": spec.port}}
    return {
        **target,
        "period_seconds": spec.period_s,
        "timeout_seconds": spec.timeout_s,
        "failure_threshold": spec.failure_threshold,
    }


def temporary_volume(name: str = "tmp") -> dict[str, Any]:
    """A bounded emptyDir."""
    return {"name": name, "empty_dir": {"size_limit": f"{TEMPORARY_MIB}Mi"}}


def disruption_budget() -> dict[str, Any]:
    """A PodDisruptionBudget's rule: one pod at a time, and a broken pod never blocks a node's upgrade."""
    return {"max_unavailable": 1, "unhealthy_pod_eviction_policy": "AlwaysAllow"}
