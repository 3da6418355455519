"""The resource types this provider knows, by token."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hanzo_iac.localcloud.provider.resource import Resource
from hanzo_iac.localcloud.provider.resources import clusters, database_parts, databases, network, node_pools, tags

TABLE: Mapping[str, Resource] = MappingProxyType(
    {
        resource.token: resource
        for resource in (
            databases.CLUSTER,
            database_parts.CONNECTION_POOL,
            database_parts.DB,
            database_parts.FIREWALL,
            database_parts.USER,
            clusters.CLUSTER,
            node_pools.NODE_POOL,
            network.VPC,
            tags.TAG,
        )
    }
)
"""Token -> resource type."""
