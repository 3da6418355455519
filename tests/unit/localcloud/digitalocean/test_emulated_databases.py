"""Database clusters over servers that are words only."""

from __future__ import annotations

import base64

import pytest
from cryptography import x509
from digitalocean_account import CLUSTER, POSTGRES, VALKEY

from hanzo_iac.localcloud.backends import DatabaseAddress, DatabaseServer


def create(account, body=POSTGRES, **change):
    return account.post("/v2/databases", body | change, expect=201)["database"]


def path(database):
    return f"/v2/databases/{database['id']}"


def test_a_new_postgres_is_asked_of_the_backend_with_its_password(account):
    database = create(account, tags=["rag"])

    assert account.databases.servers[database["id"]] == DatabaseServer(
        database_id=database["id"],
        name="db",
        engine="pg",
        version="17",
        passwords={"doadmin": database["connection"]["password"]},
        databases=("defaultdb",),
    )
    read = account.get(path(database))["database"]
    password = database["connection"]["password"]
    assert read["connection"] == {
        "uri": f"postgres://doadmin:{password}@127.0.0.1:1/defaultdb?sslmode=disable",
        "database": "defaultdb",
        "host": "127.0.0.1",
        "port": 1,
        "user": "doadmin",
        "password": password,
        "ssl": False,
    }
    assert read["private_connection"] == read["connection"]
    assert (read["status"], read["db_names"], read["tags"]) == ("online", ["defaultdb"], ["rag"])
    assert read["users"] == [{"name": "doadmin", "role": "primary", "password": password}]
    assert read["storage_size_mib"] == 30 * 1024


def test_a_new_valkey_has_a_default_user_and_an_eviction_policy(account):
    cache = create(account, VALKEY)
    password = cache["connection"]["password"]

    assert cache["connection"]["uri"] == f"redis://default:{password}@127.0.0.1:1"
    assert cache["db_names"] is None
    assert account.get(f"{path(cache)}/eviction_policy") == {"eviction_policy": "noeviction"}
    account.put(f"{path(cache)}/eviction_policy", {"eviction_policy": "allkeys_lru"}, expect=204)
    assert account.databases.servers[cache["id"]].eviction_policy == "allkeys_lru"
    account.put(f"{path(cache)}/eviction_policy", {"eviction_policy": "best"}, expect=422)
    assert account.message("GET", f"{path(cache)}/dbs", expect=422) == ("databases are not supported for engine valkey")


def test_tls_is_said_where_the_server_speaks_it(account, monkeypatch):
    database, cache = create(account), create(account, VALKEY)
    address = DatabaseAddress(host="127.0.0.1", port=6, tls=True)
    monkeypatch.setattr(account.databases, "address", lambda key: address)

    over = account.get(path(database))["database"]["connection"]
    assert (over["ssl"], over["uri"].partition("?")[2]) == (True, "sslmode=require")
    assert account.get(path(cache))["database"]["connection"]["uri"].startswith("rediss://")


def test_a_database_is_created_once_its_time_is_over_and_its_server_answers(slow):
    database = create(slow)

    def status():
        return slow.get(path(database))["database"]["status"]

    assert (database["status"], status()) == ("creating", "creating")
    server = slow.databases.servers.pop(database["id"])
    slow.clock.step(10)
    assert status() == "creating"
    assert slow.get(path(database))["database"]["connection"]["host"] == ""
    slow.databases.servers[database["id"]] = server
    assert status() == "online"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": ""}, "name is required"),
        ({"name": "db"}, "cluster name is not available"),
        ({"name": "9lives"}, "invalid cluster name: a lower case letter, then letters, digits and dashes"),
        ({"engine": "oracle"}, "invalid cluster engine"),
        ({"engine": "redis"}, "invalid cluster engine"),
        ({"version": "13"}, "invalid cluster engine version"),
        ({"version": "14"}, "invalid cluster engine version"),
        ({"version": "99"}, "invalid cluster engine version"),
        ({"size": "db-huge"}, "invalid size"),
        ({"region": "mars1"}, "region is invalid"),
        ({"num_nodes": 4}, "num_nodes must be between 1 and 3"),
        (
            {"size": "db-s-1vcpu-1gb", "num_nodes": 2},
            "standby nodes need a size with at least 2 GB of memory",
        ),
        ({"project_id": "nope"}, "project_id is invalid"),
        ({"rules": [{"type": "ip_addr", "value": "::1"}]}, "trusted source is not an IPv4 address: ::1"),
    ],
)
def test_a_wrong_database_is_refused_and_nothing_is_asked_of_the_backend(account, change, message):
    create(account)

    assert account.message("POST", "/v2/databases", POSTGRES | {"name": "other"} | change, expect=422) == message
    assert len(account.databases.servers) == len(account.get("/v2/databases")["databases"]) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"engine": "mysql", "version": "8"},
        {"engine": "valkey", "version": "8", "backup_restore": {"database_name": "db"}},
    ],
)
def test_what_cannot_run_here_is_said_not_faked(account, change):
    assert account.message("POST", "/v2/databases", POSTGRES | change, expect=501).endswith(
        "is not emulated by the local cloud"
    )


