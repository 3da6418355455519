"""
What stands behind the emulated API: the real servers a cluster or a database becomes.

The API emulator holds what was asked for; a backend makes it so. Every `ensure` is idempotent, returns at once and may
be called again after a restart with the same words: what is asked for is the whole truth, nothing else is remembered.
Tests of the API alone use `NoClusters` and `NoDatabases`, where everything is ready at once and no process runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Taint:
    """A Kubernetes node taint."""

    key: str
    value: str
    effect: str


@dataclass(frozen=True, kw_only=True)
class Pool:
    """A node pool as asked for. `count` is the number of nodes wanted now."""

    pool_id: str
    name: str
    size: str
    count: int
    auto_scale: bool
    min_nodes: int
    max_nodes: int
    labels: Mapping[str, str] = field(default_factory=dict)
    taints: tuple[Taint, ...] = ()
    tags: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    """Ids of nodes that were deleted one by one: they never exist again, others fill the count."""


@dataclass(frozen=True, kw_only=True)
class Node:
    """A node that exists. `ready` follows the boot delay."""

    node_id: str
    name: str
    ready: bool


@dataclass(frozen=True, kw_only=True)
class ClusterAccess:
    """How to reach a control plane; PEM texts, `https://127.0.0.1:PORT`."""

    server_url: str
    ca_pem: str
    client_certificate_pem: str
    client_key_pem: str


class Clusters(Protocol):
    """Kubernetes control planes with their nodes."""

    def ensure(self, cluster_id: str, *, name: str, version: str, pools: tuple[Pool, ...]) -> None:
        """Make this control plane exist with exactly these pools; returns at once."""

    def access(self, cluster_id: str) -> ClusterAccess | None:
        """How to reach it; None until it is ready."""

    def trouble(self, cluster_id: str) -> str:
        """What keeps it from being ready, as far as is known; it is tried again all the same. Empty for nothing."""

    def nodes(self, cluster_id: str) -> Mapping[str, tuple[Node, ...]]:
        """Pool id -> its nodes now. The node count of an auto-scaled pool is what stands here."""

    def remove(self, cluster_id: str) -> None:
        """Stop the control plane and forget it; a no-op when it is not there."""


@dataclass(frozen=True, kw_only=True)
class DatabaseServer:
    """A database cluster as asked for."""

    database_id: str
    name: str
    engine: str
    """`pg` or `valkey`."""
    version: str
    passwords: Mapping[str, str] = field(default_factory=dict, repr=False)
    """User -> password, `doadmin` (pg) or `default` (valkey) among them."""
    databases: tuple[str, ...] = ()
    eviction_policy: str = ""


@dataclass(frozen=True, kw_only=True)
class DatabaseAddress:
    """Where a database server answers, on loopback, and whether it speaks TLS."""

    host: str
    port: int
    tls: bool


class Databases(Protocol):
    """PostgreSQL and Valkey servers."""

    def ensure(self, server: DatabaseServer) -> None:
        """Make this server exist with exactly these users and databases; returns at once."""

    def address(self, database_id: str) -> DatabaseAddress | None:
        """Where it answers; None until it does."""

    def remove(self, database_id: str) -> None:
        """Stop the server and delete its data; a no-op when it is not there."""


class NoClusters:
    """Control planes that are words only."""

    def __init__(self) -> None:
        self.pools: dict[str, tuple[Pool, ...]] = {}

    def ensure(self, cluster_id: str, *, name: str, version: str, pools: tuple[Pool, ...]) -> None:  # noqa: ARG002
        """Remember the pools."""
        self.pools[cluster_id] = pools

    def access(self, cluster_id: str) -> ClusterAccess | None:
        """An address that leads nowhere."""
        if cluster_id not in self.pools:
            return None
        return ClusterAccess(
            server_url="https://127.0.0.1:1", ca_pem="none", client_certificate_pem="none", client_key_pem="none"
        )

    def trouble(self, cluster_id: str) -> str:  # noqa: ARG002
        """Nothing."""
        return ""

    def nodes(self, cluster_id: str) -> Mapping[str, tuple[Node, ...]]:
        """Every wanted node, ready."""
        return {pool.pool_id: tuple(_words(pool)) for pool in self.pools.get(cluster_id, ())}

    def remove(self, cluster_id: str) -> None:
        """Forget the pools."""
        self.pools.pop(cluster_id, None)


def _words(pool: Pool) -> Iterator[Node]:
    """The pool's nodes, numbered past those it must not have."""
    ids = (f"{pool.pool_id}-{i}" for i in range(pool.count + len(pool.without)))
    for node_id in islice((node_id for node_id in ids if node_id not in pool.without), pool.count):
        yield Node(node_id=node_id, name=f"{pool.name}-{node_id.rpartition('-')[2]}", ready=True)


class NoDatabases:
    """Database servers that are words only."""

    def __init__(self) -> None:
        self.servers: dict[str, DatabaseServer] = {}

    def ensure(self, server: DatabaseServer) -> None:
        """Remember the server."""
        self.servers[server.database_id] = server

    def address(self, database_id: str) -> DatabaseAddress | None:
        """An address that leads nowhere."""
        return DatabaseAddress(host="127.0.0.1", port=1, tls=False) if database_id in self.servers else None

    def remove(self, database_id: str) -> None:
        """Forget the server."""
        self.servers.pop(database_id, None)
