"""
The rules as policies of the engine: one row each, with what the engine shows of it.

The rules get plain data: `plain` reads the engine's proxies, which raise where a value is not known yet. What a rule
finds is reported first, then what it could not judge is handed back as the engine's own "not before up".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyComplianceFramework,
    PolicyConfigSchema,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    Severity,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UnknownValueError

from hanzo_policy.cost import monthly_cost_within_ceiling, size_is_priced
from hanzo_policy.database import database_firewall_closed, database_not_open
from hanzo_policy.gpu import gpu_nodes_within_ceiling
from hanzo_policy.stack import DATABASE_FIREWALL, Deferred, Finding, Resource, Unknown, Violation

StackRule = Callable[[Sequence[Resource], Mapping[str, Any]], Iterable[Finding]]
ResourceRule = Callable[[Resource], Iterable[Finding]]

_FRAMEWORK = PolicyComplianceFramework(
    name="hanzo",
    version="0.1.0",
    specification="What a stack of hanzo_iac may become",
)


def plain(value: Any, path: tuple[str, ...] = ()) -> Any:
    """A property as plain dicts, lists and values, with `Unknown` in the place of what is not known yet."""
    if isinstance(value, Mapping):
        return {key: _member(value, key, path) for key in value}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_member(value, index, path) for index in range(len(value))]
    return value


def _member(container: Any, key: Any, path: tuple[str, ...]) -> Any:
    try:
        return plain(container[key], (*path, str(key)))
    except UnknownValueError as error:
        return Unknown(error.unknown_type_sentinel, (*path, str(key)))


def report(findings: Iterable[Finding], report_violation: ReportViolation) -> None:
    """
    Every violation is reported; then, if something could not be judged, the engine is told to ask again at `up`.

    Raises:
        UnknownValueError: a value is needed that only `up` will know.
    """
    waiting: list[Unknown] = []
    for finding in findings:
        match finding:
            case Violation():
                report_violation(str(finding), finding.urn or None)
            case Deferred(unknown):
                waiting.append(unknown)
    if waiting:
        raise UnknownValueError(waiting[0].kind, list(waiting[0].path))


def on_stack(rule: StackRule) -> Callable[[StackValidationArgs, ReportViolation], None]:
    """`rule` as the engine calls a policy on the whole stack."""

    def validate(args: StackValidationArgs, report_violation: ReportViolation) -> None:
        resources = [
            Resource(
                found.resource_type,
                found.name,
                plain(found.props),
                found.urn,
                {key: tuple(source.urn for source in sources) for key, sources in found.property_dependencies.items()},
            )
            for found in args.resources
        ]
        report(rule(resources, args.get_config()), report_violation)

    return validate


def on_resource(rule: ResourceRule, *types: str) -> Callable[[ResourceValidationArgs, ReportViolation], None]:
    """`rule` as the engine calls a policy on each resource; of these types only, if any are named."""

    def validate(args: ResourceValidationArgs, report_violation: ReportViolation) -> None:
        if not types or args.resource_type in types:
            report(rule(Resource(args.resource_type, args.name, plain(args.props), args.urn)), report_violation)

    return validate


POLICIES: list[Policy] = [
    StackValidationPolicy(
        name="gpu-nodes-within-ceiling",
        display_name="GPU nodes within the ceiling",
        description="A GPU node pool may not grow above the environment's ceiling.",
        validate=on_stack(gpu_nodes_within_ceiling),
        enforcement_level=EnforcementLevel.MANDATORY,
        config_schema=PolicyConfigSchema({"maxGpuNodes": {"type": "integer", "minimum": 0}}),
        severity=Severity.HIGH,
        framework=_FRAMEWORK,
        tags=["cost", "gpu"],
        remediation_steps="Lower the upper end of the pool's scaling, or raise max_gpu_nodes of the environment.",
    ),
    StackValidationPolicy(
        name="database-not-open",
        display_name="No database without a firewall",
        description="A database without trusted sources is open to the world.",
        validate=on_stack(database_not_open),
        enforcement_level=EnforcementLevel.MANDATORY,
        severity=Severity.CRITICAL,
        framework=_FRAMEWORK,
        tags=["security", "database"],
        remediation_steps="Give the database cluster a DatabaseFirewall.",
    ),
    ResourceValidationPolicy(
        name="database-firewall-closed",
        display_name="No database firewall that lets the world in",
        description="A database firewall may not let the world in.",
        validate=on_resource(database_firewall_closed, DATABASE_FIREWALL),
        enforcement_level=EnforcementLevel.MANDATORY,
        severity=Severity.CRITICAL,
        framework=_FRAMEWORK,
        tags=["security", "database"],
        remediation_steps="Name the Kubernetes cluster, Droplets, tags or the few addresses that need the database.",
    ),
    StackValidationPolicy(
        name="monthly-cost-within-ceiling",
        display_name="Monthly cost within the ceiling",
        description="A stack may not cost more a month than its ceiling.",
        validate=on_stack(monthly_cost_within_ceiling),
        enforcement_level=EnforcementLevel.MANDATORY,
        config_schema=PolicyConfigSchema({"ceilingUsd": {"type": "number", "minimum": 0}}),
        severity=Severity.HIGH,
        framework=_FRAMEWORK,
        tags=["cost"],
        remediation_steps="Lower sizes or the upper ends of scaling, or raise the environment's ceiling.",
    ),
    ResourceValidationPolicy(
        name="size-is-priced",
        display_name="Sizes with a known price",
        description="A size whose price is not known makes the stack's cost a lower bound.",
        validate=on_resource(size_is_priced),
        # Advisory: DigitalOcean sells more than our sources have prices for, and the plan says so too.
        enforcement_level=EnforcementLevel.ADVISORY,
        severity=Severity.LOW,
        framework=_FRAMEWORK,
        tags=["cost"],
        remediation_steps="Add the price, with its source and date, to the catalogue.",
    ),
]
