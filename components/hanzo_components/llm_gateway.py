"""The LLM gateway: LiteLLM behind a key of its own, in the only namespace where provider keys exist."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NotRequired

import pulumi
from pulumi_kubernetes.apps.v1 import Deployment
from pulumi_kubernetes.core.v1 import ConfigMap, ServiceAccount
from pulumi_kubernetes.core.v1 import Service as KubernetesService
from pulumi_kubernetes.policy.v1 import PodDisruptionBudget

from hanzo_components import hardened
from hanzo_components.component import Component, ComponentArgs
from hanzo_components.drawn_key import decoded, drawn_key
from hanzo_components.metadata import UNAWAITED, labelled, metadata
from hanzo_iac.plan.spec import LlmGatewaySpec

CONFIG = "config.yaml"
KEY = "LITELLM_MASTER_KEY"

WRITABLE = {
    "HOME": "/tmp",  # noqa: S108 - paths in the container, where only its own volume is writable
    "LITELLM_MIGRATION_DIR": "/tmp/migrations",  # noqa: S108
    "LITELLM_UI_PATH": "/tmp/ui",  # noqa: S108
    "LITELLM_ASSETS_PATH": "/tmp/assets",  # noqa: S108
}
"""Where LiteLLM writes at start; its image is read-only here."""


class LlmGatewayArgs(ComponentArgs):
    spec: LlmGatewaySpec
    labels: NotRequired[Mapping[str, str]]
    """Further labels of every object."""


class LlmGateway(Component):
    """A gateway to language models. `api_key` is what bound services call it with."""

    children = ("config", "key", "account", "deployment", "service", "disruption-budget")

    def __init__(self, name: str, args: LlmGatewayArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        self._spec = args["spec"]
        self._labels = labelled(self._spec.name, "llm-gateway", {**args.get("labels", {}), **self._spec.labels})
        self._config = self._make(
            "config", ConfigMap, {"metadata": self._metadata("-config"), "data": {CONFIG: self._spec.config}}
        )
        self._key = drawn_key(self._make, self._metadata("-key"), key=KEY)
        self._account = self._identity()
        self._deployment = self._workload()
        self._service = self._address()
        self._budget = self._disruption_budget()
        self.api_key: pulumi.Output[str] = pulumi.Output.secret(self._key.data[KEY].apply(decoded))
        self.register_outputs({"replicas": self._spec.replicas})

    def _metadata(self, suffix: str = "", annotations: Mapping[str, str] | None = None) -> dict[str, Any]:
        return metadata(self._spec.name + suffix, self._spec.namespace, self._labels, annotations)

    def _identity(self) -> ServiceAccount:
        inputs = {"metadata": self._metadata(), "automount_service_account_token": False}
        return self._make("account", ServiceAccount, inputs)

    def _workload(self) -> Deployment:
        spec = self._spec
        # The proxy reads its configuration once: a changed one must start new pods.
        version = {"hanzo.ai/config-sha256": sha256(spec.config.encode()).hexdigest()[:16]}
        template = {
            "metadata": {"labels": {**self._labels, **spec.pod_labels}, "annotations": version},
            "spec": self._pod(),
        }
        body = {"replicas": spec.replicas, "selector": {"match_labels": dict(spec.pod_labels)}, "template": template}
        read = pulumi.ResourceOptions(depends_on=[self._config, self._key, self._account])
        return self._make("deployment", Deployment, {"metadata": self._metadata(), "spec": body}, read, suffix="")

    def _pod(self) -> dict[str, Any]:
        return {
            "service_account_name": self._spec.name,
            "automount_service_account_token": False,
            "enable_service_links": False,
            "security_context": hardened.pod_security(),
            "node_selector": dict(self._spec.node_selector),
            "containers": [self._container()],
            "volumes": [
                {"name": "config", "config_map": {"name": f"{self._spec.name}-config"}},
                hardened.temporary_volume(),
            ],
        }

    def _container(self) -> dict[str, Any]:
        spec = self._spec
        own_key = {"name": KEY, "value_from": {"secret_key_ref": {"name": f"{spec.name}-key", "key": KEY}}}
        return {
            "name": "litellm",
            "image": hardened.image_reference(spec.image),
            "image_pull_policy": "Always",
            "args": ["--config", f"/etc/litellm/{CONFIG}", "--port", str(spec.port)],
            "ports": [{"name": "http", "container_port": spec.port}],
            "env": [own_key, *({"name": key, "value": value} for key, value in WRITABLE.items())],
            # Optional: the operator may add the provider keys after the gateway runs.
            "env_from": [{"secret_ref": {"name": spec.provider_keys_secret, "optional": True}}],
            "startup_probe": hardened.probe(spec.startup_probe),
            "readiness_probe": hardened.probe(spec.readiness_probe),
            "liveness_probe": hardened.probe(spec.liveness_probe),
            "security_context": hardened.container_security(),
            "resources": hardened.resources(spec.resources),
            "volume_mounts": [
                {"name": "config", "mount_path": "/etc/litellm", "read_only": True},
                {"name": "tmp", "mount_path": "/tmp"},  # noqa: S108 - in the container
            ],
        }

    def _address(self) -> KubernetesService:
        ports = [{"name": "http", "port": self._spec.port, "target_port": "http"}]
        body = {"type": "ClusterIP", "selector": dict(self._spec.pod_labels), "ports": ports}
        return self._make(
            "service", KubernetesService, {"metadata": self._metadata(annotations=UNAWAITED), "spec": body}
        )

    def _disruption_budget(self) -> PodDisruptionBudget | None:
        # On a single replica it would block every node upgrade.
        if self._spec.replicas < 2:
            return None
        rule = {"selector": {"match_labels": dict(self._spec.pod_labels)}, **hardened.disruption_budget()}
        return self._make("disruption-budget", PodDisruptionBudget, {"metadata": self._metadata(), "spec": rule})
