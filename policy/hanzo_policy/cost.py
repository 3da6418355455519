"""
The stack's monthly cost, recomputed from the sizes in it, within the ceiling.

What an application declares of itself is held against the ceiling too, but never instead: a program may be wrong, or
not ours at all. Sizes without a known price are named by a rule of their own; where there are any, the sum says
"at least", for unknown is not zero.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hanzo_policy import prices
from hanzo_policy.pools import pools_of
from hanzo_policy.stack import (
    APPLICATION,
    CLUSTER,
    DATABASE,
    DATABASE_REPLICA,
    DROPLET,
    REGISTRY,
    Deferred,
    Finding,
    Resource,
    Unknown,
    Violation,
    declared,
    deferred,
    number,
    of_type,
    undeclared,
)

# DOKS makes the control plane highly available where nothing is said, from this version on. Source:
# DigitalOcean's OpenAPI and pricing page, read 2026-11-21.
HA_BY_DEFAULT_FROM = (1, 36)
# What DigitalOcean bills and none of our sources has a price for, 2026-11-21.
UNPRICED = {
    "digitalocean:index/loadBalancer:LoadBalancer": "a load balancer",
    "kubernetes:gateway.networking.k8s.io/v1:Gateway": "a load balancer",
    "digitalocean:index/volume:Volume": "a volume",
    "digitalocean:index/nfs:Nfs": "an NFS share",
    "digitalocean:index/vpcNatGateway:VpcNatGateway": "a NAT gateway",
    "digitalocean:index/vectorDatabase:VectorDatabase": "a vector database",
}
# Lines shown under a sum that is too high; 6 is arbitrary: what a person reads before the rest is noise.
LINES_SHOWN = 6


@dataclass(frozen=True)
class Line:
    """What one resource may cost a month at most, US dollars; None where its price is not known."""

    resource: str
    what: str
    usd: float | None


def monthly_cost_within_ceiling(resources: Sequence[Resource], config: Mapping[str, Any]) -> Iterator[Finding]:
    """
    A violation when the stack may cost more a month than the ceiling: the sum of what its applications declare as
    `costCeilingUsd`, or `ceilingUsd` of the pack's configuration where that is lower. No ceiling, no priced resource.
    An application that declares `mayPassCeiling` is held against the pack's configuration alone.
    """
    lines, unknown = _lines(resources)
    ceilings = _ceilings(resources, config)
    if not ceilings and (lines or unknown) and not _may_pass(resources):
        yield Violation(
            "monthly cost",
            f"{_total(lines)} and no ceiling",
            "deploy through hanzo:index:Application, or set ceilingUsd for monthly-cost-within-ceiling "
            "in the file given to --policy-pack-config",
        )
    elif ceilings:
        yield from _over(lines, min(ceilings), sum(declared(resources, "monthlyCostHighUsd")))
    yield from unknown
    yield from undeclared(resources, "costCeilingUsd", "monthlyCostHighUsd")


def size_is_priced(resource: Resource) -> Iterator[Finding]:
    """A violation when the resource is of a size whose price is not known here."""
    lines, _ = _lines([resource])
    for line in lines:
        if line.usd is None:
            yield Violation(
                resource.name,
                f"no price is known for {line.what}, so the stack's cost is a lower bound",
                "ask DigitalOcean's sizes for it and add it to the catalogue",
                resource.urn,
            )


def _ceilings(resources: Sequence[Resource], config: Mapping[str, Any]) -> list[float]:
    of_applications = [] if _may_pass(resources) else declared(resources, "costCeilingUsd")
    of_pack = number(config.get("ceilingUsd"))
    return ([sum(of_applications)] if of_applications else []) + ([of_pack] if of_pack is not None else [])


def _may_pass(resources: Sequence[Resource]) -> bool:
    return any(application.props.get("mayPassCeiling") is True for application in of_type(resources, APPLICATION))


def _over(lines: Sequence[Line], ceiling: float, declared_usd: float) -> Iterator[Finding]:
    known = [(line.usd, line) for line in lines if line.usd is not None]
    recomputed = sum(usd for usd, _ in known)
    hint = "lower sizes or upper ends of scaling, or raise the ceiling of the environment"
    if recomputed > ceiling:
        dearest = sorted(known, key=lambda pair: -pair[0])[:LINES_SHOWN]
        shown = "".join(f"\n  {usd:>12,.2f}  {line.resource}: {line.what}" for usd, line in dearest)
        yield Violation("monthly cost", f"{_total(lines)}, more than the ceiling, {ceiling:,.2f} USD{shown}", hint)
    elif declared_usd > ceiling:
        what = (
            f"the stack's applications declare up to {declared_usd:,.2f} USD, more than the ceiling, {ceiling:,.2f} USD"
        )
        yield Violation("monthly cost", what, hint)


def _total(lines: Sequence[Line]) -> str:
    least = "at least " if any(line.usd is None for line in lines) else ""
    return f"up to {least}{sum(line.usd or 0.0 for line in lines):,.2f} USD"


def _lines(resources: Sequence[Resource]) -> tuple[list[Line], list[Deferred]]:
    """Every line of the bill that can be written, and what cannot be before `up`."""
    lines: list[Line] = []
    unknown: list[Deferred] = []
    for pool in pools_of(resources):
        _add(lines, unknown, Ask(pool.name, pool.nodes, pool.size, _droplet))
    for resource in resources:
        for ask in _asks(resource):
            _add(lines, unknown, ask)
    for cluster in of_type(resources, CLUSTER):
        if _is_highly_available(cluster):
            usd = prices.usd_month(prices.CONTROL_PLANE_FAMILY, prices.HIGHLY_AVAILABLE)
            lines.append(Line(cluster.name, "highly available control plane", usd))
    return lines, unknown


@dataclass(frozen=True)
class Ask:
    """A number of nodes of a size, and who knows the price of one."""

    resource: str
    nodes: Any
    size: Any
    price: Callable[[str], float | None]


def _asks(resource: Resource) -> Iterator[Ask]:
    props = resource.props
    if resource.type == DATABASE:
        engine = props.get("engine")
        yield Ask(
            resource.name,
            props.get("nodeCount"),
            engine if isinstance(engine, Unknown) else props.get("size"),
            lambda slug: prices.database_usd_month(str(engine), slug),
        )
    elif resource.type == DATABASE_REPLICA:
        # Only PostgreSQL and MySQL, one family of prices, have replicas; without a size it is its cluster's.
        yield Ask(resource.name, 1, props.get("size"), lambda slug: prices.usd_month(prices.POSTGRES_FAMILY, slug))
    elif resource.type == DROPLET:
        yield Ask(resource.name, 1, props.get("size"), _droplet)
    elif resource.type == REGISTRY:
        yield Ask(resource.name, 1, props.get("subscriptionTierSlug"), _registry)
    elif resource.type in UNPRICED:
        yield Ask(resource.name, 1, UNPRICED[resource.type], _nothing)
    if resource.type == DATABASE and props.get("storageSizeMib"):
        yield Ask(resource.name, 1, "storage beyond what the size has", _nothing)


def _registry(slug: str) -> float | None:
    return prices.usd_month(prices.REGISTRY_FAMILY, f"registry-{slug}")


def _nothing(_: str) -> None:
    """The price of what no source of ours has a price for."""


def _droplet(slug: str) -> float | None:
    return prices.usd_month(prices.DROPLET_FAMILY, slug)


def _add(lines: list[Line], unknown: list[Deferred], ask: Ask) -> None:
    missing = list(deferred(ask.size, ask.nodes))
    if missing:
        unknown.extend(missing)
        return
    nodes = int(number(ask.nodes) or 0)
    slug = str(ask.size or "a size that is not written")
    each = ask.price(slug)
    what = slug if ask.price is _nothing else f"{nodes} node{'' if nodes == 1 else 's'} of {slug}"
    lines.append(Line(ask.resource, what, None if each is None else nodes * each))


def _is_highly_available(cluster: Resource) -> bool:
    said = cluster.props.get("ha")
    if isinstance(said, bool):
        return said
    # Unknown counts as yes: the dearer of the two, and no more than a few dollars beside a pool.
    version = re.match(r"(\d+)\.(\d+)", str(cluster.props.get("version")))
    return version is None or (int(version[1]), int(version[2])) >= HA_BY_DEFAULT_FROM
