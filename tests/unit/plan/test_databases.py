from __future__ import annotations

import pytest
from plan_cases import faults, planned

from hanzo_iac.errors import Fault
from hanzo_iac.plan.spec import GrowthSpec, MaintenanceSpec, Notice, PoolingSpec, PostgresSpec, RestoreSpec

STANDBY = {"postgres/standby": True, "valkey/standby": True}

POSTGRES = [
    ("10GB", {}, ("db-s-1vcpu-1gb", 1, 10), [("db-s-1vcpu-1gb", 1)]),
    ("5GB", {}, ("db-s-1vcpu-1gb", 1, 10), [("db-s-1vcpu-1gb", 1)]),
    ("30GB", {}, ("db-s-1vcpu-1gb", 1, 30), [("db-s-1vcpu-1gb", 1), ("pg-extra-storage-gib", 20)]),
    ("31GB", {}, ("db-s-1vcpu-2gb", 1, 31), [("db-s-1vcpu-2gb", 1), ("pg-extra-storage-gib", 1)]),
    ("130GB", {}, ("db-s-4vcpu-8gb", 1, 140), [("db-s-4vcpu-8gb", 1)]),
    ("580GB", {}, ("db-s-6vcpu-16gb", 1, 580), [("db-s-6vcpu-16gb", 1), ("pg-extra-storage-gib", 290)]),
    ("10GB", STANDBY, ("db-s-1vcpu-2gb", 2, 30), [("db-s-1vcpu-2gb", 2)]),
    ("50GB", STANDBY, ("db-s-1vcpu-2gb", 2, 50), [("db-s-1vcpu-2gb", 2), ("pg-extra-storage-gib", 40)]),
]


