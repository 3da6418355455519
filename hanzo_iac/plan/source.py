"""S: what is run. A service that is built runs an image from the stack's own registry."""

from __future__ import annotations

import shlex

from hanzo_iac.catalogue import Catalogue
from hanzo_iac.model.application import Application, Build, Service
from hanzo_iac.names import physical_name
from hanzo_iac.plan.findings import Findings
from hanzo_iac.plan.ground import Ground
from hanzo_iac.plan.priced import priced
from hanzo_iac.plan.spec import ImageSpec, RegistrySpec

REGISTRY_HOST = "registry.digitalocean.com"
TIER = "basic"
REPOSITORIES = 5
# The cheapest tier with more than one repository: each service that is built has one. Source: the example of
# GET /v2/registry/options in DigitalOcean's OpenAPI, 2026-08.


def registry_name(ground: Ground) -> str:
    """What the registry is called: what the environment says, else the stack."""
    return ground.environment.registry or ground.stack


def plan_registry(
    application: Application, ground: Ground, catalogue: Catalogue, findings: Findings
) -> RegistrySpec | None:
    """The registry for the images that are built; None when every service runs an image that exists."""
    built = [key for key, service in application.services.items() if service.build is not None]
    if not built:
        return None
    if len(built) > REPOSITORIES:
        findings.notice(
            f"services/{built[REPOSITORIES]}/build",
            f"{len(built)} services are built, the registry's {TIER} tier has room for {REPOSITORIES} repositories",
            "DigitalOcean refuses to take the image of the next one until the tier is raised",
        )
    region = catalogue.region(ground.environment.region)
    because = f"services/{built[0]}/build"
    return RegistrySpec(
        name=registry_name(ground),
        region=region.slug if region.registry else next(r.slug for r in catalogue.regions.values() if r.registry),
        tier=TIER,
        protect=ground.environment.protect,
        cost=(priced(catalogue.price(f"registry-{TIER}"), 1, because=because),),
        because=because,
    )


def plan_image(key: str, service: Service, ground: Ground, findings: Findings) -> ImageSpec:
    """The image a service runs, by exact tag."""
    if service.build is None:
        return ImageSpec(reference=service.image or "", digest="", built_from="")
    repository = f"{REGISTRY_HOST}/{registry_name(ground)}/{physical_name(key)}"
    reference = f"{repository}:{ground.environment.name}"
    findings.notice(
        f"services/{key}/build",
        f"the image is not built by this version; the service runs {reference}",
        f"push it after the registry is there: {build_command(service.build, reference)} && docker push {reference}",
    )
    return ImageSpec(reference=reference, digest="", built_from=service.build.context)


def build_command(build: Build, reference: str) -> str:
    """
    The command that makes the image, quoted for a shell.

    >>> build_command(Build(context="my app", args={"A": "1"}), "x:1")
    "docker build -t x:1 --build-arg A=1 'my app'"
    """
    file = ["-f", f"{build.context}/{build.dockerfile}"] if build.dockerfile else []
    args = [word for name, value in build.args.items() for word in ("--build-arg", f"{name}={value}")]
    return shlex.join(["docker", "build", "-t", reference, *file, *args, build.context])
