"""R: what the application stands on besides the ground: pools with a seat for each service, databases, gateways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hanzo_iac.catalogue import Catalogue
from hanzo_iac.model.application import Application, Service
from hanzo_iac.model.resources import CpuPool, GpuPool, LlmGateway, Postgres, Valkey, VectorStore
from hanzo_iac.plan.configuration import Arrow, users_of
from hanzo_iac.plan.cpu_pools import SHARED, cpu_seat, plan_cpu_pool, plan_shared_pool
from hanzo_iac.plan.findings import Findings
from hanzo_iac.plan.gpu_pools import Planner, Tenant, gpu_seat
from hanzo_iac.plan.ground import SYSTEM, Ground
from hanzo_iac.plan.llm import check_room, plan_llm_gateway
from hanzo_iac.plan.postgres import plan_postgres
from hanzo_iac.plan.scaling import Bounds
from hanzo_iac.plan.seat import Seat
from hanzo_iac.plan.spec import (
    CpuPoolSpec,
    GpuPoolSpec,
    LlmGatewaySpec,
    PostgresSpec,
    ValkeySpec,
    VectorStoreSpec,
)
from hanzo_iac.plan.valkey import plan_valkey
from hanzo_iac.plan.vector_stores import plan_vector_postgres, plan_vector_store


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
    llm_gateways: dict[str, LlmGatewaySpec] = field(default_factory=dict)


def plan_pools(
    application: Application, bounds: Mapping[str, Bounds], ground: Ground, catalogue: Catalogue, findings: Findings
) -> Pools:
    """Pools the user wrote, one for each other service with GPUs, and one for all the rest. Faults are gathered."""
    pools = Pools()
    planner = Planner(ground=ground, catalogue=catalogue, findings=findings)
    for key, resource in application.resources.items():
        on_it = {name: service for name, service in application.services.items() if service.pool == key}
        with findings.gathering():
            if isinstance(resource, GpuPool):
                pools.gpu[key] = planner.written_pool(key, resource, [_tenant(n, s, bounds) for n, s in on_it.items()])
            elif isinstance(resource, CpuPool):
                tenants = [(name, service, bounds[name]) for name, service in on_it.items()]
                pools.cpu[key] = plan_cpu_pool(key, resource, tenants, ground, catalogue)
    plain: dict[str, Service] = {}
    for key, service in application.services.items():
        if service.pool is None and service.gpu is not None:
            with findings.gathering():
                pools.gpu[key] = planner.own_pool(service, _tenant(key, service, bounds))
        elif service.pool is None:
            plain[key] = service
    _keep_free(SYSTEM, pools, findings)
    if plain:
        with findings.gathering():
            _keep_free(SHARED, pools, findings)
            pools.cpu[SHARED] = plan_shared_pool(plain, bounds, ground, catalogue)
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
    ground: Ground,
    catalogue: Catalogue,
    findings: Findings,
) -> Supplies:
    """Databases, caches, vector stores and LLM gateways. Faults are gathered."""
    supplies = Supplies()
    for key, resource in application.resources.items():
        with findings.gathering():
            if isinstance(resource, Postgres):
                supplies.postgres[key] = plan_postgres(key, resource, ground, catalogue, findings)
            elif isinstance(resource, Valkey):
                supplies.valkey[key] = plan_valkey(key, resource, ground, catalogue, findings)
            elif isinstance(resource, VectorStore):
                users = users_of(key, arrows)
                supplies.postgres[key] = plan_vector_postgres(key, resource, users, ground, catalogue)
                supplies.vector_stores[key] = plan_vector_store(key, resource, users, ground)
            elif isinstance(resource, LlmGateway):
                supplies.llm_gateways[key] = plan_llm_gateway(key, resource, ground, catalogue, findings)
    check_room(supplies.llm_gateways, ground, catalogue, findings)
    return supplies


def _tenant(key: str, service: Service, bounds: Mapping[str, Bounds]) -> Tenant:
    return Tenant(key=key, gpus=service.gpus, bounds=bounds[key])


def _seat(key: str, service: Service, pools: Pools, catalogue: Catalogue) -> Seat:
    pool = service.pool or (key if service.gpu is not None else SHARED)
    if pool in pools.gpu:
        return gpu_seat(pool, pools.gpu[pool], service.gpus, catalogue)
    return cpu_seat(pool, pools.cpu[pool], catalogue)
