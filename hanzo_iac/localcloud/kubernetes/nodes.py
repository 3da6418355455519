"""
The nodes of a cluster: which there should be, kept in a file, and what each looks like to Kubernetes.

A node is ordered, boots for a while, and is then registered; from there kwok plays its kubelet. What is ordered
survives the supervisor, so a node keeps its name and id.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from hanzo_iac.catalogue import Catalogue
from hanzo_iac.localcloud.backends import Pool
from hanzo_iac.localcloud.kubernetes.api import Json
from hanzo_iac.localcloud.places import read_json, write_whole

POOL_ID = "doks.digitalocean.com/node-pool-id"
NODE_ID = "doks.digitalocean.com/node-id"

# What a node may hold, by Kubernetes' own default.
PODS = 110

# A Droplet's disk is not in the catalogue; pods here write nothing.
DISK = "50Gi"


@dataclass(frozen=True, kw_only=True)
class Ordered:
    """A node that was ordered."""

    node_id: str
    name: str
    pool_id: str
    at_s: float
    """When, seconds since 1970."""


class Fleet:
    """Every node that should exist, in order of ordering, and the size each auto-scaled pool has now."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.RLock()
        data = read_json(path) or {"nodes": [], "targets": {}}
        self._nodes = [Ordered(**node) for node in data["nodes"]]
        self._targets: dict[str, int] = dict(data["targets"])

    def settle(self, pools: Iterable[Pool]) -> None:
        """Order and drop nodes until every pool has as many as it should. Idempotent."""
        with self._lock:
            before = self._dump()
            pools = tuple(pools)
            self._targets = {pool.pool_id: self._target(pool) for pool in pools if pool.auto_scale}
            kept: list[Ordered] = []
            for pool in pools:
                kept += self._of_pool(pool)
            self._nodes = sorted(kept, key=lambda node: node.at_s)
            if self._dump() != before:
                write_whole(self._path, self._dump())

    def scale(self, pool: Pool, *, to: int, without: Iterable[str] = ()) -> None:
        """An auto-scaled pool has this many nodes, those named not among them."""
        with self._lock:
            gone = set(without)
            self._nodes = [node for node in self._nodes if node.name not in gone]
            self._targets[pool.pool_id] = min(max(to, pool.min_nodes), pool.max_nodes)
            write_whole(self._path, self._dump())

    def nodes(self, pool_id: str | None = None) -> list[Ordered]:
        """Those of one pool, or all."""
        with self._lock:
            return [node for node in self._nodes if pool_id in (None, node.pool_id)]

    def _target(self, pool: Pool) -> int:
        """Once a pool scales itself, its count is its own; what is asked for only bounds it."""
        there = [node.node_id for node in self.nodes(pool.pool_id)]
        target = self._targets.get(pool.pool_id, len(there) or pool.count)
        return min(max(target - len({*there} & {*pool.unreplaced}), pool.min_nodes), pool.max_nodes)

    def _of_pool(self, pool: Pool) -> list[Ordered]:
        wanted = self._targets.get(pool.pool_id, pool.count)
        there = [node for node in self.nodes(pool.pool_id) if node.node_id not in pool.without][:wanted]
        return there + [_order(pool) for _ in range(wanted - len(there))]

    def _dump(self) -> str:
        return json.dumps({"nodes": [asdict(node) for node in self._nodes], "targets": self._targets}, indent=1)


def _order(pool: Pool) -> Ordered:
    suffix = "".join(secrets.choice("bcdfghjklmnpqrstvwxz2456789") for _ in range(5))
    return Ordered(node_id=str(uuid.uuid4()), name=f"{pool.name}-{suffix}", pool_id=pool.pool_id, at_s=time.time())


@dataclass(frozen=True, kw_only=True)
class Hardware:
    """What a node of a size has."""

    vcpus: int
    memory_mib: int
    offered_cpu_m: int
    offered_mib: int
    gpus: int = 0
    brand: str = ""
    gpu_model: str = ""
    """DOKS's word, such as `h100`."""


