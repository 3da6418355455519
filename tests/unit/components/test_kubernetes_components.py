"""What each Kubernetes component registers, exactly."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import hand_plan as plan
import pytest
from recorder import Record, run

from hanzo_components import Binding, FileShare, Gateway, LlmGateway, Namespace, Qdrant, Route, Service, VectorStore
from hanzo_components.component import ComponentError

FORCE = {"pulumi.com/patchForce": "true"}

PART_OF = {"app.kubernetes.io/part-of": "rag", "app.kubernetes.io/instance": "rag-dev"}


def labels(name: str, kind: str, **more: str) -> dict[str, str]:
    return {
        "app.kubernetes.io/name": name,
        "app.kubernetes.io/instance": "rag-dev",
        "app.kubernetes.io/component": kind,
        "app.kubernetes.io/part-of": "rag",
        "app.kubernetes.io/managed-by": "pulumi",
        **more,
    }


def kinds(record: Record) -> list[tuple[str, str]]:
    """(type's last word, name), sorted; the component itself left out."""
    return sorted((r.type.rpartition(":")[2], r.name) for r in record.resources if not r.type.startswith("hanzo:"))


def service(spec: Any = plan.SERVICE, *bindings: Any) -> Record:
    return run(lambda: Service("x", {"spec": spec, "bindings": bindings, "labels": PART_OF}))


def pod(record: Record) -> dict[str, Any]:
    (deployment,) = record.of("Deployment")
    template: dict[str, Any] = deployment.inputs["spec"]["template"]
    return template


def container(record: Record) -> dict[str, Any]:
    (only,) = pod(record)["spec"]["containers"]
    return dict(only)


def test_a_namespace_is_closed_but_for_its_policies() -> None:
    record = run(lambda: Namespace("x", {"spec": plan.NAMESPACE, "labels": PART_OF}))
    (space,) = [r for r in record.of("Namespace") if r.type == "kubernetes:core/v1:Namespace"]
    restricted = {"pod-security.kubernetes.io/enforce": "restricted"}
    assert space.inputs["metadata"] == {
        "name": "rag",
        "labels": labels("rag", "namespace", **restricted),
        "annotations": FORCE,
    }
    dns, deny = record.of("NetworkPolicy")
    assert (deny.name, deny.inputs["spec"]) == (
        "x-policy-deny-all",
        {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
    )
    peer = {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
        "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
    }
    ports = [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]
    assert (dns.name, dns.inputs["metadata"], dns.inputs["spec"]) == (
        "x-policy-allow-dns",
        {
            "name": "allow-dns",
            "namespace": "rag",
            "labels": labels("allow-dns", "network-policy"),
            "annotations": FORCE,
        },
        {"podSelector": {}, "policyTypes": ["Egress"], "egress": [{"to": [peer], "ports": ports}]},
    )
    assert (dns.depends_on, deny.depends_on) == ({"x"}, {"x"})


def test_a_namespace_bounds_what_its_pods_take() -> None:
    record = run(lambda: Namespace("x", {"spec": plan.NAMESPACE, "labels": PART_OF}))
    (quota,), (limits,) = record.of("ResourceQuota"), record.of("LimitRange")
    assert (quota.inputs["metadata"]["namespace"], quota.inputs["spec"]) == (
        "rag",
        {"hard": {"requests.cpu": "2", "pods": "5"}},
    )
    assert limits.inputs["spec"] == {
        "limits": [
            {
                "type": "Container",
                "default": {"cpu": "500m"},
                "defaultRequest": {"cpu": "100m"},
                "max": {"cpu": "1"},
            }
        ]
    }


def test_a_way_out_is_held_to_names_and_lets_cilium_hear_the_answers_of_dns() -> None:
    record = run(lambda: Namespace("x", {"spec": plan.NAMESPACE, "labels": PART_OF}))
    (way,) = record.of("CiliumNetworkPolicy")
    assert (way.type, way.name, way.inputs["metadata"]["name"]) == (
        "kubernetes:cilium.io/v2:CiliumNetworkPolicy",
        "x-egress-web-out",
        "web-out",
    )
    dns = {"k8s:io.kubernetes.pod.namespace": "kube-system", "k8s-app": "kube-dns"}
    assert way.inputs["spec"] == {
        "endpointSelector": {"matchLabels": dict(plan.POD_LABELS)},
        "egress": [
            {
                "toEndpoints": [{"matchLabels": dns}],
                "toPorts": [{"ports": [{"port": "53", "protocol": "ANY"}], "rules": {"dns": [{"matchPattern": "*"}]}}],
            },
            {
                "toFQDNs": [{"matchName": "api.example.com"}, {"matchPattern": "*.example.org"}],
                "toPorts": [{"ports": [{"port": "443", "protocol": "TCP"}]}],
            },
        ],
    }


def test_a_share_is_a_volume_of_its_server_and_the_claim_pods_mount() -> None:
    args: Any = {"spec": plan.FILE_SHARE, "vpc_id": "vpc-1", "labels": PART_OF}
    record = run(lambda: FileShare("x", args))
    (share,), (volume,), (claim,) = (record.of(kind) for kind in ("Nfs", "PersistentVolume", "PersistentVolumeClaim"))
    assert share.inputs == {
        "name": "rag-dev-weights",
        "region": "nyc2",
        "size": 100,
        "performanceTier": "standard",
        "vpcId": "vpc-1",
    }
    assert (volume.inputs["metadata"]["name"], volume.inputs["spec"]) == (
        "rag-dev-weights",
        {
            "capacity": {"storage": "100Gi"},
            "accessModes": ["ReadWriteMany"],
            "persistentVolumeReclaimPolicy": "Retain",
            "storageClassName": "",
            "nfs": {"server": "10.10.0.9", "path": "/exports/1"},
        },
    )
    assert (claim.inputs["metadata"]["name"], claim.inputs["spec"]) == (
        "weights-share",
        {
            "accessModes": ["ReadWriteMany"],
            "storageClassName": "",
            "volumeName": "rag-dev-weights",
            "resources": {"requests": {"storage": "100Gi"}},
        },
    )


def qdrant() -> Record:
    return run(lambda: Qdrant("x", {"spec": plan.QDRANT, "labels": PART_OF}))


def test_a_qdrant_is_one_pod_with_a_volume_behind_a_key() -> None:
    assert kinds(qdrant()) == [
        ("ConfigMap", "x-script"),
        ("CronJob", "x-snapshots"),
        ("Secret", "x-key"),
        ("Service", "x-service"),
        ("ServiceAccount", "x-account"),
        ("StatefulSet", "x"),
    ]
    (server,) = qdrant().of("StatefulSet")
    assert server.inputs["spec"]["replicas"] == 1
    assert [claim["spec"] for claim in server.inputs["spec"]["volumeClaimTemplates"]] == [
        {
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": "do-block-storage",
            "resources": {"requests": {"storage": "10Gi"}},
        }
    ]
    (one,) = server.inputs["spec"]["template"]["spec"]["containers"]
    assert one["env"][0] == {
        "name": "QDRANT__SERVICE__API_KEY",
        "valueFrom": {"secretKeyRef": {"name": "docs-key", "key": "KEY"}},
    }


def test_qdrants_snapshot_is_asked_for_by_pods_that_may_reach_it() -> None:
    (nightly,) = qdrant().of("CronJob")
    template = nightly.inputs["spec"]["jobTemplate"]["spec"]["template"]
    assert (nightly.inputs["spec"]["schedule"], nightly.inputs["spec"]["concurrencyPolicy"]) == ("15 3 * * *", "Forbid")
    assert plan.QDRANT.snapshot_labels.items() <= template["metadata"]["labels"].items()
    (one,) = template["spec"]["containers"]
    assert {entry["name"]: entry.get("value") for entry in one["env"]} == {
        "QDRANT_API_KEY": None,
        "QDRANT_URL": "http://docs:6333",
        "KEPT": "7",
    }


def test_a_job_is_handed_in_under_a_name_of_its_own_and_not_waited_for() -> None:
    record = service(plan.JOB)
    assert kinds(record) == [("Job", "x"), ("ServiceAccount", "x-account")]
    (job,) = record.of("Job")
    assert (job.inputs["metadata"]["name"], job.inputs["metadata"]["annotations"]) == (
        "train-0a1b2c3d",
        FORCE | {"pulumi.com/skipAwait": "true"},
    )
    assert job.inputs["spec"]["backoffLimit"] == 3
    assert job.inputs["spec"]["template"]["spec"]["restartPolicy"] == "Never"


def test_a_cron_runs_by_its_schedule_and_never_beside_itself() -> None:
    record = service(plan.CRON)
    assert kinds(record) == [("CronJob", "x"), ("ServiceAccount", "x-account")]
    (cron,) = record.of("CronJob")
    spec = cron.inputs["spec"]
    assert (spec["schedule"], spec["timeZone"], spec["concurrencyPolicy"]) == ("0 3 * * *", "Etc/UTC", "Forbid")
    assert spec["jobTemplate"]["spec"]["template"]["spec"]["restartPolicy"] == "Never"


def test_a_share_is_mounted_where_the_plan_says() -> None:
    (job,) = service(plan.JOB).of("Job")
    spec = job.inputs["spec"]["template"]["spec"]
    assert [volume for volume in spec["volumes"] if volume["name"] == "weights-share"] == [
        {"name": "weights-share", "persistentVolumeClaim": {"claimName": "weights-share", "readOnly": True}}
    ]
    (one,) = spec["containers"]
    assert {"name": "weights-share", "mountPath": "/mnt/share", "readOnly": True} in one["volumeMounts"]


def test_a_binding_is_a_secret_and_the_flow_it_opens() -> None:
    values = {"url": "postgresql://web:pw@db/app"}
    record = run(lambda: Binding("x", {"spec": plan.DATABASE_BINDING, "values": values, "labels": PART_OF}))
    (secret,), (policy,) = record.of("Secret"), record.of("NetworkPolicy")
    assert secret.inputs == {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "web-db", "namespace": "rag", "labels": labels("web-db", "binding"), "annotations": FORCE},
        "stringData": {"secret": {"DATABASE_URL": "postgresql://web:pw@db/app"}},
    }
    assert policy.inputs["spec"] == {
        "podSelector": {"matchLabels": dict(plan.POD_LABELS)},
        "policyTypes": ["Egress"],
        "egress": [
            {
                "to": [{"ipBlock": {"cidr": "10.10.0.0/20", "except": ["10.10.0.1/32"]}}],
                "ports": [{"port": 25060, "protocol": "TCP"}],
            }
        ],
    }


def test_a_policy_towards_us_is_an_ingress_policy() -> None:
    record = run(lambda: Binding("x", {"spec": plan.LLM_BINDING, "values": {"api_key": "k"}, "labels": PART_OF}))
    inwards = record.named("NetworkPolicy", "x-policy-from-web").inputs
    assert inwards["metadata"]["namespace"] == "rag-llm"
    assert inwards["spec"]["policyTypes"] == ["Ingress"]
    assert sorted(inwards["spec"]["ingress"][0]) == ["from", "ports"]


def test_a_binding_without_secrets_makes_none() -> None:
    spec = replace(plan.DATABASE_BINDING, secrets={})
    assert kinds(run(lambda: Binding("x", {"spec": spec, "values": {}}))) == [("NetworkPolicy", "x-policy-web-to-db")]


def test_a_binding_to_something_the_resource_does_not_offer_is_refused() -> None:
    with pytest.raises(ComponentError, match=r"^x: db offers no url$"):
        run(lambda: Binding("x", {"spec": plan.DATABASE_BINDING, "values": {"api_key": "k"}}))


def test_a_vector_store_is_a_job_with_its_sql_and_credentials() -> None:
    args: Any = {"spec": plan.VECTOR_STORE, "database_url": "postgresql://u:p@h/vector", "labels": PART_OF}
    record = run(lambda: VectorStore("x", args))
    assert kinds(record) == [("ConfigMap", "x-sql"), ("Job", "x"), ("Secret", "x-credentials")]
    metadata = {
        "name": "vector-setup-0a1b2c3d",
        "namespace": "rag",
        "labels": labels("vector-setup-0a1b2c3d", "vector-store"),
        "annotations": FORCE,
    }
    assert [r.inputs["metadata"] for r in record.resources if r.type.startswith("kubernetes:")] == [metadata] * 3
    assert record.named("ConfigMap", "x-sql").inputs["data"] == {
        "setup.sql": "CREATE EXTENSION IF NOT EXISTS vector;\n"
    }
    assert record.named("Secret", "x-credentials").inputs["stringData"] == {
        "secret": {"DATABASE_URL": "postgresql://u:p@h/vector"}
    }
    job = record.named("Job", "x")
    assert job.depends_on == {"x-sql", "x-credentials"}
    template = job.inputs["spec"]["template"]
    assert template["metadata"]["labels"] == metadata["labels"] | {"local.hanzo.ai/executes": "sql"}
    (setup,) = template["spec"]["containers"]
    assert setup["image"] == "postgres:18-alpine"
    assert setup["command"] == ["sh", "-c", 'exec psql -v ON_ERROR_STOP=1 -f /sql/setup.sql "$DATABASE_URL"']
    assert setup["env"][0] == {
        "name": "DATABASE_URL",
        "valueFrom": {"secretKeyRef": {"name": "vector-setup-0a1b2c3d", "key": "DATABASE_URL"}},
    }
    assert template["spec"]["volumes"][0] == {"name": "sql", "configMap": {"name": "vector-setup-0a1b2c3d"}}


def test_a_service_of_two_replicas_has_four_objects() -> None:
    assert kinds(service()) == [
        ("Deployment", "x"),
        ("PodDisruptionBudget", "x-disruption-budget"),
        ("Service", "x-service"),
        ("ServiceAccount", "x-account"),
    ]


def test_a_single_replica_has_no_disruption_budget() -> None:
    assert kinds(service(replace(plan.SERVICE, replicas_min=1))) == [
        ("Deployment", "x"),
        ("Service", "x-service"),
        ("ServiceAccount", "x-account"),
    ]


def test_a_worker_has_no_service_object_and_no_port() -> None:
    record = service(replace(plan.SERVICE, kind="worker", port=0, replicas_min=1))
    assert kinds(record) == [("Deployment", "x"), ("ServiceAccount", "x-account")]
    assert "ports" not in container(record)


def test_every_object_of_a_service_has_its_fixed_name_and_labels() -> None:
    expected = {
        "name": "web",
        "namespace": "rag",
        "labels": labels("web", "web", **{"app.kubernetes.io/version": "1"}),
        "annotations": FORCE,
    }
    objects = {r.name: r.inputs["metadata"] for r in service().resources if r.type.startswith("kubernetes:")}
    assert objects == {
        "x": expected | {"annotations": FORCE | {"pulumi.com/timeoutSeconds": "2100"}},
        "x-account": expected,
        "x-disruption-budget": expected,
        "x-service": expected | {"annotations": FORCE | {"pulumi.com/skipAwait": "true"}},
    }


def test_a_deployment_selects_by_the_labels_that_never_change_and_starts_at_the_minimum() -> None:
    (deployment,) = service().of("Deployment")
    assert deployment.inputs["spec"]["selector"] == {"matchLabels": dict(plan.POD_LABELS)}
    assert deployment.inputs["spec"]["replicas"] == 2
    assert plan.POD_LABELS.items() <= pod(service())["metadata"]["labels"].items()


def test_a_deployment_is_updated_within_the_room_of_its_pool_and_waited_for_as_long_as_its_pods_may_take() -> None:
    (deployment,) = service().of("Deployment")
    assert deployment.inputs["spec"]["strategy"] == {
        "type": "RollingUpdate",
        "rollingUpdate": {"maxSurge": 1, "maxUnavailable": "13%"},
    }
    assert deployment.inputs["spec"]["progressDeadlineSeconds"] == 2100


def test_the_pod_is_hardened() -> None:
    spec = pod(service())["spec"]
    assert spec["automountServiceAccountToken"] is False
    assert spec["enableServiceLinks"] is False
    assert spec["serviceAccountName"] == "web"
    assert spec["terminationGracePeriodSeconds"] == 600
    assert spec["securityContext"] == {
        "runAsNonRoot": True,
        "runAsUser": 65532,
        "runAsGroup": 65532,
        "fsGroup": 65532,
        "fsGroupChangePolicy": "OnRootMismatch",
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert container(service())["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def test_the_account_carries_no_token() -> None:
    (account,) = service().of("ServiceAccount")
    assert account.inputs["automountServiceAccountToken"] is False


def test_the_container_runs_the_pinned_image_with_bounds() -> None:
    one = container(service())
    assert one["image"] == "registry.example/rag/web:1@sha256:ab12"
    assert one["command"] == ["python", "-m", "web"]
    assert one["ports"] == [{"name": "http", "containerPort": 8000}]
    assert one["resources"] == {
        "requests": {"cpu": "500m", "memory": "2048Mi", "ephemeral-storage": "1024Mi", "nvidia.com/gpu": "1"},
        "limits": {"cpu": "1000m", "memory": "2048Mi", "ephemeral-storage": "1024Mi", "nvidia.com/gpu": "1"},
    }
    assert one["lifecycle"] == {"preStop": {"sleep": {"seconds": 20}}}


def test_the_probes_are_the_plans() -> None:
    one = container(service())
    assert [one[f"{moment}Probe"] for moment in ("startup", "readiness", "liveness")] == [
        {
            "httpGet": {"path": "/health", "port": 8000},
            "periodSeconds": 10,
            "timeoutSeconds": 5,
            "failureThreshold": 120,
        },
        {"httpGet": {"path": "/health", "port": 8000}, "periodSeconds": 5, "timeoutSeconds": 5, "failureThreshold": 3},
        {"tcpSocket": {"port": 8000}, "periodSeconds": 20, "timeoutSeconds": 5, "failureThreshold": 6},
    ]


def test_the_pod_goes_to_its_pool_and_nowhere_else() -> None:
    spec = pod(service())["spec"]
    assert spec["nodeSelector"] == {"hanzo.ai/pool": "l40s"}
    assert spec["tolerations"] == [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}]


def test_secrets_are_files_and_a_variable_says_where() -> None:
    record = service(plan.SERVICE, plan.DATABASE_BINDING)
    assert container(record)["env"] == [
        {"name": "DATABASE_NAME", "value": "app"},
        {"name": "DATABASE_URL_FILE", "value": "/run/secrets/hanzo/DATABASE_URL"},
        {"name": "LOG_LEVEL", "value": "info"},
    ]
    source = {"secret": {"name": "web-db", "items": [{"key": "DATABASE_URL", "path": "DATABASE_URL"}]}}
    assert pod(record)["spec"]["volumes"] == [
        {"name": "tmp", "emptyDir": {"sizeLimit": "256Mi"}},
        {"name": "secrets", "projected": {"defaultMode": 0o440, "sources": [source]}},
    ]
    assert container(record)["volumeMounts"] == [
        {"name": "tmp", "mountPath": "/tmp"},
        {"name": "secrets", "mountPath": "/run/secrets/hanzo", "readOnly": True},
    ]


def test_secrets_are_variables_where_the_plan_says_so() -> None:
    record = service(replace(plan.SERVICE, secret_files=False), plan.DATABASE_BINDING)
    assert container(record)["env"] == [
        {"name": "DATABASE_NAME", "value": "app"},
        {"name": "LOG_LEVEL", "value": "info"},
        {"name": "DATABASE_URL", "valueFrom": {"secretKeyRef": {"name": "web-db", "key": "DATABASE_URL"}}},
    ]
    assert pod(record)["spec"]["volumes"] == [{"name": "tmp", "emptyDir": {"sizeLimit": "256Mi"}}]


def test_an_llm_gateway_of_two_replicas_has_six_objects() -> None:
    assert kinds(run(lambda: LlmGateway("x", {"spec": plan.LLM_GATEWAY, "labels": PART_OF}))) == [
        ("ConfigMap", "x-config"),
        ("Deployment", "x"),
        ("PodDisruptionBudget", "x-disruption-budget"),
        ("Secret", "x-key"),
        ("Service", "x-service"),
        ("ServiceAccount", "x-account"),
    ]


def test_a_single_gateway_has_no_disruption_budget() -> None:
    record = run(lambda: LlmGateway("x", {"spec": replace(plan.LLM_GATEWAY, replicas=1)}))
    assert record.of("PodDisruptionBudget") == []


def test_the_gateways_key_is_drawn_once_and_kept() -> None:
    record = run(lambda: LlmGateway("x", {"spec": plan.LLM_GATEWAY}).api_key)
    secret = record.named("Secret", "x-key")
    assert secret.ignore_changes == ("data",)
    stored = secret.inputs["data"]["secret"]["LITELLM_MASTER_KEY"]
    assert (record.value, record.is_secret) == (base64.b64decode(stored).decode(), True)
    assert record.value.startswith("sk-")
    assert len(record.value) == len("sk-") + 43


def test_two_gateways_do_not_share_a_key() -> None:
    first, second = (
        run(lambda: LlmGateway("x", {"spec": plan.LLM_GATEWAY})).named("Secret", "x-key").inputs for _ in range(2)
    )
    assert first["data"] != second["data"]


def test_provider_keys_come_from_the_operators_secret_alone() -> None:
    record = run(lambda: LlmGateway("x", {"spec": plan.LLM_GATEWAY}))
    assert container(record)["envFrom"] == [{"secretRef": {"name": "llm-provider-keys", "optional": True}}]


def test_a_changed_configuration_starts_new_pods() -> None:
    first, second = (
        pod(run(lambda config=config: LlmGateway("x", {"spec": replace(plan.LLM_GATEWAY, config=config)})))
        for config in ("model_list: []\n", "model_list: [x]\n")
    )
    assert first["metadata"]["annotations"] == {"hanzo.ai/config-sha256": "383e57317bf395f5"}
    assert second["metadata"]["annotations"] != first["metadata"]["annotations"]


def test_a_gateway_waits_for_its_address() -> None:
    args: Any = {"spec": plan.GATEWAY, "route_namespaces": ["rag"], "labels": PART_OF}
    record = run(lambda: Gateway("x", args).address)
    (gateway,) = [r for r in record.of("Gateway") if r.type.startswith("kubernetes:")]
    assert gateway.inputs == {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": {
            "name": "rag",
            "namespace": "rag",
            "labels": labels("rag", "gateway"),
            "annotations": FORCE | {"pulumi.com/waitFor": "jsonpath={.status.addresses[0].value}"},
        },
        "spec": {
            "gatewayClassName": "cilium",
            "listeners": [
                {
                    "name": "http",
                    "port": 80,
                    "protocol": "HTTP",
                    "allowedRoutes": {
                        "namespaces": {
                            "from": "Selector",
                            "selector": {
                                "matchExpressions": [
                                    {"key": "kubernetes.io/metadata.name", "operator": "In", "values": ["rag"]}
                                ]
                            },
                        }
                    },
                }
            ],
        },
    }
    assert (record.value, record.is_secret) == ("203.0.113.7", False)


def test_a_listener_with_a_certificate_ends_tls() -> None:
    listener = replace(plan.GATEWAY.listeners[0], protocol="HTTPS", port=443, hostname="a.example", tls_secret="cert")
    spec = replace(plan.GATEWAY, listeners=(listener,))
    record = run(lambda: Gateway("x", {"spec": spec, "route_namespaces": ["rag"]}))
    (gateway,) = [r for r in record.of("Gateway") if r.type.startswith("kubernetes:")]
    (made,) = gateway.inputs["spec"]["listeners"]
    assert (made["hostname"], made["tls"]) == (
        "a.example",
        {"mode": "Terminate", "certificateRefs": [{"group": "", "kind": "Secret", "name": "cert"}]},
    )


def test_a_route() -> None:
    args: Any = {
        "spec": replace(plan.ROUTE, hostnames=("rag.example",)),
        "gateway_namespace": "rag",
        "labels": PART_OF,
    }
    (route,) = run(lambda: Route("x", args)).of("HTTPRoute")
    assert route.inputs == {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": "web", "namespace": "rag", "labels": labels("web", "route"), "annotations": FORCE},
        "spec": {
            "parentRefs": [{"name": "rag", "namespace": "rag"}],
            "hostnames": ["rag.example"],
            "rules": [
                {
                    "matches": [{"path": {"type": "PathPrefix", "value": "/"}}],
                    "backendRefs": [{"name": "web", "port": 8000}],
                    "timeouts": {"request": "0s"},
                }
            ],
        },
    }
