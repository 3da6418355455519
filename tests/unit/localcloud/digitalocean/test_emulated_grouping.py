"""Projects, tags and registries."""

from __future__ import annotations

import base64

import pytest
from digitalocean_account import CLUSTER, POSTGRES, VPC

PROJECT = {"name": "rag", "description": "", "purpose": "Web Application", "environment": "Production"}
REGISTRY = {"name": "images", "subscription_tier_slug": "basic", "region": "nyc3"}


def test_a_project_is_made_changed_and_deleted(account):
    project = account.post("/v2/projects", PROJECT, expect=201)["project"]
    path = f"/v2/projects/{project['id']}"

    assert account.get(path)["project"] == project
    assert account.call("PATCH", path, {"description": "d"})["project"]["description"] == "d"
    whole = PROJECT | {"name": "new", "environment": "Staging", "is_default": False}
    assert account.put(path, whole)["project"]["environment"] == "Staging"
    account.delete(path)
    account.get(path, expect=404)


def test_the_default_project_is_there_and_stays(account):
    default = account.get("/v2/projects/default")["project"]

    assert account.get("/v2/projects")["projects"] == [default]
    assert default["is_default"] is True
    account.delete(f"/v2/projects/{default['id']}", expect=412)


def test_another_project_can_become_the_default(account):
    old = account.get("/v2/projects/default")["project"]
    project = account.post("/v2/projects", PROJECT)["project"]

    account.call("PATCH", f"/v2/projects/{project['id']}", {"is_default": True})

    assert account.get("/v2/projects/default")["project"]["id"] == project["id"]
    assert account.get(f"/v2/projects/{old['id']}")["project"]["is_default"] is False


@pytest.mark.parametrize(
    ("change", "status", "message"),
    [
        ({"name": ""}, 422, "name is required"),
        ({"purpose": ""}, 422, "purpose is required"),
        ({"environment": "Prod"}, 422, "environment must be one of Development, Staging, Production"),
        ({"name": "taken"}, 409, "name is already in use"),
    ],
)
def test_a_wrong_project_is_refused(account, change, status, message):
    account.post("/v2/projects", PROJECT | {"name": "taken"})

    assert account.message("POST", "/v2/projects", PROJECT | change, expect=status) == message


def test_resources_are_assigned_and_hold_their_project(account):
    project = account.post("/v2/projects", PROJECT)["project"]
    path = f"/v2/projects/{project['id']}"
    database = account.post("/v2/databases", POSTGRES | {"project_id": project["id"]})["database"]
    cluster = account.post("/v2/kubernetes/clusters", CLUSTER)["kubernetes_cluster"]
    urns = [f"do:kubernetes:{cluster['id']}", "do:kubernetes:nope", f"do:dbaas:{database['id']}", "do:space:bucket"]

    answer = account.post(f"{path}/resources", {"resources": urns}, expect=200)["resources"]

    assert [one["status"] for one in answer] == ["assigned", "not_found", "already_assigned", "assigned"]
    inside = account.get(f"{path}/resources")["resources"]
    assert sorted(one["urn"] for one in inside) == sorted(urns[:1] + urns[2:])
    assert inside[0]["links"]["self"] == f"http://testserver/v2/databases/{database['id']}"
    assert database["project_id"] == project["id"]
    assert account.message("DELETE", path, expect=412) == "cannot delete a project with resources"
    account.post("/v2/projects/default/resources", {"resources": urns})
    account.delete(path)
    account.post("/v2/projects/default/resources", {"resources": ["what"]}, expect=422)


def test_tags_are_made_by_name_or_by_use_and_counted(account):
    account.post("/v2/tags", {"name": "rag"}, expect=201)
    account.post("/v2/tags", {"name": "rag"}, expect=201)
    database = account.post("/v2/databases", POSTGRES | {"tags": ["rag", "env:prod"]})["database"]

    assert [tag["name"] for tag in account.get("/v2/tags")["tags"]] == ["rag", "env:prod"]
    resources = account.get("/v2/tags/rag")["tag"]["resources"]
    assert resources["count"] == 1
    assert resources["databases"] == {
        "count": 1,
        "last_tagged_uri": f"http://testserver/v2/databases/{database['id']}",
    }
    assert account.message("POST", "/v2/tags", {"name": "a b"}, expect=422).startswith("tag names may only contain")