def test_a_version_can_be_created_until_the_day_it_ends(account):
    account.clock.at_s -= 30 * 86_400

    assert create(account, version="14")["version"] == "14"


def test_the_options_offer_living_versions_and_say_when_each_ends(account):
    answer = account.get("/v2/databases/options")

    assert answer["options"]["pg"]["versions"] == ["15", "16", "17", "18"]
    assert answer["options"]["valkey"]["versions"] == ["8"]
    assert answer["options"]["pg"]["layouts"][1]["sizes"][0] == "db-s-1vcpu-2gb"
    assert answer["version_availability"]["pg"][0]["end_of_life"] == "2025-11-13T00:00:00Z"


def test_users_come_with_passwords_that_can_be_changed(account):
    database = create(account)
    users = f"{path(database)}/users"

    first = account.post(users, {"name": "app"}, expect=201)["user"]
    second = account.post(f"{users}/app/reset_auth", {}, expect=200)["user"]

    assert (first["role"], account.get(f"{users}/app")["user"]) == ("normal", second)
    assert first["password"] != second["password"]
    assert account.databases.servers[database["id"]].passwords["app"] == second["password"]
    assert account.put(f"{users}/app", {"settings": {"pg_allow_replication": True}}, expect=201)["user"]["settings"]
    assert account.message("POST", users, {"name": "app"}, expect=422) == "user name is not available"
    assert account.message("POST", users, {"name": "a b"}, expect=422) == "invalid user name"
    account.delete(f"{users}/doadmin", expect=403)
    account.delete(f"{users}/app")
    account.delete(f"{users}/app", expect=404)
    assert list(account.databases.servers[database["id"]].passwords) == ["doadmin"]


def test_databases_are_made_and_dropped(account):
    database = create(account)
    databases = f"{path(database)}/dbs"

    assert account.post(databases, {"name": "app"}, expect=201) == {"db": {"name": "app"}}
    assert account.get(databases)["dbs"] == [{"name": "defaultdb"}, {"name": "app"}]
    assert account.databases.servers[database["id"]].databases == ("defaultdb", "app")
    account.post(databases, {"name": "app"}, expect=422)
    account.delete(f"{databases}/app")
    account.get(f"{databases}/app", expect=404)
    assert account.databases.servers[database["id"]].databases == ("defaultdb",)


def test_a_pool_leads_to_its_database_as_its_user(account):
    database = create(account)
    password = account.post(f"{path(database)}/users", {"name": "app"})["user"]["password"]
    account.post(f"{path(database)}/dbs", {"name": "app"})
    pools = f"{path(database)}/pools"
    body = {"name": "front", "mode": "transaction", "size": 20, "db": "app", "user": "app"}

    pool = account.post(pools, body, expect=201)["pool"]

    assert pool["connection"]["uri"] == f"postgres://app:{password}@127.0.0.1:1/app?sslmode=disable"
    assert account.get(pools)["pools"] == [pool]
    account.put(f"{pools}/front", body | {"size": 5}, expect=204)
    assert account.get(f"{pools}/front")["pool"]["size"] == 5
    assert (
        account.message("POST", pools, body | {"name": "other", "db": "no"}, expect=422) == "database no does not exist"
    )
    assert (
        account.message("POST", pools, body | {"name": "other", "user": "no"}, expect=422) == "user no does not exist"
    )
    assert account.message("POST", pools, body | {"name": "x"}, expect=422) == "invalid pool name"
    account.delete(f"{path(database)}/users/app", expect=422)
    account.delete(f"{path(database)}/dbs/app", expect=422)
    account.delete(f"{pools}/front")
    account.get(f"{pools}/front", expect=404)


