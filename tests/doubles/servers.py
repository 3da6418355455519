"""Control planes and databases that are words only: everything is ready at once and no process runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from hanzo_iac.localcloud.backends import ClusterAccess, DatabaseAddress, DatabaseServer, Node, Pool


class NoClusters:
    """Control planes that are words only."""

    def __init__(self) -> None:
        self.pools: dict[str, tuple[Pool, ...]] = {}

    def ensure(self, cluster_id: str, *, name: str, version: str, pools: tuple[Pool, ...]) -> None:
        """Remember the pools."""
        self.pools[cluster_id] = pools

    def access(self, cluster_id: str) -> ClusterAccess | None:
        """An address that leads nowhere."""
        if cluster_id not in self.pools:
            return None
        return ClusterAccess(
            server_url="https://127.0.0.1:1", ca_pem="none", client_certificate_pem="none", client_key_pem="none"
        )

    def trouble(self, cluster_id: str) -> str:
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
