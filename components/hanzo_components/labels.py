"""The labels Kubernetes recommends, written the same way on every object we make."""

from __future__ import annotations

from collections.abc import Mapping


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
