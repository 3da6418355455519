"""What the metadata of every object we make has in common: the labels Kubernetes recommends, and one annotation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def labelled(name: str, kind: str, own: Mapping[str, str] | None = None) -> dict[str, str]:
    """
    Label -> value for an object `name` of this kind; `own` labels (a spec's, an application's) win.

    >>> labelled("web", "service", {"app.kubernetes.io/part-of": "my-rag-app"})["app.kubernetes.io/part-of"]
    'my-rag-app'
    """
    return {
        "app.kubernetes.io/name": name,
        "app.kubernetes.io/instance": name,
        "app.kubernetes.io/component": kind,
        "app.kubernetes.io/part-of": name,
        "app.kubernetes.io/managed-by": "pulumi",
        **(own or {}),
    }


def awaited_by_deployment(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """
    Metadata of a Service that nobody waits for: its Deployment is waited for already.

    Pulumi's own wait for a Service is ten quiet seconds, which every deployment would pay.
    """
    return {**metadata, "annotations": {"pulumi.com/skipAwait": "true"}}
