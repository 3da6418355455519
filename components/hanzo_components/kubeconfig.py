"""
A kubeconfig that holds no credential: whoever uses it asks `hanzo credential` for a token each time one is needed.

DigitalOcean's own kubeconfig carries a token that expires after a week and then breaks every stack that stored it.
"""

from __future__ import annotations

import json


def exec_kubeconfig(*, cluster_id: str, name: str, server: str, ca_data: str) -> str:
    """The kubeconfig as JSON. `ca_data` is the certificate authority in base64, as DigitalOcean gives it."""
    execute = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": "hanzo",
        "args": ["credential", "kubernetes", "--cluster", cluster_id],
        "interactiveMode": "Never",
        "provideClusterInfo": False,
        "installHint": "hanzo is not on PATH: activate the environment that hanzo-iac is installed in",
    }
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": name,
            "clusters": [{"name": name, "cluster": {"server": server, "certificate-authority-data": ca_data}}],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
            "users": [{"name": name, "user": {"exec": execute}}],
        },
        sort_keys=True,
    )
