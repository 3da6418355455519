"""The stack's cost against its ceiling: a good stack with one thing changed. Sums are written out, not computed."""

from __future__ import annotations

from typing import Any

import pytest

from hanzo_policy.cost import UNPRICED, monthly_cost_within_ceiling, size_is_priced
from hanzo_policy.stack import (
    APPLICATION,
    CLUSTER,
    DATABASE,
    DATABASE_REPLICA,
    DROPLET,
    NODE_POOL,
    REGISTRY,
    Deferred,
    Resource,
    Unknown,
    Violation,
)

UNKNOWN = Unknown("number", ("nodeCount",))
HINT = "lower sizes or upper ends of scaling, or raise the ceiling of the environment"


def application(**changed: Any) -> Resource:
    return Resource(APPLICATION, "rag", {"costCeilingUsd": 3000.0, "monthlyCostHighUsd": 2500.0} | changed)


def pool(**changed: Any) -> Resource:
    return Resource(NODE_POOL, "gpu", {"size": "gpu-l40sx1-48gb", "autoScale": True, "maxNodes": 2.0} | changed)


def database(**changed: Any) -> Resource:
    return Resource(DATABASE, "db", {"engine": "pg", "size": "db-s-2vcpu-4gb", "nodeCount": 2.0} | changed)


def cluster(**changed: Any) -> Resource:
    own = {"size": "s-2vcpu-4gb", "nodeCount": 2.0}
    return Resource(CLUSTER, "k8s", {"nodePool": own, "version": "1.36.1-do.0", "ha": False} | changed)


def judged(*resources: Resource, **config: Any) -> list[Any]:
    return list(monthly_cost_within_ceiling(resources, config))


def cost_of(*resources: Resource) -> str:
    """The sum as the rule says it: nothing costs as little as a ceiling of minus one cent."""
    [finding] = judged(*resources, ceilingUsd=-0.01)
    return str(finding.what.split(",  more")[0].split(", more")[0])


def test_a_stack_within_its_ceiling_passes() -> None:
    assert judged(application(), cluster(), pool(), database()) == []


def test_a_stack_at_its_ceiling_passes() -> None:
    assert judged(application(costCeilingUsd=2336.16, monthlyCostHighUsd=2336.16), pool()) == []


@pytest.mark.parametrize(
    ("resource", "cost"),
    [
        (pool(), "up to 2,336.16 USD"),
        (pool(autoScale=False, nodeCount=1.0), "up to 1,168.08 USD"),
        (pool(size="s-2vcpu-4gb"), "up to 48.00 USD"),
        (database(), "up to 121.80 USD"),
        (database(engine="mysql"), "up to 121.80 USD"),
        (database(engine="valkey"), "up to 120.00 USD"),
        (database(engine="kafka"), "up to at least 0.00 USD"),
        (database(size="db-s-8vcpu-32gb"), "up to at least 0.00 USD"),
        (cluster(), "up to 48.00 USD"),
        (cluster(ha=True), "up to 88.00 USD"),
        (cluster(ha=None), "up to 88.00 USD"),
        (cluster(ha=None, version="1.35.2-do.0"), "up to 48.00 USD"),
        (cluster(ha=None, version=UNKNOWN), "up to 88.00 USD"),
        (Resource(DROPLET, "vm", {"size": "c-2"}), "up to 42.00 USD"),
        (Resource(REGISTRY, "images", {"subscriptionTierSlug": "basic"}), "up to 5.00 USD"),
        (Resource(REGISTRY, "images", {"subscriptionTierSlug": "gold"}), "up to at least 0.00 USD"),
        (database(storageSizeMib="30720"), "up to at least 121.80 USD"),
        *((Resource(kind, "x", {}), "up to at least 0.00 USD") for kind in UNPRICED),
        (Resource(DROPLET, "vm", {"size": "c-2000"}), "up to at least 0.00 USD"),
        (Resource(DATABASE_REPLICA, "copy", {"size": "db-s-1vcpu-2gb"}), "up to 30.45 USD"),
        (Resource(DATABASE_REPLICA, "copy", {}), "up to at least 0.00 USD"),
    ],
)
def test_what_a_resource_costs_is_recomputed_from_its_size(resource: Resource, cost: str) -> None:
    if cost.endswith(" 0.00 USD"):
        assert judged(resource, ceilingUsd=0.0) == []
        [finding] = judged(resource)
        assert finding.what == f"{cost} and no ceiling"
    else:
        assert cost_of(resource) == cost


