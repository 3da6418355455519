"""S, R, C and E meet: the services themselves."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from hanzo_iac.model.application import Application, Service
from hanzo_iac.names import physical_name
from hanzo_iac.plan import network
from hanzo_iac.plan.ground import Ground
from hanzo_iac.plan.scaling import Bounds
from hanzo_iac.plan.seat import Seat, pod_resources
from hanzo_iac.plan.spec import ImageSpec, MountSpec, NetworkPolicySpec, ProbeSpec, ServiceSpec
from hanzo_iac.record import Record

PRE_STOP_S = 15
# Time for every proxy to stop sending before the program is told to stop. Measured by KServe and llm-d alike.

GRACE_S = 60
GPU_GRACE_S = 600
# More than PRE_STOP_S plus the longest answer: a model may write one for minutes.

RUNS_AND_ENDS = ("job", "cron")
JOB_TRIES = 3
# Of a job, with Kubernetes' doubling delay from 10 s between them. Arbitrary.

STARTUP_PERIOD_S = 5
STARTUP_TRIES = 60
GPU_STARTUP_TRIES = 240
# Five minutes, and twenty where weights are loaded and kernels compiled.

NODE_S = 300
GPU_NODE_S = 900
# Until a node that is ordered takes pods, its image pulled. Arbitrary: several times what is usual, so that what is
# late is broken.


class Setting(Record):
    """What was decided for a service before it."""

    image: ImageSpec
    seat: Seat
    bounds: Bounds
    urls: Mapping[str, str]
    """Variable -> address of each service it uses."""
    mounts: tuple[MountSpec, ...]
    """Shares it uses."""


def plan_workload(key: str, service: Service, setting: Setting, ground: Ground) -> ServiceSpec:
    """
    One service, fully decided.

    Raises:
        InputError: a pod asks for more than a node of its pool offers.
    """
    port, seat = service.port or 0, setting.seat
    tries = GPU_STARTUP_TRIES if seat.gpus else STARTUP_TRIES
    return ServiceSpec(
        name=key,
        namespace=ground.stack,
        kind=service.kind,
        workload=_workload_name(key, service, setting),
        schedule=service.schedule or "",
        tries=JOB_TRIES if service.kind in RUNS_AND_ENDS else 0,
        image=setting.image,
        command=tuple(service.command),
        port=port,
        replicas_min=setting.bounds.low,
        replicas_max=setting.bounds.high,
        max_surge=0 if setting.bounds.low == setting.bounds.high else 1,
        max_unavailable=max_unavailable(setting.bounds),
        start_timeout_s=(GPU_NODE_S if seat.gpus else NODE_S) + tries * STARTUP_PERIOD_S,
        resources=pod_resources(key, service, seat),
        pool=seat.pool,
        node_selector=seat.node_selector,
        toleration_keys=seat.toleration_keys,
        environment=_environment(service, port, setting.urls),
        mounts=setting.mounts,
        secret_files=service.inject == "file",
        startup_probe=_probe(service, port, period_s=STARTUP_PERIOD_S, failure_threshold=tries),
        readiness_probe=_probe(service, port, period_s=5, failure_threshold=3),
        liveness_probe=_liveness(port),
        pre_stop_sleep_s=PRE_STOP_S if port else 0,
        grace_period_s=GPU_GRACE_S if seat.gpus else GRACE_S,
        labels=ground.labels,
        pod_labels=network.pods_of(key),
        because=f"services/{key}",
    )


def _workload_name(key: str, service: Service, setting: Setting) -> str:
    """The service's key; of a job with a digest of what it runs, because a Job cannot be changed, only made anew."""
    if service.kind != "job":
        return key
    runs = (setting.image.reference, *service.command, *(f"{name}={value}" for name, value in service.env.items()))
    return physical_name(key, sha256("\0".join(runs).encode()).hexdigest()[:8])


def ways_out(application: Application, ground: Ground) -> network.WayOut:
    """The way of each service to the hosts it may reach."""
    return network.together(
        network.way_out(
            network.Opening(name=key, port=443, because=f"services/{key}/egress"),
            network.pods(ground.stack, network.pods_of(key)),
            service.egress,
            ground.environment,
        )
        for key, service in application.services.items()
    )


def max_unavailable(bounds: Bounds) -> int | str:
    """
    How many pods an update may take away before their successors run.

    A pool has no room for one pod more than the most replicas. So at that number one may go first, and with fewer, for
    whose successors there is room, none.

    >>> max_unavailable(Bounds(1, 8)), max_unavailable(Bounds(2, 2)), max_unavailable(Bounds(1, 1))
    ('13%', 1, 1)
    """
    return 1 if bounds.low == bounds.high else f"{-(-100 // bounds.high)}%"


def flows_between_services(application: Application, ground: Ground) -> tuple[NetworkPolicySpec, ...]:
    """The flow from each service to each service it uses."""
    return tuple(
        policy
        for key, service in application.services.items()
        for used in service.uses or ()
        if used in application.services and application.services[used].port
        for policy in network.pair(
            network.Opening(
                name=f"{key}-{used}",
                port=application.services[used].port or 0,
                because=f"services/{key}/uses/{used}",
            ),
            network.pods(ground.stack, network.pods_of(key)),
            network.pods(ground.stack, network.pods_of(used)),
        )
    )


def _environment(service: Service, port: int, urls: Mapping[str, str]) -> dict[str, str]:
    # PORT is what most web frameworks and buildpacks listen on when it is set. What the user wrote wins.
    told = {"PORT": str(port)} if port else {}
    return {**told, **urls, **service.env}


def _probe(service: Service, port: int, *, period_s: int, failure_threshold: int) -> ProbeSpec | None:
    """The written health path, else whether the port takes connections; a worker has none."""
    if not port:
        return None
    path = service.health.path if service.health else ""
    return ProbeSpec(path=path, port=port, period_s=period_s, timeout_s=5, failure_threshold=failure_threshold)


def _liveness(port: int) -> ProbeSpec | None:
    # TCP, and slower than readiness: a busy program is not a dead one, and a restart loses its warm model.
    return ProbeSpec(path="", port=port, period_s=20, timeout_s=5, failure_threshold=6) if port else None
