from __future__ import annotations

import inspect
from dataclasses import fields, is_dataclass

from plan_cases import application, environment, listing, planned

from hanzo_iac.plan import spec
from hanzo_iac.plan.explanation import NOT_EXPLAINED, explain, parts
from hanzo_iac.plan.mapping import plan
from hanzo_iac.plan.reasons import REASONS


def test_every_field_of_every_part_has_a_reason_and_no_reason_is_for_nothing():
    parts_of_a_plan = {
        name: of
        for name, of in inspect.getmembers(spec, is_dataclass)
        if name.endswith("Spec") and "because" in {field.name for field in fields(of)}
    }
    explained = {
        name: sorted(field.name for field in fields(of) if field.name not in NOT_EXPLAINED)
        for name, of in parts_of_a_plan.items()
    }
    explained["BudgetSpec"] = sorted(field.name for field in fields(spec.BudgetSpec))
    del explained["NetworkPolicySpec"], explained["EgressSpec"]
    assert {name: sorted(reasons) for name, reasons in REASONS.items()} == explained


def test_each_value_says_where_it_comes_from():
    changes = {"services/web/replicas": {"min": 1, "max": 9}, "resources/db": {"engine": "postgres", "storage": "5GB"}}
    written = application(changes)
    rows = explain(plan(written, environment({"max_replicas": 4})), written)
    found = {(row.part, row.field): (row.value, row.origin) for row in rows}
    assert {key: found[key] for key in [
        ("services/web", "port"),
        ("services/web", "kind"),
        ("services/web", "replicas_min"),
        ("services/web", "replicas_max"),
        ("services/web", "grace_period_s"),
        ("services/web", "pool"),
        ("postgres/db", "storage_mib"),
        ("postgres/db", "version"),
        ("cluster", "ha"),
    ]} == {
        ("services/web", "port"): ("8080", "written"),
        ("services/web", "kind"): ("web", "default"),
        ("services/web", "replicas_min"): ("1", "written"),
        ("services/web", "replicas_max"): ("4", "environment"),
        ("services/web", "grace_period_s"): ("60", "fixed"),
        ("services/web", "pool"): ("shared", "derived"),
        ("postgres/db", "storage_mib"): ("10240", "catalogue"),
        ("postgres/db", "version"): ("18", "catalogue"),
        ("cluster", "ha"): ("no", "environment"),
    }  # fmt: skip


def test_a_part_is_chosen_by_its_path_in_the_plan():
    rows = explain(listing("dev"), only="services/web")
    assert {row.part for row in rows} == {"services/web"}


def test_parts_are_chosen_by_where_they_come_from():
    rows = explain(listing("dev"), only="resources/vector")
    assert list(dict.fromkeys(row.part for row in rows)) == ["postgres/vector", "vector_stores/vector"]


def test_everything_is_explained_when_nothing_is_chosen():
    plan = planned()
    assert list(dict.fromkeys(row.part for row in explain(plan))) == [path for path, _ in parts(plan)]


def test_a_part_that_is_not_there_is_nothing():
    assert explain(planned(), only="services/wob") == ()


def test_what_is_left_out_is_not_said_to_be_written():
    written = application()
    reasons = {row.field: row.reason for row in explain(plan(written, environment()), written, only="services/web")}
    assert (reasons["port"], reasons["kind"]) == (
        "as in hanzo.yaml (services/web/port)",
        "not in hanzo.yaml (services/web/kind)",
    )
