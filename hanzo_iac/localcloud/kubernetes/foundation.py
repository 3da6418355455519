"""What a new DOKS cluster holds before anybody deploys to it: CRDs of DOKS's own parts, a gateway class, storage."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from hanzo_iac.localcloud.kubernetes.api import Api, Json
from hanzo_iac.localcloud.kubernetes.gateways import GROUP

CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
STORAGE_CLASSES = "/apis/storage.k8s.io/v1/storageclasses"

KIND_OF_CRD = b"\nkind: CustomResourceDefinition\n"

# DOKS's block storage. Source: DigitalOcean's DOKS documentation, 2026-11. Volumes are not made here.
STORAGE = {
    "do-block-storage": ("Delete", True),
    "do-block-storage-retain": ("Retain", False),
    "do-block-storage-xfs": ("Delete", False),
    "do-block-storage-xfs-retain": ("Retain", False),
}


def lay(api: Api, folders: Iterable[Path]) -> bool:
    """Whether all of it is there; False while the server has yet to take in the CRDs."""
    names = []
    for path in (path for folder in folders for path in sorted(folder.glob("*.yaml"))):
        content = path.read_bytes()
        # The one file that is no CRD: a policy against older CRDs, which nobody brings here.
        if KIND_OF_CRD in content:
            names.append(_name(content))
            # As it lies there: the server reads YAML far faster than Python does.
            api.apply(f"{CRDS}/{names[-1]}", content)
    for name, (policy, default) in STORAGE.items():
        api.apply(f"{STORAGE_CLASSES}/{name}", _storage_class(name, policy, default=default))
    if not all(_established(api.get(f"{CRDS}/{name}")) for name in names):
        return False
    api.apply(f"/apis/{GROUP}/v1/gatewayclasses/cilium", _gateway_class())
    return True


def _name(crd: bytes) -> str:
    """The name in the metadata, which YAML writes two spaces in, before anything else is called `name` there."""
    match = re.search(rb"^  name: (\S+)$", crd, re.MULTILINE)
    assert match is not None
    return match[1].decode()


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
