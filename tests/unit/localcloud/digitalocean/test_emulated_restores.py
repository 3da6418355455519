"""Clusters restored from another one's backup, over servers that are words only."""

from __future__ import annotations

import pytest
from digitalocean_account import POSTGRES, VALKEY

DAY_S = 86_400
BETWEEN = "backup_created_at must be between 2026-11-21T12:00:00Z and 2026-11-24T12:00:00Z"
COPY = POSTGRES | {"name": "copy", "version": "18"}


@pytest.fixture
def source(account):
    """A cluster three days old, with a user, a database, a pool and a trusted source."""
    made = account.post("/v2/databases", POSTGRES)["database"]
    path = f"/v2/databases/{made['id']}"
    account.post(f"{path}/dbs", {"name": "app"})
    account.post(f"{path}/users", {"name": "web"})
    account.post(f"{path}/pools", {"name": "pool", "mode": "session", "size": 5, "db": "app", "user": "web"})
    account.put(f"{path}/firewall", {"rules": [{"type": "ip_addr", "value": "192.0.2.1"}]})
    account.clock.step(3 * DAY_S)
    return account.get(path)["database"]


def restored(account, **backup):
    return account.post("/v2/databases", COPY | {"backup_restore": {"database_name": "db", **backup}}, expect=201)


def test_a_restored_cluster_is_asked_of_the_backend_with_its_source(account, source):
    made = restored(account, backup_created_at="2026-11-22T12:00:00Z")["database"]

    asked = account.databases.servers[made["id"]]
    assert (asked.restored_from, asked.databases, sorted(asked.passwords)) == (
        source["id"],
        ("defaultdb", "app"),
        ["doadmin", "web"],
    )
    old = {user["name"]: user["password"] for user in source["users"]}
    assert asked.passwords["web"] == old["web"]
    assert asked.passwords["doadmin"] == made["connection"]["password"] != old["doadmin"]
    assert (made["rules"], made["version"], made["status"]) == ([], "18", "online")
    assert account.get(f"/v2/databases/{made['id']}/pools")["pools"] == []


def test_the_copy_and_its_source_go_their_own_ways(account, source):
    made = restored(account)["database"]
    account.post(f"/v2/databases/{made['id']}/dbs", {"name": "other"})
    account.post(f"/v2/databases/{source['id']}/users/web/reset_auth", {})

    assert account.databases.servers[source["id"]].databases == ("defaultdb", "app")
    copy, old = (account.databases.servers[one["id"]].passwords["web"] for one in (made, source))
    assert copy != old


def test_it_is_forking_until_its_server_answers(slow):
    source = slow.post("/v2/databases", POSTGRES)["database"]
    slow.clock.step(60)
    made = restored(slow, backup_created_at=source["created_at"])["database"]
    assert made["status"] == "forking"
    slow.clock.step(10)
    assert slow.get(f"/v2/databases/{made['id']}")["database"]["status"] == "online"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"backup_restore": {"database_name": "nope"}}, "backup_restore: database cluster nope does not exist"),
        ({"backup_restore": {"backup_created_at": "2026-11-22T12:00:00Z"}}, "database_name is required"),
        ({"backup_restore": {"database_name": "cache"}}, "backup_restore: the engine must be that of the backup"),
        ({"version": "16"}, "backup_restore: version must be at least that of the backup, 17"),
        (
            {"backup_restore": {"database_name": "db", "backup_created_at": "yesterday"}},
            "backup_created_at is not a time such as 2026-11-21T12:00:00Z",
        ),
        *(
            (
                {"backup_restore": {"database_name": "db", "backup_created_at": at}},
                f"{BETWEEN}: db can be restored to no other time",
            )
            for at in ("2026-11-21T11:59:59Z", "2026-11-24T12:00:01Z")
        ),
    ],
)
def test_what_cannot_be_restored_is_refused_and_nothing_is_made(account, source, change, message):
    account.post("/v2/databases", VALKEY)
    body = COPY | {"backup_restore": {"database_name": "db"}} | change
    assert account.message("POST", "/v2/databases", body, expect=422) == message
    assert sorted(one["name"] for one in account.get("/v2/databases")["databases"]) == ["cache", "db"]


def test_a_backup_is_kept_for_seven_days(account, source):
    account.clock.step(7 * DAY_S)
    body = COPY | {"backup_restore": {"database_name": "db", "backup_created_at": "2026-11-24T11:00:00Z"}}
    assert account.message("POST", "/v2/databases", body, expect=422).startswith(
        "backup_created_at must be between 2026-11-24T12:00:00Z and 2026-12-01T12:00:00Z"
    )
    restored(account, backup_created_at="2026-11-24T13:00:00+00:00")


def test_a_cluster_that_never_answered_has_no_backup(account, source):
    account.databases.servers.pop(source["id"])
    body = COPY | {"backup_restore": {"database_name": "db"}}
    assert account.message("POST", "/v2/databases", body, expect=422) == "backup_restore: db has no backup yet"
