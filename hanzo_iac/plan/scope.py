"""What this version deploys. Everything else of the model is refused here, plainly, before anything is planned."""

from __future__ import annotations

from collections.abc import Iterator

from hanzo_iac.errors import Fault
from hanzo_iac.model.application import Application, Service
from hanzo_iac.model.resources import ObjectStore, VectorStore

LATER = "leave it out for now: a later version deploys it"


def not_deployable(application: Application) -> Iterator[Fault]:
    """A fault for each part of the application that is modelled and not deployed yet."""
    for key, service in application.services.items():
        yield from _of_service(f"services/{key}", service)
    for key, resource in application.resources.items():
        if isinstance(resource, ObjectStore):
            yield Fault(f"resources/{key}", "object storage is not deployable yet", LATER)
        elif isinstance(resource, VectorStore) and resource.engine != "pgvector":
            yield Fault(
                f"resources/{key}/engine",
                f"{resource.engine} is not deployable yet",
                "write engine: pgvector, which is",
            )


def _of_service(where: str, service: Service) -> Iterator[Fault]:
    if service.kind not in {"web", "worker"}:
        yield Fault(
            f"{where}/kind", f"services of kind {service.kind} are not deployable yet", "web and worker services are"
        )
    if service.git is not None:
        yield Fault(
            f"{where}/git", "building from a Git repository is not deployable yet", "write build: . or image: <image>"
        )
    if service.secrets:
        yield Fault(
            f"{where}/secrets",
            "secrets of your own are not deployable yet",
            "bindings to resources bring their own secrets; " + LATER,
        )
