"""What each DigitalOcean component registers, exactly."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import hand_plan as plan
import pytest
from recorder import Record, run

from hanzo_components import (
    Bucket,
    Cluster,
    CpuPool,
    GpuPool,
    Postgres,
    Project,
    Registry,
    Tag,
    Valkey,
    Vpc,
    Weaviate,
)
from hanzo_components.component import ComponentError

KEPT = replace(plan.POSTGRES, protect=True)


def made(record: Record) -> list[tuple[str, dict[str, object]]]:
    """(name, inputs) of what the one component of the record made, by name."""
    return sorted((r.name, r.inputs) for r in record.resources if not r.type.startswith("hanzo:"))


def postgres(spec: object = plan.POSTGRES) -> Record:
    return run(lambda: Postgres("x", {"spec": spec, "vpc_id": "vpc-1", "cluster_id": "doks-1"}))


def test_a_tag() -> None:
    assert made(run(lambda: Tag("x", {"spec": plan.TAG}))) == [("x", {"name": "hanzo-rag-dev"})]


def test_a_vpc_has_its_range_and_long_patience_when_it_is_deleted() -> None:
    record = run(lambda: Vpc("x", {"spec": plan.VPC}))
    assert made(record) == [("x", {"name": "rag-dev", "region": "nyc2", "ipRange": "10.10.0.0/20"})]
    (vpc,) = [r for r in record.resources if r.type.startswith("digitalocean:")]
    assert vpc.delete_timeout == "20m"


def test_a_project_and_its_members() -> None:
    record = run(lambda: Project("x", {"spec": plan.PLAN.project, "resources": ["do:dbaas:1"]}))
    assert made(record) == [
        (
            "x",
            {
                "name": "rag-dev",
                "description": "rag in dev",
                "purpose": "Service or API",
                "environment": "Development",
            },
        ),
        ("x-resources", {"project": "x-id", "resources": ["do:dbaas:1"]}),
    ]


def test_a_registry() -> None:
    expected = {"name": "rag-dev", "region": "nyc3", "subscriptionTierSlug": "basic"}
    assert made(run(lambda: Registry("x", {"spec": plan.REGISTRY}))) == [("x", expected)]


CLUSTER_INPUTS = {
    "name": "rag-dev",
    "region": "nyc2",
    "version": "1.36.1-do.0",
    "vpcUuid": "vpc-1",
    "clusterSubnet": "10.20.0.0/16",
    "serviceSubnet": "10.30.0.0/19",
    "ha": False,
    "autoUpgrade": True,
    "surgeUpgrade": True,
    "kubeconfigExpireSeconds": 3600,
    "nodePool": {"name": "system", "size": "s-2vcpu-4gb", "nodeCount": 2, "labels": {"hanzo.ai/pool": "system"}},
    "clusterAutoscalerConfigurations": [{"expanders": ["priority", "random"]}],
    "tags": ["hanzo-rag-dev"],
}


def test_a_cluster() -> None:
    record = run(lambda: Cluster("x", {"spec": plan.CLUSTER, "vpc_id": "vpc-1"}))
    assert made(record) == [("x", CLUSTER_INPUTS)]
    (cluster,) = record.of("KubernetesCluster")
    assert (cluster.protect, cluster.retain_on_delete) == (False, False)


def test_the_clusters_own_kubeconfig_is_encrypted_in_the_state() -> None:
    (cluster,) = run(lambda: Cluster("x", {"spec": plan.CLUSTER, "vpc_id": "vpc-1"})).of("KubernetesCluster")
    assert set(cluster.secret_outputs) == {"kubeConfigs"}


def test_a_cluster_may_pull_from_the_registry() -> None:
    spec = replace(plan.CLUSTER, registry_integration=True)
    record = run(lambda: Cluster("x", {"spec": spec, "vpc_id": "vpc-1"}))
    assert made(record) == [("x", CLUSTER_INPUTS | {"registryIntegration": True})]


def test_a_protected_cluster_is_also_kept_when_it_leaves_the_program() -> None:
    spec = replace(plan.CLUSTER, protect=True)
    (cluster,) = run(lambda: Cluster("x", {"spec": spec, "vpc_id": "vpc-1"})).of("KubernetesCluster")
    assert (cluster.protect, cluster.retain_on_delete) == (True, True)


def test_no_credential_of_the_cluster_is_an_output() -> None:
    (component, _) = run(lambda: Cluster("x", {"spec": plan.CLUSTER, "vpc_id": "vpc-1"})).resources
    assert component.outputs == {"clusterId": "x-id", "endpoint": "https://api.example"}


def test_the_kubeconfig_asks_for_its_credential() -> None:
    kubeconfig = run(lambda: Cluster("x", {"spec": plan.CLUSTER, "vpc_id": "vpc-1"}).kubeconfig)
    assert json.loads(kubeconfig.value) == {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "rag-dev",
        "clusters": [
            {"name": "rag-dev", "cluster": {"server": "https://api.example", "certificate-authority-data": "Q0E="}}
        ],
        "contexts": [{"name": "rag-dev", "context": {"cluster": "rag-dev", "user": "rag-dev"}}],
        "users": [
            {
                "name": "rag-dev",
                "user": {
                    "exec": {
                        "apiVersion": "client.authentication.k8s.io/v1",
                        "command": "hanzo",
                        "args": ["credential", "kubernetes", "--cluster", "x-id"],
                        "interactiveMode": "Never",
                        "provideClusterInfo": False,
                        "installHint": "hanzo is not on PATH: activate the environment that hanzo-iac is installed in",
                    }
                },
            }
        ],
    }


def test_a_cpu_pool() -> None:
    assert made(run(lambda: CpuPool("x", {"spec": plan.CPU_POOL, "cluster_id": "doks-1"}))) == [
        (
            "x",
            {
                "clusterId": "doks-1",
                "name": "rag-dev-cpu",
                "size": "s-4vcpu-8gb",
                "autoScale": True,
                "minNodes": 1,
                "maxNodes": 3,
                "labels": {"hanzo.ai/pool": "cpu"},
                "taints": [{"key": "hanzo.ai/batch", "value": "", "effect": "NoSchedule"}],
                "tags": ["hanzo-rag-dev"],
            },
        )
    ]


def test_a_gpu_pool_rests_at_zero_nodes_without_a_node_count() -> None:
    assert made(run(lambda: GpuPool("x", {"spec": plan.GPU_POOL, "cluster_id": "doks-1"}))) == [
        (
            "x",
            {
                "clusterId": "doks-1",
                "name": "rag-dev-l40s",
                "size": "gpu-l40sx1-48gb",
                "autoScale": True,
                "minNodes": 0,
                "maxNodes": 8,
                "labels": {"hanzo.ai/pool": "l40s"},
                "taints": [],
                "tags": ["hanzo-rag-dev"],
            },
        )
    ]


def test_a_postgres() -> None:
    assert made(postgres()) == [
        (
            "x",
            {
                "name": "rag-dev-db",
                "engine": "pg",
                "version": "18",
                "region": "nyc2",
                "size": "db-s-1vcpu-2gb",
                "nodeCount": 1,
                "storageSizeMib": "30720",
                "privateNetworkUuid": "vpc-1",
                "maintenanceWindows": [{"day": "sunday", "hour": "03:00"}],
                "tags": ["hanzo-rag-dev"],
            },
        ),
        ("x-config", {"clusterId": "x-id", "workMem": 16}),
        ("x-database-app", {"clusterId": "x-id", "name": "app"}),
        ("x-database-vector", {"clusterId": "x-id", "name": "vector"}),
        ("x-firewall", {"clusterId": "x-id", "rules": [{"type": "k8s", "value": "doks-1"}]}),
        (
            "x-pool-app_pool",
            {"clusterId": "x-id", "name": "app_pool", "mode": "transaction", "size": 10, "dbName": "app"},
        ),
        (
            "x-replica-rag-dev-db-read-1",
            {
                "clusterId": "x-id",
                "name": "rag-dev-db-read-1",
                "region": "nyc2",
                "size": "db-s-1vcpu-2gb",
                "privateNetworkUuid": "vpc-1",
                "tags": ["hanzo-rag-dev"],
            },
        ),
        ("x-user-jobs", {"clusterId": "x-id", "name": "jobs"}),
        ("x-user-web", {"clusterId": "x-id", "name": "web"}),
    ]


def test_databases_and_users_are_made_one_after_another() -> None:
    chain = {r.name: r.depends_on - {"x"} for r in postgres().resources if r.type.rpartition(":")[2] != "Postgres"}
    assert chain == {
        "x": frozenset(),
        "x-database-app": frozenset(),
        "x-database-vector": {"x-database-app"},
        "x-user-web": {"x-database-vector"},
        "x-user-jobs": {"x-user-web"},
        "x-pool-app_pool": {"x-user-jobs"},
        "x-config": frozenset(),
        "x-replica-rag-dev-db-read-1": frozenset(),
        "x-firewall": frozenset(),
    }


def test_what_holds_data_is_protected_and_nothing_else() -> None:
    kept = sorted(r.name for r in postgres(KEPT).resources if r.protect and r.retain_on_delete)
    assert kept == ["x", "x-database-app", "x-database-vector", "x-user-jobs", "x-user-web"]


def test_a_protected_registry_is_also_kept_when_it_leaves_the_program() -> None:
    spec = replace(plan.REGISTRY, protect=True)
    (registry,) = run(lambda: Registry("x", {"spec": spec})).of("ContainerRegistry")
    assert (registry.protect, registry.retain_on_delete) == (True, True)


@pytest.mark.parametrize(("keep", "ignored"), [(True, ("version",)), (False, ())])
def test_a_version_that_nobody_wrote_is_kept_as_it_is(keep: bool, ignored: tuple[str, ...]) -> None:
    database = replace(plan.POSTGRES, keep_version=keep)
    spec = replace(plan.CLUSTER, keep_version=keep)
    cluster = run(lambda: Cluster("x", {"spec": spec, "vpc_id": "vpc-1"}))
    assert [
        r.ignore_changes for r in (*postgres(database).of("DatabaseCluster"), *cluster.of("KubernetesCluster"))
    ] == [
        ignored,
        ignored,
    ]


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ("web", "postgresql://web:web-password@private.example:25060/app?sslmode=verify-full"),
        ("doadmin", "postgresql://doadmin:admin-password@private.example:25060/app?sslmode=verify-full"),
    ],
)
def test_the_url_is_private_secret_and_as_strict_as_the_clusters_own(user: str, expected: str) -> None:
    args: Any = {"spec": plan.POSTGRES, "vpc_id": "vpc-1", "cluster_id": "doks-1"}
    url = run(lambda: Postgres("x", args).url(user=user, database="app"))
    assert (url.value, url.is_secret) == (expected, True)


def test_a_url_of_a_user_that_is_not_there_names_the_ones_that_are() -> None:
    args: Any = {"spec": plan.POSTGRES, "vpc_id": "vpc-1", "cluster_id": "doks-1"}
    with pytest.raises(ComponentError) as error:
        run(lambda: Postgres("x", args).url(user="wbe", database="app"))
    assert str(error.value) == "x: there is no user wbe\n\nhint: it has web, jobs, doadmin"


def test_a_url_of_a_database_that_is_not_there_names_the_ones_that_are() -> None:
    def program() -> None:
        database = Postgres("x", {"spec": plan.POSTGRES, "vpc_id": "vpc-1", "cluster_id": "doks-1"})
        database.url(user="web", database="orders")

    with pytest.raises(ComponentError) as error:
        run(program)
    assert str(error.value) == "x: there is no database orders\n\nhint: it has app, vector"


def test_a_valkey() -> None:
    record = run(lambda: Valkey("x", {"spec": plan.VALKEY, "vpc_id": "vpc-1", "cluster_id": "doks-1"}))
    assert made(record) == [
        (
            "x",
            {
                "name": "rag-dev-cache",
                "engine": "valkey",
                "version": "8",
                "region": "nyc2",
                "size": "db-s-1vcpu-2gb",
                "nodeCount": 1,
                "evictionPolicy": "allkeys_lru",
                "privateNetworkUuid": "vpc-1",
                "maintenanceWindows": [{"day": "sunday", "hour": "03:00"}],
                "tags": ["hanzo-rag-dev"],
            },
        ),
        ("x-config", {"clusterId": "x-id", "persistence": "off"}),
        ("x-firewall", {"clusterId": "x-id", "rules": [{"type": "k8s", "value": "doks-1"}]}),
    ]


def test_a_cache_that_writes_to_disk_is_as_digitalocean_makes_it() -> None:
    spec = replace(plan.VALKEY, persistence="rdb")
    record = run(lambda: Valkey("x", {"spec": spec, "vpc_id": "vpc-1", "cluster_id": "doks-1"}))
    assert record.of("DatabaseValkeyConfig") == []


def test_a_bucket_with_all_that_belongs_to_it() -> None:
    assert made(run(lambda: Bucket("x", {"spec": plan.BUCKET}))) == [
        (
            "x",
            {
                "name": "rag-dev-files",
                "region": "nyc3",
                "acl": "public-read",
                "versioning": {"enabled": True},
                "lifecycleRules": [
                    {
                        "id": "rule-1",
                        "enabled": True,
                        "prefix": "tmp/",
                        "expiration": {"days": 7},
                        "noncurrentVersionExpiration": {"days": 30},
                    }
                ],
            },
        ),
        ("x-cdn", {"origin": "rag-dev-files.nyc3.digitaloceanspaces.com", "ttl": 3600}),
        (
            "x-cors",
            {
                "bucket": "rag-dev-files",
                "region": "nyc3",
                "corsRules": [
                    {
                        "allowedOrigins": ["https://app.example.com"],
                        "allowedMethods": ["GET", "PUT"],
                        "allowedHeaders": ["*"],
                        "maxAgeSeconds": 600,
                    }
                ],
            },
        ),
        (
            "x-key-web",
            {
                "name": "rag-dev-files-web",
                "grants": [{"bucket": "rag-dev-files", "permission": "readwrite"}],
            },
        ),
    ]


def test_the_halves_of_a_buckets_key_are_secret_and_nobody_elses() -> None:
    key = run(lambda: Bucket("x", {"spec": plan.BUCKET}).secret_key("web"))
    assert (key.value, key.is_secret) == ("spaces-secret", True)
    with pytest.raises(ComponentError) as error:
        run(lambda: Bucket("x", {"spec": plan.BUCKET}).access_key("api"))
    assert str(error.value) == "x: api has no key\n\nhint: there are keys for web"


def test_a_weaviate() -> None:
    record = run(lambda: Weaviate("x", {"spec": plan.WEAVIATE, "project_id": "project-1"}))
    assert made(record) == [
        (
            "x",
            {
                "name": "rag-dev-graph",
                "region": "nyc2",
                "size": "small",
                "projectId": "project-1",
                "tags": ["hanzo-rag-dev"],
            },
        )
    ]


def test_the_caches_url_is_secret() -> None:
    url = run(lambda: Valkey("x", {"spec": plan.VALKEY, "vpc_id": "vpc-1", "cluster_id": "doks-1"}).url)
    expected = "scheme://doadmin:admin-password@private.example:25060/defaultdb?sslmode=verify-full"
    assert (url.value, url.is_secret) == (expected, True)
