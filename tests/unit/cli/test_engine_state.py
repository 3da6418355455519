"""The engine's state folder, read from files as Pulumi 3.259.0 writes them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hanzo_iac.cli import repair
from hanzo_iac.cli.state import StackState, stacks
from hanzo_iac.errors import TryAgainError

STACK = {
    "urn": "urn:pulumi:dev::rag::pulumi:pulumi:Stack::rag-dev",
    "type": "pulumi:pulumi:Stack",
    "outputs": {
        "clusterId": "1",
        "urls": {"web": "http://a/"},
        "password": {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:x"},
        "nested": [{"key": {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}}],
    },
}
DATABASE = {
    "urn": "urn:pulumi:dev::rag::hanzo:index:Postgres::rag-db",
    "type": "hanzo:index:Postgres",
    "parent": STACK["urn"],
}


def write(folder: Path, latest: dict[str, Any], environment: str = "dev") -> StackState:
    file = folder / ".pulumi" / "stacks" / "rag" / f"{environment}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"version": 3, "checkpoint": {"stack": "x", "latest": latest}}))
    return StackState(folder, "rag", environment)


def hold(folder: Path, pid: int, taken_at: datetime) -> Path:
    file = folder / ".pulumi" / "locks" / "organization" / "rag" / "dev" / "a.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    # Go writes nanoseconds and a Z.
    when = taken_at.strftime("%Y-%m-%dT%H:%M:%S.%f") + "488Z"
    file.write_text(json.dumps({"pid": pid, "username": "u", "hostname": "vm", "timestamp": when}))
    return file


def test_outputs_come_without_anything_secret(tmp_path: Path) -> None:
    state = write(tmp_path, {"resources": [STACK, DATABASE]})
    assert state.outputs == {"clusterId": "1", "urls": {"web": "http://a/"}}


def test_resources_are_named_with_their_types_and_parents(tmp_path: Path) -> None:
    state = write(tmp_path, {"resources": [STACK, DATABASE]})
    assert state.resources == (("pulumi:pulumi:Stack", "rag-dev"), ("hanzo:index:Postgres", "rag-db"))
    assert state.parentage == (("pulumi:pulumi:Stack", "hanzo:index:Postgres"),)


def test_a_stack_that_was_never_made_is_empty(tmp_path: Path) -> None:
    state = StackState(tmp_path, "rag", "dev")
    assert (state.exists, state.outputs, state.resources, state.has_pending, state.locks) == (False, {}, (), False, ())


def test_a_stack_without_resources_is_empty(tmp_path: Path) -> None:
    state = write(tmp_path, {})
    assert (state.exists, state.outputs, state.resources) == (True, {}, ())


def test_a_step_without_a_result_is_seen(tmp_path: Path) -> None:
    assert write(tmp_path, {"pending_operations": [{"type": "creating"}]}).has_pending is True


def test_all_stacks_are_listed_by_application_and_environment(tmp_path: Path) -> None:
    for environment in ("prod", "dev"):
        write(tmp_path, {}, environment)
    assert [(state.application, state.environment) for state in stacks(tmp_path)] == [("rag", "dev"), ("rag", "prod")]


def test_a_lock_says_who_and_since_when(tmp_path: Path) -> None:
    taken_at = datetime(2026, 11, 21, 9, 30, 57, 121972, tzinfo=UTC)
    hold(tmp_path, 4711, taken_at)
    (lock,) = StackState(tmp_path, "rag", "dev").locks
    assert (lock.pid, lock.host, lock.taken_at) == (4711, "vm", taken_at)


def ended_process() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_dead_runs_lock_goes_with_what_it_was_writing(tmp_path: Path) -> None:
    state = write(tmp_path, {})
    file = hold(tmp_path, ended_process(), datetime.now(UTC))
    unfinished = tmp_path / ".pulumi" / "stacks" / "rag" / "dev.json.18ea05.tmp"
    unfinished.touch()
    assert repair.clear_locks(state) is True
    assert (file.exists(), unfinished.exists(), state.exists) == (False, False, True)


def test_no_lock_is_nothing_to_clear(tmp_path: Path) -> None:
    assert repair.clear_locks(StackState(tmp_path, "rag", "dev")) is False


def test_a_living_runs_lock_stays(tmp_path: Path) -> None:
    file = hold(tmp_path, os.getpid(), datetime.now(UTC))
    with pytest.raises(TryAgainError, match=f"^rag/dev: process {os.getpid()} on vm has been working on this stack"):
        repair.clear_locks(StackState(tmp_path, "rag", "dev"))
    assert file.exists()


def test_a_process_that_only_has_the_number_does_not_hold_the_lock(tmp_path: Path) -> None:
    hold(tmp_path, os.getpid(), datetime.now(UTC) - timedelta(days=1))
    assert repair.clear_locks(StackState(tmp_path, "rag", "dev")) is True
