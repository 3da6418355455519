"""
C: what each service is told. A binding is one service and one resource it uses: the variables and the flow together.

The first resource of a kind that a service uses has the plain variable (`DATABASE_URL`), further ones put their key
before it (`ARCHIVE_DATABASE_URL`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hanzo_iac.model.application import Application, Service
from hanzo_iac.model.resources import LlmGateway, Postgres, Valkey, VectorStore
from hanzo_iac.names import physical_name, secret_name, variable_name
from hanzo_iac.plan import llm, network, postgres, valkey
from hanzo_iac.plan.findings import Findings
from hanzo_iac.plan.ground import Ground
from hanzo_iac.plan.spec import BindingSpec, NetworkPolicySpec
from hanzo_iac.plan.vector_stores import ADMIN

KINDS: tuple[tuple[type, str], ...] = (
    (Postgres, "postgres"),
    (VectorStore, "vector"),
    (Valkey, "cache"),
    (LlmGateway, "llm"),
)
PLAIN_BY_KIND = {"llm": ("OPENAI_BASE_URL",)}
SECRET_BY_KIND = {
    "postgres": {"DATABASE_URL": "url"},
    "vector": {"VECTOR_DB_URL": "url"},
    "cache": {"REDIS_URL": "url"},
    "llm": {"OPENAI_API_KEY": "api_key"},
}
DATABASE_PORTS = {"postgres": postgres.PORT, "vector": postgres.PORT, "cache": valkey.PORT}


@dataclass(frozen=True)
class Arrow:
    """A service, a resource it uses, the resource's kind, and what stands before its variables."""

    service: str
    resource: str
    kind: str
    prefix: str


def arrows(application: Application) -> dict[str, tuple[Arrow, ...]]:
    """Service -> the arrows from it, in the order resources are written."""
    return {key: _arrows_of(key, service, application) for key, service in application.services.items()}


def users_of(resource: str, every: Mapping[str, tuple[Arrow, ...]]) -> tuple[str, ...]:
    """The database users of a resource: one for each service that uses it."""
    return tuple(
        postgres.sql_name(arrow.service) for own in every.values() for arrow in own if arrow.resource == resource
    )


def plan_binding(arrow: Arrow, ground: Ground) -> BindingSpec:
    """The binding of one arrow."""
    value = {"OPENAI_BASE_URL": llm.base_url(arrow.resource, ground)} if arrow.kind == "llm" else {}
    database = postgres.sql_name(arrow.resource) if arrow.kind in {"postgres", "vector"} else ""
    user = {"postgres": ADMIN, "vector": postgres.sql_name(arrow.service)}.get(arrow.kind, "")
    name = physical_name(arrow.service, arrow.resource)
    return BindingSpec(
        name=name,
        service=arrow.service,
        resource=arrow.resource,
        resource_kind=arrow.kind,
        variables={arrow.prefix + variable: text for variable, text in value.items()},
        secrets={arrow.prefix + variable: text for variable, text in SECRET_BY_KIND[arrow.kind].items()},
        database=database,
        user=user,
        secret_name=secret_name(arrow.service, arrow.resource),
        namespace=ground.stack,
        policies=_flows(name, arrow, ground),
        because=f"services/{arrow.service}/uses/{arrow.resource}",
    )


def check_variables(key: str, service: Service, own: tuple[Arrow, ...], findings: Findings) -> None:
    """A fault for each variable that is both written and bound."""
    for arrow in own:
        for variable in (*PLAIN_BY_KIND.get(arrow.kind, ()), *SECRET_BY_KIND[arrow.kind]):
            if arrow.prefix + variable in service.env:
                findings.fault(
                    f"services/{key}/env/{arrow.prefix}{variable}",
                    f"the binding to resources/{arrow.resource} sets it too",
                    f"remove it, or leave {arrow.resource} out of services/{key}/uses",
                )


def _arrows_of(key: str, service: Service, application: Application) -> tuple[Arrow, ...]:
    used = application.resources if service.uses is None else service.uses
    found: list[Arrow] = []
    for resource in (name for name in application.resources if name in used):
        kind = next((word for of, word in KINDS if isinstance(application.resources[resource], of)), None)
        if kind is not None:
            first = all(arrow.kind != kind for arrow in found)
            found.append(Arrow(key, resource, kind, "" if first else f"{variable_name(resource)}_"))
    return tuple(found)


def _flows(name: str, arrow: Arrow, ground: Ground) -> tuple[NetworkPolicySpec, ...]:
    client = network.pods(ground.stack, network.pods_of(arrow.service))
    because = f"services/{arrow.service}/uses/{arrow.resource}"
    if arrow.kind == "llm":
        home = llm.gateway_namespace(arrow.resource, ground)
        server = network.pods(home, network.pods_of(arrow.resource))
        return network.pair(network.Opening(name=name, port=llm.PORT, because=because), client, server)
    # A managed database has no pods: its addresses are somewhere in the private network.
    opening = network.Opening(name=f"{name}-egress", port=DATABASE_PORTS[arrow.kind], because=because)
    return (network.flow(opening, client, "Egress", network.addresses(ground.environment.ip_range)),)
