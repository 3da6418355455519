"""What a local cloud can be started with. Written beside its state, so that a repaired cloud is the same cloud."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from hanzo_iac.localcloud.places import read_json, write_whole

# The programs of a Kubernetes control plane, in the order they are started.
CONTROL_PLANE = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok")

# CRDs of what is a part of DOKS itself.
DEFINITIONS = ("gateway-api-crds", "cilium-crds")

# The object store accepts any key pair; these are what its clients are given.
ACCESS_KEY, SECRET_KEY = "local", "local-cloud"  # opens nothing but an emulation on loopback


@dataclass(frozen=True, kw_only=True)
class Waits:
    """The least seconds things of the emulated account take. DigitalOcean takes minutes; nobody wants to wait here."""

    cluster_s: float = 0.0
    """A Kubernetes cluster: provisioning -> running."""
    upgrade_s: float = 1.0
    """A Kubernetes upgrade: upgrading -> running."""
    node_s: float = 0.0
    """A node: provisioning -> running, on top of the boot delay of the cluster's own nodes."""
    database_s: float = 0.0
    """A database cluster: creating -> online."""
    resize_s: float = 0.5
    """A database cluster: resizing -> online."""
    load_balancer_s: float = 1.0
    """A load balancer: new -> active."""
    share_s: float = 1.0
    """A network file share: CREATING -> ACTIVE."""
    certificate_s: float = 0.5
    """A certificate: pending -> verified."""
    vector_database_s: float = 1.0
    """A vector database: creating -> active."""
    gateway_s: float = 1.0
    """A NAT gateway or a peering: NEW or PROVISIONING -> ACTIVE."""


@dataclass(frozen=True, kw_only=True)
class CloudSettings:
    """Everything that can be set."""

    boot_s: float = 1.0
    """From the order of a node to its registration with the cluster. DOKS takes 2 to 7 minutes with a GPU."""
    idle_s: float = 60.0
    """How long an auto-scaled pool's node is without pods before it goes. The cluster autoscaler waits 600."""
    waits: Waits = field(default_factory=Waits)

    @classmethod
    def read(cls, path: Path) -> CloudSettings:
        """Those in the file; the defaults when there is none."""
        data = read_json(path) or {}
        return cls(**{**data, "waits": Waits(**data.get("waits", {}))})

    def write(self, path: Path) -> None:
        """Put them where the supervisor reads them."""
        write_whole(path, json.dumps(asdict(self), indent=1))
