"""The whole plan under mocks: who is made by whom and in which order. What the engine makes of it is tested in e2e."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hand_plan import PLAN
from recorder import Record, run

import hanzo_components
from hanzo_components import BECOMES, Application, deploy
from hanzo_components.component import ComponentError
from hanzo_components.declared import MANY, ONE, declared, parts
from hanzo_iac.plan import spec


@pytest.fixture(scope="module")
def record() -> Record:
    return run(lambda: Application("rag", {"plan": PLAN}))


def component_types() -> dict[type, str]:
    """Spec -> type token of its component: by name, as the style guide says."""
    return {kind: f"hanzo:index:{kind.__name__.removesuffix('Spec')}" for kind in BECOMES}


def test_becomes_is_what_each_component_registers(record: Record) -> None:
    made = defaultdict(set)
    for resource in record.resources:
        if not resource.type.startswith(("hanzo:", "pulumi:providers:")):
            (parent,) = {
                other.type
                for other in record.resources
                if other.type.startswith("hanzo:")
                and other.name == resource.parent
                and _is_parent(other.type, resource.type)
            }
            made[parent].add(resource.type)
    assert {kind: made[token] for kind, token in component_types().items()} == {
        kind: set(types) for kind, types in BECOMES.items()
    }


def _is_parent(component: str, child: str) -> bool:
    """Two components may share a name (a service and its route), not a name and a child."""
    kinds = {token: set(BECOMES[kind]) for kind, token in component_types().items()}
    return child in kinds.get(component, ())


def test_becomes_has_every_spec_that_a_plan_holds_as_a_part() -> None:
    fields = spec.Plan.__dataclass_fields__
    named = {re.search(r"(\w+Spec)", str(fields[part].type)).group(1) for part in (*ONE, *MANY)}  # type: ignore[union-attr]
    assert {kind.__name__ for kind in BECOMES} == named


def test_every_part_of_the_plan_is_one_component(record: Record) -> None:
    components = sorted(r.type.rpartition(":")[2] for r in record.resources if r.type.startswith("hanzo:"))
    assert len(components) == 1 + len(parts(PLAN))
    assert components == sorted(
        [
            *("Application", "Tag", "Vpc", "Cluster", "Registry", "Project", "Gateway", "CpuPool", "GpuPool"),
            *("Postgres", "Valkey", "VectorStore", "Qdrant", "Weaviate", "Bucket", "FileShare", "LlmGateway", "Route"),
            *(["Namespace"] * 2),
            *(["Service"] * 3),
            *(["Binding"] * 8),
        ]
    )


def test_every_component_closes_once(record: Record) -> None:
    times = {r.name: r.times_closed for r in record.resources if r.type.startswith("hanzo:")}
    assert set(times.values()) == {1}


def test_what_policies_read_is_on_the_application(record: Record) -> None:
    expected = {
        "application": "rag",
        "environment": "dev",
        "region": "nyc2",
        "monthlyCostLowUsd": 1168.08,
        "monthlyCostHighUsd": 9344.64,
        "costIsComplete": True,
        "costCeilingUsd": 10000,
        "mayPassCeiling": False,
        "maxGpuNodes": 8,
    }
    application = record.named("Application", "rag")
    assert application.inputs == expected
    assert application.outputs == expected | {"clusterId": "rag-cluster-id", "vpcId": "rag-vpc-id"}


def test_a_price_that_is_not_known_makes_the_bill_incomplete() -> None:
    line = replace(PLAN.gpu_pools["l40s"].cost[0], unit_usd=None)
    plan = replace(PLAN, gpu_pools={"l40s": replace(PLAN.gpu_pools["l40s"], cost=(line,))})
    said = declared(plan)
    assert (said["costIsComplete"], said["monthlyCostHighUsd"]) == (False, 0.0)


def test_everything_in_the_cluster_uses_the_clusters_own_provider(record: Record) -> None:
    providers = {r.provider for r in record.resources if r.type.startswith("kubernetes:")}
    assert providers == {"rag-kubernetes"}


def test_the_provider_is_the_only_one_and_waits_for_the_cluster(record: Record) -> None:
    (provider,) = [r for r in record.resources if r.type.startswith("pulumi:providers:")]
    assert (provider.name, provider.type, provider.depends_on) == (
        "rag-kubernetes",
        "pulumi:providers:kubernetes",
        {"rag-cluster"},
    )
    assert {key: value for key, value in provider.inputs.items() if key != "kubeconfig"} == {
        "clusterIdentifier": "rag-cluster-id",
        "enableServerSideApply": "true",
        "enableConfigMapMutable": "true",
        "enableSecretMutable": "true",
        "kubeClientSettings": '{"qps": 50, "burst": 120}',
    }


def test_every_object_in_the_cluster_has_a_fixed_name_and_the_recommended_labels(record: Record) -> None:
    recommended = {
        "app.kubernetes.io/name",
        "app.kubernetes.io/instance",
        "app.kubernetes.io/component",
        "app.kubernetes.io/part-of",
        "app.kubernetes.io/managed-by",
    }
    objects = [r.inputs["metadata"] for r in record.resources if r.type.startswith("kubernetes:")]
    assert len(objects) == 51
    assert [m for m in objects if not m.get("name") or recommended - set(m["labels"])] == []
    assert {m["labels"]["app.kubernetes.io/part-of"] for m in objects} == {"rag"}


def test_the_project_holds_the_cluster_and_what_holds_data(record: Record) -> None:
    members = record.named("ProjectResources", "rag-project-resources").inputs["resources"]
    assert members == [
        "do:kubernetes:rag-cluster-id",
        "do:dbaas:rag-db-id",
        "do:dbaas:rag-cache-id",
        "do:space:rag-dev-files",
    ]


def test_each_bound_secret_holds_its_own_resource(record: Record) -> None:
    held = {
        secret.name: secret.inputs["stringData"]["secret"]
        for secret in record.of("Secret")
        if secret.name.startswith("rag-web-") and secret.name not in {"rag-web-llm", "rag-web-docs"}
    }
    login = "web:web-password@private.example:25060"
    assert held == {
        "rag-web-cache": {
            "REDIS_URL": "scheme://doadmin:admin-password@private.example:25060/defaultdb?sslmode=verify-full"
        },
        "rag-web-db": {"DATABASE_URL": f"postgresql://{login}/app?sslmode=verify-full"},
        "rag-web-files": {
            "AWS_SHARED_CREDENTIALS": "[default]\naws_access_key_id = DO00\naws_secret_access_key = spaces-secret\n"
        },
        "rag-web-graph": {"WEAVIATE_URL": "https://graph.example"},
        "rag-web-vector": {"VECTOR_DB_URL": f"postgresql://{login}/vector?sslmode=verify-full"},
    }


@pytest.mark.parametrize(
    ("later", "before"),
    [
        ("VectorStore rag-vector", {"rag-db-firewall", "rag-db-database-vector"}),
        ("Service rag-web", {"rag-l40s", "rag-web-db", "rag-web-llm", "rag-vector"}),
        ("Route rag-web", {"rag-gateway", "rag-web-service"}),
        ("Cluster rag-cluster", {"rag-registry", "rag-tag"}),
    ],
)
def test_what_must_be_there_first_is_waited_for(record: Record, later: str, before: set[str]) -> None:
    kind, name = later.split()
    assert before <= record.named(kind, name).depends_on


def test_a_transform_reaches_its_child_through_the_application() -> None:
    def bigger(args: dict[str, Any], opts: object) -> None:
        args["size"] = "db-s-4vcpu-8gb"

    changed = run(lambda: Application("rag", {"plan": PLAN, "transform": {"postgres/db": {"cluster": bigger}}}))
    sizes = {r.name: r.inputs["size"] for r in changed.of("DatabaseCluster")}
    assert sizes == {"rag-db": "db-s-4vcpu-8gb", "rag-cache": "db-s-1vcpu-2gb"}


def test_a_transform_of_a_part_the_plan_does_not_hold_is_refused_with_those_it_does() -> None:
    with pytest.raises(ComponentError) as error:
        run(lambda: Application("rag", {"plan": PLAN, "transform": {"postgres/orders": {}}}))
    assert str(error.value) == (
        "rag: transform names postgres/orders, which the plan does not hold\n\n"
        "hint: it holds tag, vpc, cluster, registry, project, gateway, cpu_pools/cpu, gpu_pools/l40s, postgres/db, "
        "valkey/cache, buckets/files, weaviates/graph, namespaces/rag, namespaces/rag-llm, file_shares/weights, "
        "vector_stores/vector, qdrants/docs, llm_gateways/llm, bindings/web-db, bindings/web-vector, "
        "bindings/web-cache, bindings/web-llm, bindings/web-files, bindings/web-docs, bindings/web-graph, "
        "bindings/web-weights, services/web, services/train, services/nightly, routes/web"
    )


def test_the_program_exports_addresses_ids_and_cost_and_no_secret() -> None:
    held: dict[str, Any] = {}

    def program() -> None:
        import pulumi

        deploy(PLAN)
        held.update(pulumi.runtime.get_root_resource().outputs)  # type: ignore[union-attr]

    run(program)
    assert sorted(held) == [
        "clusterId",
        "costIsComplete",
        "monthlyCostHighUsd",
        "monthlyCostLowUsd",
        "urls",
        "vpcId",
    ]


def test_a_preview_of_a_plan_that_is_not_there_yet_registers_the_same(record: Record) -> None:
    preview = run(lambda: Application("rag", {"plan": PLAN}), preview=True)
    assert sorted((r.type, r.name) for r in preview.resources) == sorted((r.type, r.name) for r in record.resources)


def test_the_public_names_are_all_there() -> None:
    assert [name for name in hanzo_components.__all__ if not hasattr(hanzo_components, name)] == []


def test_every_component_has_a_file_of_its_own() -> None:
    folder = Path(hanzo_components.__file__).parent
    files = {file.stem for file in folder.glob("*.py")}
    names = (kind.__name__.removesuffix("Spec") for kind in BECOMES)
    assert {re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower() for name in names} <= files
