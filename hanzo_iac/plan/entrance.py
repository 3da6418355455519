"""C: the public entrance, one Gateway for the stack and a route for each web service."""

from __future__ import annotations

from collections.abc import Mapping

from hanzo_iac.model.application import Application, Service
from hanzo_iac.names import physical_name
from hanzo_iac.plan import network
from hanzo_iac.plan.findings import Findings
from hanzo_iac.plan.ground import Ground
from hanzo_iac.plan.priced import priced
from hanzo_iac.plan.spec import GatewaySpec, ListenerSpec, NetworkPolicySpec, RouteSpec

NAME = "public"

NO_TIMEOUT = "0s"
# A request timeout bounds the whole answer, and answers of models stream for minutes.


def plan_gateway(application: Application, ground: Ground, findings: Findings) -> GatewaySpec | None:
    """The gateway; None when no service is public."""
    public = public_services(application)
    _say_what_is_private(application, public, findings)
    if not public:
        return None
    first = next(iter(public))
    if any(_hostnames(service, ground) for service in public.values()):
        findings.notice(
            "environment/domain" if ground.environment.domain else f"services/{first}/domains",
            "this version makes no certificate: the entrance speaks HTTP on port 80 only",
            "put a proxy that ends TLS before it until then",
        )
    because = f"services/{first}/port"
    return GatewaySpec(
        name=NAME,
        namespace=ground.stack,
        gateway_class=ground.environment.gateway_class,
        listeners=(ListenerSpec(name="http", port=80, protocol="HTTP", hostname="", tls_secret=""),),
        cost=(priced(ground.catalogue.price("lb-regional-network"), 1, because=because),),
        because=because,
    )


def plan_routes(application: Application, ground: Ground) -> dict[str, RouteSpec]:
    """Service -> its route. Without domains of its own the first web service has the path `/`, another `/<service>`."""
    first = next(iter(_web_services(application)), "")
    return {
        key: RouteSpec(
            name=physical_name(key),
            namespace=ground.stack,
            gateway=NAME,
            hostnames=_hostnames(service, ground),
            path_prefix="/" if service.domains or key == first else f"/{key}",
            service=key,
            port=service.port or 0,
            request_timeout=NO_TIMEOUT,
            because=f"services/{key}/domains" if service.domains else f"services/{key}/port",
        )
        for key, service in public_services(application).items()
    }


def flows_from_gateway(application: Application, ground: Ground) -> tuple[NetworkPolicySpec, ...]:
    """The flow from the gateway's pods to each web service."""
    return tuple(
        network.flow(
            network.Opening(name=f"{key}-from-gateway", port=service.port or 0, because=f"services/{key}/port"),
            network.pods(ground.stack, network.pods_of(key)),
            "Ingress",
            network.public_gateway(ground.environment.gateway_class),
        )
        for key, service in public_services(application).items()
    )


def public_services(application: Application) -> Mapping[str, Service]:
    """
    The services that anybody may reach: with domains, told to be public, or the first of all that have a port.

    By place and not by what else is public, so that a word at one service says nothing about another.
    """
    web = _web_services(application)
    first = next(iter(web), "")
    return {key: service for key, service in web.items() if _is_public(service, is_first=key == first)}


def _say_what_is_private(application: Application, public: Mapping[str, Service], findings: Findings) -> None:
    called = {used for service in application.services.values() for used in service.uses or ()}
    for key, service in _web_services(application).items():
        if key not in public and key not in called and service.public is None:
            findings.notice(
                f"services/{key}/public",
                "nobody reaches it: the public entrance leads elsewhere, and no service uses it",
                f"write public: true, or uses: [{key}] at the service that calls it",
            )


def _is_public(service: Service, *, is_first: bool) -> bool:
    return service.public if service.public is not None else bool(service.domains) or is_first


def _web_services(application: Application) -> Mapping[str, Service]:
    return {key: service for key, service in application.services.items() if service.kind == "web" and service.port}


def _hostnames(service: Service, ground: Ground) -> tuple[str, ...]:
    if service.domains:
        return tuple(service.domains)
    domain = ground.environment.domain
    return (f"{ground.application}.{domain}",) if domain else ()
