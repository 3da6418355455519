"""S: what is run. A service that is built runs an image from the stack's own registry."""

from __future__ import annotations

from hanzo_iac.catalogue import Catalogue
from hanzo_iac.model.application import Application, Service
from hanzo_iac.names import physical_name
from hanzo_iac.plan.findings import Findings
from hanzo_iac.plan.ground import Ground
from hanzo_iac.plan.priced import priced
from hanzo_iac.plan.spec import ImageSpec, RegistrySpec

REGISTRY_HOST = "registry.digitalocean.com"
TIER = "basic"
# The cheapest tier with more than one repository: each service that is built has one. Own knowledge, 2026-11.


def plan_registry(application: Application, ground: Ground, catalogue: Catalogue) -> RegistrySpec | None:
    """The registry for the images that are built; None when every service runs an image that exists."""
    built = [key for key, service in application.services.items() if service.build is not None]
    if not built:
        return None
    region = catalogue.region(ground.environment.region)
    because = f"services/{built[0]}/build"
    return RegistrySpec(
        name=ground.stack,
        region=region.slug if region.registry else next(r.slug for r in catalogue.regions.values() if r.registry),
        tier=TIER,
        cost=(priced(catalogue.price(f"registry-{TIER}"), 1, because=because),),
        because=because,
    )


def plan_image(key: str, service: Service, ground: Ground, findings: Findings) -> ImageSpec:
    """The image a service runs, by exact tag."""
    if service.build is None:
        return ImageSpec(reference=service.image or "", digest="", built_from="")
    repository = f"{REGISTRY_HOST}/{ground.stack}/{physical_name(key)}"
    reference = f"{repository}:{ground.environment.name}"
    findings.notice(
        f"services/{key}/build",
        f"the image is not built by this version; the service runs {reference}",
        f"push it after the registry is there: docker build -t {reference} {service.build.context} "
        f"&& docker push {reference}",
    )
    return ImageSpec(reference=reference, digest="", built_from=service.build.context)