@pytest.mark.parametrize(("storage", "of_environment", "expected", "cost"), POSTGRES)
def test_postgres_gets_the_cheapest_size_that_holds_its_storage(storage, of_environment, expected, cost):
    spec = planned({"resources/db": {"engine": "postgres", "storage": storage}}, of_environment).postgres["db"]
    assert (spec.size, spec.node_count, spec.storage_mib // 1024) == expected
    assert [(line.item, line.quantity_low) for line in spec.cost] == cost
    assert [line.quantity_high for line in spec.cost] == [line.quantity_low for line in spec.cost]


def test_a_postgres_is_fully_decided():
    spec = planned({"resources/main-db": {"engine": "postgres"}}, {"protect": True}).postgres["main-db"]
    assert spec == PostgresSpec(
        name="shop-test-main-db",
        region="tor1",
        version="18",
        keep_version=True,
        size="db-s-1vcpu-1gb",
        node_count=1,
        storage_mib=10240,
        databases=("main_db",),
        users=(),
        pools=(),
        replicas=(),
        growth=None,
        maintenance=MaintenanceSpec(day="sunday", hour="03:00"),
        settings={},
        restore=None,
        tags=("hanzo-shop-test",),
        protect=True,
        cost=spec.cost,
        because="resources/main-db",
    )


def test_what_a_resource_writes_wins_over_the_environment():
    written = {"engine": "postgres", "version": "16", "size": "db-s-2vcpu-4gb", "standby": False, "storage": "60GB"}
    spec = planned({"resources/db": written}, STANDBY).postgres["db"]
    assert (spec.version, spec.size, spec.node_count) == ("16", "db-s-2vcpu-4gb", 1)


CACHES = [("1GB", {}, ("db-s-1vcpu-1gb", 1)), ("2GB", {}, ("db-s-1vcpu-2gb", 1)), ("3GB", {}, ("db-s-2vcpu-4gb", 1)),
          ("64GB", {}, ("db-s-16vcpu-64gb", 1)), ("1GB", STANDBY, ("db-s-1vcpu-2gb", 2))]  # fmt: skip


@pytest.mark.parametrize(("memory", "of_environment", "expected"), CACHES)
def test_a_cache_gets_the_cheapest_size_with_its_memory(memory, of_environment, expected):
    spec = planned({"resources/cache": {"engine": "valkey", "memory": memory}}, of_environment).valkey["cache"]
    assert (spec.size, spec.node_count) == expected


def test_redis_becomes_valkey_and_says_so():
    plan = planned({"resources/cache": {"engine": "redis"}})
    assert (plan.valkey["cache"].version, plan.valkey["cache"].eviction_policy) == ("8", "noeviction")
    assert plan.notices == (
        Notice(
            where="resources/cache/engine",
            what="DigitalOcean ended managed Redis on 2025-06-30: Valkey 8, of the same protocol, is taken",
            hint="write engine: valkey to say so yourself",
        ),
    )


def test_valkey_is_planned_without_a_word():
    assert planned({"resources/cache": {"engine": "valkey"}}).notices == ()


REFUSED = [
    ({"engine": "postgres", "storage": "600GB"},
     Fault("resources/db/storage", "600GB is more than a managed PostgreSQL holds, 580GB", "write 580GB or less")),
    ({"engine": "postgres", "version": "14"},
     Fault("resources/db/version", "PostgreSQL 14 ended on 2026-11-12 and cannot be created any more",
           "choose one of 15, 16, 17, 18")),
    ({"engine": "postgres", "size": "db-s-1vcpu-1gb", "storage": "50GB"},
     Fault("resources/db/size", "db-s-1vcpu-1gb holds 30GB and may not have a standby",
           "leave size out to take the cheapest that is enough")),
    ({"engine": "postgres", "size": "db-s-1vcpu-1gb", "standby": True},
     Fault("resources/db/size", "db-s-1vcpu-1gb holds 30GB and may not have a standby",
           "leave size out to take the cheapest that is enough")),
    ({"engine": "valkey", "memory": "100GB"},
     Fault("resources/db/memory", "100GB is more than a managed Valkey has, 64GB", "write 64GB or less")),
    ({"engine": "pgvector", "dimensions": 3, "storage": "1TB"},
     Fault("resources/db/storage", "1024GB is more than a managed PostgreSQL holds, 580GB", "write 580GB or less")),
]  # fmt: skip


@pytest.mark.parametrize(("resource", "fault"), REFUSED)
def test_a_database_that_cannot_be_had_is_refused(resource, fault):
    assert faults({"resources/db": resource}) == (fault,)


def test_all_faults_come_in_one_answer():
    changes = {
        "resources/db": {"engine": "postgres", "storage": "600GB", "version": "13"},
        "resources/cache": {"engine": "valkey", "memory": "100GB"},
    }
    assert [fault.where for fault in faults(changes)] == [
        "resources/db/version",
        "resources/db/storage",
        "resources/cache/memory",
    ]


def test_faults_of_pools_and_of_resources_come_in_one_answer():
    changes = {
        "services/web/cpu": 300,
        "resources/db": {"engine": "postgres", "storage": "10GB", "version": "9"},
        "resources/cache": {"engine": "redis", "memory": "900GB"},
    }
    assert [fault.where for fault in faults(changes)] == [
        "services/web",
        "resources/db/version",
        "resources/cache/memory",
    ]


def test_everything_that_may_be_said_of_a_postgres_is_in_its_spec():
    written = {
        "engine": "postgres",
        "storage": "40GB",
        "read_replicas": 2,
        "pooling": {"mode": "session", "size": 25},
        "autoscale": {"threshold": 70, "increment": "20GB"},
        "maintenance": {"day": "tuesday", "hour": 4},
        "settings": {"work_mem": 16, "timezone": "UTC"},
        "restore": {"cluster": "shop-prod-db", "at": "2026-11-24T03:00:00+01:00"},
    }
    spec = planned({"resources/db": written}).postgres["db"]
    assert spec.pools == (PoolingSpec(name="db_pool", database="db", mode="session", size=25),)
    assert [(one.name, one.size) for one in spec.replicas] == [
        ("shop-test-db-read-1", "db-s-1vcpu-2gb"),
        ("shop-test-db-read-2", "db-s-1vcpu-2gb"),
    ]
    assert spec.growth == GrowthSpec(threshold_percent=70, increment_gib=20)
    assert spec.maintenance == MaintenanceSpec(day="tuesday", hour="04:00")
    assert spec.settings == {"work_mem": 16, "timezone": "UTC"}
    assert spec.restore == RestoreSpec(cluster="shop-prod-db", at="2026-11-24T03:00:00+01:00")
    # One node and two replicas, each with ten GiB more than the size has.
    assert [(line.item, line.quantity_low) for line in spec.cost] == [
        ("db-s-1vcpu-2gb", 3),
        ("pg-extra-storage-gib", 30),
    ]


def test_storage_that_grows_does_so_at_four_fifths_by_ten_gib():
    spec = planned({"resources/db": {"engine": "postgres", "autoscale": True}}).postgres["db"]
    assert spec.growth == GrowthSpec(threshold_percent=80, increment_gib=10)


def test_a_cache_that_loses_nothing_writes_to_disk():
    written = {"resources/a": {"engine": "valkey"}, "resources/b": {"engine": "valkey", "persistence": False}}
    assert [spec.persistence for spec in planned(written).valkey.values()] == ["rdb", "off"]
