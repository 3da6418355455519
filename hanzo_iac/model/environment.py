"""
Where an application goes: an input beside it, not a part of it, so that dev, staging and prod differ in one file each.

Those three are shipped. A file `environments/<name>.yaml` beside the hanzo.yaml adds one, or replaces a shipped one.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field

from hanzo_iac.errors import Fault, InputError
from hanzo_iac.model.values import Host, MoneyValue, Name, Slug
from hanzo_iac.model.written import Problem, Written, fault
from hanzo_iac.names import is_dns_label, nearest
from hanzo_iac.units import shown

SHIPPED = Path(__file__).parent / "environments"
FOLDER = "environments"

# Ranges DigitalOcean keeps for itself in every region. 10.244 and 10.245 are DOKS's older pod and service networks.
# Source: DigitalOcean's VPC documentation ("plan your network"), own knowledge, 2026-11: verify in the account.
_TAKEN = tuple(
    ipaddress.IPv4Network(text) for text in ("10.244.0.0/16", "10.245.0.0/16", "10.246.0.0/24", "10.229.0.0/16")
)
_PRIVATE = tuple(ipaddress.IPv4Network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
# RFC 1918.
_TAKEN_IN_REGION = {"nyc1": ipaddress.IPv4Network("10.10.0.0/16"), "tor1": ipaddress.IPv4Network("10.20.0.0/16")}
# As above, of one region.
_NETWORKS = ("ip_range", "cluster_subnet", "service_subnet")


def _network(text: str) -> str:
    try:
        network = ipaddress.IPv4Network(text)
    except ValueError:
        try:
            exact = f"write {ipaddress.IPv4Network(text, strict=False)}"
        except ValueError:
            exact = "write for example 10.110.0.0/16"
        raise fault(f"{shown(text)} is not a network", exact) from None
    if text != str(network) or not any(network.subnet_of(private) for private in _PRIVATE):
        raise fault(f"{shown(text)} is not a private network", "write for example 10.110.0.0/16")
    if not 16 <= network.prefixlen <= 24:
        raise fault(f"/{network.prefixlen} is not between /16 and /24", "write for example 10.110.0.0/16")
    if any(network.overlaps(taken) for taken in _TAKEN):
        raise fault(f"{text} overlaps a range DigitalOcean keeps for itself", "write for example 10.110.0.0/16")
    return text


Network = Annotated[str, AfterValidator(_network)]
"""A private IPv4 network, /16 to /24."""


_DOKS_VERSION = re.compile(r"[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}-do\.[0-9]{1,3}", re.ASCII)


def _doks_version(text: str) -> str:
    # DigitalOcean takes a shorter one too. It stands below what it becomes, so the next run would replace the cluster.
    if not _DOKS_VERSION.fullmatch(text):
        hint = "write DigitalOcean's whole slug, for example 1.36.1-do.0, or null for the default"
        raise fault(f"{shown(text)} is not a version of DigitalOcean Kubernetes", hint)
    return text


class Cluster(Written):
    """The Kubernetes cluster."""

    version: Annotated[str, AfterValidator(_doks_version)] | None = None
    """DigitalOcean's version slug; null = the catalogue's default, and a cluster that exists keeps what it has."""
    ha: bool = False
    """A control plane of several nodes. Cannot be taken back."""
    system_size: Slug = "s-2vcpu-4gb"
    """Slug of the nodes that run everything without a pool of its own. Changing it replaces the cluster."""
    system_count: int = Field(default=2, ge=1, le=10)
    """How many of them."""


class Databases(Written):
    """What databases of one engine are like here."""

    standby: bool = False
    """A standby node to fail over to."""


class Environment(Written):
    """One place an application is deployed to."""

    name: Name = Field(examples=["dev"])
    """What it is called; the file has the same name."""
    region: Slug = Field(examples=["tor1"])
    """DigitalOcean's region."""
    cluster: Cluster = Cluster()
    """The Kubernetes cluster."""
    registry: Name | None = None
    """Name of the container registry, which must be unique in all of DigitalOcean; null = `<application>-<name>`."""
    postgres: Databases = Databases()
    """PostgreSQL databases."""
    valkey: Databases = Databases()
    """Valkey caches."""
    max_replicas: int | None = Field(default=None, ge=1, le=1000)
    """Cap on every service's `replicas/max`; null = none."""
    ceiling: MoneyValue = Field(examples=["$1800/month"])
    """Most that infrastructure may cost in a month at maximum replicas."""
    over_ceiling: Literal["refuse", "allow"] = "refuse"
    """What happens to a plan above the ceiling."""
    max_gpu_nodes: int = Field(default=1, ge=0, le=1000)
    """Most GPU nodes of all pools together; a node with eight GPUs counts as eight."""
    domain: Host | None = None
    """Applications answer at `<application>.<domain>`; null = only at their own domains."""
    ip_range: Network = "10.40.0.0/16"
    """The VPC's network."""
    cluster_subnet: Network = "10.140.0.0/16"
    """The pods' network. Cannot be changed later."""
    service_subnet: Network = "10.240.0.0/16"
    """The Kubernetes services' network. Cannot be changed later."""
    egress: Literal["names", "addresses"] = "names"
    """How ways out are held: to the hosts by name, which Cilium can; or to every public address, which all can."""
    gateway_class: Name = "cilium"
    """GatewayClass of the public entrance. `cilium` is part of DOKS; others must be installed."""
    protect: bool = False
    """Refuse to delete what holds data."""
    digitalocean_environment: Literal["Development", "Staging", "Production"] = "Development"
    """DigitalOcean's word for the project's environment."""

    @classmethod
    def load(cls, name: str, beside: str | Path | None = None) -> Self:
        """
        The environment of that name: from `environments/` beside a hanzo.yaml (or in its folder), else a shipped one.

        Raises:
            InputError: there is no such environment, or its file has faults.
        """
        from hanzo_iac.model.load import load, read_file

        file = _file(name, beside)
        environment = load(cls, read_file(file), where=str(file))
        if environment.name != name:
            what = f"is {environment.name}, and the file is called {name}.yaml ({file})"
            raise InputError(Fault("name", what, f"write name: {name}, or rename the file"))
        return environment

    def problems(self) -> Iterable[Problem]:
        """Networks that overlap, each other or what the region keeps."""
        taken = _TAKEN_IN_REGION.get(self.region)
        for key in _NETWORKS:
            network = ipaddress.IPv4Network(getattr(self, key))
            if taken is not None and network.overlaps(taken):
                what = f"{network} overlaps {taken}, which DigitalOcean keeps for itself in {self.region}"
                yield Problem((key,), what, "write for example 10.110.0.0/16", ((key,), ("region",)))
        for one, other in combinations(_NETWORKS, 2):
            written, before = getattr(self, other), getattr(self, one)
            if ipaddress.IPv4Network(written).overlaps(ipaddress.IPv4Network(before)):
                what = f"{written} overlaps {one}, {before}"
                yield Problem((other,), what, "give each of the three networks a range of its own", ((one,), (other,)))


def environment_names(beside: str | Path | None = None) -> tuple[str, ...]:
    """The environments there are, shipped ones first, then those beside the hanzo.yaml."""
    shipped = ["dev", "staging", "prod"]
    own = sorted(file.stem for file in _own_folder(beside).glob("*.yaml")) if beside is not None else []
    return tuple(dict.fromkeys([*shipped, *own]))


def _own_folder(beside: str | Path) -> Path:
    path = Path(beside)
    return (path if path.is_dir() else path.parent) / FOLDER


def _file(name: str, beside: str | Path | None) -> Path:
    names = environment_names(beside)
    if not is_dns_label(name) or name not in names:
        near = nearest(name, names)
        hint = (
            f"did you mean {near}?"
            if near
            else f"there are: {', '.join(names)}; write environments/<name>.yaml for another"
        )
        raise InputError(Fault("", f"there is no environment {shown(name)}", hint))
    own = _own_folder(beside) / f"{name}.yaml" if beside is not None else None
    return own if own is not None and own.exists() else SHIPPED / f"{name}.yaml"
