"""
C: what each service is told. A binding is one service and one resource it uses: the variables and the flow together.

The first resource of a kind that a service uses has the plain variable (`DATABASE_URL`), further ones put their key
before it (`ARCHIVE_DATABASE_URL`). First is what stands first in `uses`, else under `resources`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hanzo_iac.model.application import Application, Service
from hanzo_iac.model.resources import FileShare, ObjectStore
from hanzo_iac.names import physical_name, secret_name, variable_name
from hanzo_iac.plan import buckets, llm, network, postgres, qdrant, valkey, weaviate
from hanzo_iac.plan.file_shares import mount
from hanzo_iac.plan.findings import Findings
from hanzo_iac.plan.ground import Ground
from hanzo_iac.plan.offers import OFFERS, Offer, kind_of
from hanzo_iac.plan.spec import BindingSpec, MountSpec, NetworkPolicySpec
from hanzo_iac.plan.vector_stores import ADMIN, holder_of

DATABASE_PORTS = {"postgres": postgres.PORT, "pgvector": postgres.PORT, "cache": valkey.PORT}


@dataclass(frozen=True)
class Arrow:
    """A service, a resource it uses, the resource's kind, and what stands before its variables."""

    service: str
    resource: str
    kind: str
    prefix: str

    @property
    def offer(self) -> Offer:
        """What the resource offers."""
        return OFFERS[self.kind]

    @property
    def because(self) -> str:
        """Where it comes from."""
        return f"services/{self.service}/uses/{self.resource}"


def arrows(application: Application) -> dict[str, tuple[Arrow, ...]]:
    """Service -> the arrows from it, in the order resources are written."""
    return {key: _arrows_of(key, service, application) for key, service in application.services.items()}


def users_of(resource: str, application: Application, every: Mapping[str, tuple[Arrow, ...]]) -> tuple[str, ...]:
    """
    Who has an account of its own with a resource: each service that uses it.

    With a PostgreSQL these are the services that use a vector store in it; the others connect as its admin yet.
    """
    used = [
        arrow.service
        for own in every.values()
        for arrow in own
        if arrow.kind != "postgres" and resource in {arrow.resource, holder_of(arrow.resource, application)}
    ]
    return tuple(dict.fromkeys(used))


def plan_binding(arrow: Arrow, application: Application, ground: Ground) -> BindingSpec:
    """The binding of one arrow."""
    service = application.services[arrow.service]
    name = physical_name(arrow.service, arrow.resource)
    plain = _plain(arrow, application, ground)
    secrets = arrow.offer.secrets_for(files=service.inject == "file")
    holder = holder_of(arrow.resource, application)
    out = _ways_out(name, arrow, application, ground)
    return BindingSpec(
        name=name,
        service=arrow.service,
        resource=arrow.resource,
        resource_kind=arrow.kind,
        variables={arrow.prefix + variable: plain[variable] for variable in arrow.offer.plain},
        secrets={arrow.prefix + variable: value for variable, value in secrets.items()},
        database=postgres.sql_name(holder) if arrow.kind in {"postgres", "pgvector"} else "",
        user={"postgres": ADMIN, "pgvector": postgres.sql_name(arrow.service)}.get(arrow.kind, ""),
        secret_name=secret_name(arrow.service, arrow.resource),
        namespace=ground.stack,
        policies=(*_flows(name, arrow, ground), *out.policies),
        egress=out.names,
        because=arrow.because,
    )


def _plain(arrow: Arrow, application: Application, ground: Ground) -> Mapping[str, str]:
    """Variable -> value, for what is known of the resource before it exists."""
    resource, key = application.resources[arrow.resource], arrow.resource
    if isinstance(resource, ObjectStore):
        region = buckets.bucket_region(ground)
        name = buckets.bucket_name(key, resource, ground)
        return {"S3_BUCKET": name, "AWS_ENDPOINT_URL_S3": buckets.endpoint(region), "AWS_REGION": region}
    if isinstance(resource, FileShare):
        return {"SHARE_PATH": resource.path}
    if arrow.kind == "qdrant":
        return dict.fromkeys(arrow.offer.plain, qdrant.url(key, ground))
    return {"OPENAI_BASE_URL": llm.base_url(key, ground)}


