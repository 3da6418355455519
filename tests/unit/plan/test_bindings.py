from __future__ import annotations

import pytest
from plan_cases import faults, planned

from hanzo_iac.errors import Fault

RESOURCES = {
    "resources/db": {"engine": "postgres"},
    "resources/docs": {"engine": "pgvector", "dimensions": 3},
    "resources/cache": {"engine": "valkey"},
    "resources/llm": {"provider": "hanzo-gateway", "models": ["gpt-4o"]},
}


def told(plan, service="web"):
    """(binding, plain variables, secret variables) of each binding of a service."""
    return [(key, dict(b.variables), dict(b.secrets)) for key, b in plan.bindings.items() if b.service == service]


def test_a_service_is_bound_to_every_resource_it_does_not_choose_from():
    assert told(planned(RESOURCES)) == [
        ("web-db", {}, {"DATABASE_URL": "url"}),
        ("web-docs", {}, {"VECTOR_DB_URL": "url"}),
        ("web-cache", {}, {"REDIS_URL": "url"}),
        (
            "web-llm",
            {"OPENAI_BASE_URL": "http://llm.shop-test-llm.svc.cluster.local:4000/v1"},
            {"OPENAI_API_KEY": "api_key"},
        ),
    ]


def test_a_service_that_chooses_is_bound_to_its_choice():
    assert [row[0] for row in told(planned({**RESOURCES, "services/web/uses": ["cache"]}))] == ["web-cache"]


def test_no_binding_without_a_use():
    assert told(planned({**RESOURCES, "services/web/uses": []})) == []


def test_the_second_resource_of_a_kind_puts_its_key_before_the_variable():
    plan = planned({"resources/db": {"engine": "postgres"}, "resources/audit-log": {"engine": "postgres"}})
    assert told(plan) == [
        ("web-db", {}, {"DATABASE_URL": "url"}),
        ("web-audit-log", {}, {"AUDIT_LOG_DATABASE_URL": "url"}),
    ]


def test_the_first_resource_a_service_uses_has_the_plain_variable():
    plan = planned(
        {
            "resources/db": {"engine": "postgres"},
            "resources/audit": {"engine": "postgres"},
            "services/web/uses": ["audit"],
        }
    )
    assert told(plan) == [("web-audit", {}, {"DATABASE_URL": "url"})]


def test_what_stands_first_is_said_where_two_are_of_a_kind():
    two = {"resources/db": {"engine": "postgres"}, "resources/audit": {"engine": "postgres"}}
    assert [(one.where, one.what, one.hint) for one in planned(two).notices] == [
        (
            "services/web/uses",
            "DATABASE_URL is that of db, which stands first; that of audit is AUDIT_DATABASE_URL",
            "uses: [db, audit] holds this order whatever comes under resources",
        )
    ]


def test_the_order_of_uses_decides_which_is_first():
    two = {"resources/db": {"engine": "postgres"}, "resources/audit": {"engine": "postgres"}}
    plan = planned({**two, "services/web/uses": ["audit", "db"]})
    assert (told(plan), plan.notices) == (
        [("web-audit", {}, {"DATABASE_URL": "url"}), ("web-db", {}, {"DB_DATABASE_URL": "url"})],
        (),
    )


def test_a_binding_and_a_service_do_not_set_the_same_variable():
    changes = {
        "services/database": {"image": "x/db:1", "port": 9000},
        "services/web/uses": ["database", "db"],
        "resources/db": {"engine": "postgres"},
    }
    assert faults(changes) == (
        Fault("services/web/uses/db", "DATABASE_URL is set by services/database too", "rename one of them"),
    )


def test_two_flows_of_one_name_are_refused():
    changes = {
        "services/a": {"image": "x/a:1", "kind": "worker", "uses": ["b-c"]},
        "services/a-b": {"image": "x/b:1", "kind": "worker", "uses": ["c"]},
        "services/b-c": {"image": "x/c:1", "port": 1},
        "services/c": {"image": "x/d:1", "port": 1},
    }
    assert [(fault.where, fault.what) for fault in faults(changes)] == [
        ("services/a-b/uses/c", f"NetworkPolicy a-b-c-{end} would be of this and of services/a/uses/b-c")
        for end in ("egress", "ingress")
    ]


def test_who_connects_and_where_to():
    bindings = planned(RESOURCES).bindings
    assert {key: (b.resource_kind, b.database, b.user, b.secret_name) for key, b in bindings.items()} == {
        "web-db": ("postgres", "db", "doadmin", "web-db"),
        "web-docs": ("pgvector", "docs", "web", "web-docs"),
        "web-cache": ("cache", "", "", "web-cache"),
        "web-llm": ("llm", "", "", "web-llm"),
    }


CLASHES = [
    ("DATABASE_URL", {"resources/db": {"engine": "postgres"}}, "db"),
    ("DATABASE_URL_FILE", {"resources/db": {"engine": "postgres"}}, "db"),
    ("OPENAI_BASE_URL", {"resources/llm": {"provider": "hanzo-gateway", "models": ["gpt-4o"]}}, "llm"),
]


@pytest.mark.parametrize(("variable", "resource", "key"), CLASHES)
def test_a_variable_is_not_set_twice(variable, resource, key):
    assert faults({**resource, "services/web/env": {variable: "mine"}}) == (
        Fault(
            f"services/web/env/{variable}",
            f"the binding to resources/{key} sets it too",
            f"remove it, or leave {key} out of services/web/uses",
        ),
    )


def test_two_bindings_of_one_name_are_refused():
    changes = {
        "services/a": {"image": "x/a:1", "kind": "worker", "uses": ["b-c"]},
        "services/a-b": {"image": "x/b:1", "kind": "worker", "uses": ["c"]},
        "services/web/uses": [],
        "resources/b-c": {"engine": "valkey"},
        "resources/c": {"engine": "valkey"},
    }
    assert faults(changes) == (
        Fault(
            "services/a-b/uses/c",
            "a-b-c would be the name of this binding and of services/a/uses/b-c",
            "rename the service a-b or the resource c",
        ),
    )


def test_a_service_is_told_where_the_services_it_uses_are():
    plan = planned(
        {
            "services/api-v2": {"image": "x/api:1", "port": 9000},
            "services/web/uses": ["api-v2"],
            "services/web/env": {"MODE": "fast"},
        }
    )
    assert plan.services["web"].environment == {"PORT": "8080", "API_V2_URL": "http://api-v2:9000", "MODE": "fast"}
    assert plan.services["api-v2"].environment == {"PORT": "9000"}
