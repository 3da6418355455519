"""What this version deploys. What it does not yet is refused here, plainly, before anything is planned."""

from __future__ import annotations

from collections.abc import Iterator

from hanzo_iac.errors import Fault
from hanzo_iac.model.application import Application


def not_deployable(application: Application) -> Iterator[Fault]:
    """A fault for each part of the application that is modelled and not deployed yet."""
    for key, service in application.services.items():
        if service.secrets:
            yield Fault(
                f"services/{key}/secrets",
                "secrets of your own are not deployable yet",
                "bindings to resources bring their own secrets; leave it out for now: a later version deploys it",
            )
