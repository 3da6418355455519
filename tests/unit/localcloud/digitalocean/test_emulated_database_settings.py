"""How a database cluster is set: engine options, maintenance, pools within its connections, replicas of their own."""

from __future__ import annotations

import json

import pytest
from digitalocean_account import POSTGRES, VALKEY, VPC, specification

from hanzo_iac.localcloud.digitalocean.services import database_configs


@pytest.fixture
def database(account):
    return f"/v2/databases/{account.post('/v2/databases', POSTGRES)['database']['id']}"


@pytest.fixture
def cache(account):
    return f"/v2/databases/{account.post('/v2/databases', VALKEY)['database']['id']}"


def shape_of(schema, schemas):
    """A documented option in this table's own words."""
    while "$ref" in schema:
        schema = schemas[schema["$ref"].rsplit("/", 1)[1]]
    if "properties" in schema:
        return {name: shape_of(inner, schemas) for name, inner in schema["properties"].items()}
    if "enum" in schema:
        return tuple(schema["enum"])
    if schema["type"] == "array":
        return [shape_of(schema["items"], schemas)]
    if schema["type"] == "boolean":
        return bool
    if schema["type"] == "string":
        return (str, 0, schema["maxLength"])
    most = min(schema.get("maximum", 2**31 - 1), 2**63 - 1)
    return ({"integer": int, "number": float}[schema["type"]], schema["minimum"], most)


@pytest.mark.parametrize(("engine", "name"), [("pg", "postgres_advanced_config"), ("valkey", "valkey_advanced_config")])
def test_the_options_are_the_documented_ones(engine, name):
    schemas = json.loads(specification().read_text("utf-8"))["components"]["schemas"]
    assert database_configs.OPTIONS[engine] == shape_of(schemas[name], schemas)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"work_memory": 16}, "work_memory is not a valid option"),
        ({"work_mem": 0}, "work_mem must be between 1 and 1024"),
        ({"work_mem": "16"}, "work_mem must be a whole number"),
        ({"jit": 1}, "jit must be true or false"),
        ({"track_functions": "some"}, "track_functions must be one of all, pl, none"),
        ({"timezone": "x" * 65}, "timezone must have at most 64 characters"),
        ({"pgbouncer": 5}, "pgbouncer must be an object"),
        ({"pgbouncer": {"min_pool_size": -1}}, "pgbouncer.min_pool_size must be between 0 and 10000"),
        (
            {"pgbouncer": {"ignore_startup_parameters": ["all"]}},
            "pgbouncer.ignore_startup_parameters must be one of extra_float_digits, search_path",
        ),
        ({"pgbouncer": {"ignore_startup_parameters": "all"}}, "pgbouncer.ignore_startup_parameters must be a list"),
        ({"valkey_timeout": 5}, "valkey_timeout is not a valid option"),
    ],
)
def test_a_wrong_option_is_refused_and_nothing_is_kept(account, database, option, message):
    body = {"config": {"work_mem": 32, **option}}
    assert account.message("PATCH", f"{database}/config", body, expect=422) == message
    assert account.get(f"{database}/config") == {"config": {}}


def test_a_block_keeps_what_a_change_leaves_out(account, database):
    account.call("PATCH", f"{database}/config", {"config": {"pgbouncer": {"min_pool_size": 3}}})
    account.call("PATCH", f"{database}/config", {"config": {"pgbouncer": {"server_lifetime": 60}, "work_mem": 8}})
    assert account.get(f"{database}/config")["config"] == {
        "pgbouncer": {"min_pool_size": 3, "server_lifetime": 60},
        "work_mem": 8,
    }


def test_what_a_cache_drops_is_one_setting_under_two_names(account, cache):
    account.call("PATCH", f"{cache}/config", {"config": {"valkey_maxmemory_policy": "volatile_ttl"}})
    [server] = account.databases.servers.values()
    assert (account.get(f"{cache}/eviction_policy"), server.eviction_policy) == (
        {"eviction_policy": "volatile_ttl"},
        "volatile_ttl",
    )
    account.put(f"{cache}/eviction_policy", {"eviction_policy": "allkeys_lru"})
    assert account.get(f"{cache}/config")["config"] == {"valkey_maxmemory_policy": "allkeys_lru"}


