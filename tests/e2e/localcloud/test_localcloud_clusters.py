"""A DOKS cluster of the account is a real control plane with nodes that come and go as on DigitalOcean."""

from __future__ import annotations

import os
import signal

import psycopg
import pytest
from localcloud_account import GPU_POOL, SYSTEM_POOL, Kubernetes, until

from hanzo_iac.localcloud.places import Places
from hanzo_iac.localcloud.processes import records

pytestmark = pytest.mark.cluster

GATEWAYS = "/apis/gateway.networking.k8s.io/v1"


def _pod(name: str, *, gpus: int = 0, **spec) -> dict:
    resources = {"limits": {"nvidia.com/gpu": str(gpus)}} if gpus else {}
    tolerations = [{"key": "nvidia.com/gpu", "operator": "Exists"}] if gpus else []
    container = {"name": "main", "image": "app", "resources": resources}
    return {"metadata": {"name": name}, "spec": {"containers": [container], "tolerations": tolerations, **spec}}


def _conditions(conditions: list[dict]) -> dict[str, str]:
    return {one["type"]: one["status"] for one in conditions}


def _nodes(kubernetes: Kubernetes, pool: str) -> list[dict]:
    selector = f"labelSelector=doks.digitalocean.com/node-pool={pool}"
    return kubernetes.call("GET", f"/api/v1/nodes?{selector}")["items"]


def test_the_version_is_the_one_asked_for(kubernetes):
    assert kubernetes.call("GET", "/version")["gitVersion"] == "v1.36.1"


def test_without_a_certificate_nothing_is_allowed(kubernetes):
    kubernetes._session.cert, kept = None, kubernetes._session.cert
    kubernetes._session.close()
    try:
        assert kubernetes.answer("GET", "/api/v1/secrets").status_code == 403
    finally:
        kubernetes._session.cert = kept
        kubernetes._session.close()


def test_a_node_of_the_system_pool_looks_as_on_doks(kubernetes):
    pool = kubernetes.pool("system")
    node = until(lambda: _nodes(kubernetes, "system"))[0]
    labels = node["metadata"]["labels"]
    (shown,) = pool["nodes"]
    assert {key: value for key, value in labels.items() if "digitalocean" in key} == {
        "doks.digitalocean.com/managed": "true",
        "doks.digitalocean.com/node-id": shown["id"],
        "doks.digitalocean.com/node-pool": "system",
        "doks.digitalocean.com/node-pool-id": pool["id"],
        "doks.digitalocean.com/version": "1.36.1-do.0",
    }
    assert node["metadata"]["name"] == shown["name"]
    assert labels["node.kubernetes.io/instance-type"] == "s-2vcpu-4gb"
    assert labels["topology.kubernetes.io/region"] == "nyc3"
    assert node["status"]["capacity"]["memory"] == "4Gi"
    until(lambda: "taints" not in _nodes(kubernetes, "system")[0]["spec"])


def test_a_gpu_pool_scales_from_zero_for_a_pod_and_back_when_it_is_gone(kubernetes):
    where = kubernetes.namespace("from-zero")
    assert kubernetes.pool("gpu")["count"] == 0

    kubernetes.call("POST", f"/api/v1/{where}/pods", _pod("infer", gpus=1))
    running = until(lambda: _running(kubernetes, where, "infer"))
    (node,) = _nodes(kubernetes, "gpu")
    assert running["spec"]["nodeName"] == node["metadata"]["name"]
    assert node["spec"]["taints"] == [{"key": "nvidia.com/gpu", "effect": "NoSchedule"}]
    assert node["metadata"]["labels"]["doks.digitalocean.com/gpu-brand"] == "nvidia"
    assert node["metadata"]["labels"]["doks.digitalocean.com/gpu-model"] == "l40s"
    assert node["status"]["allocatable"]["nvidia.com/gpu"] == "1"
    assert kubernetes.pool("gpu")["count"] == 1

    kubernetes.call("DELETE", f"/api/v1/{where}/pods/infer")
    until(lambda: not _nodes(kubernetes, "gpu"))
    assert kubernetes.pool("gpu")["count"] == 0


def test_a_pool_does_not_grow_past_its_maximum(kubernetes):
    where = kubernetes.namespace("past-maximum")
    for number in range(3):
        kubernetes.call("POST", f"/api/v1/{where}/pods", _pod(f"infer-{number}", gpus=1))
    until(lambda: sum(bool(_running(kubernetes, where, f"infer-{number}")) for number in range(3)) == 2)
    assert kubernetes.pool("gpu")["count"] == GPU_POOL["max_nodes"]
    kubernetes.call("DELETE", f"/api/v1/{where}/pods")
    until(lambda: kubernetes.pool("gpu")["count"] == 0)


