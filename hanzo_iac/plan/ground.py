"""The ground a stack stands on, all of the environment: project, tag, private network, cluster with its system pool."""

from __future__ import annotations

from hanzo_iac.catalogue import Catalogue
from hanzo_iac.model.application import Application
from hanzo_iac.model.environment import Environment
from hanzo_iac.names import physical_name
from hanzo_iac.plan.findings import Findings
from hanzo_iac.plan.priced import priced
from hanzo_iac.plan.spec import ClusterSpec, CostLine, ProjectSpec, SystemPoolSpec, TagSpec, VpcSpec
from hanzo_iac.record import Record

POOL_LABEL = "hanzo.ai/pool"
"""Node label that says which pool of the plan a node belongs to."""

SYSTEM = "system"
"""The cluster's own pool, by its name and by the value of the label above."""

VPC_DELETE_TIMEOUT = "20m"
# A VPC is refused deletion while members leave it; DigitalOcean's own provider (4.84) gives up after two minutes.

KUBECONFIG_EXPIRE_S = 7 * 24 * 3600
# DigitalOcean's default (its OpenAPI, 2026-08). Nothing of ours keeps a kubeconfig: programs ask for a fresh one.


class Ground(Record):
    """What every other planning function may read."""

    application: str
    environment: Environment
    catalogue: Catalogue
    stack: str
    """`<application>-<environment>`, whole if it fits: the namespace and the stem of names."""
    tags: tuple[str, ...]
    project: ProjectSpec
    tag: TagSpec
    vpc: VpcSpec
    cluster: ClusterSpec

    @property
    def labels(self) -> dict[str, str]:
        """Labels of every workload."""
        return {
            "app.kubernetes.io/part-of": self.application,
            "app.kubernetes.io/instance": self.stack,
            "hanzo.ai/environment": self.environment.name,
        }

    def name(self, key: str) -> str:
        """The physical name of a resource."""
        return physical_name(self.application, self.environment.name, key)


def plan_environment(
    application: Application, environment: Environment, catalogue: Catalogue, findings: Findings
) -> Ground:
    """The ground of one application in one environment."""
    stack = physical_name(application.name, environment.name)
    tag = TagSpec(name=f"hanzo-{stack}", because="environment/name")
    with findings.gathering():
        catalogue.region(environment.region, where="environment/region")
    builds = any(service.build or service.git for service in application.services.values())
    cluster = _cluster(stack, environment, catalogue, findings, registry=builds)
    findings.settle()
    return Ground(
        application=application.name,
        environment=environment,
        catalogue=catalogue,
        stack=stack,
        tags=(tag.name,),
        project=ProjectSpec(
            name=stack,
            description=f"{application.name} in {environment.name}, planned by hanzo",
            purpose="Web Application",
            environment=environment.digitalocean_environment,
            because="environment/name",
        ),
        tag=tag,
        vpc=VpcSpec(
            name=stack,
            region=environment.region,
            ip_range=environment.ip_range,
            delete_timeout=VPC_DELETE_TIMEOUT,
            because="environment/ip_range",
        ),
        cluster=cluster,
    )


def _cluster(
    stack: str, environment: Environment, catalogue: Catalogue, findings: Findings, *, registry: bool
) -> ClusterSpec:
    asked = environment.cluster
    version = asked.version or catalogue.default_kubernetes_version().slug
    if version not in catalogue.kubernetes_versions:
        findings.notice(
            "environment/cluster/version",
            f"{version} is not in the catalogue; DigitalOcean decides whether it exists",
            f"leave it out to take {catalogue.default_kubernetes_version().slug}",
        )
    return ClusterSpec(
        name=stack,
        region=environment.region,
        version=version,
        keep_version=asked.version is None,
        ha=asked.ha,
        # Upgrades are changes of the stack, made by who owns it: one that came by itself would look like a downgrade.
        auto_upgrade=False,
        surge_upgrade=True,
        cluster_subnet=environment.cluster_subnet,
        service_subnet=environment.service_subnet,
        system_pool=SystemPoolSpec(
            name=SYSTEM, size=asked.system_size, count=asked.system_count, labels={POOL_LABEL: SYSTEM}
        ),
        expanders=("priority", "least_waste"),
        kubeconfig_expire_s=KUBECONFIG_EXPIRE_S,
        registry_integration=registry,
        tags=(f"hanzo-{stack}",),
        protect=environment.protect,
        cost=_cluster_cost(environment, catalogue, findings),
        because="environment/cluster",
    )


def _cluster_cost(environment: Environment, catalogue: Catalogue, findings: Findings) -> tuple[CostLine, ...]:
    asked = environment.cluster
    plane = catalogue.price("doks-control-plane-ha" if asked.ha else "doks-control-plane")
    lines = [priced(plane, 1, because="environment/cluster/ha")]
    with findings.gathering():
        where = "environment/cluster/system_size"
        size = catalogue.size(asked.system_size, where=where)
        lines.append(priced(size.price, asked.system_count, because=where))
    return tuple(lines)
