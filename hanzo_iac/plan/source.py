"""S: what is run. A service that is built runs an image from the stack's own registry."""

from __future__ import annotations

import shlex

from hanzo_iac.model.application import Application, Build, Git, Service
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


def is_built(service: Service) -> bool:
    """Whether its image must be made first."""
    return service.build is not None or service.git is not None


def registry_name(ground: Ground) -> str:
    """What the registry is called: what the environment says, else the stack."""
    return ground.environment.registry or ground.stack


def plan_registry(application: Application, ground: Ground, findings: Findings) -> RegistrySpec | None:
    """The registry for the images that are built; None when every service runs an image that exists."""
    built = [key for key, service in application.services.items() if is_built(service)]
    if not built:
        return None
    if len(built) > REPOSITORIES:
        findings.notice(
            _because(built[REPOSITORIES], application),
            f"{len(built)} services are built, the registry's {TIER} tier has room for {REPOSITORIES} repositories",
            "DigitalOcean refuses to take the image of the next one until the tier is raised",
        )
    region = ground.catalogue.region(ground.environment.region)
    because = _because(built[0], application)
    return RegistrySpec(
        name=registry_name(ground),
        region=region.slug
        if region.registry
        else next(r.slug for r in ground.catalogue.regions.values() if r.registry),
        tier=TIER,
        protect=ground.environment.protect,
        cost=(priced(ground.catalogue.price(f"registry-{TIER}"), 1, because=because),),
        because=because,
    )


def _because(key: str, application: Application) -> str:
    return f"services/{key}/{'build' if application.services[key].build else 'git'}"


def plan_image(key: str, service: Service, ground: Ground, findings: Findings) -> ImageSpec:
    """The image a service runs, by exact tag."""
    source = service.build or service.git
    if source is None:
        return ImageSpec(reference=service.image or "", digest="", built_from="")
    repository = f"{REGISTRY_HOST}/{registry_name(ground)}/{physical_name(key)}"
    reference = f"{repository}:{ground.environment.name}"
    findings.notice(
        f"services/{key}/{'build' if service.build else 'git'}",
        f"the image is not built by this version; the service runs {reference}",
        f"push it after the registry is there: {build_command(source, reference)} && docker push {reference}",
    )
    return ImageSpec(reference=reference, digest="", built_from=built_from(source))


def built_from(source: Build | Git) -> str:
    """
    What an image is made from, as `docker build` takes it.

    >>> built_from(Git(url="https://github.com/acme/app.git", ref="v1", path="web"))
    'https://github.com/acme/app.git#v1:web'
    """
    if isinstance(source, Build):
        return source.context
    return f"{source.url}#{source.ref}" + (f":{source.path}" if source.path != "." else "")


def build_command(source: Build | Git, reference: str) -> str:
    """
    The command that makes the image, quoted for a shell.

    >>> build_command(Build(context="my app", args={"A": "1"}), "x:1")
    "docker build -t x:1 --build-arg A=1 'my app'"
    """
    file, args = [], []
    if isinstance(source, Build):
        file = ["-f", f"{source.context}/{source.dockerfile}"] if source.dockerfile else []
        args = [word for name, value in source.args.items() for word in ("--build-arg", f"{name}={value}")]
    return shlex.join(["docker", "build", "-t", reference, *file, *args, built_from(source)])
