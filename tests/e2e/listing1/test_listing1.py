"""
Listing 1 of the paper in dev, staging and prod side by side: real engine, real control planes, real databases.

What this does not prove: that containers run (kwok plays the kubelets) and that DigitalOcean itself agrees.
The tests follow one story and stand in its order: the last ones take everything down.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import boto3
import psycopg
import pytest
from listing1_story import ENVIRONMENTS, LISTING_1, Listing1

from hanzo_components import BECOMES

# The first test waits for three deployments.
pytestmark = [
    pytest.mark.engine,
    pytest.mark.cluster,
    pytest.mark.timeout(900),
]

PDB = "kubernetes:policy/v1:PodDisruptionBudget"
NOT_ASKED = {"Bucket", "CpuPool", "FileShare", "Qdrant", "Weaviate"}
"""Components of the table that Listing 1 has none of."""
NOT_IN_LISTING_1 = {
    ("Postgres", "digitalocean:index/databaseConnectionPool:DatabaseConnectionPool"),
    ("Postgres", "digitalocean:index/databasePostgresqlConfig:DatabasePostgresqlConfig"),
    ("Postgres", "digitalocean:index/databaseReplica:DatabaseReplica"),
    ("Valkey", "digitalocean:index/databaseValkeyConfig:DatabaseValkeyConfig"),
    ("Binding", "kubernetes:cilium.io/v2:CiliumNetworkPolicy"),
    ("Service", "kubernetes:batch/v1:Job"),
    ("Service", "kubernetes:batch/v1:CronJob"),
    ("Service", PDB),
}
"""(component class, type): what the others of the table have no use for here."""


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_up_ends_with_what_runs_where_and_for_how_much(listing1: Listing1, environment: str) -> None:
    cost = {
        "dev": "at least 1,296.68 US dollars",
        "staging": "at least 1,296.68 to 2,464.76 US dollars",
        "prod": "at least 1,490.88 to 9,667.44 US dollars",
    }
    said = " ".join(listing1.said[environment].split())
    created = {"dev": 74, "staging": 74, "prod": 75}
    assert said.startswith(f"my-rag-app runs in {environment} on the local cloud: {created[environment]} created in ")
    assert f"on DigitalOcean it would cost {cost[environment]} a month, LLM tokens not counted" in said
    assert "web http://127." in said


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_pod_was_scheduled_and_runs_and_the_job_has_ended(listing1: Listing1, environment: str) -> None:
    pods = [(part(pod), pod) for pod in listing1.objects(environment, "/api/v1/pods")]
    phases = sorted((name, pod["status"]["phase"]) for name, pod in pods)
    gateways = 2 if environment == "prod" else 1
    assert phases == [*[("llm-gateway", "Running")] * gateways, ("vector-store", "Succeeded"), ("web", "Running")]
    nodes = {
        node["metadata"]["name"]: node["metadata"]["labels"] for node in listing1.objects(environment, "/api/v1/nodes")
    }
    (web,) = (pod for name, pod in pods if name == "web")
    assert nodes[web["spec"]["nodeName"]]["doks.digitalocean.com/gpu-brand"] == "nvidia"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_what_the_engine_registered_is_what_the_table_says(listing1: Listing1, environment: str) -> None:
    table = {(one.__name__.removesuffix("Spec"), kind) for one, kinds in BECOMES.items() for kind in kinds}
    table = {(holder, kind) for holder, kind in table if holder not in NOT_ASKED}
    alone = set() if environment == "prod" else {("LlmGateway", PDB)}
    assert registered(listing1.resources(environment)) == table - NOT_IN_LISTING_1 - alone


def test_the_vector_store_was_set_up_by_real_sql_in_a_real_database(listing1: Listing1) -> None:
    databases = listing1.account("/v2/databases")["databases"]
    (store,) = (one for one in databases if one["name"] == "my-rag-app-dev-vector")
    there = store["connection"]
    with psycopg.connect(
        host=there["host"], port=there["port"], user=there["user"], password=there["password"], dbname="vector"
    ) as connection:
        installed = connection.execute("select extname from pg_extension where extname = 'vector'").fetchall()
        recorded = connection.execute("select dimensions from hanzo_vector_store").fetchall()
    assert (installed, recorded) == ([("vector",)], [(1024,)])


def test_no_password_stands_in_the_state_as_plain_text(listing1: Listing1) -> None:
    users = [
        user["password"]
        for database in listing1.account("/v2/databases")["databases"]
        for user in listing1.account(f"/v2/databases/{database['id']}/users")["users"]
    ]
    state = "".join(file.read_text() for file in (listing1.cache / "local" / "state").rglob("*.json"))
    assert len(users) >= 9
    assert [password for password in users if password in state] == []


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_second_up_changes_nothing(listing1: Listing1, environment: str) -> None:
    done = listing1.hanzo("local", "up", str(LISTING_1), "--env", environment)
    count = 75 if environment == "prod" else 74
    said = " ".join(done.stdout.split())
    assert said.startswith(
        f"my-rag-app runs in {environment} on the local cloud: no changes, {count} resources as planned"
    )


def test_plain_pulumi_sees_the_same_stack_and_the_policy_pack_lets_it_pass(listing1: Listing1) -> None:
    done = listing1.pulumi("preview", "--stack", "dev", "--policy-pack", "policy", "--expect-no-changes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "74 unchanged" in done.stdout


def test_what_prod_protects_is_not_destroyed_by_the_way(listing1: Listing1) -> None:
    done = listing1.hanzo("local", "destroy", str(LISTING_1), "--env", "prod")
    assert done.returncode == 1
    assert "error: my-rag-app-db: is protected" in done.stderr


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_destroy_leaves_nothing_of_the_stack_anywhere(listing1: Listing1, environment: str) -> None:
    done = listing1.hanzo("local", "destroy", str(LISTING_1), "--env", environment, "--protected")
    assert done.returncode == 0, done.stderr
    name = f"my-rag-app-{environment}"
    everything = {
        "/v2/kubernetes/clusters": "kubernetes_clusters",
        "/v2/databases": "databases",
        "/v2/vpcs": "vpcs",
        "/v2/projects": "projects",
        "/v2/registries": "registries",
        "/v2/tags": "tags",
    }
    left = {path: [one["name"] for one in listing1.account(path)[key]] for path, key in everything.items()}
    assert {path: [found for found in names if name in found] for path, names in left.items()} == {
        path: [] for path in everything
    }


@pytest.mark.timeout(60)
def test_afterwards_no_server_and_no_bucket_is_left(listing1: Listing1) -> None:
    cloud = listing1.cloud()
    status = cloud.status()
    # The API forgets a cluster at once, its processes take a moment to end; the test's timeout bounds the wait.
    while status["clusters"] or status["databases"]:
        status = cloud.status()
    store = boto3.client(
        "s3",
        endpoint_url=cloud.s3_url,
        aws_access_key_id="local",
        aws_secret_access_key="local-cloud",
        region_name="us-east-1",
    )
    assert (status["clusters"], status["databases"], store.list_buckets()["Buckets"]) == ([], [], [])


def part(pod: Mapping[str, Any]) -> str:
    """Which part of the application a pod is."""
    labels: Mapping[str, str] = pod["metadata"]["labels"]
    return labels["app.kubernetes.io/component"]


def registered(resources: list[dict[str, Any]]) -> set[tuple[str, str]]:
    """(component class, type of one of its children), over the whole stack."""
    parents = [(one["type"], one.get("parent", "").split("::")) for one in resources if one["custom"]]
    holders = [(parent[2].rpartition(":")[2], kind) for kind, parent in parents if len(parent) > 2]
    return {(holder, kind) for holder, kind in holders if holder != "Application"}
