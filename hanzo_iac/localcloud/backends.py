"""
What stands behind the emulated API: the real servers a cluster or a database becomes.

The API emulator holds what was asked for; a backend makes it so. Every `ensure` is idempotent, returns at once and may
be called again after a restart with the same words: what is asked for is the whole truth, nothing else is remembered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
    unreplaced: tuple[str, ...] = ()
    """Those of them for which an auto-scaled pool got one node less."""


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
    restored_from: str = ""
    """Id of the cluster whose content it starts with, as that is when this one is made. Of PostgreSQL only."""


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
