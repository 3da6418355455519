"""Runs of the engine side by side, and the commands that delete its state: never both."""

from __future__ import annotations

import json
import os
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hanzo_iac.cli import claim
from hanzo_iac.cli.app import app
from hanzo_iac.cli.engine import state_folder
from hanzo_iac.errors import Fault, TryAgainError

AT_WORK = Fault(
    "local cloud", "another hanzo is deploying to it", "wait for it to end, or stop it, then run this again"
)


def stack(cache: Path) -> Path:
    """A stack that was deployed, in this cache."""
    file = state_folder(cache) / ".pulumi" / "stacks" / "rag" / "dev.json"
    file.parent.mkdir(parents=True)
    file.write_text("{}")
    return file


def test_runs_go_side_by_side_and_nothing_is_deleted_meanwhile(tmp_path: Path) -> None:
    with claim.shared(tmp_path), claim.shared(tmp_path):
        with pytest.raises(TryAgainError) as error, claim.alone(tmp_path):
            pytest.fail("state was given away that a run uses")
        assert error.value.faults == (AT_WORK,)
    with claim.alone(tmp_path):
        pass


def test_no_run_begins_while_state_is_deleted(tmp_path: Path) -> None:
    with claim.alone(tmp_path), pytest.raises(TryAgainError) as error, claim.shared(tmp_path):
        pytest.fail("a run began")
    assert error.value.faults == (Fault("local cloud", "another hanzo is emptying or ending it", "wait for it to end"),)


def test_the_run_that_is_in_the_way_is_named_where_its_stack_is_locked(tmp_path: Path) -> None:
    stack(tmp_path)
    lock = state_folder(tmp_path) / ".pulumi" / "locks" / "organization" / "rag" / "dev" / "a.json"
    lock.parent.mkdir(parents=True)
    held = {"pid": os.getpid(), "hostname": socket.gethostname(), "timestamp": datetime.now(UTC).isoformat()}
    lock.write_text(json.dumps(held))
    with pytest.raises(TryAgainError, match=rf"^rag/dev: process {os.getpid()} on "), claim.alone(tmp_path):
        pytest.fail("state was given away that an engine writes")


def test_down_leaves_a_cloud_that_is_being_deployed_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANZO_CACHE", str(tmp_path))
    kept = stack(tmp_path)
    with claim.shared(tmp_path):
        refused = CliRunner().invoke(app, ["local", "down"]).exception
    assert isinstance(refused, TryAgainError)
    assert (refused.faults, kept.exists()) == ((AT_WORK,), True)
    ended = CliRunner().invoke(app, ["local", "down"])
    assert (ended.stderr, kept.exists()) == ("ending the local cloud\nlocal cloud: gone\n", False)
