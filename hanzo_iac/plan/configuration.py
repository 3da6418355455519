"""
C: what each service is told. A binding is one service and one resource it uses: the variables and the flow together.

The first resource of a kind that a service uses has the plain variable (`DATABASE_URL`), further ones put their key
before it (`ARCHIVE_DATABASE_URL`). First is what stands first in `uses`, else under `resources`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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


def service_urls(key: str, application: Application) -> dict[str, str]:
    """Variable -> address, for each service that the service uses. What it writes itself under `env` wins."""
    return {variable: f"http://{used}:{port}" for variable, used, port in _calls(key, application)}


def check_variables(key: str, application: Application, own: tuple[Arrow, ...], findings: Findings) -> None:
    """A fault for each variable that would be set twice; a notice where it is not plain whose a variable is."""
    service = application.services[key]
    setter = {variable: f"services/{used}" for variable, used, _ in _calls(key, application)}
    for arrow in own:
        resource = f"resources/{arrow.resource}"
        for variable in variables_of(arrow, secret_files=service.inject == "file"):
            other = setter.setdefault(variable, resource)
            if other != resource:
                what = f"{variable} is set by {other} too"
                findings.fault(f"services/{key}/uses/{arrow.resource}", what, "rename one of them")
            for part in ("env", "secrets"):
                if variable in getattr(service, part):
                    findings.fault(
                        f"services/{key}/{part}/{variable}",
                        f"the binding to {resource} sets it too",
                        f"remove it, or leave {arrow.resource} out of services/{key}/uses",
                    )
    if service.uses is None:
        _say_which_is_first(key, own, findings)


def variables_of(arrow: Arrow, *, secret_files: bool) -> tuple[str, ...]:
    """Every variable the binding of an arrow sets, and the names of those it sets as files only."""
    names = [arrow.prefix + variable for variable in (*PLAIN_BY_KIND.get(arrow.kind, ()), *SECRET_BY_KIND[arrow.kind])]
    files = [f"{arrow.prefix}{variable}_FILE" for variable in SECRET_BY_KIND[arrow.kind] if secret_files]
    return (*names, *files)


def _calls(key: str, application: Application) -> Iterator[tuple[str, str, int]]:
    """(variable, service, port) of each service with a port that the service uses."""
    for used in application.services[key].uses or ():
        other = application.services.get(used)
        if other is not None and other.port:
            yield f"{variable_name(used)}_URL", used, other.port


def _say_which_is_first(key: str, own: tuple[Arrow, ...], findings: Findings) -> None:
    for arrow in own:
        if arrow.prefix:
            first = next(one for one in own if one.kind == arrow.kind)
            variable = next(iter(SECRET_BY_KIND[arrow.kind]))
            findings.notice(
                f"services/{key}/uses",
                f"{variable} is that of {first.resource}, which stands first; that of {arrow.resource} is "
                f"{arrow.prefix}{variable}",
                f"uses: [{', '.join(one.resource for one in own)}] holds this order whatever comes under resources",
            )


def _arrows_of(key: str, service: Service, application: Application) -> tuple[Arrow, ...]:
    used = application.resources if service.uses is None else service.uses
    found: list[Arrow] = []
    for resource in (name for name in used if name in application.resources):
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