def test_a_pool_grows_and_shrinks_as_asked(kubernetes):
    pools = f"/v2/kubernetes/clusters/{kubernetes.id}/node_pools"
    body = {"name": "cpu", "size": "s-4vcpu-8gb", "count": 2, "labels": {"tier": "web"}}
    body["taints"] = [{"key": "only", "value": "web", "effect": "NoSchedule"}]
    made = kubernetes.account.call("POST", pools, body)["node_pool"]
    nodes = until(lambda: (found := _nodes(kubernetes, "cpu")) and len(found) == 2 and found)
    assert {node["metadata"]["labels"]["tier"] for node in nodes} == {"web"}
    # A node that is not ready yet has a taint more.
    until(lambda: [node["spec"].get("taints") for node in _nodes(kubernetes, "cpu")] == [body["taints"]] * 2)

    change = {"name": "cpu", "count": 1, "labels": {"tier": "batch"}, "taints": []}
    kubernetes.account.call("PUT", f"{pools}/{made['id']}", change)
    until(lambda: [node["metadata"]["labels"]["tier"] for node in _nodes(kubernetes, "cpu")] == ["batch"])
    until(lambda: "taints" not in _nodes(kubernetes, "cpu")[0]["spec"])

    (node,) = _nodes(kubernetes, "cpu")
    kubernetes.account.call("PUT", f"{pools}/{made['id']}", change | {"name": "batch"})
    renamed = until(lambda: _nodes(kubernetes, "batch"))
    assert [one["metadata"]["uid"] for one in renamed] == [node["metadata"]["uid"]]

    kubernetes.account.call("DELETE", f"{pools}/{made['id']}")
    until(lambda: not _nodes(kubernetes, "batch"))


def test_a_load_balancer_service_gets_an_address_and_loses_it(kubernetes):
    where = kubernetes.namespace("balanced")
    spec = {"type": "LoadBalancer", "ports": [{"port": 80}]}
    kubernetes.call("POST", f"/api/v1/{where}/services", {"metadata": {"name": "web"}, "spec": spec})
    path = f"/api/v1/{where}/services/web"
    (entry,) = until(lambda: kubernetes.call("GET", path)["status"]["loadBalancer"].get("ingress"))
    assert entry["ip"].startswith("127.")
    kubernetes.call("PATCH", path, {"spec": {"type": "ClusterIP"}}, "merge-patch+json")
    until(lambda: "ingress" not in kubernetes.call("GET", path)["status"]["loadBalancer"])


def test_a_gateway_gets_an_address_and_its_route_is_accepted_once_its_service_is_there(kubernetes):
    where = kubernetes.namespace("entrance")
    listener = {"name": "http", "port": 80, "protocol": "HTTP"}
    gateway = {"gatewayClassName": "cilium", "listeners": [listener]}
    _make(kubernetes, where, "Gateway", {"metadata": {"name": "door"}, "spec": gateway})
    rule = {"backendRefs": [{"name": "web", "port": 80}]}
    route = {"parentRefs": [{"name": "door"}], "rules": [rule]}
    _make(kubernetes, where, "HTTPRoute", {"metadata": {"name": "web"}, "spec": route})

    def parent() -> dict | None:
        parents = kubernetes.call("GET", f"{GATEWAYS}/{where}/httproutes/web").get("status", {}).get("parents")
        return _conditions(parents[0]["conditions"]) if parents else None

    until(lambda: parent() == {"Accepted": "True", "ResolvedRefs": "False"})
    kubernetes.call(
        "POST", f"/api/v1/{where}/services", {"metadata": {"name": "web"}, "spec": {"ports": [{"port": 80}]}}
    )
    until(lambda: parent() == {"Accepted": "True", "ResolvedRefs": "True"})
    status = kubernetes.call("GET", f"{GATEWAYS}/{where}/gateways/door")["status"]
    assert _conditions(status["conditions"]) == {"Accepted": "True", "Programmed": "True"}
    assert [address["value"][:4] for address in status["addresses"]] == ["127."]
    assert [(one["name"], one["attachedRoutes"]) for one in status["listeners"]] == [("http", 1)]


def test_the_real_schema_refuses_a_route_that_is_wrong(kubernetes):
    where = kubernetes.namespace("wrong-route")
    body = {"kind": "HTTPRoute", "apiVersion": "gateway.networking.k8s.io/v1", "metadata": {"name": "wrong"}}
    body["spec"] = {"rules": [{"backendRefs": [{"name": "web"}]}]}
    answer = kubernetes.answer("POST", f"{GATEWAYS}/{where}/httproutes", body)
    assert answer.status_code == 422
    assert "Must have port for Service reference" in answer.json()["message"]


def test_a_deployment_becomes_available_and_a_job_completes(kubernetes):
    where = kubernetes.namespace("workloads")
    labels = {"app": "web"}
    template = {"metadata": {"labels": labels}, "spec": _pod("web")["spec"]}
    spec = {"replicas": 3, "selector": {"matchLabels": labels}, "template": template}
    kubernetes.call("POST", f"/apis/apps/v1/{where}/deployments", {"metadata": {"name": "web"}, "spec": spec})
    job = {"template": {"spec": _pod("once", restartPolicy="Never")["spec"]}}
    kubernetes.call("POST", f"/apis/batch/v1/{where}/jobs", {"metadata": {"name": "once"}, "spec": job})
    path = f"/apis/apps/v1/{where}/deployments/web"
    until(lambda: kubernetes.call("GET", path)["status"].get("availableReplicas") == 3)
    until(lambda: kubernetes.call("GET", f"/apis/batch/v1/{where}/jobs/once")["status"].get("succeeded") == 1)


