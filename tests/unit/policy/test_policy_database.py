"""Databases and their firewalls: a good one with one thing changed."""

from __future__ import annotations

from typing import Any

import pytest

from hanzo_policy.database import database_firewall_closed, database_not_open
from hanzo_policy.stack import DATABASE, DATABASE_FIREWALL, Deferred, Resource, Unknown, Violation

UNKNOWN = Unknown("string", ("rules", "0", "value"))
K8S = {"type": "k8s", "value": UNKNOWN}
OPEN = "no DatabaseFirewall of this stack belongs to it"
OPEN_HINT = "add a DatabaseFirewall whose cluster_id is this cluster's id, with a rule for the Kubernetes cluster"


def database(name: str = "db", **props: Any) -> Resource:
    return Resource(DATABASE, name, {"engine": "pg"} | props, f"urn:{name}")


def firewall(*rules: Any, of: tuple[str, ...] = ("urn:db",), **props: Any) -> Resource:
    return Resource(
        DATABASE_FIREWALL, "wall", {"rules": list(rules or [K8S])} | props, "urn:wall", {"clusterId": of, "rules": ()}
    )


def address(value: str) -> dict[str, str]:
    return {"type": "ip_addr", "value": value}


def stack(*resources: Resource) -> list[Any]:
    return list(database_not_open(resources, {}))


def closed(*rules: Any) -> list[str]:
    return [
        finding.what if isinstance(finding, Violation) else "later"
        for finding in database_firewall_closed(firewall(*rules))
    ]


def test_a_database_with_a_firewall_passes_before_its_id_is_known() -> None:
    assert stack(database(), firewall(clusterId=UNKNOWN)) == []


def test_a_database_with_a_firewall_passes_when_only_its_id_ties_them() -> None:
    assert stack(database(clusterUrn="do:dbaas:1234"), firewall(of=(), clusterId="1234")) == []


def test_a_database_without_a_firewall_is_refused() -> None:
    assert stack(database()) == [Violation("db", OPEN, OPEN_HINT, "urn:db")]


def test_a_firewall_guards_its_own_database_only() -> None:
    resources = (database(), database("cache"), firewall(of=("urn:cache",), clusterId=UNKNOWN))
    assert stack(*resources) == [Violation("db", OPEN, OPEN_HINT, "urn:db")]


def test_a_stack_without_databases_passes() -> None:
    assert stack() == []


@pytest.mark.parametrize("kind", ["k8s", "droplet", "tag", "app"])
def test_rules_for_things_that_are_not_addresses_are_closed(kind: str) -> None:
    assert closed({"type": kind, "value": "0.0.0.0/0"}) == []


@pytest.mark.parametrize(
    "value",
    ["203.0.113.7", "203.0.113.0/24", "81.0.0.0/9", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fd00::/8",
     "2001:db8::/32", "not an address"],
)  # fmt: skip
def test_an_address_that_is_not_the_world_is_closed(value: str) -> None:
    assert closed(address(value)) == []


@pytest.mark.parametrize(
    ("value", "block"),
    [
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("0.0.0.0", "0.0.0.0/0"),
        ("::/0", "::/0"),
        ("::", "::/0"),
        ("0.0.0.0/1", "0.0.0.0/0"),
        ("128.0.0.0/1", "128.0.0.0/1"),
        ("81.0.0.0/8", "81.0.0.0/8"),
        ("81.2.3.4/8", "81.0.0.0/8"),
        ("10.0.0.0/7", "10.0.0.0/7"),
        ("2000::/3", "2000::/3"),
    ],
)
def test_an_address_that_is_the_world_is_refused(value: str, block: str) -> None:
    assert closed(K8S | {"value": "1234"}, address(value)) == [f"rules: {block} lets the world in"]


def test_the_world_in_pieces_is_still_the_world() -> None:
    pieces = [address("81.0.0.0/9"), address("90.128.0.0/9")]
    assert closed(*pieces) == ["rules: the sum of 81.0.0.0/9, 90.128.0.0/9 lets the world in"]


def test_the_same_block_twice_is_counted_once() -> None:
    assert closed(address("81.0.0.0/9"), address("81.0.0.0/9"), address("81.0.0.0/10")) == []


def test_every_open_rule_is_named() -> None:
    assert closed(address("0.0.0.0/0"), address("::/0")) == [
        "rules: 0.0.0.0/0 lets the world in",
        "rules: ::/0 lets the world in",
    ]


@pytest.mark.parametrize("props", [{"rules": []}, {}, {"rules": None}])
def test_a_firewall_without_rules_is_refused(props: dict[str, Any]) -> None:
    assert list(database_firewall_closed(Resource(DATABASE_FIREWALL, "wall", props, "urn:wall"))) == [
        Violation(
            "wall",
            "rules: none, which opens the database to the world",
            "add a rule, such as {type: k8s, value: <cluster id>}",
            "urn:wall",
        )
    ]


def test_a_cluster_whose_id_is_not_known_yet_is_no_reason_to_wait() -> None:
    assert closed(K8S) == []


@pytest.mark.parametrize("rule", [{"type": "ip_addr", "value": UNKNOWN}, {"type": UNKNOWN, "value": "1"}, UNKNOWN])
def test_a_rule_that_is_not_known_yet_is_judged_at_up_after_the_known_ones(rule: Any) -> None:
    assert closed(address("0.0.0.0/0"), rule) == ["rules: 0.0.0.0/0 lets the world in", "later"]


def test_rules_that_are_not_known_at_all_are_judged_at_up() -> None:
    unknown = Resource(DATABASE_FIREWALL, "wall", {"rules": UNKNOWN})
    assert list(database_firewall_closed(unknown)) == [Deferred(UNKNOWN)]
