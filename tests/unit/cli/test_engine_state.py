"""The engine's state folder, read from files as Pulumi 3.259.0 writes them."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import psutil
import pytest

from hanzo_iac.cli import repair
from hanzo_iac.cli.state import StackState, stacks
from hanzo_iac.errors import Fault, InputError, TryAgainError
from hanzo_iac.toolchain import Toolchain

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
HERE = socket.gethostname()

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


def hold(folder: Path, pid: int, taken_at: datetime, host: str = HERE) -> Path:
    file = folder / ".pulumi" / "locks" / "organization" / "rag" / "dev" / "a.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    # Go writes nanoseconds, and the zone: a Z where it is UTC.
    zone = taken_at.isoformat()[-6:] if taken_at.utcoffset() else "Z"
    when = f"{taken_at:%Y-%m-%dT%H:%M:%S.%f}488{zone}"
    file.write_text(json.dumps({"pid": pid, "username": "u", "hostname": host, "timestamp": when}))
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
    assert (lock.pid, lock.host, lock.taken_at) == (4711, HERE, taken_at)


def test_a_lock_that_goes_while_it_is_looked_at_is_none(tmp_path: Path) -> None:
    file = hold(tmp_path, 4711, datetime.now(UTC))
    file.unlink()
    file.symlink_to(tmp_path / "gone")
    assert StackState(tmp_path, "rag", "dev").locks == ()


def test_a_file_that_the_engine_did_not_write_is_named(tmp_path: Path) -> None:
    state = write(tmp_path, {})
    file = tmp_path / ".pulumi" / "stacks" / "rag" / "dev.json"
    file.write_text("{")
    with pytest.raises(InputError) as error:
        _ = state.resources
    what = "is not what the engine wrote: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"
    hint = "hanzo local reset empties the cloud and forgets every stack in it"
    assert error.value.faults == (Fault(str(file), what, hint),)


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
    with pytest.raises(
        TryAgainError, match=f"^rag/dev: process {os.getpid()} on {HERE} has been working on this stack"
    ):
        repair.clear_locks(StackState(tmp_path, "rag", "dev"))
    assert file.exists()


def test_a_process_that_only_has_the_number_does_not_hold_the_lock(tmp_path: Path) -> None:
    hold(tmp_path, os.getpid(), datetime.now(UTC) - timedelta(days=1))
    assert repair.clear_locks(StackState(tmp_path, "rag", "dev")) is True


def test_a_lock_of_another_machine_stays_and_is_named(tmp_path: Path) -> None:
    taken_at = datetime(2026, 11, 21, 23, 30, 57, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    file = hold(tmp_path, ended_process(), taken_at, host="elsewhere")
    pid = StackState(tmp_path, "rag", "dev").locks[0].pid
    with pytest.raises(TryAgainError) as error:
        repair.clear_locks(StackState(tmp_path, "rag", "dev"))
    what = f"process {pid} on elsewhere has been working on this stack since 18:00:57 UTC"
    hint = f"wait for it to end; if it no longer runs there, delete {file}"
    assert error.value.faults == (Fault("rag/dev", what, hint),)
    assert file.exists()


def orphan(**variables: str) -> psutil.Process:
    """A process whose parent has ended."""
    command = ["sh", "-c", "sleep 600 > /dev/null 2>&1 & echo $!"]
    done = subprocess.run(command, env={**os.environ, **variables}, stdout=subprocess.PIPE, text=True, check=True)
    return psutil.Process(int(done.stdout))


def test_an_engine_that_outlived_our_command_is_stopped_and_its_lock_cleared(tmp_path: Path) -> None:
    engine = orphan(PULUMI_AUTOMATION_API="true")
    file = hold(tmp_path, engine.pid, datetime.now(UTC))
    assert repair.clear_locks(StackState(tmp_path, "rag", "dev")) is True
    assert (engine.is_running(), file.exists()) == (False, False)


def test_an_engine_that_a_person_detached_is_left_to_work(tmp_path: Path) -> None:
    engine = orphan()
    file = hold(tmp_path, engine.pid, datetime.now(UTC))
    try:
        with pytest.raises(TryAgainError, match=f"^rag/dev: process {engine.pid} on {HERE} has been working"):
            repair.clear_locks(StackState(tmp_path, "rag", "dev"))
        assert (engine.is_running(), file.exists()) == (True, True)
    finally:
        engine.kill()


def test_plugins_of_our_toolchain_and_user_that_lost_their_engine_are_leftovers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toolchain = Toolchain(tmp_path)
    command = [sys.executable, "-c", "input()", repair.OUR_PLUGIN]
    homes = (toolchain.pulumi_home, "/of/another/checkout")
    started = [
        subprocess.Popen(command, env={**os.environ, "PULUMI_HOME": str(home)}, stdin=subprocess.PIPE) for home in homes
    ]
    assert [process.pid for process in repair.leftovers(toolchain)] == [started[0].pid]
    monkeypatch.setattr(os, "getuid", lambda: 4711)
    assert repair.leftovers(toolchain) == []
    for process in started:
        process.communicate(b"\n")


class Stubborn:
    """A process that may not be stopped, or cannot be."""

    def __init__(self, failure: psutil.Error) -> None:
        self.failure = failure
        self.told: list[str] = []

    def terminate(self) -> None:
        self.told.append("terminate")

    def kill(self) -> None:
        self.told.append("kill")

    def wait(self, _: float) -> None:
        raise self.failure

    def is_running(self) -> bool:
        return not isinstance(self.failure, psutil.NoSuchProcess)


@pytest.mark.parametrize(
    ("failure", "is_gone"),
    [(psutil.AccessDenied(1), False), (psutil.TimeoutExpired(15), False), (psutil.NoSuchProcess(1), True)],
)
def test_what_cannot_be_stopped_is_said_and_not_raised(failure: psutil.Error, *, is_gone: bool) -> None:
    process: Any = Stubborn(failure)
    assert (repair.stop(process), process.told) == (is_gone, ["terminate", "kill"])