def test_over_the_ceiling_names_the_dearest_first() -> None:
    assert judged(application(costCeilingUsd=1000.0), cluster(), pool(), database()) == [
        Violation(
            "monthly cost",
            "up to 2,505.96 USD, more than the ceiling, 1,000.00 USD\n"
            "      2,336.16  gpu: 2 nodes of gpu-l40sx1-48gb\n"
            "        121.80  db: 2 nodes of db-s-2vcpu-4gb\n"
            "         48.00  k8s: 2 nodes of s-2vcpu-4gb",
            HINT,
        )
    ]


def test_a_program_that_declares_too_little_is_judged_by_its_sizes() -> None:
    [finding] = judged(application(costCeilingUsd=100.0, monthlyCostHighUsd=1.0), database())
    assert finding.what == (
        "up to 121.80 USD, more than the ceiling, 100.00 USD\n        121.80  db: 2 nodes of db-s-2vcpu-4gb"
    )


def test_a_program_that_knows_of_more_cost_is_believed() -> None:
    assert judged(application(monthlyCostHighUsd=3000.01), database()) == [
        Violation(
            "monthly cost",
            "the stack's applications declare up to 3,000.01 USD, more than the ceiling, 3,000.00 USD",
            HINT,
        )
    ]


def test_the_packs_ceiling_holds_where_it_is_lower_than_the_programs() -> None:
    [finding] = judged(application(costCeilingUsd=1e9), pool(), ceilingUsd=2000.0)
    assert finding.what.splitlines()[0] == "up to 2,336.16 USD, more than the ceiling, 2,000.00 USD"
    assert judged(application(), pool(), ceilingUsd=1e9) == []


def test_two_applications_share_the_sum_of_their_ceilings() -> None:
    two = [application(costCeilingUsd=1200.0, monthlyCostHighUsd=1200.0)] * 2
    assert judged(*two, pool()) == []


def test_without_any_ceiling_nothing_that_costs_passes() -> None:
    assert judged(database()) == [
        Violation(
            "monthly cost",
            "up to 121.80 USD and no ceiling",
            "deploy through hanzo:index:Application, or set ceilingUsd for monthly-cost-within-ceiling "
            "in the file given to --policy-pack-config",
        )
    ]


def test_a_stack_that_costs_nothing_needs_no_ceiling() -> None:
    assert judged(Resource("kubernetes:core/v1:Namespace", "ns", {})) == []


@pytest.mark.parametrize(
    "resource",
    [
        pool(maxNodes=UNKNOWN),
        pool(size=UNKNOWN),
        database(nodeCount=UNKNOWN),
        database(engine=UNKNOWN),
        cluster(nodePool=UNKNOWN),
    ],
)
def test_a_cost_that_is_not_known_yet_is_judged_at_up(resource: Resource) -> None:
    assert set(judged(application(), resource)) == {Deferred(UNKNOWN)}


def test_what_is_known_is_judged_before_what_is_not() -> None:
    findings = judged(application(costCeilingUsd=1.0), database(), pool(maxNodes=UNKNOWN))
    assert [type(finding) for finding in findings] == [Violation, Deferred]


def test_a_declaration_that_is_not_known_yet_is_asked_for_at_up() -> None:
    assert judged(application(monthlyCostHighUsd=UNKNOWN), database()) == [Deferred(UNKNOWN)]


def test_a_size_without_a_known_price_is_named() -> None:
    odd = Resource(DATABASE, "db", {"engine": "pg", "size": "db-s-8vcpu-32gb", "nodeCount": 1.0}, "urn:db")
    assert list(size_is_priced(odd)) == [
        Violation(
            "db",
            "no price is known for 1 node of db-s-8vcpu-32gb, so the stack's cost is a lower bound",
            "ask DigitalOcean's sizes for it and add it to the catalogue",
            "urn:db",
        )
    ]
    assert list(size_is_priced(database())) == []


def test_an_application_that_may_pass_its_ceiling_is_held_against_the_packs_alone() -> None:
    may = application(costCeilingUsd=10.0, mayPassCeiling=True)
    assert judged(may, pool()) == []
    [finding] = judged(may, pool(), ceilingUsd=100)
    assert finding.what.startswith("up to 2,336.16 USD, more than the ceiling, 100.00 USD")


def test_what_has_no_price_is_named() -> None:
    [finding] = size_is_priced(Resource("digitalocean:index/loadBalancer:LoadBalancer", "lb", {}))
    assert finding.what == "no price is known for a load balancer, so the stack's cost is a lower bound"
