"""The emulated services, one file each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hanzo_iac.localcloud.digitalocean.services import (
    account,
    actions,
    cdn,
    certificates,
    database_parts,
    database_replicas,
    database_settings,
    databases,
    domains,
    firewalls,
    kubernetes,
    kubernetes_upkeep,
    load_balancers,
    monitoring,
    nfs,
    node_pools,
    projects,
    registries,
    spaces_keys,
    tags,
    vectors,
    volumes,
    vpc_links,
    vpcs,
)

if TYPE_CHECKING:
    from hanzo_iac.localcloud.digitalocean.cloud import Cloud

SERVICES = (
    account.routes,
    actions.routes,
    cdn.routes,
    certificates.routes,
    database_parts.routes,
    database_replicas.routes,
    database_settings.routes,
    databases.routes,
    domains.routes,
    firewalls.routes,
    kubernetes.routes,
    kubernetes_upkeep.routes,
    load_balancers.routes,
    monitoring.routes,
    nfs.routes,
    node_pools.routes,
    projects.routes,
    registries.routes,
    spaces_keys.routes,
    tags.routes,
    vectors.routes,
    volumes.routes,
    vpc_links.routes,
    vpcs.routes,
)

# The first word of every documented path under /v2. Source: DigitalOcean's API reference, August 2026.
FAMILIES = frozenset(
    {
        "1-clicks", "account", "actions", "add-ons", "apps", "auto-scaling", "billing", "byoip_prefixes", "cdn",
        "certificates", "customers", "databases", "dedicated-inferences", "domains", "droplets", "firewalls",
        "floating_ips", "functions", "gen-ai", "images", "invoices", "kubernetes", "load_balancers", "monitoring",
        "nfs", "partner_network_connect", "projects", "regions", "registries", "registry", "reports", "reserved_ips",
        "reserved_ipv6", "security", "sizes", "snapshots", "spaces", "tags", "uptime", "vector-databases", "volumes",
        "vpc_nat_gateways", "vpc_peerings", "vpcs",
    }
)  # fmt: skip


def restore(cloud: Cloud) -> None:
    """Ask for every server that the state holds again."""
    with cloud.state.lock:
        kubernetes.restore(cloud)
        databases.restore(cloud)
