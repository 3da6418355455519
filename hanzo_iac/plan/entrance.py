"""C: the public entrance, one Gateway for the stack and a route for each web service."""

from __future__ import annotations

from collections.abc import Mapping

from hanzo_iac.catalogue import Catalogue
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


def plan_gateway(
    application: Application, ground: Ground, catalogue: Catalogue, findings: Findings
) -> GatewaySpec | None:
    """The gateway; None when no service is public."""
    public = web_services(application)
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
        cost=(priced(catalogue.price("lb-regional-network"), 1, because=because),),
        because=because,
    )


def plan_routes(application: Application, ground: Ground) -> dict[str, RouteSpec]:
    """
    Service -> its route. Without domains of its own the first service has the path `/`, each other one `/<service>`.

    By place and not by what is free, so that a domain given to one service moves no other.
    """
    return {
        key: RouteSpec(
            name=physical_name(key),
            namespace=ground.stack,
            gateway=NAME,
            hostnames=_hostnames(service, ground),
            path_prefix="/" if service.domains or place == 0 else f"/{key}",
            service=key,
            port=service.port or 0,
            request_timeout=NO_TIMEOUT,
            because=f"services/{key}/domains" if service.domains else f"services/{key}/port",
        )
        for place, (key, service) in enumerate(web_services(application).items())
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
        for key, service in web_services(application).items()
    )


def web_services(application: Application) -> Mapping[str, Service]:
    """The services with a public port."""
    return {key: service for key, service in application.services.items() if service.kind == "web" and service.port}


def _hostnames(service: Service, ground: Ground) -> tuple[str, ...]:
    if service.domains:
        return tuple(service.domains)
    domain = ground.environment.domain
    return (f"{ground.application}.{domain}",) if domain else ()