def test_a_deleted_tag_leaves_what_carried_it(account):
    database = account.post("/v2/databases", POSTGRES | {"tags": ["rag"]})["database"]

    account.delete("/v2/tags/rag")

    account.get("/v2/tags/rag", expect=404)
    assert account.get(f"/v2/databases/{database['id']}")["database"]["tags"] == []


def test_volumes_are_tagged_and_untagged(account):
    volume = account.post("/v2/volumes", {"name": "v", "region": "nyc3", "size_gigabytes": 1})["volume"]
    account.post("/v2/tags", {"name": "rag"})
    body = {"resources": [{"resource_id": volume["id"], "resource_type": "volume"}]}

    account.post("/v2/tags/rag/resources", body, expect=204)
    assert account.get(f"/v2/volumes/{volume['id']}")["volume"]["tags"] == ["rag"]
    account.call("DELETE", "/v2/tags/rag/resources", body, expect=204)
    assert account.get(f"/v2/volumes/{volume['id']}")["volume"]["tags"] == []
    unknown = {"resources": [{"resource_id": "1", "resource_type": "droplet"}]}
    account.post("/v2/tags/rag/resources", unknown, expect=404)


def test_a_registry_is_made_by_the_old_path_and_read_by_both(account):
    made = account.post("/v2/registry", REGISTRY, expect=201)["registry"]

    assert made["subscription"]["tier"]["slug"] == "basic"
    assert account.get("/v2/registries/images")["registry"] == account.get("/v2/registry")["registry"] == made
    login = account.get("/v2/registry/docker-credentials")["auths"]["registry.digitalocean.com"]["auth"]
    user, _, password = base64.b64decode(login).decode().partition(":")
    assert (len(user), password) == (32, user)
    account.delete("/v2/registry")
    account.get("/v2/registry", expect=404)


def test_credentials_are_new_each_time_and_last_as_long_as_asked(account):
    account.post("/v2/registry", REGISTRY)
    path = "/v2/registries/images/docker-credentials"
    first, second = (account.get(f"{path}?read_write=true&expiry_seconds=3600") for _ in range(2))
    assert first != second
    for query in ("read_write=perhaps", "expiry_seconds=soon", "expiry_seconds=1576800001"):
        account.get(f"{path}?{query}", expect=400)
    account.get("/v2/registries/others/docker-credentials", expect=404)


def test_the_old_paths_know_one_registry_only(account):
    account.post("/v2/registries", {"name": "one"}, expect=201)
    account.post("/v2/registries", {"name": "two"}, expect=201)

    assert [one["name"] for one in account.get("/v2/registries")["registries"]] == ["one", "two"]
    account.get("/v2/registry", expect=412)
    account.delete("/v2/registry", expect=412)
    account.delete("/v2/registries/one")
    assert account.get("/v2/registry")["registry"]["name"] == "two"


def test_registry_names_regions_and_tiers_are_checked(account):
    account.post("/v2/registry", REGISTRY)

    account.post("/v2/registries", {"name": "images"}, expect=409)
    account.post("/v2/registries/validate-name", {"name": "images"}, expect=409)
    account.post("/v2/registry/validate-name", {"name": "free"}, expect=204)
    account.post("/v2/registries", {"name": "Big_One"}, expect=422)
    account.post("/v2/registry", REGISTRY | {"name": "b", "region": "nyc1"}, expect=422)
    account.post("/v2/registry", REGISTRY | {"name": "b", "subscription_tier_slug": "gold"}, expect=422)


def test_the_subscription_is_the_accounts(account):
    account.post("/v2/registry", REGISTRY)

    account.post("/v2/registry/subscription", {"tier_slug": "professional"}, expect=200)

    assert account.get("/v2/registries/subscription")["subscription"]["tier"]["slug"] == "professional"
    assert account.get("/v2/registry")["registry"]["subscription"]["tier"]["slug"] == "professional"
    options = account.get("/v2/registry/options")["options"]
    assert [tier["slug"] for tier in options["subscription_tiers"]] == ["starter", "basic", "professional"]
    assert account.get("/v2/registry/images/repositoriesV2")["repositories"] == []
    assert account.get("/v2/registries/images/garbage-collections")["garbage_collections"] == []


def test_a_vpc_is_in_the_default_project(account):
    vpc = account.post("/v2/vpcs", VPC)["vpc"]

    assert [one["urn"] for one in account.get("/v2/projects/default/resources")["resources"]] == [vpc["urn"]]
