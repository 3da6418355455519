"""Qdrant in the cluster: one pod with a volume behind a key, and a CronJob that asks it for a snapshot every night."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NotRequired

import pulumi
from pulumi_kubernetes.apps.v1 import StatefulSet
from pulumi_kubernetes.batch.v1 import CronJob
from pulumi_kubernetes.core.v1 import ConfigMap, ServiceAccount
from pulumi_kubernetes.core.v1 import Service as KubernetesService

from hanzo_components import hardened
from hanzo_components.component import Component, ComponentArgs
from hanzo_components.drawn_key import KEY, decoded, drawn_key
from hanzo_components.metadata import UNAWAITED, labelled, metadata
from hanzo_iac.plan.spec import QdrantSpec

STORAGE = "/qdrant/storage"
SNAPSHOTS = "/qdrant/storage/snapshots"

# One snapshot more, then the oldest go until as many are left as are kept. Qdrant answers with one name a line of JSON;
# names carry the time, so that sorting them is sorting by age. Source: Qdrant's documentation of snapshots, 2026-11.
TAKE_SNAPSHOT = """\
set -eu
ask() { curl --fail --silent --show-error --max-time 900 -H "api-key: $QDRANT_API_KEY" "$@"; }
ask -X POST "$QDRANT_URL/snapshots" >/dev/null
ask "$QDRANT_URL/snapshots" | grep -o '"name":"[^"]*"' | cut -d'"' -f4 | sort -r | tail -n +"$((KEPT + 1))" |
while read -r name; do ask -X DELETE "$QDRANT_URL/snapshots/$name" >/dev/null; done
"""


class QdrantArgs(ComponentArgs):
    spec: QdrantSpec
    labels: NotRequired[Mapping[str, str]]
    """Further labels of every object."""


class Qdrant(Component):
    """A Qdrant. `api_key` is what bound services call it with."""

    children = ("key", "account", "set", "service", "script", "snapshots")

    def __init__(self, name: str, args: QdrantArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        self._spec = args["spec"]
        self._labels = labelled(self._spec.name, "qdrant", {**args.get("labels", {}), **self._spec.labels})
        self._key = drawn_key(self._make, self._metadata("-key"))
        self._account = self._make(
            "account", ServiceAccount, {"metadata": self._metadata(), "automount_service_account_token": False}
        )
        self._set = self._server()
        self._service = self._address()
        self._script = self._make(
            "script", ConfigMap, {"metadata": self._metadata("-snapshot"), "data": {"take.sh": TAKE_SNAPSHOT}}
        )
        self._snapshots = self._nightly()
        self.api_key: pulumi.Output[str] = pulumi.Output.secret(self._key.data[KEY].apply(decoded))
        self.register_outputs({"name": self._spec.name})

    def _metadata(self, suffix: str = "", annotations: Mapping[str, str] | None = None) -> dict[str, Any]:
        return metadata(self._spec.name + suffix, self._spec.namespace, self._labels, annotations)

    def _server(self) -> StatefulSet:
        spec = self._spec
        claim = {
            "metadata": {"name": "storage"},
            "spec": {
                "access_modes": ["ReadWriteOnce"],
                "storage_class_name": spec.storage_class,
                "resources": {"requests": {"storage": f"{spec.storage_gib}Gi"}},
            },
        }
        body = {
            "replicas": 1,
            "service_name": spec.name,
            "selector": {"match_labels": dict(spec.pod_labels)},
            "template": {"metadata": {"labels": {**self._labels, **spec.pod_labels}}, "spec": self._pod()},
            "volume_claim_templates": [claim],
        }
        read = pulumi.ResourceOptions(depends_on=[self._key, self._account])
        return self._make("set", StatefulSet, {"metadata": self._metadata(), "spec": body}, read, suffix="")

    def _pod(self) -> dict[str, Any]:
        return {
            "service_account_name": self._spec.name,
            "automount_service_account_token": False,
            "enable_service_links": False,
            "security_context": hardened.pod_security(),
            "node_selector": dict(self._spec.node_selector),
            "containers": [self._container()],
            "volumes": [hardened.temporary_volume()],
        }

    def _container(self) -> dict[str, Any]:
        spec = self._spec
        ready = {"http_get": {"path": "/readyz", "port": spec.port}, "timeout_seconds": 5, "period_seconds": 5}
        return {
            "name": "qdrant",
            "image": hardened.image_reference(spec.image),
            "image_pull_policy": "Always",
            "ports": [{"name": "http", "container_port": spec.port}],
            "env": [
                self._key_variable("QDRANT__SERVICE__API_KEY"),
                {"name": "QDRANT__STORAGE__SNAPSHOTS_PATH", "value": SNAPSHOTS},
                {"name": "QDRANT__TELEMETRY_DISABLED", "value": "true"},
            ],
            "startup_probe": {**ready, "failure_threshold": 120},
            "readiness_probe": {**ready, "failure_threshold": 3},
            "liveness_probe": {"tcp_socket": {"port": spec.port}, "period_seconds": 20, "failure_threshold": 6},
            "security_context": hardened.container_security(),
            "resources": hardened.resources(spec.resources),
            "volume_mounts": [
                {"name": "storage", "mount_path": STORAGE},
                {"name": "tmp", "mount_path": "/tmp"},  # noqa: S108 - in the container
            ],
        }

    def _key_variable(self, name: str) -> dict[str, Any]:
        return {"name": name, "value_from": {"secret_key_ref": {"name": f"{self._spec.name}-key", "key": KEY}}}

    def _address(self) -> KubernetesService:
        ports = [{"name": "http", "port": self._spec.port, "target_port": "http"}]
        body = {"type": "ClusterIP", "selector": dict(self._spec.pod_labels), "ports": ports}
        return self._make(
            "service", KubernetesService, {"metadata": self._metadata(annotations=UNAWAITED), "spec": body}
        )

    def _nightly(self) -> CronJob:
        spec = self._spec
        container = {
            "name": "snapshot",
            "image": hardened.image_reference(spec.snapshot_image),
            "command": ["sh", "/scripts/take.sh"],
            "env": [
                self._key_variable("QDRANT_API_KEY"),
                {"name": "QDRANT_URL", "value": f"http://{spec.name}:{spec.port}"},
                {"name": "KEPT", "value": str(spec.snapshots_kept)},
            ],
            "security_context": hardened.container_security(),
            "resources": hardened.resources(spec.resources),
            "volume_mounts": [{"name": "scripts", "mount_path": "/scripts", "read_only": True}],
        }
        pod = {
            "restart_policy": "Never",
            "automount_service_account_token": False,
            "enable_service_links": False,
            "security_context": hardened.pod_security(),
            "node_selector": dict(spec.node_selector),
            "containers": [container],
            "volumes": [{"name": "scripts", "config_map": {"name": f"{spec.name}-snapshot"}}],
        }
        labels = {**self._labels, **spec.snapshot_labels}
        template = {"metadata": {"labels": labels}, "spec": pod}
        body = {
            "schedule": spec.snapshot_schedule,
            "time_zone": "Etc/UTC",
            "concurrency_policy": "Forbid",
            "job_template": {"spec": {"backoff_limit": 2, "template": template}},
        }
        about = metadata(f"{spec.name}-snapshot", spec.namespace, {**self._labels, **spec.snapshot_labels})
        read = pulumi.ResourceOptions(depends_on=[self._set, self._script])
        return self._make("snapshots", CronJob, {"metadata": about, "spec": body}, read)