def test_the_firewall_is_replaced_whole(account):
    database = create(account)
    cluster = account.post("/v2/kubernetes/clusters", CLUSTER)["kubernetes_cluster"]
    firewall = f"{path(database)}/firewall"
    provider_rule = {
        "uuid": "",
        "cluster_uuid": "",
        "type": "k8s",
        "value": cluster["id"],
        "created_at": "0001-01-01T00:00:00Z",
    }

    account.put(firewall, {"rules": [provider_rule]}, expect=204)
    (rule,) = account.get(firewall)["rules"]
    assert (rule["type"], rule["value"], rule["cluster_uuid"]) == ("k8s", cluster["id"], database["id"])
    account.put(firewall, {"rules": [{"type": "ip_addr", "value": "192.0.2.0/24"}]}, expect=204)
    assert [rule["value"] for rule in account.get(firewall)["rules"]] == ["192.0.2.0/24"]
    account.put(firewall, {"rules": [{"type": "k8s", "value": "nope"}]}, expect=422)
    account.put(firewall, {"rules": [{"type": "ip_addr", "value": "192.0.2.1"}] * 101}, expect=422)
    account.put(firewall, {"rules": []}, expect=204)
    assert account.get(firewall) == {"rules": []}


def test_a_database_is_resized_upwards_only(slow):
    database = create(slow)
    slow.clock.step(10)
    resize = f"{path(database)}/resize"

    slow.put(resize, {"size": "db-s-4vcpu-8gb", "num_nodes": 2}, expect=202)
    read = slow.get(path(database))["database"]
    assert (read["size"], read["num_nodes"], read["status"]) == ("db-s-4vcpu-8gb", 2, "resizing")
    assert read["storage_size_mib"] == 140 * 1024
    slow.clock.step(10)
    assert slow.get(path(database))["database"]["status"] == "online"
    smaller = slow.message("PUT", resize, {"size": "db-s-1vcpu-2gb", "num_nodes": 1}, expect=422)
    assert smaller == "cluster cannot be resized to a smaller size"


def test_the_major_version_is_raised_only(account):
    database = create(account, version="16")

    account.put(f"{path(database)}/upgrade", {"version": "17"}, expect=204)
    assert account.get(path(database))["database"]["version"] == "17"
    assert account.databases.servers[database["id"]].version == "17"
    account.put(f"{path(database)}/upgrade", {"version": "16"}, expect=422)


@pytest.mark.parametrize(
    ("engine", "parts", "name"),
    [
        ("pg", "users", "postgres"),
        ("pg", "users", "pg_read_all_data"),
        ("pg", "users", "public"),
        ("pg", "dbs", "postgres"),
        ("pg", "dbs", "template1"),
        ("valkey", "users", "local-cloud"),
    ],
)
def test_names_that_the_server_keeps_for_itself_are_refused(account, engine, parts, name):
    database = create(account, engine=engine, version={"pg": "17", "valkey": "8"}[engine])
    before = account.databases.servers[database["id"]]

    message = account.message("POST", f"{path(database)}/{parts}", {"name": name}, expect=422)

    assert message == f"{'user' if parts == 'users' else 'database'} name {name} is reserved"
    assert account.databases.servers[database["id"]] == before


def test_settings_are_remembered(account):
    database = create(account)
    here = path(database)

    assert account.call("PATCH", f"{here}/config", {"config": {"work_mem": 16, "jit": None}}, expect=200) == {}
    account.call("PATCH", f"{here}/config", {"config": {"backup_hour": 3}})
    assert account.get(f"{here}/config") == {"config": {"work_mem": 16, "backup_hour": 3}}
    account.put(f"{here}/maintenance", {"day": "friday", "hour": "04:00"}, expect=204)
    window = {"day": "friday", "hour": "04:00", "pending": False, "description": []}
    assert account.get(here)["database"]["maintenance_window"] == window
    account.put(f"{here}/autoscale", {"storage": {"enabled": True, "threshold_percent": 80, "increment_gib": 10}})
    assert account.get(f"{here}/autoscale")["autoscale"]["storage"]["enabled"] is True
    account.put(f"{here}/autoscale", {}, expect=422)
    account.put(f"{here}/install_update", {}, expect=204)
    account.get(f"{here}/eviction_policy", expect=422)
    account.put(f"{here}/sql_mode", {"sql_mode": "ANSI"}, expect=422)
    account.put(f"{here}/migrate", {"region": "ams3"}, expect=202)
    assert account.get(here)["database"]["region"] == "ams3"


