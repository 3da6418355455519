"""
No database may be reachable from the whole world.

DigitalOcean lets everybody in where a database has no trusted sources: a missing firewall opens it, and so does an
empty one. Whether a firewall is there is a question to the stack; whether it is closed, to the firewall.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from hanzo_policy.stack import (
    DATABASE,
    DATABASE_FIREWALL,
    Finding,
    Resource,
    Unknown,
    Violation,
    deferred,
    of_type,
)

# This many addresses or more are the world, whether in one rule or in many: a /8 of IPv4, a /16 of IPv6. Arbitrary,
# but no office, VPN or cloud region a database is meant for is near it.
WORLD_V4 = 2 ** (32 - 8)
WORLD_V6 = 2 ** (128 - 16)
# Addresses that are not routed on the internet (RFC 1918, RFC 4193): however many, not the world.
_PRIVATE = [ipaddress.ip_network(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")]

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def database_not_open(resources: Sequence[Resource], _config: Mapping[str, Any]) -> Iterator[Finding]:
    """A violation for each database cluster that no firewall of the stack belongs to."""
    firewalls = of_type(resources, DATABASE_FIREWALL)
    for database in of_type(resources, DATABASE):
        if not any(_guards(firewall, database) for firewall in firewalls):
            yield Violation(
                database.name,
                "no DatabaseFirewall of this stack belongs to it",
                "add a DatabaseFirewall whose cluster_id is this cluster's id, with a rule for the Kubernetes cluster",
                database.urn,
            )


def database_firewall_closed(firewall: Resource) -> Iterator[Finding]:
    """Violations of a firewall that lets the world in: no rule at all, or rules for too many addresses."""
    rules = firewall.props.get("rules")
    if isinstance(rules, Unknown):
        yield from deferred(rules)
        return
    rules = list(rules or ())
    if not rules:
        yield Violation(
            firewall.name,
            "rules: none, which opens the database to the world",
            "add a rule, such as {type: k8s, value: <cluster id>}",
            firewall.urn,
        )
    values = [rule.get("value") for rule in rules if isinstance(rule, Mapping) and rule.get("type") == "ip_addr"]
    networks = [network for value in values if (network := _network(value)) and not _is_private(network)]
    for block in _worlds(networks):
        yield Violation(
            firewall.name,
            f"rules: {block} lets the world in",
            "name the addresses that need the database, or use rules of type k8s, droplet, app or tag",
            firewall.urn,
        )
    yield from deferred(*values, *rules, *(rule.get("type") for rule in rules if isinstance(rule, Mapping)))


def _guards(firewall: Resource, database: Resource) -> bool:
    # Before `up` the cluster's id is unknown, but not where it comes from.
    if database.urn in firewall.depends_on.get("clusterId", ()):
        return True
    cluster = firewall.props.get("clusterId")
    return isinstance(cluster, str) and database.props.get("clusterUrn") == f"do:dbaas:{cluster}"


def _network(value: Any) -> Network | None:
    try:
        network = ipaddress.ip_network(str(value), strict=False)
    except ValueError:
        return None  # DigitalOcean refuses it; so it opens nothing
    # The unspecified address is how "anywhere" is often written.
    return ipaddress.ip_network(f"{network.network_address}/0") if network.network_address.is_unspecified else network


def _is_private(network: Network) -> bool:
    return any(block.version == network.version and network.subnet_of(block) for block in _PRIVATE)  # type: ignore[arg-type]


def _worlds(networks: Iterable[Network]) -> list[str]:
    """The blocks that are too large; all of one kind together, where only their sum is."""
    found = []
    for version, world in ((4, WORLD_V4), (6, WORLD_V6)):
        blocks = [network for network in networks if network.version == version]
        large = [str(network) for network in blocks if network.num_addresses >= world]
        together = ipaddress.collapse_addresses(blocks)  # type: ignore[type-var]
        if large:
            found += large
        elif sum(network.num_addresses for network in together) >= world:
            found.append(f"the sum of {', '.join(str(network) for network in blocks)}")
    return found
