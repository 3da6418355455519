from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_cases import planned

from hanzo_iac.plan.scaling import Bounds
from hanzo_iac.plan.spec import ImageSpec, PodResourcesSpec, ProbeSpec, ServiceSpec
from hanzo_iac.plan.workloads import max_unavailable


def test_a_web_service_is_fully_decided():
    assert planned({"services/web/command": ["serve"], "services/web/health": {"path": "/ready"}}).services == {
        "web": ServiceSpec(
            name="web",
            namespace="shop-test",
            kind="web",
            workload="web",
            schedule="",
            tries=0,
            image=ImageSpec(reference="ghcr.io/acme/shop:1.4.2", digest="", built_from=""),
            command=("serve",),
            port=8080,
            replicas_min=1,
            replicas_max=1,
            max_surge=0,
            max_unavailable=1,
            start_timeout_s=600,
            resources=PodResourcesSpec(
                cpu_request_m=250,
                cpu_limit_m=500,
                memory_mib=512,
                ephemeral_storage_mib=1024,
                gpu_resource="",
                gpus=0,
            ),
            pool="shared",
            node_selector={"hanzo.ai/pool": "shared"},
            toleration_keys=(),
            environment={"PORT": "8080"},
            mounts=(),
            secret_files=True,
            startup_probe=ProbeSpec(path="/ready", port=8080, period_s=5, timeout_s=5, failure_threshold=60),
            readiness_probe=ProbeSpec(path="/ready", port=8080, period_s=5, timeout_s=5, failure_threshold=3),
            liveness_probe=ProbeSpec(path="", port=8080, period_s=20, timeout_s=5, failure_threshold=6),
            pre_stop_sleep_s=15,
            grace_period_s=60,
            labels={
                "app.kubernetes.io/part-of": "shop",
                "app.kubernetes.io/instance": "shop-test",
                "hanzo.ai/environment": "test",
            },
            pod_labels={"hanzo.ai/service": "web"},
            because="services/web",
        )
    }


def test_a_worker_has_no_port_and_no_probe():
    worker = planned({"services/mail": {"image": "x/mail:1", "kind": "worker"}}).services["mail"]
    assert (worker.kind, worker.port, worker.environment) == ("worker", 0, {})
    assert (worker.startup_probe, worker.readiness_probe, worker.liveness_probe) == (None, None, None)


def test_what_is_written_wins():
    web = planned(
        {
            "services/web/cpu": 2,
            "services/web/memory": "3GB",
            "services/web/inject": "env",
            "services/web/env": {"PORT": "1"},
        }
    ).services["web"]
    assert (web.resources.cpu_request_m, web.resources.cpu_limit_m, web.resources.memory_mib) == (2000, 4000, 3072)
    assert (web.secret_files, web.environment) == (False, {"PORT": "1"})


SHARES = [
    ({"gpu": "l40s"}, (3800, 7600, 43 * 1024, 1)),
    ({"gpu": "h100", "gpus": 2}, (19950, 39900, 351 * 1024, 2)),
    ({"gpu": "h100", "gpus": 8}, (79800, 159600, 1406 * 1024, 8)),
    ({"gpu": "h100", "cpu": 4, "memory": "100GB"}, (4000, 8000, 100 * 1024, 1)),
]


@pytest.mark.parametrize(("service", "expected"), SHARES)
def test_a_pod_with_gpus_takes_its_share_of_the_node(service, expected):
    got = planned({f"services/web/{key}": value for key, value in service.items()}).services["web"].resources
    assert (got.cpu_request_m, got.cpu_limit_m, got.memory_mib, got.gpus) == expected


def test_a_service_with_gpus_has_longer_to_start_and_to_end():
    web = planned({"services/web/gpu": "l40s"}).services["web"]
    assert web.startup_probe.period_s * web.startup_probe.failure_threshold == 20 * 60
    assert web.grace_period_s == 600


def test_the_grace_period_is_longer_than_the_wait_before_it():
    for service in planned({"services/api": {"image": "x/api:1", "port": 1, "gpu": "h100"}}).services.values():
        assert service.grace_period_s > service.pre_stop_sleep_s


def test_a_built_service_runs_an_image_of_the_stacks_own_registry():
    plan = planned({"services/web": {"build": "./web", "port": 8080}})
    assert plan.services["web"].image == ImageSpec(
        reference="registry.digitalocean.com/shop-test/web:test", digest="", built_from="./web"
    )
    assert (plan.registry.name, plan.registry.region, plan.registry.tier) == ("shop-test", "nyc3", "basic")
    assert [notice.where for notice in plan.notices] == ["services/web/build"]


def test_without_a_build_there_is_no_registry():
    assert planned().registry is None


def test_the_environment_caps_replicas_and_says_so():
    plan = planned({"services/web/replicas": {"min": 3, "max": 9}}, {"max_replicas": 2})
    assert (plan.services["web"].replicas_min, plan.services["web"].replicas_max) == (2, 2)
    assert [(notice.where, notice.what) for notice in plan.notices] == [
        ("services/web/replicas/max", "9 replicas are written, test allows 2")
    ]


def test_an_update_takes_a_pod_away_first_only_where_its_successor_has_no_room():
    def update(low, high):
        spec = planned({"services/web/replicas": {"min": low, "max": high}}).services["web"]
        return spec.max_surge, spec.max_unavailable

    assert [update(*bounds) for bounds in ((1, 1), (3, 3), (1, 2), (1, 3), (1, 8), (0, 1))] == [
        (0, 1),
        (0, 1),
        (1, "50%"),
        (1, "34%"),
        (1, "13%"),
        (1, "100%"),
    ]


@given(low=st.integers(0, 40), more=st.integers(1, 40))
def test_at_the_most_replicas_an_update_never_waits_for_room(low, more):
    high = low + more
    percent = int(str(max_unavailable(Bounds(low, high))).rstrip("%"))
    assert high * percent // 100 >= 1
    assert (high - 1) * percent // 100 in {0, 1}


def test_a_deployment_waits_for_a_node_and_every_try_of_the_startup_probe():
    assert [
        planned({"services/web/gpu": gpu} if gpu else {}).services["web"].start_timeout_s for gpu in ("", "l40s")
    ] == [300 + 60 * 5, 900 + 240 * 5]


def test_the_command_that_is_told_is_quoted_and_whole():
    build = {"context": "my app; rm", "dockerfile": "docker/web", "args": {"MODE": "a b"}}
    (notice,) = planned({"services/web": {"build": build, "port": 1}}).notices
    assert notice.hint == (
        "push it after the registry is there: docker build -t registry.digitalocean.com/shop-test/web:test "
        "-f 'my app; rm/docker/web' --build-arg 'MODE=a b' 'my app; rm' "
        "&& docker push registry.digitalocean.com/shop-test/web:test"
    )


def test_an_environment_names_its_registry():
    plan = planned({"services/web": {"build": ".", "port": 1}}, {"registry": "acme-images"})
    assert (plan.registry.name, plan.services["web"].image.reference) == (
        "acme-images",
        "registry.digitalocean.com/acme-images/web:test",
    )


def test_more_built_services_than_the_registry_has_room_for_are_said():
    services = {f"services/s{n}": {"build": f"./{n}", "kind": "worker"} for n in range(6)}
    said = [one.what for one in planned(services).notices if "repositories" in one.what]
    assert said == ["6 services are built, the registry's basic tier has room for 5 repositories"]