def test_the_sql_of_a_job_is_executed_on_the_real_database(kubernetes):
    database = kubernetes.account.database("vectors")
    url = database["connection"]["uri"]
    where = kubernetes.namespace("sql")
    script = "CREATE EXTENSION IF NOT EXISTS vector;\nCREATE TABLE chunks (embedding vector(3));"
    job = _sql_job(kubernetes, where, "setup", url, script)
    until(lambda: kubernetes.call("GET", job)["status"].get("succeeded") == 1)
    with psycopg.connect(url) as link:
        link.execute("INSERT INTO chunks VALUES ('[1,2,3]')")
        assert link.execute("SELECT embedding <-> '[1,2,4]' FROM chunks").fetchone() == (1.0,)


def test_a_job_whose_sql_fails_fails_and_says_why(kubernetes):
    database = kubernetes.account.database("faulty")
    where = kubernetes.namespace("sql-fails")
    job = _sql_job(kubernetes, where, "setup", database["connection"]["uri"], "SELECT * FROM nowhere;")
    until(lambda: kubernetes.call("GET", job)["status"].get("failed") == 1)
    (pod,) = kubernetes.call("GET", f"/api/v1/{where}/pods")["items"]
    ended = pod["status"]["containerStatuses"][0]["state"]["terminated"]
    assert (ended["exitCode"], ended["reason"]) == (1, "Error")
    assert 'relation "nowhere" does not exist' in ended["message"]


def _sql_job(kubernetes: Kubernetes, where: str, name: str, url: str, script: str) -> str:
    """The path of a Job of the shape that the components make."""
    kubernetes.call("POST", f"/api/v1/{where}/configmaps", {"metadata": {"name": name}, "data": {"setup.sql": script}})
    kubernetes.call(
        "POST", f"/api/v1/{where}/secrets", {"metadata": {"name": name}, "stringData": {"DATABASE_URL": url}}
    )
    reference = {"secretKeyRef": {"name": name, "key": "DATABASE_URL"}}
    container = {"name": "psql", "image": "postgres", "env": [{"name": "DATABASE_URL", "valueFrom": reference}]}
    container["volumeMounts"] = [{"name": "sql", "mountPath": "/sql"}]
    volumes = [{"name": "sql", "configMap": {"name": name}}]
    spec = {"restartPolicy": "Never", "containers": [container], "volumes": volumes}
    template = {"metadata": {"labels": {"local.hanzo.ai/executes": "sql"}}, "spec": spec}
    job = {"metadata": {"name": name}, "spec": {"backoffLimit": 0, "template": template}}
    kubernetes.call("POST", f"/apis/batch/v1/{where}/jobs", job)
    return f"/apis/batch/v1/{where}/jobs/{name}"


@pytest.mark.parametrize("program", ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok"])
def test_a_killed_part_of_the_control_plane_is_started_again_with_its_data(kubernetes, program):
    where = kubernetes.namespace(f"killed-{program}")
    kubernetes.call("POST", f"/api/v1/{where}/configmaps", {"metadata": {"name": "kept"}, "data": {"a": "1"}})
    name = f"cluster-{kubernetes.id[:8]}-{program}"
    before = _pid(name)
    os.kill(before, signal.SIGKILL)
    until(lambda: _pid(name) not in (None, before))
    until(lambda: _serves(kubernetes))
    assert kubernetes.call("GET", f"/api/v1/{where}/configmaps/kept")["data"] == {"a": "1"}
    kubernetes.call("POST", f"/api/v1/{where}/pods", _pod("after"))
    until(lambda: _running(kubernetes, where, "after"))


def test_a_second_cluster_stands_beside_the_first_and_goes_without_a_trace(kubernetes, tmp_path):
    account = kubernetes.account
    other = Kubernetes(account, account.cluster("beside", SYSTEM_POOL), tmp_path)
    assert other.url != kubernetes.url
    other.namespace("only-there")
    assert kubernetes.answer("GET", "/api/v1/namespaces/only-there").status_code == 404

    account.call("DELETE", f"/v2/kubernetes/clusters/{other.id}")
    until(lambda: not (Places.here().clusters / other.id).exists())
    assert [record.name for record in records(Places.here()) if other.id[:8] in record.name] == []
    assert _serves(kubernetes)


def _pid(name: str) -> int | None:
    return next((record.pid for record in records(Places.here()) if record.name == name and record.alive), None)


def _serves(kubernetes: Kubernetes) -> bool:
    try:
        return kubernetes.answer("GET", "/readyz").ok
    except OSError:
        return False


def _running(kubernetes: Kubernetes, where: str, name: str) -> dict | None:
    pod = kubernetes.call("GET", f"/api/v1/{where}/pods/{name}")
    return pod if pod["status"]["phase"] == "Running" else None


def _make(kubernetes: Kubernetes, where: str, kind: str, body: dict) -> None:
    words = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": kind}
    kubernetes.call("POST", f"{GATEWAYS}/{where}/{kind.lower()}s", {**words, **body})
