"""R: what the application stands on besides the ground: pools with a seat for each service, databases, gateways."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from hanzo_iac.catalogue import Catalogue
from hanzo_iac.model.application import Application, Service
from hanzo_iac.model.resources import (
    CpuPool,
    FileShare,
    GpuPool,
    LlmGateway,
    ObjectStore,
    Postgres,
    Valkey,
    VectorStore,
)
from hanzo_iac.plan.buckets import plan_bucket, with_subscription
from hanzo_iac.plan.configuration import Arrow, users_of
from hanzo_iac.plan.cpu_pools import SHARED, Demand, cpu_seat, demand, plan_cpu_pool, plan_shared_pool
from hanzo_iac.plan.file_shares import plan_file_share
from hanzo_iac.plan.findings import Findings
from hanzo_iac.plan.gpu_pools import Planner, Tenant, gpu_seat
from hanzo_iac.plan.ground import SYSTEM, Ground
from hanzo_iac.plan.llm import check_room, plan_llm_gateway
from hanzo_iac.plan.postgres import plan_postgres
from hanzo_iac.plan.qdrant import RESOURCES as QDRANT_RESOURCES
from hanzo_iac.plan.qdrant import plan_qdrant
from hanzo_iac.plan.scaling import Bounds
from hanzo_iac.plan.seat import Seat
from hanzo_iac.plan.spec import (
    BucketSpec,
    CpuPoolSpec,
    FileShareSpec,
    GpuPoolSpec,
    LlmGatewaySpec,
    PostgresSpec,
    QdrantSpec,
    ValkeySpec,
    VectorStoreSpec,
    WeaviateSpec,
)
from hanzo_iac.plan.valkey import plan_valkey
from hanzo_iac.plan.vector_stores import plan_vector_postgres, plan_vector_store
from hanzo_iac.plan.weaviate import plan_weaviate


@dataclass(frozen=True, kw_only=True)
class Pools:
    """The node pools."""

    cpu: dict[str, CpuPoolSpec] = field(default_factory=dict)
    gpu: dict[str, GpuPoolSpec] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Supplies:
    """What services are bound to."""

    postgres: dict[str, PostgresSpec] = field(default_factory=dict)
    valkey: dict[str, ValkeySpec] = field(default_factory=dict)
    vector_stores: dict[str, VectorStoreSpec] = field(default_factory=dict)
    qdrants: dict[str, QdrantSpec] = field(default_factory=dict)
    weaviates: dict[str, WeaviateSpec] = field(default_factory=dict)
    buckets: dict[str, BucketSpec] = field(default_factory=dict)
    file_shares: dict[str, FileShareSpec] = field(default_factory=dict)
    llm_gateways: dict[str, LlmGatewaySpec] = field(default_factory=dict)


def plan_pools(application: Application, bounds: Mapping[str, Bounds], ground: Ground, findings: Findings) -> Pools:
    """Pools the user wrote, one for each other service with GPUs, and one for all the rest. Faults are gathered."""
    pools = Pools()
    planner = Planner(ground=ground, findings=findings)
    for key, resource in application.resources.items():
        on_it = {name: service for name, service in application.services.items() if service.pool == key}
        with findings.gathering():
            if isinstance(resource, GpuPool):
                pools.gpu[key] = planner.written_pool(key, resource, [_tenant(n, s, bounds) for n, s in on_it.items()])
            elif isinstance(resource, CpuPool):
                tenants = [(name, service, bounds[name]) for name, service in on_it.items()]
                pools.cpu[key] = plan_cpu_pool(key, resource, tenants, ground)
    plain: list[Demand] = []
    for key, service in application.services.items():
        if service.pool is None and service.gpu is not None:
            with findings.gathering():
                pools.gpu[key] = planner.own_pool(service, _tenant(key, service, bounds))
        elif service.pool is None:
            plain.append(demand(key, service, bounds[key]))
    plain.extend(_inside(application))
    _keep_free(SYSTEM, pools, findings)
    if plain:
        with findings.gathering():
            _keep_free(SHARED, pools, findings)
            pools.cpu[SHARED] = plan_shared_pool(plain, ground)
    return pools


def _keep_free(key: str, pools: Pools, findings: Findings) -> None:
    """A fault when a pool has the key that the plan gives to one of its own. (Services and resources share no name.)"""
    taken = pools.gpu.get(key) or pools.cpu.get(key)
    if taken is not None:
        findings.fault(taken.because, f"{key} is what the plan calls a pool of its own", "choose another name")


def plan_seats(application: Application, pools: Pools, catalogue: Catalogue) -> dict[str, Seat]:
    """Service -> where in the pools it runs. There must be all pools."""
    return {key: _seat(key, service, pools, catalogue) for key, service in application.services.items()}


def plan_resources(
    application: Application,
    arrows: Mapping[str, tuple[Arrow, ...]],
    pools: Pools,
    ground: Ground,
    findings: Findings,
) -> Supplies:
    """Databases, caches, stores, LLM gateways; what needs a pool that is not there is left out. Faults are gathered."""
    supplies = Supplies()
    for key, resource in application.resources.items():
        users = users_of(key, application, arrows)
        with findings.gathering():
            if isinstance(resource, Postgres):
                supplies.postgres[key] = plan_postgres(key, resource, users, ground, findings)
            elif isinstance(resource, Valkey):
                supplies.valkey[key] = plan_valkey(key, resource, ground, findings)
            elif isinstance(resource, ObjectStore):
                supplies.buckets[key] = plan_bucket(key, resource, users, ground)
            elif isinstance(resource, FileShare):
                supplies.file_shares[key] = plan_file_share(key, resource, ground, findings)
            elif isinstance(resource, LlmGateway):
                supplies.llm_gateways[key] = plan_llm_gateway(key, resource, ground, findings)
            elif isinstance(resource, VectorStore):
                _plan_vectors(key, resource, supplies, (users, pools), ground)
    check_room(supplies.llm_gateways, ground, findings)
    supplies.buckets.update(with_subscription(supplies.buckets, ground.catalogue))
    return supplies


def _plan_vectors(
    key: str, store: VectorStore, supplies: Supplies, of: tuple[tuple[str, ...], Pools], ground: Ground
) -> None:
    users, pools = of
    if store.engine == "qdrant" and SHARED in pools.cpu:
        seat = cpu_seat(SHARED, pools.cpu[SHARED], ground.catalogue)
        supplies.qdrants[key] = plan_qdrant(key, store, seat, ground)
    elif store.engine == "weaviate":
        supplies.weaviates[key] = plan_weaviate(key, store, ground)
    elif store.engine == "pgvector":
        if store.database is None:
            supplies.postgres[key] = plan_vector_postgres(key, store, users, ground)
        supplies.vector_stores[key] = plan_vector_store(key, store, users, ground)


def _inside(application: Application) -> Iterator[Demand]:
    """What runs in the cluster beside the services: a Qdrant for each store that wants one."""
    for key, resource in application.resources.items():
        if isinstance(resource, VectorStore) and resource.engine == "qdrant":
            asked = QDRANT_RESOURCES
            yield Demand(
                where=f"resources/{key}", cpu_m=asked.cpu_request_m, memory_mib=asked.memory_mib, low=1, high=1
            )


def _tenant(key: str, service: Service, bounds: Mapping[str, Bounds]) -> Tenant:
    return Tenant(key=key, gpus=service.gpus, bounds=bounds[key])


def _seat(key: str, service: Service, pools: Pools, catalogue: Catalogue) -> Seat:
    pool = service.pool or (key if service.gpu is not None else SHARED)
    if pool in pools.gpu:
        return gpu_seat(pool, pools.gpu[pool], service.gpus, catalogue)
    return cpu_seat(pool, pools.cpu[pool], catalogue)
