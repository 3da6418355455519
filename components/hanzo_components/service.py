"""One service of the application: its account, and a Deployment, a Job or a CronJob with what belongs to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired

import pulumi
from pulumi_kubernetes.apps.v1 import Deployment
from pulumi_kubernetes.batch.v1 import CronJob, Job
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
    """A service: a Deployment when it runs on, a Job or a CronJob when it ends. Without a port there is no Service."""

    children = ("account", "workload", "service", "disruption-budget")

    def __init__(self, name: str, args: ServiceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        self._spec = args["spec"]
        self._bindings = args["bindings"]
        self._labels = labelled(self._spec.name, self._spec.kind, {**args.get("labels", {}), **self._spec.labels})
        self._account = self._identity()
        self._workload = self._runs()
        self._service = self._address()
        self._budget = self._disruption_budget()
        self.register_outputs({"name": self._spec.name, "namespace": self._spec.namespace})

    def _metadata(self, annotations: Mapping[str, str] | None = None) -> dict[str, Any]:
        return metadata(self._spec.name, self._spec.namespace, self._labels, annotations)

    def _identity(self) -> ServiceAccount:
        inputs = {"metadata": self._metadata(), "automount_service_account_token": False}
        return self._make("account", ServiceAccount, inputs)

    def _runs(self) -> pulumi.Resource:
        made = {"job": self._job, "cron": self._cron}.get(self._spec.kind, self._deployment)
        return made(pulumi.ResourceOptions(depends_on=[self._account]))

    def _template(self) -> dict[str, Any]:
        return {"metadata": {"labels": {**self._labels, **self._spec.pod_labels}}, "spec": self._pod()}

    def _deployment(self, opts: pulumi.ResourceOptions) -> Deployment:
        spec = self._spec
        update = {"max_surge": spec.max_surge, "max_unavailable": spec.max_unavailable}
        body = {
            "replicas": spec.replicas_min,
            "selector": {"match_labels": dict(spec.pod_labels)},
            "strategy": {"type": "RollingUpdate", "rolling_update": update},
            "progress_deadline_seconds": spec.start_timeout_s,
            "template": self._template(),
        }
        about = self._metadata(waited_for(spec.start_timeout_s))
        return self._make("workload", Deployment, {"metadata": about, "spec": body}, opts, suffix="")

    def _job(self, opts: pulumi.ResourceOptions) -> Job:
        # Not waited for: a training may take a day, and a deployment is over when the job has been handed in.
        about = metadata(self._spec.workload, self._spec.namespace, self._labels, UNAWAITED)
        body = {"backoff_limit": self._spec.tries, "template": self._template()}
        return self._make("workload", Job, {"metadata": about, "spec": body}, opts, suffix="")

    def _cron(self, opts: pulumi.ResourceOptions) -> CronJob:
        body = {
            "schedule": self._spec.schedule,
            "time_zone": "Etc/UTC",
            # One that takes longer than its period is not started beside itself.
            "concurrency_policy": "Forbid",
            "job_template": {"spec": {"backoff_limit": self._spec.tries, "template": self._template()}},
        }
        return self._make("workload", CronJob, {"metadata": self._metadata(), "spec": body}, opts, suffix="")

    def _pod(self) -> dict[str, Any]:
        spec = self._spec
        ends = {"restart_policy": "Never"} if spec.kind in ("job", "cron") else {}
        return {
            **ends,
            "service_account_name": spec.name,
            "automount_service_account_token": False,
            "enable_service_links": False,
            "termination_grace_period_seconds": spec.grace_period_s,
            "security_context": hardened.pod_security(),
            "node_selector": dict(spec.node_selector),
            "tolerations": [{"key": key, "operator": "Exists", "effect": "NoSchedule"} for key in spec.toleration_keys],
            "topology_spread_constraints": [self._spread()],
            "containers": [self._container()],
            "volumes": [hardened.temporary_volume(), *self._secret_volumes(), *self._share_volumes()],
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
            "volume_mounts": [
                {"name": "tmp", "mount_path": "/tmp"},  # noqa: S108 - in the container
                *self._secret_mounts(),
                *self._share_mounts(),
            ],
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

    def _share_volumes(self) -> list[dict[str, Any]]:
        return [
            {"name": one.claim, "persistent_volume_claim": {"claim_name": one.claim, "read_only": one.read_only}}
            for one in self._spec.mounts
        ]

    def _share_mounts(self) -> list[dict[str, Any]]:
        return [{"name": one.claim, "mount_path": one.path, "read_only": one.read_only} for one in self._spec.mounts]

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
