"""Vector databases: their lives, their words, and the one place that says the token."""

from __future__ import annotations

import pytest

VECTORS = "/v2/vector-databases"
REST = "and contain only lowercase letters, numbers, and hyphens"
WEAVIATE = {"name": "docs", "region": "tor1", "size": "small", "tags": ["rag"]}


def create(account, **change):
    return account.post(VECTORS, WEAVIATE | change, expect=201)["vector_db"]


def path(vector):
    return f"{VECTORS}/{vector['id']}"


def test_a_new_one_is_creating_and_then_active(slow):
    made = create(slow)
    project = slow.get("/v2/projects/default")["project"]["id"]
    host = f"docs-tor1-{made['id'][:8]}"

    assert made == {
        "id": made["id"],
        "owner_uuid": "00000000-0000-4000-8000-000000000001",
        "name": "docs",
        "region": "tor1",
        "size": "small",
        "status": "creating",
        "project_id": project,
        "tags": ["rag"],
        "config": {"default_quantization": "rq", "enable_auto_schema": True, "weaviate_version": "1.37.4"},
        "endpoints": {
            "http": f"https://{host}.weaviate.localhost",
            "grpc": f"{host}-grpc.weaviate.localhost:443",
        },
        "created_at": "2026-11-21T12:00:00Z",
        "updated_at": "2026-11-21T12:00:00Z",
    }
    slow.clock.step(10)
    assert slow.get(path(made))["vector_db"] == made | {"status": "active"}
    slow.delete(path(made))
    slow.get(path(made), expect=404)


def test_the_token_is_said_by_the_credentials_alone(account):
    made = create(account)
    said = account.get(f"{path(made)}/credentials")

    assert (said["user_id"], len(said["api_token"])) == ("admin", 43)
    assert said["api_token"] not in str([account.get(VECTORS), account.get(path(made))])
    assert account.get(f"{path(made)}/credentials") == said


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"name": "Docs"},
            f"name must be 3-30 characters, start with a letter, {REST}",
        ),
        ({"region": "nyc3"}, "region 'nyc3' is not available for vector databases"),
        ({"size": "db-s-1vcpu-1gb"}, "size must be one of small, medium, large"),
        ({"project_id": "nope"}, "project_id is invalid"),
    ],
)
def test_a_wrong_one_is_refused_and_nothing_is_made(account, change, message):
    assert account.message("POST", VECTORS, WEAVIATE | change, expect=400) == message
    assert account.get(VECTORS) == {"vector_dbs": [], "total": 0}


def test_a_quota_is_kept(account):
    account.post("/_local/quota", {"vector_databases": 1})
    create(account)
    assert account.message("POST", VECTORS, WEAVIATE, expect=422) == "vector database limit exceeded"


def test_it_grows_and_never_shrinks(slow):
    made = create(slow)
    slow.clock.step(10)

    grown = slow.post(f"{path(made)}/resize", {"size": "medium"}, expect=200)["vector_db"]
    assert (grown["size"], grown["status"], grown["updated_at"]) == ("medium", "creating", "2026-11-21T12:00:10Z")
    for size in ("small", "medium"):
        assert slow.message("POST", f"{path(made)}/resize", {"size": size}, expect=400) == (
            f"cannot resize from 'medium' to '{size}'; only upgrades are supported"
        )


def test_its_configuration_and_tags_are_changed(account):
    made = create(account)

    asked = {"config": {"enable_auto_schema": False, "default_quantization": "pq", "weaviate_version": ""}}
    changed = account.put(path(made), asked, expect=200)["vector_db"]
    assert changed["config"] == {
        "default_quantization": "pq",
        "enable_auto_schema": False,
        "weaviate_version": "1.37.4",
    }
    assert account.put(f"{path(made)}/tags", {"tags": ["a", "b"]}, expect=200)["vector_db"]["tags"] == ["a", "b"]
    account.delete("/v2/tags/a")
    assert account.get(path(made))["vector_db"]["tags"] == ["b"]
    for config, message in (
        ({"default_quantization": "none"}, "default_quantization must be one of rq, pq, bq, sq"),
        ({"weaviate_version": "1.25.0"}, "weaviate_version cannot be changed"),
    ):
        assert account.message("PUT", path(made), {"config": config}, expect=400) == message


def test_a_backup_is_kept_for_each_of_the_last_seven_days_and_none_is_restored(account):
    made = create(account)
    assert account.get(f"{path(made)}/backups") == {"backups": []}
    account.clock.step(9.5 * 86_400)

    found = account.get(f"{path(made)}/backups")["backups"]
    assert [one["completed_at"] for one in found] == [f"2026-11-{day}T12:00:00Z" for day in range(24, 31)]
    assert found[0]["backup_id"] == f"vectordb-{made['id']}-20261124-120000"
    restore = f"{path(made)}/backups/{found[0]['backup_id']}/restore"
    assert account.message("POST", restore, {}, expect=501) == (
        "a vector database restored from a backup is not emulated by the local cloud"
    )
    account.get(restore, expect=404)


def test_they_are_listed_in_pages_of_at_most_fifty(account):
    made = [create(account)["id"] for _ in range(51)]

    first, second = (account.get(f"{VECTORS}?page={page}&per_page=200") for page in (1, 2))
    assert [one["id"] for one in (*first["vector_dbs"], *second["vector_dbs"])] == made
    assert (len(second["vector_dbs"]), first["total"]) == (1, 51)
