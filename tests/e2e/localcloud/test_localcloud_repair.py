"""Whatever is killed, the next start or stop puts it right."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys

import psutil
import psycopg
import pytest
from localcloud_account import FAST, Account, processes_of, until

from hanzo_iac.errors import TryAgainError
from hanzo_iac.localcloud import client
from hanzo_iac.localcloud.places import Places
from hanzo_iac.localcloud.processes import SUPERVISOR, records

START = [sys.executable, "-c", "from hanzo_iac.localcloud import client; client.start()"]


def _pids() -> dict[str, int]:
    return {record.name: record.pid for record in records(Places.here()) if record.alive}


def _kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    # A child of this very process stays a zombie until it is waited for.
    try:
        os.waitpid(pid, 0)
    except ChildProcessError:
        until(lambda: not psutil.pid_exists(pid))


def _put(database: dict) -> None:
    with psycopg.connect(database["connection"]["uri"]) as link:
        link.execute("CREATE TABLE kept (id int)")
        link.execute("INSERT INTO kept VALUES (7)")


def _kept(database: dict) -> object:
    with psycopg.connect(database["connection"]["uri"]) as link:
        return link.execute("SELECT id FROM kept").fetchone()


def test_starting_twice_is_one_cloud(own):
    first = client.start(FAST)
    assert client.start(FAST) == first
    assert client.find() == first


def test_stopping_leaves_no_process_and_no_file(own):
    Account(client.start(FAST)).database("pg")
    assert client.stop()
    assert processes_of(own) == []
    assert sorted(path.name for path in own.iterdir()) == ["local.lock"]
    assert not client.stop()


def test_a_killed_supervisors_servers_are_adopted_with_the_same_addresses(own):
    cloud = client.start(FAST)
    database = Account(cloud).database("pg")
    _put(database)
    before = _pids()
    _kill(before.pop(SUPERVISOR))

    again = client.start(FAST)
    after = _pids()
    assert after.pop(SUPERVISOR) != cloud.pid
    assert (again.api_url, again.s3_url, again.token) == (cloud.api_url, cloud.s3_url, cloud.token)
    assert after == before
    assert Account(again).online(database["id"])["connection"] == database["connection"]
    assert _kept(database) == (7,)


def test_a_supervisor_told_to_end_ends_its_servers_and_the_next_has_their_data(own):
    cloud = client.start(FAST)
    database = Account(cloud).database("pg")
    _put(database)
    os.kill(cloud.pid, signal.SIGTERM)
    os.waitpid(cloud.pid, 0)
    assert processes_of(own) == []

    again = Account(client.start(FAST))
    assert again.online(database["id"])["connection"] == database["connection"]
    assert _kept(database) == (7,)


@pytest.mark.parametrize("engine", ["pg", "valkey"])
def test_a_killed_server_is_started_again(own, engine):
    account = Account(client.start(FAST))
    database = account.database("one", engine)
    name = f"database-{database['id'][:8]}"
    before = _pids()[name]
    os.kill(before, signal.SIGKILL)
    until(lambda: _pids().get(name, before) != before)
    assert account.online(database["id"])["connection"] == database["connection"]


def test_a_killed_postgres_has_its_data_after_the_repair(own):
    account = Account(client.start(FAST))
    database = account.database("pg")
    _put(database)
    name = f"database-{database['id'][:8]}"
    before = _pids()[name]
    os.kill(before, signal.SIGKILL)
    until(lambda: _pids().get(name, before) != before)
    account.online(database["id"])
    assert _kept(database) == (7,)


def test_everything_killed_at_once_comes_back(own):
    cloud = client.start(FAST)
    database = Account(cloud).database("pg")
    _put(database)
    for pid in _pids().values():
        os.kill(pid, signal.SIGKILL)
    os.waitpid(cloud.pid, 0)
    account = Account(client.start(FAST))
    assert account.online(database["id"])["connection"]["password"] == database["connection"]["password"]
    assert _kept(account.online(database["id"])) == (7,)


def test_a_server_nobody_wants_any_more_is_swept(own):
    cloud = client.start(FAST)
    Account(cloud).database("pg")
    _kill(cloud.pid)
    # The account forgot the database while nobody was there to hear it.
    Places.here().account.unlink()
    client.start(FAST)
    assert sorted(_pids()) == [SUPERVISOR]
    assert list(Places.here().databases.iterdir()) == []


def _is_locked() -> bool:
    return Places.here().supervisor_lock.exists()


MOMENTS = {
    "the supervisor is recorded": lambda: SUPERVISOR in _pids(),
    "its lock is taken": _is_locked,
    "it answers": lambda: client.find() is not None,
}


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("victim", ["starter", "supervisor", "both"])
@pytest.mark.parametrize("then", ["start", "stop"])
def test_a_start_killed_at_any_moment_is_repaired(own, moment, victim, then):
    starter = subprocess.Popen(START, env=os.environ)
    until(MOMENTS[moment])
    pid = _pids()[SUPERVISOR]
    if victim in ("starter", "both"):
        starter.kill()
    if victim in ("supervisor", "both"):
        os.kill(pid, signal.SIGKILL)
    starter.wait()

    if then == "start":
        assert client.start(FAST) == client.find()
        assert len([line for line in processes_of(own) if "hanzo_iac.localcloud" in line]) == 1
    else:
        client.stop()
        assert processes_of(own) == []


def test_a_database_half_laid_out_when_everything_died_is_made_anew(own):
    cloud = client.start(FAST)
    account = Account(cloud)
    body = {"name": "pg", "engine": "pg", "version": "18", "size": "db-s-1vcpu-1gb", "region": "nyc3", "num_nodes": 1}
    made = account.call("POST", "/v2/databases", body)["database"]
    until(lambda: any("initdb" in name for name in _pids()))
    for pid in [cloud.pid, *_pids().values()]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    os.waitpid(cloud.pid, 0)
    database = Account(client.start(FAST)).online(made["id"])
    with psycopg.connect(database["connection"]["uri"]) as link:
        assert link.execute("SELECT 1").fetchone() == (1,)


def test_a_port_somebody_took_meanwhile_is_avoided(own):
    cloud = client.start(FAST)
    database = Account(cloud).database("pg")
    old = database["connection"]["port"]
    os.kill(cloud.pid, signal.SIGTERM)
    os.waitpid(cloud.pid, 0)
    with socket.create_server(("127.0.0.1", old)):
        now = Account(client.start(FAST)).online(database["id"])["connection"]["port"]
        assert now != old


def test_a_supervisor_that_cannot_start_says_where_to_look(own):
    places = Places.here()
    places.root.mkdir(parents=True)
    places.account.write_text("not a state")
    with pytest.raises(TryAgainError) as caught:
        client.start(FAST)
    fault = caught.value.faults[0]
    assert (fault.where, fault.hint) == ("local cloud", "hanzo local logs supervisor")


def test_a_reset_mends_an_unreadable_state(own):
    places = Places.here()
    places.root.mkdir(parents=True)
    places.account.write_text("not a state")
    client.reset()
    assert client.find() is not None


def test_a_reset_leaves_an_empty_cloud_that_runs(own):
    account = Account(client.start(FAST))
    account.database("pg")
    client.reset()
    assert account.call("GET", "/v2/databases")["databases"] == []
    until(lambda: sorted(_pids()) == [SUPERVISOR])
