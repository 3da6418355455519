"""The whole mapping from (application, environment, catalogue) to a plan: one line for each step, in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hanzo_iac.catalogue import Catalogue
from hanzo_iac.model.application import Application
from hanzo_iac.model.environment import Environment
from hanzo_iac.plan.ceiling import check_ceilings, plan_budget
from hanzo_iac.plan.collisions import check_names
from hanzo_iac.plan.configuration import Arrow, arrows, check_variables, plan_binding, service_urls, shares_used
from hanzo_iac.plan.entrance import plan_gateway, plan_routes
from hanzo_iac.plan.findings import Findings
from hanzo_iac.plan.ground import Ground, plan_environment
from hanzo_iac.plan.namespaces import plan_namespaces
from hanzo_iac.plan.resources import plan_pools, plan_resources, plan_seats
from hanzo_iac.plan.scaling import Bounds, plan_scaling
from hanzo_iac.plan.scope import not_deployable
from hanzo_iac.plan.seat import Seat
from hanzo_iac.plan.source import plan_image, plan_registry
from hanzo_iac.plan.spec import BindingSpec, Plan, ServiceSpec
from hanzo_iac.plan.workloads import Setting, plan_workload


def plan(application: Application, environment: Environment, catalogue: Catalogue | None = None) -> Plan:
    """
    Everything that will exist for the application in the environment. Pure: same arguments, same plan.

    Raises:
        InputError: something cannot be planned or passes a ceiling; every fault that could be found.
    """
    catalogue = catalogue or Catalogue.shipped()
    findings = Findings()
    findings.faults.extend(not_deployable(application))
    findings.settle()
    ground = plan_environment(application, environment, catalogue, findings)
    bound = {key: plan_scaling(key, of, environment, findings) for key, of in application.services.items()}
    arrow = arrows(application)
    for key in application.services:
        check_variables(key, application, arrow[key], findings)
    pools = plan_pools(application, bound, ground, findings)
    supplies = plan_resources(application, arrow, pools, ground, findings)
    findings.settle()
    seats = plan_seats(application, pools, catalogue)
    services = _plan_services(application, bound, seats, ground, findings)
    gateway = plan_gateway(application, ground, findings)
    planned = Plan(
        application=application.name,
        environment=environment.name,
        region=environment.region,
        labels=ground.labels,
        project=ground.project,
        tag=ground.tag,
        vpc=ground.vpc,
        cluster=ground.cluster,
        cpu_pools=pools.cpu,
        gpu_pools=pools.gpu,
        registry=plan_registry(application, ground, findings),
        postgres=supplies.postgres,
        valkey=supplies.valkey,
        vector_stores=supplies.vector_stores,
        qdrants=supplies.qdrants,
        weaviates=supplies.weaviates,
        buckets=supplies.buckets,
        file_shares=supplies.file_shares,
        namespaces=plan_namespaces(application, supplies, services, ground),
        llm_gateways=supplies.llm_gateways,
        services=services,
        bindings=_plan_bindings(arrow, application, ground, findings),
        gateway=gateway,
        routes=plan_routes(application, ground) if gateway else {},
        budget=plan_budget(application, environment, tuple(supplies.llm_gateways.values())),
        notices=(),
    )
    check_names(planned, findings)
    check_ceilings(planned, findings)
    findings.settle()
    return replace(planned, notices=tuple(findings.notices))


def _plan_services(
    application: Application,
    bounds: Mapping[str, Bounds],
    seats: Mapping[str, Seat],
    ground: Ground,
    findings: Findings,
) -> dict[str, ServiceSpec]:
    services: dict[str, ServiceSpec] = {}
    for key, service in application.services.items():
        setting = Setting(
            image=plan_image(key, service, ground, findings),
            seat=seats[key],
            bounds=bounds[key],
            urls=service_urls(key, application),
            mounts=shares_used(key, application),
        )
        with findings.gathering():
            services[key] = plan_workload(key, service, setting, ground)
    return services


def _plan_bindings(
    arrow: Mapping[str, tuple[Arrow, ...]], application: Application, ground: Ground, findings: Findings
) -> dict[str, BindingSpec]:
    bindings: dict[str, BindingSpec] = {}
    for one in (one for own in arrow.values() for one in own):
        binding = plan_binding(one, application, ground)
        other = bindings.setdefault(binding.name, binding)
        if other is not binding:
            findings.fault(
                binding.because,
                f"{binding.name} would be the name of this binding and of {other.because}",
                f"rename the service {one.service} or the resource {one.resource}",
            )
    return bindings
