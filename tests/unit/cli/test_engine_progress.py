"""What is made of the engine's events."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from pulumi.automation import EngineEvent
from rich.console import Console

from hanzo_iac.cli.progress import Board, PlainLines, readable, table
from hanzo_iac.errors import Fault

APPLICATION = "urn:pulumi:dev::rag::hanzo:index:Application"
PARENT = f"{APPLICATION}$hanzo:index:Postgres::rag-db"
DATABASE = f"{APPLICATION}$hanzo:index:Postgres$digitalocean:index/databaseCluster:DatabaseCluster::rag-db"
STACK = "urn:pulumi:dev::rag::pulumi:pulumi:Stack::rag-dev"


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def event(**parts: Any) -> EngineEvent:
    return EngineEvent.from_json({"sequence": 1, "timestamp": 1, **parts})


def step(kind: str, operation: str, urn: str = DATABASE, *, planning: bool = False, custom: bool = True) -> EngineEvent:
    state = {
        "type": urn.split("::")[2].rpartition("$")[2],
        "urn": urn,
        "id": "",
        "parent": PARENT,
        "provider": "",
        "custom": custom,
        "inputs": {},
        "outputs": {},
    }
    metadata = {"op": operation, "urn": urn, "type": state["type"], "provider": "", "new": state}
    return event(**{kind: {"metadata": metadata, "planning": planning, "status": 0, "steps": 1}})


def diagnostic(message: str, urn: str = "", severity: str = "error") -> EngineEvent:
    return event(diagnosticEvent={"message": message, "color": "never", "severity": severity, "urn": urn})


def test_a_step_is_timed_and_belongs_to_its_component() -> None:
    clock = Clock()
    board = Board(clock=clock)
    board.observe(step("resourcePreEvent", "create"))
    clock.now = 102.5
    board.observe(step("resOutputsEvent", "create"))
    assert [str(one) for one in board.finished] == [
        "created         DatabaseCluster rag-db  (Postgres rag-db, 2.5 s)",
    ]


def test_a_preview_says_what_would_be_done() -> None:
    board = Board()
    board.observe(step("resourcePreEvent", "create", planning=True))
    board.observe(step("resOutputsEvent", "create", planning=True))
    assert [str(one) for one in board.finished] == [
        "would create             DatabaseCluster rag-db  (Postgres rag-db)"
    ]


def test_what_stays_the_same_is_not_shown() -> None:
    board = Board()
    board.observe(step("resourcePreEvent", "same"))
    board.observe(step("resOutputsEvent", "same"))
    assert (board.finished, board.groups) == ([], {})


def test_components_themselves_are_not_shown() -> None:
    board = Board()
    board.observe(step("resourcePreEvent", "create", PARENT, custom=False))
    board.observe(step("resOutputsEvent", "create", PARENT, custom=False))
    assert board.finished == []


def test_changes_are_the_engines_own_count() -> None:
    board = Board()
    board.observe(
        event(summaryEvent={"maybeCorrupt": False, "durationSeconds": 1, "resourceChanges": {"create": 2, "same": 0}})
    )
    assert board.changes == {"create": 2}


def test_a_failed_resource_is_named_once_and_the_run_can_go_on() -> None:
    board = Board()
    board.observe(step("resourcePreEvent", "create"))
    board.observe(diagnostic("error: quota exceeded", DATABASE))
    board.observe(diagnostic("quota exceeded", DATABASE))
    board.observe(step("resOpFailedEvent", "create"))
    board.observe(diagnostic("update failed", STACK))
    hint = "run the same command again: what exists is kept, and the run goes on from there"
    assert board.faults("") == (Fault("DatabaseCluster rag-db", "quota exceeded", hint),)
    assert (board.is_failed_by_cloud, board.groups["Postgres rag-db"].has_failed) == (True, True)


def test_a_warning_is_no_fault() -> None:
    board = Board()
    board.observe(diagnostic("old version", severity="warning"))
    assert board.faults("it ended with 1") == (Fault("", "it ended with 1"),)


def test_a_mandatory_rule_is_named_and_an_advisory_one_is_not_a_fault() -> None:
    board = Board()
    for level in ("advisory", "mandatory"):
        board.observe(
            event(
                policyEvent={
                    "message": f"the {level} rule",
                    "color": "never",
                    "policyName": "cost-within-ceiling",
                    "policyPackName": "hanzo",
                    "policyPackVersion": "1",
                    "policyPackVersionTag": "1",
                    "enforcementLevel": level,
                }
            )
        )
    assert board.faults("") == (Fault("hanzo/cost-within-ceiling", "the mandatory rule"),)


def test_a_traceback_is_not_for_people() -> None:
    message = (
        "error: Program failed with an unhandled exception:\n"
        'Traceback (most recent call last):\n  File "a.py", line 1, in f\n    g()\n'
        "ValueError: no such size"
    )
    assert readable(message) == "ValueError: no such size"


def test_plain_lines_are_written_once_each_and_a_title_first() -> None:
    said: list[str] = []
    lines = PlainLines(said.append)
    board = Board(title="putting right what a killed run left", clock=lambda: 0.0)
    lines(board)
    board.observe(step("resourcePreEvent", "delete"))
    lines(board)
    board.observe(step("resOutputsEvent", "delete"))
    lines(board)
    lines(board)
    assert said == [
        "putting right what a killed run left",
        "deleted         DatabaseCluster rag-db  (Postgres rag-db, 0.0 s)",
    ]


def test_the_table_shows_each_component_with_what_is_done_and_under_way() -> None:
    def shown() -> list[str]:
        console = Console(width=80, file=StringIO())
        with console.capture() as capture:
            console.print(table(board))
        return capture.get().split()

    board = Board(clock=lambda: 0.0)
    board.observe(step("resourcePreEvent", "create"))
    busy = shown()
    board.observe(step("resOutputsEvent", "create"))
    assert busy == ["…", "Postgres", "rag-db", "DatabaseCluster"]
    assert shown() == ["ok", "Postgres", "rag-db", "1", "created"]


@pytest.mark.parametrize(
    ("said", "may_pass"),
    [
        ("DigitalOcean answered 422 for POST /v2/vpcs: region is not there", False),
        ('error creating VPC: POST https://api.digitalocean.com/v2/vpcs: 422 (request "6d2e") region', False),
        ("error creating VPC: POST https://api.digitalocean.com/v2/vpcs: 404 not found", False),
        ('error creating VPC: POST https://api.digitalocean.com/v2/vpcs: 503 (request "6d2e") busy', True),
    ],
)
def test_what_the_cloud_refuses_does_not_pass_whichever_provider_asked(said: str, *, may_pass: bool) -> None:
    board = Board()
    board.observe(diagnostic(said, DATABASE))
    board.observe(step("resOpFailedEvent", "create"))
    assert board.may_pass is may_pass


def test_an_engine_that_somebody_stopped_may_be_started_again() -> None:
    board = Board()
    board.observe(diagnostic("update canceled", STACK))
    hint = "run the same command again: what exists is kept, and the run goes on from there"
    assert board.faults("") == (Fault("", "update canceled", hint),)
