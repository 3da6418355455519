"""Database clusters of the account are real servers that obey it."""

from __future__ import annotations

import psycopg
import pytest
import valkey
from localcloud_account import Account, until


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
