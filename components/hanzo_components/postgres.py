"""Managed PostgreSQL: the cluster, its databases and users, and one firewall that lets only Kubernetes in."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pulumi
from pulumi_digitalocean import (
    DatabaseCluster,
    DatabaseConnectionPool,
    DatabaseDb,
    DatabaseFirewall,
    DatabasePostgresqlConfig,
    DatabaseReplica,
    DatabaseUser,
)

from hanzo_components.component import Component, ComponentArgs, ComponentError, after
from hanzo_iac.plan.spec import PostgresSpec

ADMIN = "doadmin"
"""The user DigitalOcean makes in every PostgreSQL cluster."""


class PostgresArgs(ComponentArgs):
    spec: PostgresSpec
    vpc_id: pulumi.Input[str]
    cluster_id: pulumi.Input[str]
    """The Kubernetes cluster that may connect."""


class Postgres(Component):
    """A managed PostgreSQL cluster. `url(user=, database=)` is what a program connects with."""

    children = ("cluster", "database", "user", "pool", "replica", "config", "firewall")

    def __init__(self, name: str, args: PostgresArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        self._spec = args["spec"]
        self._cluster = self._server(args["spec"], args["vpc_id"])
        self._databases = self._chain_of_databases(args["spec"])
        self._users = self._chain_of_users(args["spec"])
        self._pools = self._chain_of_pools(args["spec"])
        self._config = self._settings(args["spec"])
        self._replicas = self._copies(args["spec"], args["vpc_id"])
        self._firewall = self._only(args["cluster_id"])
        self.cluster_urn: pulumi.Output[str] = self._cluster.cluster_urn
        self.private_host: pulumi.Output[str] = self._cluster.private_host
        self.register_outputs({"privateHost": self.private_host, "port": self._cluster.port})

    def url(self, *, user: str, database: str) -> pulumi.Output[str]:
        """
        `postgresql://...` inside the private network, secret. The user is one of the spec's or the cluster's admin.

        Raises:
            ComponentError: the cluster has no such database or user.
        """
        if user not in {*self._users, ADMIN}:
            raise ComponentError(
                self._name_prefix, f"there is no user {user}", f"it has {', '.join([*self._users, ADMIN])}"
            )
        if database not in {*self._databases, "defaultdb"}:
            raise ComponentError(
                self._name_prefix, f"there is no database {database}", f"it has {', '.join(self._databases)}"
            )
        account = self._users.get(user)
        parts = pulumi.Output.all(
            name=account.name if account else self._cluster.user,
            password=account.password if account else self._cluster.password,
            host=self._cluster.private_host,
            port=self._cluster.port,
            uri=self._cluster.private_uri,
        )
        return pulumi.Output.secret(parts.apply(lambda known: connection_url(known, database)))

    def _server(self, spec: PostgresSpec, vpc_id: pulumi.Input[str]) -> DatabaseCluster:
        inputs: dict[str, Any] = {
            "name": spec.name,
            "engine": "pg",
            "version": spec.version,
            "region": spec.region,
            "size": spec.size,
            "node_count": spec.node_count,
            "storage_size_mib": str(spec.storage_mib),
            "private_network_uuid": vpc_id,
            "maintenance_windows": [{"day": spec.maintenance.day, "hour": spec.maintenance.hour}],
            "tags": list(spec.tags),
        }
        if spec.growth is not None:
            inputs["storage_autoscale"] = {
                "enabled": True,
                "threshold_percent": spec.growth.threshold_percent,
                "increment_gib": spec.growth.increment_gib,
            }
        if spec.restore is not None:
            moment = {"backup_created_at": spec.restore.at} if spec.restore.at else {}
            inputs["backup_restore"] = {"database_name": spec.restore.cluster, **moment}
        return self._make("cluster", DatabaseCluster, inputs, self._kept_as_it_is(spec), suffix="")

    def _chain_of_databases(self, spec: PostgresSpec) -> dict[str, DatabaseDb]:
        # One after another: DigitalOcean fails some of several databases or users that are made at once.
        made: dict[str, DatabaseDb] = {}
        for database in spec.databases:
            options = pulumi.ResourceOptions.merge(self._kept(spec), after(list(made.values())[-1:]))
            inputs = {"cluster_id": self._cluster.id, "name": database}
            made[database] = self._make("database", DatabaseDb, inputs, options, suffix=f"database-{database}")
        return made

    def _chain_of_users(self, spec: PostgresSpec) -> dict[str, DatabaseUser]:
        made: dict[str, DatabaseUser] = {}
        for user in spec.users:
            before = after(list(made.values())[-1:] or list(self._databases.values())[-1:])
            options = pulumi.ResourceOptions.merge(self._kept(spec), before)
            inputs = {"cluster_id": self._cluster.id, "name": user}
            made[user] = self._make("user", DatabaseUser, inputs, options, suffix=f"user-{user}")
        return made

    def _chain_of_pools(self, spec: PostgresSpec) -> list[DatabaseConnectionPool]:
        # Without a user of its own: a client logs in as itself. After the users, one after another, as they are.
        made: list[DatabaseConnectionPool] = []
        for pool in spec.pools:
            before = made[-1:] or list(self._users.values())[-1:] or list(self._databases.values())[-1:]
            inputs = {
                "cluster_id": self._cluster.id,
                "name": pool.name,
                "mode": pool.mode,
                "size": pool.size,
                "db_name": pool.database,
            }
            made.append(self._make("pool", DatabaseConnectionPool, inputs, after(before), suffix=f"pool-{pool.name}"))
        return made

    def _settings(self, spec: PostgresSpec) -> DatabasePostgresqlConfig | None:
        if not spec.settings:
            return None
        return self._make("config", DatabasePostgresqlConfig, {"cluster_id": self._cluster.id, **spec.settings})

    def _copies(self, spec: PostgresSpec, vpc_id: pulumi.Input[str]) -> list[DatabaseReplica]:
        return [
            self._make(
                "replica",
                DatabaseReplica,
                {
                    "cluster_id": self._cluster.id,
                    "name": replica.name,
                    "region": spec.region,
                    "size": replica.size,
                    "private_network_uuid": vpc_id,
                    "tags": list(spec.tags),
                },
                suffix=f"replica-{replica.name}",
            )
            for replica in spec.replicas
        ]

    def _only(self, cluster_id: pulumi.Input[str]) -> DatabaseFirewall:
        # Exactly one: DigitalOcean replaces the whole list of rules, so two firewalls would undo each other.
        inputs = {"cluster_id": self._cluster.id, "rules": [{"type": "k8s", "value": cluster_id}]}
        return self._make("firewall", DatabaseFirewall, inputs)

    def _kept_as_it_is(self, spec: PostgresSpec) -> pulumi.ResourceOptions:
        # What a cluster was filled from counts when it is made, and never again.
        ignored = [*(["version"] if spec.keep_version else []), *(["backupRestore"] if spec.restore else [])]
        if spec.growth is not None:
            ignored.append("storageSizeMib")
        return pulumi.ResourceOptions.merge(self._kept(spec), pulumi.ResourceOptions(ignore_changes=ignored))

    def _kept(self, spec: PostgresSpec) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(protect=spec.protect, retain_on_delete=spec.protect)


def connection_url(known: dict[str, Any], database: str) -> str:
    """
    The URL of one database, with the transport security the cluster itself asks for.

    >>> connection_url({"name": "web", "password": "p@ss", "host": "db.internal", "port": 25060,
    ...                 "uri": "postgresql://doadmin:x@db.internal:25060/defaultdb?sslmode=require"}, "app")
    'postgresql://web:p%40ss@db.internal:25060/app?sslmode=require'
    """
    sslmode = parse_qs(urlsplit(known["uri"]).query).get("sslmode", ["require"])[0]
    account = f"{quote(known['name'], safe='')}:{quote(known['password'], safe='')}"
    return f"postgresql://{account}@{known['host']}:{int(known['port'])}/{quote(database, safe='')}?sslmode={sslmode}"
