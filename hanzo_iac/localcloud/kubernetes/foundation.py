"""What a new DOKS cluster holds before anybody deploys to it: the Gateway API's CRDs and class, storage classes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import yaml

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


def lay(api: Api, crds: Path) -> None:
    """All of it is there, and the CRDs are served."""
    definitions = list(_definitions(crds))
    for definition in definitions:
        api.apply(f"{CRDS}/{definition['metadata']['name']}", definition)
    for name, (policy, default) in STORAGE.items():
        api.apply(f"{STORAGE_CLASSES}/{name}", _storage_class(name, policy, default=default))
    for definition in definitions:
        if not _established(api.get(f"{CRDS}/{definition['metadata']['name']}")):
            raise RuntimeError(f"{definition['metadata']['name']} is not served yet")
    api.apply(f"/apis/{GROUP}/v1/gatewayclasses/cilium", _gateway_class())


def _definitions(folder: Path) -> Iterator[Json]:
    for path in sorted(folder.glob("*.yaml")):
        with path.open("rb") as file:
            for document in yaml.load_all(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
                if document and document["kind"] == "CustomResourceDefinition":
                    document.pop("status", None)
                    yield document


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
