"""A cluster's credentials, as the SDK's `kubeConfigs` holds them."""

from __future__ import annotations

import base64

import yaml

from hanzo_iac.localcloud.provider.call import Call
from hanzo_iac.localcloud.provider.fields import State
from hanzo_iac.localcloud.provider.resource import Json


def kube_config(call: Call, cluster: Json, expire_s: int) -> State:
    """Fresh credentials; 0 seconds means as long as DigitalOcean gives."""
    path = f"/v2/kubernetes/clusters/{cluster['id']}/credentials"
    credentials = call.api.get(path, expiry_seconds=expire_s)
    config: State = {
        "clusterCaCertificate": credentials.get("certificate_authority_data") or "",
        "host": credentials.get("server") or "",
        "token": credentials.get("token") or "",
        "expiresAt": credentials.get("expires_at") or "",
        "rawConfig": raw_config(cluster, credentials),
    }
    for name, key in (("clientKey", "client_key_data"), ("clientCertificate", "client_certificate_data")):
        if credentials.get(key):
            config[name] = base64.b64decode(credentials[key]).decode()
    return config


def raw_config(cluster: Json, credentials: Json) -> str:
    """A kubeconfig file for one cluster, named as DigitalOcean's own are."""
    name = f"do-{cluster['region']}-{cluster['name']}"
    keys = ("token", "client_certificate_data", "client_key_data")
    user: Json = {key.replace("_", "-"): credentials[key] for key in keys if credentials.get(key)}
    place = {
        "certificate-authority-data": credentials.get("certificate_authority_data") or "",
        "server": credentials.get("server") or "",
    }
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"cluster": place, "name": name}],
        "contexts": [{"context": {"cluster": name, "user": f"{name}-admin"}, "name": name}],
        "current-context": name,
        "users": [{"name": f"{name}-admin", "user": user}],
    }
    return yaml.safe_dump(config, sort_keys=False)
