"""What a new DOKS cluster holds before anybody deploys to it: the Gateway API's CRDs and class, storage classes."""

from __future__ import annotations

from pathlib import Path

from hanzo_iac.localcloud.kubernetes.api import Api, Json
from hanzo_iac.localcloud.kubernetes.gateways import GROUP

CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
STORAGE_CLASSES = "/apis/storage.k8s.io/v1/storageclasses"

# DOKS's block storage. Source: DigitalOcean's DOKS documentation, 2026-11. Volumes are not made here.
STORAGE = {
    "do-block-storage": ("Delete", True),
    "do-block-storage-retain": ("Retain", False),
    "do-block-storage-xfs": ("Delete", False),
    "do-block-storage-xfs-retain": ("Retain", False),
}


def lay(api: Api, crds: Path) -> bool:
    """Whether all of it is there; False while the server has yet to take in the CRDs."""
    names = []
    for path in sorted(crds.glob(f"{GROUP}_*.yaml")):
        plural = path.stem.partition("_")[2]
        # The one file that is no CRD: a policy against older CRDs, which nobody brings here.
        if not plural.startswith("vap_"):
            names.append(f"{plural}.{GROUP}")
            # As it lies there: the server reads YAML far faster than Python does.
            api.apply(f"{CRDS}/{names[-1]}", path.read_bytes())
    for name, (policy, default) in STORAGE.items():
        api.apply(f"{STORAGE_CLASSES}/{name}", _storage_class(name, policy, default=default))
    if not all(_established(api.get(f"{CRDS}/{name}")) for name in names):
        return False
    api.apply(f"/apis/{GROUP}/v1/gatewayclasses/cilium", _gateway_class())
    return True


def _established(definition: Json) -> bool:
    conditions = definition.get("status", {}).get("conditions", [])
    return any(condition["type"] == "Established" and condition["status"] == "True" for condition in conditions)


def _storage_class(name: str, policy: str, *, default: bool) -> Json:
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {
            "name": name,
            "annotations": {"storageclass.kubernetes.io/is-default-class": "true"} if default else {},
        },
        "provisioner": "dobs.csi.digitalocean.com",
        "allowVolumeExpansion": True,
        "reclaimPolicy": policy,
        "volumeBindingMode": "Immediate",
    }


def _gateway_class() -> Json:
    return {
        "apiVersion": f"{GROUP}/v1",
        "kind": "GatewayClass",
        "metadata": {"name": "cilium"},
        "spec": {"controllerName": "io.cilium/gateway-controller"},
    }