# A size the catalogue does not know; the emulated API refuses such sizes, tests of the cluster alone need not.
UNKNOWN = Hardware(vcpus=2, memory_mib=4096, offered_cpu_m=1600, offered_mib=2972)


def hardware(size: str) -> Hardware:
    """
    What a node of this size has.

    >>> hardware("gpu-h100x8-640gb").gpus
    8
    """
    known = Catalogue.shipped().sizes.get(size)
    if known is None:
        return UNKNOWN
    return Hardware(
        vcpus=known.vcpus,
        memory_mib=known.memory_mib,
        offered_cpu_m=known.offered_cpu_m,
        offered_mib=known.offered_mib,
        gpus=known.gpus,
        brand=known.brand,
        gpu_model=known.gpu,
    )


def template(pool: Pool, *, version: str, region: str) -> Json:
    """What every node of this pool looks like: also what the autoscaler's rule thinks of one that is not there yet."""
    has = hardware(pool.size)
    gpus = {f"{has.brand}.com/gpu": str(has.gpus)} if has.gpus else {}
    shared = {"ephemeral-storage": DISK, "pods": str(PODS), "hugepages-2Mi": "0", "hugepages-1Gi": "0"}
    taints = [{"key": taint.key, "value": taint.value, "effect": taint.effect} for taint in pool.taints]
    taints += [{"key": f"{has.brand}.com/gpu", "effect": "NoSchedule"}] if has.gpus else []
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "annotations": {"kwok.x-k8s.io/node": "fake", "node.alpha.kubernetes.io/ttl": "0"},
            "labels": {**_labels(pool, has, version, region), **pool.labels},
        },
        "spec": {"taints": taints},
        "status": {
            "capacity": {"cpu": str(has.vcpus), "memory": f"{has.memory_mib}Mi", **shared, **gpus},
            "allocatable": {"cpu": f"{has.offered_cpu_m}m", "memory": f"{has.offered_mib}Mi", **shared, **gpus},
        },
    }


def render(node: Ordered, pool: Pool, *, version: str, region: str) -> Json:
    """The Node object that this node registers with."""
    shown = template(pool, version=version, region=region)
    shown["metadata"]["name"] = node.name
    shown["metadata"]["labels"] |= {"kubernetes.io/hostname": node.name, NODE_ID: node.node_id}
    shown["spec"]["providerID"] = f"digitalocean://{uuid.UUID(node.node_id).int % 10**9}"
    shown["status"] |= {
        "addresses": [{"type": "Hostname", "address": node.name}, {"type": "InternalIP", "address": _address(node)}],
        "nodeInfo": {
            "architecture": "amd64",
            "bootID": "",
            "containerRuntimeVersion": "kwok",
            "kernelVersion": "simulated",
            "kubeProxyVersion": "",
            "kubeletVersion": f"v{version.partition('-')[0]}",
            "machineID": "",
            "operatingSystem": "linux",
            "osImage": "simulated by kwok",
            "systemUUID": "",
        },
    }
    return shown


def _labels(pool: Pool, has: Hardware, version: str, region: str) -> dict[str, str]:
    labels = {
        "beta.kubernetes.io/arch": "amd64",
        "beta.kubernetes.io/instance-type": pool.size,
        "beta.kubernetes.io/os": "linux",
        "doks.digitalocean.com/managed": "true",
        "doks.digitalocean.com/node-pool": pool.name,
        POOL_ID: pool.pool_id,
        "doks.digitalocean.com/version": version,
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/os": "linux",
        "node.kubernetes.io/instance-type": pool.size,
    }
    if region:
        labels |= {"failure-domain.beta.kubernetes.io/region": region, "region": region}
        labels |= {"topology.kubernetes.io/region": region}
    if has.gpus:
        labels |= {"doks.digitalocean.com/gpu-brand": has.brand, "doks.digitalocean.com/gpu-model": has.gpu_model}
    return labels


def _address(node: Ordered) -> str:
    """An address of the VPC, made from the node's id."""
    number = uuid.UUID(node.node_id).int
    return f"10.100.{number % 250}.{number // 250 % 250 + 2}"