@pytest.mark.parametrize(
    ("window", "message"),
    [
        (
            {"day": "someday", "hour": "04:00"},
            "day must be one of monday, tuesday, wednesday, thursday, friday, saturday, sunday",
        ),
        ({"day": "friday", "hour": "24:00"}, "hour must be a time of day such as 14:00"),
        ({"day": "friday", "hour": "noon"}, "hour must be a time of day such as 14:00"),
    ],
)
def test_a_wrong_maintenance_window_is_refused(account, database, window, message):
    assert account.message("PUT", f"{database}/maintenance", window, expect=422) == message


def test_growing_storage_is_set_and_kept_within_its_bounds(account, database):
    grown = {"storage": {"enabled": True, "threshold_percent": 80, "increment_gib": 20}}
    account.put(f"{database}/autoscale", grown, expect=204)
    assert account.get(f"{database}/autoscale") == {"autoscale": grown}
    for wrong, message in (
        ({"threshold_percent": 96}, "threshold_percent must be between 15 and 95"),
        ({"increment_gib": 5}, "increment_gib must be between 10 and 500"),
        ({"enabled": None}, "enabled is required"),
    ):
        body = {"storage": grown["storage"] | wrong}
        assert account.message("PUT", f"{database}/autoscale", body, expect=422) == message


def test_pools_share_the_connections_that_the_clusters_size_allows(account, database):
    # 2 GiB: 50 connections, of which 3 are kept.
    body = {"name": "one", "mode": "transaction", "size": 40, "db": "defaultdb", "user": "doadmin"}
    account.post(f"{database}/pools", body, expect=201)
    refused = "size must be at most 7: the cluster's size allows no more connections"
    assert account.message("POST", f"{database}/pools", body | {"name": "two", "size": 8}, expect=422) == refused
    account.post(f"{database}/pools", body | {"name": "two", "size": 7}, expect=201)
    account.put(f"{database}/pools/one", body | {"size": 39}, expect=204)
    account.put(f"{database}/pools/one", body | {"size": 41}, expect=422)
    account.put(f"{database}/resize", {"size": "db-s-2vcpu-4gb", "num_nodes": 1}, expect=202)
    account.put(f"{database}/pools/one", body | {"size": 90}, expect=204)


def test_a_replica_has_trusted_sources_of_its_own(account, database):
    replica = account.post(f"{database}/replicas", {"name": "read"})["replica"]
    rules = {"rules": [{"type": "ip_addr", "value": "192.0.2.1"}]}

    account.put(f"/v2/databases/{replica['id']}/firewall", rules, expect=204)

    assert account.get(f"{database}/firewall") == {"rules": []}
    assert account.get(f"/v2/databases/{replica['id']}/firewall")["rules"][0]["value"] == "192.0.2.1"
    assert account.get(f"{database}/replicas/read")["replica"] == replica


def test_a_replica_lies_in_the_default_network_unless_told_otherwise(account):
    vpc = account.post("/v2/vpcs", VPC)["vpc"]["id"]
    made = account.post("/v2/databases", POSTGRES | {"private_network_uuid": vpc})["database"]
    replicas = f"/v2/databases/{made['id']}/replicas"
    default = account.post(replicas, {"name": "one"})["replica"]["private_network_uuid"]
    assert account.get(f"/v2/vpcs/{default}")["vpc"]["default"]
    told = account.post(replicas, {"name": "two", "private_network_uuid": vpc})["replica"]
    assert told["private_network_uuid"] == vpc


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (VALKEY, "replicas are not supported for engine valkey"),
        (POSTGRES | {"size": "db-s-2vcpu-4gb"}, "the size of a replica must be at least that of its cluster"),
    ],
)
def test_a_replica_that_cannot_be_is_refused(account, body, message):
    made = account.post("/v2/databases", body)["database"]
    asked = {"name": "read", "size": "db-s-1vcpu-2gb"}
    assert account.message("POST", f"/v2/databases/{made['id']}/replicas", asked, expect=422) == message
