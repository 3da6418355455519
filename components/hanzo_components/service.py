"""One service of the application: its ServiceAccount, Deployment, Service and PodDisruptionBudget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired

import pulumi
from pulumi_kubernetes.apps.v1 import Deployment
from pulumi_kubernetes.core.v1 import Service as KubernetesService
from pulumi_kubernetes.core.v1 import ServiceAccount
from pulumi_kubernetes.policy.v1 import PodDisruptionBudget

from hanzo_components import hardened
from hanzo_components.component import Component, ComponentArgs
from hanzo_components.metadata import UNAWAITED, labelled, metadata, waited_for
from hanzo_iac.plan.spec import BindingSpec, ServiceSpec

SECRETS_PATH = "/run/secrets/hanzo"

READABLE_BY_GROUP = 0o440
"""Mode of secret files: the pod's group may read them, nobody may change them."""


class ServiceArgs(ComponentArgs):
    spec: ServiceSpec
    bindings: Sequence[BindingSpec]
    """What the service is bound to; the Binding components make the secrets themselves."""
    labels: NotRequired[Mapping[str, str]]
    """Further labels of every object."""


class Service(Component):
    """A running service. A worker, which has no port, gets no Service object."""

    children = ("account", "deployment", "service", "disruption-budget")

    def __init__(self, name: str, args: ServiceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        self._spec = args["spec"]
        self._bindings = args["bindings"]
        self._labels = labelled(self._spec.name, self._spec.kind, {**args.get("labels", {}), **self._spec.labels})
        self._account = self._identity()
        self._deployment = self._workload()
        self._service = self._address()
        self._budget = self._disruption_budget()
        self.register_outputs({"name": self._spec.name, "namespace": self._spec.namespace})

    def _metadata(self, annotations: Mapping[str, str] | None = None) -> dict[str, Any]:
        return metadata(self._spec.name, self._spec.namespace, self._labels, annotations)

    def _identity(self) -> ServiceAccount:
        inputs = {"metadata": self._metadata(), "automount_service_account_token": False}
        return self._make("account", ServiceAccount, inputs)

    def _workload(self) -> Deployment:
        spec = self._spec
        template = {"metadata": {"labels": {**self._labels, **spec.pod_labels}}, "spec": self._pod()}
        selector = {"match_labels": dict(spec.pod_labels)}
        update = {"max_surge": spec.max_surge, "max_unavailable": spec.max_unavailable}
        body = {
            "replicas": spec.replicas_min,
            "selector": selector,
            "strategy": {"type": "RollingUpdate", "rolling_update": update},
            "progress_deadline_seconds": spec.start_timeout_s,
            "template": template,
        }
        about = self._metadata(waited_for(spec.start_timeout_s))
        used = pulumi.ResourceOptions(depends_on=[self._account])
        return self._make("deployment", Deployment, {"metadata": about, "spec": body}, used, suffix="")

    def _pod(self) -> dict[str, Any]:
        spec = self._spec
        return {
            "service_account_name": spec.name,
            "automount_service_account_token": False,
            "enable_service_links": False,
            "termination_grace_period_seconds": spec.grace_period_s,
            "security_context": hardened.pod_security(),
            "node_selector": dict(spec.node_selector),
            "tolerations": [{"key": key, "operator": "Exists", "effect": "NoSchedule"} for key in spec.toleration_keys],
            "topology_spread_constraints": [self._spread()],
            "containers": [self._container()],
            "volumes": [hardened.temporary_volume(), *self._secret_volumes()],
        }

    def _spread(self) -> dict[str, Any]:
        return {
            "max_skew": 1,
            "topology_key": "kubernetes.io/hostname",
            # A preference: two replicas on one node are better than one replica.
            "when_unsatisfiable": "ScheduleAnyway",
            "label_selector": {"match_labels": dict(self._spec.pod_labels)},
        }

    def _container(self) -> dict[str, Any]:
        spec = self._spec
        container: dict[str, Any] = {
            "name": spec.name,
            "image": hardened.image_reference(spec.image),
            "image_pull_policy": "Always",
            "env": self._environment(),
            "security_context": hardened.container_security(),
            "resources": hardened.resources(spec.resources),
            "volume_mounts": [{"name": "tmp", "mount_path": "/tmp"}, *self._secret_mounts()],  # noqa: S108
        }
        if spec.command:
            container["command"] = list(spec.command)
        if spec.port:
            container["ports"] = [{"name": "http", "container_port": spec.port}]
        if spec.pre_stop_sleep_s:
            # Time for the gateway to stop sending before the program stops listening.
            container["lifecycle"] = {"pre_stop": {"sleep": {"seconds": spec.pre_stop_sleep_s}}}
        for moment in ("startup_probe", "readiness_probe", "liveness_probe"):
            if (probe := getattr(spec, moment)) is not None:
                container[moment] = hardened.probe(probe)
        return container

    def _environment(self) -> list[dict[str, Any]]:
        plain = dict(self._spec.environment)
        for binding in self._bindings:
            plain.update(binding.variables)
        if self._spec.secret_files:
            plain.update({f"{name}_FILE": f"{SECRETS_PATH}/{name}" for name, _ in self._secrets()})
        taken = [
            {"name": name, "value_from": {"secret_key_ref": {"name": secret, "key": name}}}
            for name, secret in self._secrets()
            if not self._spec.secret_files
        ]
        return [*({"name": name, "value": value} for name, value in sorted(plain.items())), *taken]

    def _secrets(self) -> list[tuple[str, str]]:
        """(variable, name of the Secret that holds it), by variable."""
        return sorted((variable, binding.secret_name) for binding in self._bindings for variable in binding.secrets)

    def _secret_volumes(self) -> list[dict[str, Any]]:
        if not (self._spec.secret_files and self._secrets()):
            return []
        sources = [
            {"secret": {"name": secret, "items": [{"key": name, "path": name}]}} for name, secret in self._secrets()
        ]
        return [{"name": "secrets", "projected": {"default_mode": READABLE_BY_GROUP, "sources": sources}}]

    def _secret_mounts(self) -> list[dict[str, Any]]:
        if not self._secret_volumes():
            return []
        return [{"name": "secrets", "mount_path": SECRETS_PATH, "read_only": True}]

    def _address(self) -> KubernetesService | None:
        if not self._spec.port:
            return None
        ports = [{"name": "http", "port": self._spec.port, "target_port": "http"}]
        body = {"type": "ClusterIP", "selector": dict(self._spec.pod_labels), "ports": ports}
        return self._make("service", KubernetesService, {"metadata": self._metadata(UNAWAITED), "spec": body})

    def _disruption_budget(self) -> PodDisruptionBudget | None:
        # On a single replica it would block every node upgrade.
        if self._spec.replicas_min < 2:
            return None
        rule = {"selector": {"match_labels": dict(self._spec.pod_labels)}, **hardened.disruption_budget()}
        return self._make("disruption-budget", PodDisruptionBudget, {"metadata": self._metadata(), "spec": rule})
