"""Database clusters of the account are real servers that obey it."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import psycopg
import pytest
import requests
import valkey
from localcloud_account import Account, until

from hanzo_iac.localcloud.places import Places
from hanzo_iac.localcloud.processes import records
from hanzo_iac.localcloud.supervisor import SIMULATED


@pytest.fixture(scope="module")
def postgres(account: Account) -> dict:
    return account.database("pg-module")


@pytest.fixture(scope="module")
def cache(account: Account) -> dict:
    return account.database("valkey-module", "valkey")


def _can_log_in(database: dict, user: str, password: str, name: str = "defaultdb") -> bool:
    where = database["connection"]
    try:
        with psycopg.connect(
            host=where["host"], port=where["port"], dbname=name, user=user, password=password, connect_timeout=5
        ):
            return True
    except psycopg.OperationalError:
        return False


def _valkey(cache: dict, password: str | None, user: str = "default") -> valkey.Valkey:
    where = cache["connection"]
    return valkey.Valkey(host=where["host"], port=where["port"], username=user, password=password)


def test_postgres_answers_to_the_uri_of_the_api(postgres):
    with psycopg.connect(postgres["connection"]["uri"]) as link:
        assert link.execute("SELECT current_user, current_database()").fetchone() == ("doadmin", "defaultdb")


def test_the_admin_can_create_the_vector_extension(postgres):
    with psycopg.connect(postgres["connection"]["uri"]) as link:
        link.execute("CREATE EXTENSION IF NOT EXISTS vector")
        assert link.execute("SELECT '[1,2]'::vector <-> '[4,6]'::vector").fetchone() == (5.0,)


def test_postgres_refuses_a_wrong_password(postgres):
    assert _can_log_in(postgres, "doadmin", postgres["connection"]["password"])
    assert not _can_log_in(postgres, "doadmin", "wrong")


def test_postgres_refuses_the_servers_own_superuser_without_its_password(postgres):
    assert not _can_log_in(postgres, "postgres", "")


def test_users_and_databases_come_and_go_as_asked(account, postgres):
    path = f"/v2/databases/{postgres['id']}"
    account.call("POST", f"{path}/dbs", {"name": "app"})
    user = account.call("POST", f"{path}/users", {"name": "web"})["user"]
    until(lambda: _can_log_in(postgres, "web", user["password"], "app"))

    account.call("DELETE", f"{path}/users/web")
    until(lambda: not _can_log_in(postgres, "web", user["password"], "app"))
    account.call("DELETE", f"{path}/dbs/app")
    admin = postgres["connection"]["password"]
    until(lambda: not _can_log_in(postgres, "doadmin", admin, "app"))


def test_what_a_dropped_user_owned_becomes_the_admins(account, postgres):
    path = f"/v2/databases/{postgres['id']}"
    user = account.call("POST", f"{path}/users", {"name": "maker"})["user"]
    until(lambda: _can_log_in(postgres, "maker", user["password"]))
    with psycopg.connect(postgres["connection"]["uri"]) as link:
        link.execute("GRANT CREATE ON SCHEMA public TO maker")
        link.execute("SET ROLE maker")
        link.execute("CREATE TABLE made (id int)")

    account.call("DELETE", f"{path}/users/maker")
    until(lambda: not _can_log_in(postgres, "maker", user["password"]))
    with psycopg.connect(postgres["connection"]["uri"]) as link:
        owner = link.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'made'").fetchone()
    assert owner == ("doadmin",)


def test_a_role_made_by_sql_is_left_alone(account, postgres):
    path = f"/v2/databases/{postgres['id']}"
    with psycopg.connect(postgres["connection"]["uri"], autocommit=True) as link:
        link.execute("CREATE ROLE by_hand LOGIN PASSWORD 'by-hand'")
    user = account.call("POST", f"{path}/users", {"name": "other"})["user"]
    until(lambda: _can_log_in(postgres, "other", user["password"]))
    assert _can_log_in(postgres, "by_hand", "by-hand")


def test_valkey_keeps_values_and_refuses_a_wrong_password(cache):
    with _valkey(cache, cache["connection"]["password"]) as link:
        link.set("a", "1")
        assert link.get("a") == b"1"
    for wrong in ("wrong", None):
        with _valkey(cache, wrong) as link, pytest.raises(valkey.exceptions.ConnectionError):
            link.get("a")


def test_the_eviction_policy_is_the_accounts(account, cache):
    account.call("PUT", f"/v2/databases/{cache['id']}/eviction_policy", {"eviction_policy": "allkeys_lru"})
    with _valkey(cache, cache["connection"]["password"]) as link:
        until(lambda: link.config_get("maxmemory-policy") == {"maxmemory-policy": "allkeys-lru"})


def test_a_deleted_database_is_gone_with_its_process(account):
    made = account.database("pg-gone")
    pid = next(one for one in account.cloud.status()["databases"] if one["id"] == made["id"])["processes"][0]["pid"]
    account.call("DELETE", f"/v2/databases/{made['id']}")
    until(lambda: not _can_log_in(made, "doadmin", made["connection"]["password"]))
    until(lambda: pid not in {one["pid"] for part in account.cloud.status()["databases"] for one in part["processes"]})


def test_the_admin_is_no_superuser_and_reads_no_file_of_the_machine(postgres):
    with psycopg.connect(postgres["connection"]["uri"], autocommit=True) as link:
        rights = "rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls"
        found = link.execute(f"SELECT {rights} FROM pg_roles WHERE rolname = 'doadmin'").fetchone()
        assert found == (False, True, True, True, True)
        link.execute("CREATE TABLE lines (line text)")
        for source in ("'/etc/passwd'", "PROGRAM 'id'"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                link.execute(f"COPY lines FROM {source}")
        for call in ("pg_read_file('/etc/passwd')", "lo_import('/etc/passwd')"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                link.execute(f"SELECT {call}")
        link.execute("DROP TABLE lines")


def test_the_admin_makes_databases_and_has_a_users_rights_only_in_its_role(account, postgres):
    where = postgres["connection"]
    user = account.call("POST", f"/v2/databases/{postgres['id']}/users", {"name": "keeps"})["user"]
    until(lambda: _can_log_in(postgres, "keeps", user["password"]))
    with psycopg.connect(where["uri"], autocommit=True) as link:
        link.execute("CREATE DATABASE by_sql")
        link.execute("GRANT CREATE ON SCHEMA public TO keeps")
        link.execute("SET ROLE keeps")
        link.execute("CREATE TABLE private (id int)")
        link.execute("RESET ROLE")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            link.execute("SELECT * FROM private")
    with psycopg.connect(where["uri"].replace("/defaultdb", "/by_sql"), autocommit=True) as link:
        link.execute("CREATE EXTENSION vector")


def test_a_user_and_a_database_made_right_before_a_kill_are_dropped_when_asked(account, postgres):
    path = f"/v2/databases/{postgres['id']}"
    account.call("POST", f"{path}/users", {"name": "early"})
    account.call("POST", f"{path}/dbs", {"name": "early-db"})
    until(lambda: "early-db" in _names(postgres, "pg_database"))
    with _keeper(postgres) as link:
        link.execute("COMMENT ON ROLE early IS NULL")
        link.execute('COMMENT ON DATABASE "early-db" IS NULL')
    late = account.call("POST", f"{path}/users", {"name": "late"})["user"]
    until(lambda: _can_log_in(postgres, "late", late["password"]))

    account.call("DELETE", f"{path}/users/early")
    account.call("DELETE", f"{path}/dbs/early-db")
    until(lambda: "early" not in _names(postgres, "pg_roles"))
    until(lambda: "early-db" not in _names(postgres, "pg_database"))


def _keeper(database: dict) -> psycopg.Connection:
    where = database["connection"]
    password = (Places.here().databases / database["id"] / "keeper").read_text()
    login = {"host": where["host"], "port": where["port"], "user": "postgres", "password": password}
    return psycopg.connect(dbname="postgres", autocommit=True, **login)


def _names(database: dict, catalogue: str) -> set[str]:
    column = {"pg_roles": "rolname", "pg_database": "datname"}[catalogue]
    with psycopg.connect(database["connection"]["uri"]) as link:
        return {str(row[0]) for row in link.execute(f"SELECT {column} FROM {catalogue}")}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes somebody else")
def test_root_runs_postgres_as_nobody_without_a_right_of_roots(account, postgres):
    name = f"database-{postgres['id'][:8]}"
    (pid,) = [record.pid for record in records(Places.here()) if record.name == name]
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    assert {lines[kind].strip() for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {"0" * 16}
    assert lines["Uid"].split() == [str(pwd.getpwnam("nobody").pw_uid)] * 4


@pytest.mark.parametrize("engine", ["pg", "valkey"])
def test_what_a_server_writes_is_read_by_nobody_else(account, postgres, cache, engine):
    database = {"pg": postgres, "valkey": cache}[engine]
    folder = Places.here().databases / database["id"]
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    assert [str(path) for path in files if path.stat().st_mode & 0o077] == []


def test_what_runs_is_told_only_to_the_tokens_owner(account):
    answer = requests.get(f"{account.cloud.api_url}/_cloud/status", headers={"authorization": "Bearer x"}, timeout=10)
    assert (answer.status_code, answer.json()) == (401, {"id": "Unauthorized", "message": "Unable to authenticate you"})
    assert account.call("GET", "/_cloud/status")["simulated"] == list(SIMULATED)
