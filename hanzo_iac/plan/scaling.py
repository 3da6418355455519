"""E: how many replicas of each service there may be in this environment."""

from __future__ import annotations

from dataclasses import dataclass

from hanzo_iac.model.application import Service
from hanzo_iac.model.environment import Environment
from hanzo_iac.plan.findings import Findings


@dataclass(frozen=True)
class Bounds:
    """Replicas at least and at most."""

    low: int
    high: int


def plan_scaling(key: str, service: Service, environment: Environment, findings: Findings) -> Bounds:
    """The written bounds, capped by the environment."""
    if service.kind in {"job", "cron"}:
        # Its pod is there while it runs.
        return Bounds(0, 1)
    written = service.replicas
    cap = environment.max_replicas
    bounds = Bounds(written.min, written.max)
    if cap is not None and written.max > cap:
        bounds = Bounds(min(written.min, cap), cap)
        findings.notice(
            f"services/{key}/replicas/max",
            f"{written.max} replicas are written, {environment.name} allows {cap}",
            "max_replicas of the environment is the cap",
        )
    if written.min == written.max and service.scaling is not None:
        findings.notice(
            f"services/{key}/scaling",
            f"says nothing where there are always {written.max} replicas",
            "write min and max",
        )
    if bounds.low < bounds.high:
        findings.notice(
            f"services/{key}/scaling",
            f"this version deploys no autoscaler that follows {_followed(service)}: each deployment that changes the "
            f"service sets {bounds.low} of {bounds.high} replicas",
            f"kubectl scale deployment/{key} --replicas=N scales it by hand until the next one",
        )
    if service.capacity == "spot":
        findings.notice(
            f"services/{key}/capacity",
            "DigitalOcean Kubernetes takes no spot sizes (read 2026-08): on-demand nodes are planned and priced",
        )
    return bounds


def _followed(service: Service) -> str:
    scaling = service.scaling
    if scaling is None:
        return "cpu"
    return scaling.metric or ("its objectives" if scaling.objectives else "its schedule")
