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
from hanzo_iac import Application, Environment, plan
from hanzo_iac.plan import spec

# The first test waits for three deployments.
pytestmark = [
    pytest.mark.engine,
    pytest.mark.cluster,
    pytest.mark.timeout(900),
]

PDB = "kubernetes:policy/v1:PodDisruptionBudget"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_up_ends_with_what_runs_where_and_for_how_much(listing1: Listing1, environment: str) -> None:
    cost = {
        "dev": "at least 1,296.68 US dollars",
        "staging": "at least 1,296.68 to 2,464.76 US dollars",
        "prod": "at least 1,490.88 to 9,667.44 US dollars",
    }
    said = " ".join(listing1.said[environment].split())
    created = {"dev": 70, "staging": 70, "prod": 71}
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
    resources = listing1.resources(environment)
    blueprint = plan(Application.load(LISTING_1), Environment.load(environment))
    assert registered_by_component(resources) == {
        one.__name__.removesuffix("Spec"): set(types) for one, types in becomes_here(blueprint).items()
    }


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
    count = 71 if environment == "prod" else 70
    said = " ".join(done.stdout.split())
    assert said.startswith(
        f"my-rag-app runs in {environment} on the local cloud: no changes, {count} resources as planned"
    )


def test_plain_pulumi_sees_the_same_stack_and_the_policy_pack_lets_it_pass(listing1: Listing1) -> None:
    done = listing1.pulumi("preview", "--stack", "dev", "--policy-pack", "policy", "--expect-no-changes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "70 unchanged" in done.stdout


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


def registered_by_component(resources: list[dict[str, Any]]) -> dict[str, set[str]]:
    """Component class -> the types its instances registered as children."""
    found: dict[str, set[str]] = {}
    for one in resources:
        parent = one.get("parent", "").split("::")
        if one["custom"] and len(parent) > 2 and parent[2].rpartition(":")[2] != "Application":
            found.setdefault(parent[2].rpartition(":")[2], set()).add(one["type"])
    return found


def becomes_here(blueprint: spec.Plan) -> Mapping[type, tuple[str, ...]]:
    """The table, without what this plan has no use for."""
    several = {
        spec.LlmGatewaySpec: any(one.replicas > 1 for one in blueprint.llm_gateways.values()),
        spec.ServiceSpec: any(one.replicas_min > 1 for one in blueprint.services.values()),
    }
    return {
        one: tuple(kind for kind in types if kind != PDB or several[one])
        for one, types in BECOMES.items()
        if one is not spec.CpuPoolSpec
    }
