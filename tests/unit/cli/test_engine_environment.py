"""The engine's variables: pure, whole, and kept to the time of a run."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from pulumi.automation import CommandResult
from pulumi.automation.errors import CommandError, ConcurrentUpdateError

from hanzo_iac.cli import engine
from hanzo_iac.cli.engine import Engine, Outcome, engine_environment, state_folder
from hanzo_iac.errors import Fault, InputError, TryAgainError
from hanzo_iac.toolchain import Toolchain


class Programs(Toolchain):
    """A toolchain of which only the places matter."""

    def path(self, name: str) -> Path:
        return self.root / name / "bin" / name


class Cloud:
    def environment(self) -> dict[str, str]:
        return {"DIGITALOCEAN_API_URL": "http://127.0.0.1:1", "DIGITALOCEAN_TOKEN": "local"}


def test_the_variables_are_these(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/usr/bin")
    monkeypatch.setenv("NO_PROXY", "10.0.0.0/8,localhost")
    made = engine_environment(tmp_path, Programs(Path("/tools")), Cloud())
    assert made == {
        "PATH": f"/tools/pulumi/bin:{Path(sys.executable).parent}:/usr/bin",
        "PULUMI_HOME": str(Programs(Path("/tools")).pulumi_home),
        "PULUMI_BACKEND_URL": made["PULUMI_BACKEND_URL"],
        "PULUMI_CONFIG_PASSPHRASE": "local-cloud",
        "HANZO_PYTHON": sys.executable,
        "NO_PROXY": "10.0.0.0/8,localhost,127.0.0.1,::1",
        "no_proxy": "10.0.0.0/8,localhost,127.0.0.1,::1",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_DISABLE_REGISTRY_RESOLVE": "true",
        "PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK": "true",
        "PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS": "true",
        "PULUMI_ERROR_OUTPUT_STRING": "true",
        "DIGITALOCEAN_API_URL": "http://127.0.0.1:1",
        "DIGITALOCEAN_TOKEN": "local",
    }
    assert made["PULUMI_BACKEND_URL"].startswith(f"file://{tmp_path}/local/state?")
    assert "metadata=skip" in made["PULUMI_BACKEND_URL"]
    assert list(tmp_path.iterdir()) == []


def test_a_stack_that_is_not_there_is_destroyed_without_the_engine(tmp_path: Path) -> None:
    outcome = Engine(tmp_path, Programs(Path("/nowhere")), Cloud()).destroy("rag", "dev")
    assert (outcome.changes, outcome.seconds) == ({}, 0.0)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [({"same": 70}, True), ({}, True), ({"same": 69, "update": 1}, False), ({"create": 70}, False)],
)
def test_unchanged_means_that_everything_stayed_the_same(changes: dict[str, int], *, expected: bool) -> None:
    assert Outcome(changes=changes, outputs={}, seconds=1).is_unchanged is expected


def test_the_callers_variables_are_back_after_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "of another stack")
    before = dict(os.environ)
    with engine._process_environment({"PULUMI_CONFIG_PASSPHRASE": "ours", "PULUMI_HOME": "/here"}):
        assert (os.environ["PULUMI_HOME"], os.environ["PULUMI_CONFIG_PASSPHRASE"]) == ("/here", "ours")
    assert dict(os.environ) == before


def test_the_state_lies_in_the_cache(tmp_path: Path) -> None:
    assert state_folder(tmp_path) == tmp_path / "local" / "state"


def test_what_the_engine_says_around_a_run_is_a_fault_of_the_stack() -> None:
    said = CommandResult(stdout="", stderr="error: could not load the checkpoint: EOF\n", code=255)
    with pytest.raises(InputError) as error, engine._complaints_in_words("rag/dev"):
        raise CommandError(said)
    assert error.value.faults == (Fault("rag/dev", "could not load the checkpoint: EOF"),)


def test_a_stack_that_another_run_holds_is_asked_for_again_later() -> None:
    said = CommandResult(stdout="", stderr="error: the stack is currently locked by 1 lock(s)", code=255)
    with pytest.raises(TryAgainError) as error, engine._complaints_in_words("rag/dev"):
        raise ConcurrentUpdateError(said)
    hint = "wait for it to end, then run this again"
    assert error.value.faults == (Fault("rag/dev", "another run holds this stack", hint),)
