"""The pack as the engine meets it: proxies that raise, metadata, and prices equal to the catalogue's."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import Any

import pytest
from pulumi_policy import (
    EnforcementLevel,
    PolicyResource,
    PolicyResourceOptions,
    ResourceValidationArgs,
    Severity,
    StackValidationArgs,
)
from pulumi_policy.proxy import UNKNOWN_NUMBER_VALUE, UNKNOWN_STRING_VALUE, UnknownValueError, unknown_checking_proxy

from hanzo_policy import prices
from hanzo_policy.pack import POLICIES, on_resource, on_stack, plain
from hanzo_policy.stack import Deferred, Finding, Resource, Unknown, Violation

ROOT = Path(__file__).parents[3]
OPTIONS = PolicyResourceOptions(
    protect=False,
    ignore_changes=[],
    delete_before_replace=None,
    aliases=[],
    custom_timeouts=None,  # type: ignore[arg-type]
    additional_secret_outputs=[],
)


def test_the_engines_proxies_become_plain_data_with_unknowns_in_their_place() -> None:
    proxied = unknown_checking_proxy(
        {
            "size": "s",
            "count": UNKNOWN_NUMBER_VALUE,
            "rules": [{"type": "k8s", "value": UNKNOWN_STRING_VALUE}],
            "no": None,
        }
    )
    assert plain(proxied) == {
        "size": "s",
        "count": Unknown(UNKNOWN_NUMBER_VALUE, ("count",)),
        "rules": [{"type": "k8s", "value": Unknown(UNKNOWN_STRING_VALUE, ("rules", "0", "value"))}],
        "no": None,
    }


def test_a_stack_rule_is_given_the_stack_its_dependencies_and_its_configuration() -> None:
    given: list[Any] = []

    def rule(resources: Any, config: Any) -> list[Finding]:
        given.append((list(resources), dict(config)))
        return []

    def resource(name: str, **props: Any) -> PolicyResource:
        proxied = unknown_checking_proxy(props)
        return PolicyResource("t", proxied, f"urn:{name}", name, OPTIONS, None, None, [], {})

    db, wall = resource("db"), resource("wall", clusterId=UNKNOWN_STRING_VALUE)
    wall.property_dependencies["clusterId"] = [db]
    on_stack(rule)(StackValidationArgs([db, wall], {"ceilingUsd": 5.0}), lambda message, urn: None)
    assert given == [
        (
            [
                Resource("t", "db", {}, "urn:db", {}),
                Resource(
                    "t",
                    "wall",
                    {"clusterId": Unknown(UNKNOWN_STRING_VALUE, ("clusterId",))},
                    "urn:wall",
                    {"clusterId": ("urn:db",)},
                ),
            ],
            {"ceilingUsd": 5.0},
        )
    ]


def validated(kind: str, findings: list[Finding]) -> list[tuple[str, str | None]]:
    reported: list[tuple[str, str | None]] = []
    args = ResourceValidationArgs(kind, unknown_checking_proxy({}), "urn:x", "x", OPTIONS, None)
    on_resource(lambda resource: findings, "wanted")(args, lambda message, urn: reported.append((message, urn)))
    return reported


def test_a_violation_is_told_with_where_what_and_hint() -> None:
    assert validated("wanted", [Violation("x", "is bad", "mend it", "urn:x")]) == [
        ("x: is bad\n\nhint: mend it", "urn:x")
    ]


def test_a_resource_rule_is_asked_about_its_own_types_only() -> None:
    assert validated("other", [Violation("x", "is bad", "mend it")]) == []


def test_what_could_not_be_judged_is_handed_to_the_engine_after_what_could() -> None:
    reported: list[str] = []
    args = ResourceValidationArgs("t", unknown_checking_proxy({}), "urn:x", "x", OPTIONS, None)
    findings = [Deferred(Unknown(UNKNOWN_NUMBER_VALUE, ("maxNodes",))), Violation("x", "is bad", "mend it")]
    with pytest.raises(UnknownValueError) as caught:
        on_resource(lambda resource: findings)(args, lambda message, urn: reported.append(message))
    assert reported == ["x: is bad\n\nhint: mend it"]
    assert caught.value.message == "number value at .maxNodes can't be known during preview"


def test_what_the_pack_holds() -> None:
    assert [(policy.name, policy.enforcement_level, policy.severity) for policy in POLICIES] == [
        ("gpu-nodes-within-ceiling", EnforcementLevel.MANDATORY, Severity.HIGH),
        ("database-not-open", EnforcementLevel.MANDATORY, Severity.CRITICAL),
        ("database-firewall-closed", EnforcementLevel.MANDATORY, Severity.CRITICAL),
        ("monthly-cost-within-ceiling", EnforcementLevel.MANDATORY, Severity.HIGH),
        ("size-is-priced", EnforcementLevel.ADVISORY, Severity.LOW),
    ]


def test_the_packs_prices_are_the_catalogues() -> None:
    spec = importlib.util.spec_from_file_location("refresh_prices", ROOT / "policy" / "refresh_prices.py")
    assert spec
    assert spec.loader
    refresh = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(refresh)
    catalogue = (ROOT / "hanzo_iac" / "catalogue" / "data" / "prices.csv").read_text(encoding="utf-8")
    written = (ROOT / "policy" / "hanzo_policy" / "prices.csv").read_text(encoding="utf-8")
    assert written == refresh.pack_prices(catalogue), "run policy/refresh_prices.py, as its docstring says"


@pytest.mark.parametrize(
    ("family", "slug", "usd"),
    [
        (prices.DROPLET_FAMILY, "gpu-h100x1-80gb", 3281.04),
        (prices.DROPLET_FAMILY, "s-2vcpu-4gb", 24.0),
        (prices.POSTGRES_FAMILY, "db-s-1vcpu-2gb", 30.45),
        (prices.VALKEY_FAMILY, "db-s-1vcpu-2gb", 30.0),
        (prices.CONTROL_PLANE_FAMILY, prices.HIGHLY_AVAILABLE, 40.0),
        (prices.DROPLET_FAMILY, "db-s-1vcpu-2gb", None),
        (prices.DROPLET_FAMILY, "gpu-h1000x1-80gb", None),
    ],
)
def test_a_price_is_the_current_one_or_none(family: str, slug: str, usd: float | None) -> None:
    assert prices.usd_month(family, slug) == usd


def test_the_pack_runs_in_the_checkouts_own_virtualenv() -> None:
    manifest = (ROOT / "policy" / "PulumiPolicy.yaml").read_text(encoding="utf-8")
    assert "virtualenv: ../.venv" in manifest
    assert os.path.normpath(ROOT / "policy" / "../.venv") == str(ROOT / ".venv")
