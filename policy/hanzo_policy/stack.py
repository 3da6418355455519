"""
A stack as the rules see it, and what a rule may find.

A property that only `up` will know is `Unknown` here. Most are of no interest; a rule that needs one says so with
`Deferred`, after all it could judge, and is run again by `up`.

Of a component the engine shows a stack rule what was given to `register_outputs`, in preview as in `up`, and nothing
else: not its inputs, and nothing at all where `register_outputs` was not called. What an application declares of
itself must therefore stand among its outputs, as plain numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

APPLICATION = "hanzo:index:Application"
CLUSTER = "digitalocean:index/kubernetesCluster:KubernetesCluster"
NODE_POOL = "digitalocean:index/kubernetesNodePool:KubernetesNodePool"
DATABASE = "digitalocean:index/databaseCluster:DatabaseCluster"
DATABASE_REPLICA = "digitalocean:index/databaseReplica:DatabaseReplica"
DATABASE_FIREWALL = "digitalocean:index/databaseFirewall:DatabaseFirewall"
REGISTRY = "digitalocean:index/containerRegistry:ContainerRegistry"
DROPLET = "digitalocean:index/droplet:Droplet"


@dataclass(frozen=True)
class Unknown:
    """A value that is known after `up` only."""

    kind: str
    """The engine's word for the kind of value."""
    path: tuple[str, ...]


@dataclass(frozen=True)
class Resource:
    """One resource of the stack: inputs for a rule on one resource, outputs for a rule on the stack."""

    type: str
    name: str
    props: Mapping[str, Any] = field(default_factory=dict)
    urn: str = ""
    depends_on: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Property -> URNs of the resources its value comes from."""


@dataclass(frozen=True)
class Violation:
    """A rule that is broken: `where: what`, then a hint."""

    where: str
    what: str
    hint: str
    urn: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.what}\n\nhint: {self.hint}"


@dataclass(frozen=True)
class Deferred:
    """A rule cannot judge before `up`, for want of this value."""

    unknown: Unknown


Finding = Violation | Deferred


def of_type(resources: Iterable[Resource], *types: str) -> list[Resource]:
    """The resources of these types, in the stack's order."""
    return [resource for resource in resources if resource.type in types]


def deferred(*values: Any) -> Iterator[Deferred]:
    """One `Deferred` for each value that is unknown."""
    return (Deferred(value) for value in values if isinstance(value, Unknown))


def number(value: Any) -> float | None:
    """`value` where it is a number; None for anything else, unknown or missing."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def declared(resources: Sequence[Resource], key: str) -> list[float]:
    """What the stack's applications declare under `key`; an application that declares none is not listed."""
    found = (number(application.props.get(key)) for application in of_type(resources, APPLICATION))
    return [value for value in found if value is not None]


def undeclared(resources: Sequence[Resource], *keys: str) -> Iterator[Deferred]:
    """What the stack's applications will declare under these keys, but cannot before `up`."""
    for application in of_type(resources, APPLICATION):
        yield from deferred(*(application.props.get(key) for key in keys))
