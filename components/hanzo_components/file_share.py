"""An NFS share, and the volume and claim by which pods of one namespace mount it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NotRequired

import pulumi
from pulumi_digitalocean import Nfs
from pulumi_kubernetes.core.v1 import PersistentVolume, PersistentVolumeClaim

from hanzo_components.component import Component, ComponentArgs
from hanzo_components.metadata import labelled, metadata
from hanzo_iac.plan.spec import FileShareSpec

MODES = ["ReadWriteMany"]


class FileShareArgs(ComponentArgs):
    spec: FileShareSpec
    vpc_id: pulumi.Input[str]
    labels: NotRequired[Mapping[str, str]]
    """Further labels of every object."""


class FileShare(Component):
    """A file system that many pods mount at once."""

    children = ("share", "volume", "claim")

    def __init__(self, name: str, args: FileShareArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        self._spec = args["spec"]
        self._labels = labelled(self._spec.claim, "file-share", args.get("labels"))
        self._share = self._server(args["vpc_id"])
        self._volume = self._mounted()
        self._claim = self._claimed()
        self.register_outputs({"claim": self._spec.claim})

    def _server(self, vpc_id: pulumi.Input[str]) -> Nfs:
        spec = self._spec
        inputs = {
            "name": spec.name,
            "region": spec.region,
            "size": spec.size_gib,
            "performance_tier": spec.tier,
            "vpc_id": vpc_id,
        }
        kept = pulumi.ResourceOptions(protect=spec.protect, retain_on_delete=spec.protect)
        return self._make("share", Nfs, inputs, kept, suffix="")

    def _mounted(self) -> PersistentVolume:
        # A volume belongs to no namespace, so its name is the share's, which is the stack's own.
        body = {
            "capacity": {"storage": f"{self._spec.size_gib}Gi"},
            "access_modes": MODES,
            "persistent_volume_reclaim_policy": "Retain",
            "storage_class_name": "",
            "nfs": {"server": self._share.host, "path": self._share.mount_path},
        }
        return self._make(
            "volume", PersistentVolume, {"metadata": metadata(self._spec.name, "", self._labels), "spec": body}
        )

    def _claimed(self) -> PersistentVolumeClaim:
        body = {
            "access_modes": MODES,
            # Empty, not left out: left out, the cluster's default class would make a volume of its own.
            "storage_class_name": "",
            "volume_name": self._spec.name,
            "resources": {"requests": {"storage": f"{self._spec.size_gib}Gi"}},
        }
        about = metadata(self._spec.claim, self._spec.namespace, self._labels)
        bound = pulumi.ResourceOptions(depends_on=[self._volume])
        return self._make("claim", PersistentVolumeClaim, {"metadata": about, "spec": body}, bound)
