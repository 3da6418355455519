"""A cluster restored from another one is a real server that holds what that one holds."""

from __future__ import annotations

import os
import signal

import psycopg
import pytest
from localcloud_account import FAST, Account, until

from hanzo_iac.localcloud import client

COPY = {
    "name": "copy",
    "engine": "pg",
    "version": "18",
    "size": "db-s-1vcpu-1gb",
    "region": "nyc3",
    "num_nodes": 1,
    "backup_restore": {"database_name": "source"},
}


def filled(account: Account) -> dict:
    """A cluster with a user, a database, vectors and rows."""
    source = account.database("source")
    path = f"/v2/databases/{source['id']}"
    account.call("POST", f"{path}/dbs", {"name": "app"})
    user = account.call("POST", f"{path}/users", {"name": "web"})["user"]
    until(lambda: rows(source, "SELECT 1 FROM pg_database WHERE datname = 'app'"))
    until(lambda: rows(source, "SELECT 1 FROM pg_roles WHERE rolname = 'web' AND rolcanlogin"))
    with psycopg.connect(uri(source, "app"), autocommit=True) as link:
        link.execute("CREATE EXTENSION vector")
        link.execute("CREATE TABLE notes (id int PRIMARY KEY, near vector(2))")
        link.execute("INSERT INTO notes SELECT n, ARRAY[n, n]::vector FROM generate_series(1, 500) AS n")
        link.execute("GRANT SELECT ON notes TO web")
    return {**source, "user": user}


def uri(database: dict, name: str) -> str:
    found: str = database["connection"]["uri"].replace("/defaultdb?", f"/{name}?")
    return found


def rows(database: dict, query: str, name: str = "defaultdb") -> list:
    with psycopg.connect(uri(database, name), connect_timeout=5) as link:
        return link.execute(query).fetchall()


def assert_is_whole(account: Account, source: dict, copy: dict) -> None:
    """The copy has rows, vectors, users and rights, under its own address and its own admin's password."""
    assert copy["connection"]["port"] != source["connection"]["port"]
    assert copy["connection"]["password"] != source["connection"]["password"]
    assert rows(copy, "SELECT count(*), max(near <-> '[0,0]') > 700 FROM notes", "app") == [(500, True)]
    where = copy["connection"]
    login = {"host": where["host"], "port": where["port"], "user": "web", "password": source["user"]["password"]}
    with psycopg.connect(dbname="app", **login) as link:
        assert link.execute("SELECT count(*) FROM notes").fetchone() == (500,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            link.execute("DELETE FROM notes")
    assert copy["db_names"] == ["defaultdb", "app"]


def test_a_restored_cluster_holds_what_its_source_holds_and_goes_its_own_way(own):
    account = Account(client.start(FAST))
    source = filled(account)
    copy = account.online(account.call("POST", "/v2/databases", COPY)["database"]["id"])
    assert_is_whole(account, source, copy)

    with psycopg.connect(uri(copy, "app"), autocommit=True) as link:
        link.execute("DELETE FROM notes WHERE id > 10")
    assert rows(source, "SELECT count(*) FROM notes", "app") == [(500,)]
    account.call("DELETE", f"/v2/databases/{copy['id']}/dbs/app")
    until(lambda: not rows(copy, "SELECT 1 FROM pg_database WHERE datname = 'app'"))
    assert rows(source, "SELECT count(*) FROM notes", "app") == [(500,)]


def test_a_source_deleted_at_once_is_there_until_the_copy_is_whole(own):
    account = Account(client.start(FAST))
    source = filled(account)
    made = account.call("POST", "/v2/databases", COPY)["database"]
    account.call("DELETE", f"/v2/databases/{source['id']}")
    assert_is_whole(account, source, account.online(made["id"]))
    until(lambda: [one["name"] for one in account.cloud.status()["databases"]] == ["copy"])


def test_a_supervisor_killed_while_it_copies_copies_after_its_restart(own):
    cloud = client.start(FAST)
    account = Account(cloud)
    source = filled(account)
    made = account.call("POST", "/v2/databases", COPY)["database"]
    os.kill(cloud.pid, signal.SIGKILL)
    os.waitpid(cloud.pid, 0)

    again = Account(client.start(FAST))
    assert_is_whole(again, source, again.online(made["id"]))