def test_events_backups_and_the_authority_are_there(account):
    database = create(account)
    account.put(f"{path(database)}/resize", {"size": "db-s-2vcpu-4gb", "num_nodes": 1})
    account.clock.step(9.5 * 86_400)

    events = [event["event_type"] for event in account.get(f"{path(database)}/events")["events"]]
    backups = [backup["created_at"] for backup in account.get(f"{path(database)}/backups")["backups"]]
    pem = base64.b64decode(account.get(f"{path(database)}/ca")["ca"]["certificate"])

    assert events == ["cluster_create", "cluster_update"]
    assert (len(backups), backups[-1]) == (7, "2026-11-30T12:00:00Z")
    assert x509.load_pem_x509_certificate(pem).subject.rfc4514_string() == "CN=hanzo local project CA"
    assert base64.b64decode(account.get(f"{path(database)}/ca")["ca"]["certificate"]) == pem


def test_a_replica_is_made_and_deleted(account):
    database = create(account)
    replicas = f"{path(database)}/replicas"

    made = account.post(replicas, {"name": "read", "size": "db-s-2vcpu-4gb"}, expect=201)["replica"]

    assert (made["status"], made["connection"]["port"]) == ("online", 1)
    assert account.get(f"{replicas}/read")["replica"] == made
    account.post(replicas, {"name": "read"}, expect=422)
    account.delete(f"{replicas}/read")
    assert account.get(replicas)["replicas"] == []


def test_a_replica_is_resized_by_its_own_id(slow):
    database = create(slow)
    slow.clock.step(10)
    replicas = f"{path(database)}/replicas"
    made = slow.post(replicas, {"name": "read", "size": "db-s-1vcpu-2gb", "storage_size_mib": 40960})["replica"]
    slow.clock.step(10)

    larger = {"size": "db-s-2vcpu-4gb", "num_nodes": 1, "storage_size_mib": 81920}
    slow.put(f"/v2/databases/{made['id']}/resize", larger, expect=202)

    told = slow.get(f"{replicas}/read")["replica"]
    assert (told["status"], told["size"], told["storage_size_mib"]) == ("resizing", "db-s-2vcpu-4gb", 81920)
    slow.clock.step(10)
    assert slow.get(f"{replicas}/read")["replica"]["status"] == "online"
    smaller = larger | {"size": "db-s-1vcpu-2gb"}
    assert slow.message("PUT", f"/v2/databases/{made['id']}/resize", smaller, expect=422) == (
        "cluster cannot be resized to a smaller size"
    )
    assert slow.get(path(database))["database"]["size"] == "db-s-1vcpu-2gb"


def test_a_replica_lies_in_a_network_of_its_own_region(account):
    database = create(account)
    replicas = f"{path(database)}/replicas"

    near = account.post(replicas, {"name": "near"})["replica"]
    far = account.post(replicas, {"name": "far", "region": "ams3"})["replica"]

    region_by_vpc = {vpc["id"]: vpc["region"] for vpc in account.get("/v2/vpcs")["vpcs"]}
    assert near["private_network_uuid"] == database["private_network_uuid"]
    assert region_by_vpc[far["private_network_uuid"]] == "ams3"
    assert account.message("POST", replicas, {"name": "odd", "size": "none"}, expect=422) == "invalid size"


def test_databases_are_listed_by_tag(account):
    create(account, tags=["a"])
    create(account, VALKEY, tags=["b"])

    assert [one["name"] for one in account.get("/v2/databases?tag_name=b")["databases"]] == ["cache"]


def test_a_deleted_database_is_gone_with_its_server(account):
    database = create(account)

    account.delete(path(database))

    account.get(path(database), expect=404)
    account.get(f"{path(database)}/users", expect=404)
    assert account.databases.servers == {}


def test_a_quota_of_databases_holds(account):
    account.post("/_local/quota", {"databases": 1})
    create(account)

    assert account.message("POST", "/v2/databases", VALKEY, expect=422) == "database limit exceeded"