def service_urls(key: str, application: Application) -> dict[str, str]:
    """Variable -> address, for each service that the service uses. What it writes itself under `env` wins."""
    return {variable: f"http://{used}:{port}" for variable, used, port in _calls(key, application)}


def shares_used(key: str, application: Application) -> tuple[MountSpec, ...]:
    """The shares that a service mounts: those it uses."""
    used = application.services[key].uses
    return tuple(
        mount(name, resource)
        for name, resource in application.resources.items()
        if isinstance(resource, FileShare) and (used is None or name in used)
    )


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
    secrets = [arrow.prefix + variable for variable in arrow.offer.secrets_for(files=secret_files)]
    files = [f"{variable}_FILE" for variable in secrets if secret_files]
    return (*(arrow.prefix + variable for variable in arrow.offer.plain), *secrets, *files)


def _calls(key: str, application: Application) -> Iterator[tuple[str, str, int]]:
    """(variable, service, port) of each service with a port that the service uses."""
    for used in application.services[key].uses or ():
        other = application.services.get(used)
        if other is not None and other.port:
            yield f"{variable_name(used)}_URL", used, other.port


def _say_which_is_first(key: str, own: tuple[Arrow, ...], findings: Findings) -> None:
    for arrow in own:
        if arrow.prefix:
            first = next(one for one in own if _family(one.kind) == _family(arrow.kind))
            variable = next(iter((*first.offer.secrets, *first.offer.plain)))
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
        kind = kind_of(application.resources[resource])
        if kind is not None:
            first = all(_family(arrow.kind) != _family(kind) for arrow in found)
            found.append(Arrow(key, resource, kind, "" if first else f"{variable_name(resource)}_"))
    return tuple(found)


def _family(kind: str) -> str:
    return OFFERS[kind].family or kind


def _flows(name: str, arrow: Arrow, ground: Ground) -> tuple[NetworkPolicySpec, ...]:
    client = network.pods(ground.stack, network.pods_of(arrow.service))
    server_in, port = {
        "llm": (llm.gateway_namespace(arrow.resource, ground), llm.PORT),
        "qdrant": (ground.stack, qdrant.PORT),
    }.get(arrow.kind, ("", 0))
    if server_in:
        server = network.pods(server_in, network.pods_of(arrow.resource))
        return network.pair(network.Opening(name=name, port=port, because=arrow.because), client, server)
    if arrow.kind not in DATABASE_PORTS:
        return ()
    # A managed database has no pods: its addresses are somewhere in the private network.
    opening = network.Opening(name=f"{name}-egress", port=DATABASE_PORTS[arrow.kind], because=arrow.because)
    return (network.flow(opening, client, "Egress", network.addresses(ground.environment.ip_range)),)


def _ways_out(name: str, arrow: Arrow, application: Application, ground: Ground) -> network.WayOut:
    """The hosts on the internet by which the resource is reached."""
    resource, client = application.resources[arrow.resource], network.pods(ground.stack, network.pods_of(arrow.service))
    if isinstance(resource, ObjectStore):
        bucket = buckets.bucket_name(arrow.resource, resource, ground)
        opening = network.Opening(name=name, port=buckets.PORT, because=arrow.because)
        return network.way_out(
            opening, client, buckets.hosts(bucket, buckets.bucket_region(ground)), ground.environment
        )
    if arrow.kind == "weaviate":
        opening = network.Opening(name=name, port=weaviate.PORT, because=arrow.because)
        return network.way_out(opening, client, weaviate.HOSTS, ground.environment)
    return network.NO_WAY_OUT
