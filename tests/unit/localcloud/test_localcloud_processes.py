"""Real processes, none of them of the cloud: small shells that live and die as the cloud's programs do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import psutil
import pytest

from hanzo_iac.localcloud.places import Places
from hanzo_iac.localcloud.processes import GATE, Children, Program, began, end, launch, records


@pytest.fixture
def places(tmp_path):
    made = Places(tmp_path / "local")
    yield made
    end(records(made), abandon=True)


@pytest.fixture
def children(places):
    made = Children(places)
    yield made
    made.stop_all()


def _sleeper(places, name="sleeper", words="60", **more):
    return Program(name=name, argv=("sleep", words), folder=places.root / name, **more)


def _until(look):
    deadline = time.monotonic() + 20
    while not look():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_program_is_recorded_with_its_pid_and_beginning(places):
    process = launch(places, _sleeper(places))
    (record,) = records(places)
    assert (record.name, record.pid, record.alive) == ("sleeper", process.pid, True)
    assert record.began == began(process.pid)
    end([record])
    assert not record.alive
    process.wait()


def test_a_program_whose_starter_dies_before_the_record_never_runs(tmp_path):
    touched = tmp_path / "touched"
    gate = subprocess.Popen(["/bin/sh", "-c", GATE, "gate", "touch", str(touched)], stdin=subprocess.PIPE)
    gate.stdin.close()
    assert gate.wait() != 0
    assert not touched.exists()


def test_a_later_process_of_the_same_number_is_not_mistaken_for_it(places):
    process = launch(places, _sleeper(places))
    (record,) = records(places)
    other = type(record)(**{**vars(record), "began": "another/1"})
    assert not other.alive
    end([other])
    assert record.alive
    end([record])
    process.wait()


def test_ensure_leaves_a_running_program_alone(places, children):
    assert children.ensure(_sleeper(places))
    pid = children.pid("sleeper")
    assert children.ensure(_sleeper(places))
    assert children.pid("sleeper") == pid


def test_ensure_restarts_a_program_whose_words_changed(places, children):
    children.ensure(_sleeper(places))
    pid = children.pid("sleeper")
    assert children.ensure(_sleeper(places, words="61"))
    assert children.pid("sleeper") != pid
    assert not psutil.pid_exists(pid)


def test_a_program_found_running_is_adopted(places):
    process = launch(places, _sleeper(places))
    children = Children(places)
    assert children.ensure(_sleeper(places))
    assert children.pid("sleeper") == process.pid
    children.stop("sleeper")
    process.wait()


def test_a_dead_program_is_started_again(places, children):
    children.ensure(_sleeper(places))
    pid = children.pid("sleeper")
    os.kill(pid, signal.SIGKILL)
    _until(lambda: not children.alive("sleeper"))
    _until(lambda: children.ensure(_sleeper(places)))
    assert children.pid("sleeper") not in (None, pid)


def test_a_program_that_keeps_failing_waits_longer_each_time(places, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    children = Children(places)
    due = [children._due("one")]
    for step in (0.05, 0.1, 0.1, 0.2, 4.0, 10.0):
        now[0] += step
        due.append(children._due("one"))
    assert due == [True, False, True, False, True, True, True]


def test_a_program_that_keeps_failing_is_told_until_it_stays(places, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    children = Children(places)
    told = []
    for step in (0.0, 0.2, 0.3, 0.5, 1.0):
        now[0] += step
        told.append((children._due("one"), children.failing("another", "one")))
    why = "one ended within 5 s of its start, again and again: see the log one"
    assert told == [(True, ""), (True, ""), (True, ""), (True, why), (True, why)]
    monkeypatch.setattr(children, "alive", lambda _: True)
    assert children.failing("one") == why
    now[0] += 5.1
    assert children.failing("one") == ""
    monkeypatch.setattr(children, "alive", lambda _: False)
    now[0] += 100.0
    assert (children._due("one"), children.failing("one")) == (True, "")


def test_stopping_ends_what_the_program_started(places, children):
    script = "import subprocess, time; subprocess.Popen(['sleep', '60'], start_new_session=True); time.sleep(60)"
    children.ensure(Program(name="parent", argv=(sys.executable, "-c", script), folder=places.root / "parent"))
    process = psutil.Process(children.pid("parent"))
    _until(process.children)
    (child,) = process.children()
    children.stop("parent")
    assert began(child.pid) is None
    assert records(places) == []


def test_a_program_started_while_it_is_stopped_is_on_record(places, children, monkeypatch):
    keeper = threading.Thread(target=lambda: children.ensure(_sleeper(places)))

    def end_and_let_the_keeper_look(found, *, abandon=False):
        end(found, abandon=abandon)
        keeper.start()
        keeper.join(0.3)

    children.ensure(_sleeper(places))
    monkeypatch.setattr("hanzo_iac.localcloud.processes.end", end_and_let_the_keeper_look)
    children.stop("sleeper", abandon=True)
    keeper.join()
    monkeypatch.undo()
    assert [record.pid for record in records(places)] == [children.pid("sleeper")]
    assert children.pid("sleeper") is not None


def test_run_answers_the_exit_status(places):
    program = Program(name="once", argv=("sh", "-c", "exit 7"), folder=places.root / "once")
    assert Children(places).run(program, timeout_s=20) == 7
    assert records(places) == []


def test_run_ends_a_program_that_takes_too_long(places):
    assert Children(places).run(_sleeper(places), timeout_s=0.05) == 124
    assert records(places) == []


def test_a_long_log_is_set_aside(places, monkeypatch):
    monkeypatch.setattr("hanzo_iac.localcloud.processes.LOG_BYTES", 3)
    program = Program(name="once", argv=("sh", "-c", "echo hello"), folder=places.root / "once")
    children = Children(places)
    for _ in range(2):
        children.run(program, timeout_s=20)
    logs = {path.name: path.read_text() for path in places.logs.iterdir()}
    assert logs == {"once.log": "hello\n", "once.log.1": "hello\n"}


def test_a_program_gets_a_home_of_its_own(places):
    program = Program(name="once", argv=("sh", "-c", 'echo "$HOME $TMPDIR $WORD"'), folder=places.root / "once")
    program = type(program)(**{**vars(program), "env": {"WORD": "given"}})
    Children(places).run(program, timeout_s=20)
    assert (places.logs / "once.log").read_text() == f"{places.root / 'once'} {places.root / 'once'} given\n"
