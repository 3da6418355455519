"""
Volumes of block storage, as DOKS's driver makes them: one for each claim of one of its classes.

Nothing is stored: no container runs here. What follows is real: Kubernetes' own controllers bind the claim, and the
scheduler places the pod only once it is bound.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hanzo_iac.localcloud.kubernetes.api import Api, Json
from hanzo_iac.localcloud.kubernetes.mirror import Mirror

CLAIMS = "/api/v1/persistentvolumeclaims"
VOLUMES = "/api/v1/persistentvolumes"
DRIVER = "dobs.csi.digitalocean.com"
CLASS_PREFIX = "do-block-storage"


def settle(api: Api, claims: Mirror) -> None:
    """Every claim that waits for block storage has a volume; none is left of claims that went, unless it is kept."""
    for claim in claims.all():
        if wants_volume(claim):
            api.create(VOLUMES, volume_for(claim))


def wants_volume(claim: Mapping[str, Any]) -> bool:
    """Whether the claim is of block storage, and nobody has made its volume yet."""
    spec = claim["spec"]
    storage_class = spec.get("storageClassName") or ""
    return (
        storage_class.startswith(CLASS_PREFIX)
        and not spec.get("volumeName")
        and claim.get("status", {}).get("phase", "Pending") == "Pending"
    )


def volume_for(claim: Mapping[str, Any]) -> Json:
    """The volume of a claim, named after the claim's identity as Kubernetes' provisioners do."""
    meta, spec = claim["metadata"], claim["spec"]
    name = f"pvc-{meta['uid']}"
    keeps = "retain" in spec["storageClassName"]
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": name, "annotations": {"pv.kubernetes.io/provisioned-by": DRIVER}},
        "spec": {
            "capacity": {"storage": spec["resources"]["requests"]["storage"]},
            "accessModes": spec["accessModes"],
            "storageClassName": spec["storageClassName"],
            "persistentVolumeReclaimPolicy": "Retain" if keeps else "Delete",
            "csi": {"driver": DRIVER, "volumeHandle": name, "fsType": "ext4"},
            "claimRef": {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "namespace": meta["namespace"],
                "name": meta["name"],
                "uid": meta["uid"],
            },
        },
    }
