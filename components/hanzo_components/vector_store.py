"""
pgvector in a managed PostgreSQL: the Job that runs the SQL, and what it reads.

A Job in the cluster, because the database's firewall lets nobody else in and DigitalOcean's API runs no SQL.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NotRequired

import pulumi
from pulumi_kubernetes.batch.v1 import Job
from pulumi_kubernetes.core.v1 import ConfigMap, Secret

from hanzo_components import hardened
from hanzo_components.component import Component, ComponentArgs
from hanzo_components.metadata import labelled, metadata
from hanzo_iac.plan.spec import VectorStoreSpec

EXECUTES = {"local.hanzo.ai/executes": "sql"}
"""Pod label by which the local cloud, whose pods run nothing, knows to run the SQL itself."""


class VectorStoreArgs(ComponentArgs):
    spec: VectorStoreSpec
    database_url: pulumi.Input[str]
    labels: NotRequired[Mapping[str, str]]
    """Further labels of every object."""


class VectorStore(Component):
    """The vector extension and table, made once for each version of the SQL: changed SQL is a Job of a new name."""

    children = ("sql", "credentials", "job")

    def __init__(self, name: str, args: VectorStoreArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        self._spec = args["spec"]
        self._labels = labelled(self._spec.job, "vector-store", args.get("labels"))
        self._sql = self._script()
        self._credentials = self._secret(args["database_url"])
        self._job = self._run()
        self.register_outputs({"job": self._spec.job})

    def _metadata(self) -> dict[str, Any]:
        return metadata(self._spec.job, self._spec.namespace, self._labels)

    def _script(self) -> ConfigMap:
        return self._make("sql", ConfigMap, {"metadata": self._metadata(), "data": {"setup.sql": self._spec.sql}})

    def _secret(self, url: pulumi.Input[str]) -> Secret:
        content = {"metadata": self._metadata(), "string_data": {"DATABASE_URL": pulumi.Output.secret(url)}}
        return self._make("credentials", Secret, content)

    def _run(self) -> Job:
        # No time to live: the Job is a resource of the stack, and one that vanished by itself would be made again.
        labels = {**self._labels, **self._spec.pod_labels, **EXECUTES}
        template = {"metadata": {"labels": labels}, "spec": self._pod()}
        body = {"metadata": self._metadata(), "spec": {"backoff_limit": self._spec.tries, "template": template}}
        ready = pulumi.ResourceOptions(depends_on=[self._sql, self._credentials])
        return self._make("job", Job, body, ready, suffix="")

    def _pod(self) -> dict[str, Any]:
        return {
            "restart_policy": "Never",
            "automount_service_account_token": False,
            "enable_service_links": False,
            "security_context": hardened.pod_security(),
            "containers": [self._container()],
            "volumes": [
                {"name": "sql", "config_map": {"name": self._spec.job}},
                hardened.temporary_volume(),
            ],
        }

    def _container(self) -> dict[str, Any]:
        key = {"name": self._spec.job, "key": "DATABASE_URL"}
        return {
            "name": "setup",
            "image": self._spec.image,
            "command": ["sh", "-c", 'exec psql -v ON_ERROR_STOP=1 -f /sql/setup.sql "$DATABASE_URL"'],
            "env": [
                {"name": "DATABASE_URL", "value_from": {"secret_key_ref": key}},
                {"name": "HOME", "value": "/tmp"},  # noqa: S108 - in the container, where only its own volume is writable
            ],
            "security_context": hardened.container_security(),
            "resources": hardened.resources(self._spec.resources),
            "volume_mounts": [
                {"name": "sql", "mount_path": "/sql", "read_only": True},
                {"name": "tmp", "mount_path": "/tmp"},  # noqa: S108 - as above
            ],
        }
