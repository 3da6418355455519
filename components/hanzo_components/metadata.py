"""What the metadata of every object we make has in common: a fixed name, the recommended labels, and who wins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FORCE = {"pulumi.com/patchForce": "true"}
"""
Ours wins over another writer of the same field.

The other writer is nearly always a killed run of ours: Pulumi writes under a new name each time it creates, so what the
killed one had made would otherwise refuse, as a conflict, every value that has changed since.
"""

UNAWAITED = {"pulumi.com/skipAwait": "true"}
"""
Nobody waits for it. For a Service, whose Deployment is waited for already: Pulumi's own wait is ten quiet seconds.
"""


def waited_for(seconds: int) -> dict[str, str]:
    """The annotation under which Pulumi waits that long; without it, ten minutes."""
    return {"pulumi.com/timeoutSeconds": str(seconds)}


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


def metadata(
    name: str, namespace: str, labels: Mapping[str, str], annotations: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """An object's metadata; `namespace` is empty for what lies in none."""
    home = {"namespace": namespace} if namespace else {}
    return {"name": name, **home, "labels": dict(labels), "annotations": {**FORCE, **(annotations or {})}}
