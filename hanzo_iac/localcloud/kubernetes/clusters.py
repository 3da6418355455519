"""DOKS clusters as real control planes: one keeper for each, and what the emulated API asks of them."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hanzo_iac import toolchain
from hanzo_iac.localcloud.backends import ClusterAccess, Node, Pool
from hanzo_iac.localcloud.databases import processes
from hanzo_iac.localcloud.keeper import Keeper
from hanzo_iac.localcloud.kubernetes import foundation
from hanzo_iac.localcloud.kubernetes.api import Api
from hanzo_iac.localcloud.kubernetes.control_plane import ControlPlane
from hanzo_iac.localcloud.kubernetes.controller import Controller, Wanted
from hanzo_iac.localcloud.kubernetes.nodes import Fleet
from hanzo_iac.localcloud.places import Places
from hanzo_iac.localcloud.ports import Ports
from hanzo_iac.localcloud.processes import Children
from hanzo_iac.localcloud.settings import CONTROL_PLANE, DEFINITIONS, CloudSettings

log = logging.getLogger("hanzo_iac.localcloud")

LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"

LOOK_S = 1.0
STARTING_S = 0.1


@dataclass
class Seat:
    """One cluster: what is wanted, and how far it is."""

    wanted: Wanted | None
    name: str
    fleet: Fleet
    keeper: Keeper
    laid_for: int | None = None
    """The pid of the API server that was given the foundation."""
    plane: ControlPlane | None = None
    controller: Controller | None = None
    access: ClusterAccess | None = None


class LocalClusters:
    """The `Clusters` behind the emulated API."""

    def __init__(
        self,
        places: Places,
        children: Children,
        ports: Ports,
        *,
        settings: CloudSettings,
        region: Callable[[str], str] = lambda _: "",
    ) -> None:
        """`region` says where a cluster is; its nodes are labelled with it."""
        self._places = places
        self._children = children
        self._ports = ports
        self._settings = settings
        self._region = region
        self._lock = threading.RLock()
        self._seats: dict[str, Seat] = {}

    def ensure(self, cluster_id: str, *, name: str, version: str, pools: tuple[Pool, ...]) -> None:
        """Make this control plane exist with exactly these pools; returns at once."""
        wanted = Wanted(name=name, version=version, region=self._region(cluster_id), pools=pools)
        with self._lock:
            seat = self._seats.get(cluster_id)
            if seat is None:
                seat = self._seats[cluster_id] = self._seat(cluster_id, wanted)
                seat.fleet.settle(pools)
                seat.keeper.start()
                return
            seat.wanted = wanted
            seat.fleet.settle(pools)
        seat.keeper.wake()
        if seat.controller is not None:
            seat.controller.keeper.wake()

    def access(self, cluster_id: str) -> ClusterAccess | None:
        """How to reach it; None until it is ready."""
        seat = self._seats.get(cluster_id)
        return seat.access if seat else None

    def trouble(self, cluster_id: str) -> str:
        """What keeps it from being ready, as far as is known. Empty for nothing."""
        seat = self._seats.get(cluster_id)
        return seat.keeper.trouble if seat else ""

    def nodes(self, cluster_id: str) -> Mapping[str, tuple[Node, ...]]:
        """Pool id -> its nodes now."""
        seat = self._seats.get(cluster_id)
        if seat is None or seat.wanted is None:
            return {}
        ready = seat.controller.ready_nodes() if seat.controller else set()
        return {
            pool.pool_id: tuple(
                Node(node_id=node.node_id, name=node.name, ready=node.name in ready)
                for node in seat.fleet.nodes(pool.pool_id)
            )
            for pool in seat.wanted.pools
        }

    def remove(self, cluster_id: str) -> None:
        """Stop the control plane and forget it; a no-op when it is not there."""
        with self._lock:
            seat = self._seats.get(cluster_id)
            if seat is not None:
                seat.wanted, seat.access = None, None
                seat.keeper.wake()

    def sweep(self) -> None:
        """Nothing is left of clusters that nobody asked for since the start: the account forgot them meanwhile."""
        for folder in sorted(self._places.clusters.glob("*")):
            if folder.name not in self._seats:
                log.info("removing cluster %s, which nobody wants any more", folder.name)
                self._tear_down(folder.name)

    def stop(self) -> None:
        """No keeper is at work any more; the control planes run on."""
        for seat in [*self._seats.values()]:
            seat.keeper.stop()
            if seat.controller is not None:
                seat.controller.stop()

    def status(self) -> list[dict[str, Any]]:
        """Each cluster with its address, nodes, processes and memory."""
        return [
            {
                "id": cluster_id,
                "name": wanted.name,
                "version": wanted.version,
                "ready": seat.access is not None,
                "address": seat.access.server_url if seat.access else "",
                "trouble": seat.keeper.trouble or (seat.controller.keeper.trouble if seat.controller else ""),
                "pools": [
                    {"name": pool.name, "size": pool.size, "nodes": [_shown(node) for node in nodes[pool.pool_id]]}
                    for pool in wanted.pools
                    if pool.pool_id in nodes
                ],
                "processes": processes(self._children, process_names(cluster_id)),
            }
            for cluster_id, seat in [*self._seats.items()]
            if (wanted := seat.wanted) is not None
            for nodes in [self.nodes(cluster_id)]
        ]

    def _seat(self, cluster_id: str, wanted: Wanted) -> Seat:
        name = process_name(cluster_id)
        folder = self._places.clusters / cluster_id
        return Seat(wanted, name, Fleet(folder / "nodes.json"), Keeper(name, lambda: self._step(cluster_id)))

    def _step(self, cluster_id: str) -> float | None:
        seat = self._seats[cluster_id]
        if seat.wanted is None:
            self._clear(cluster_id, seat)
            return None
        plane = self._plane(cluster_id, seat)
        if not self._ensure_server(seat, plane):
            return STARTING_S
        pid = self._children.pid(plane.apiserver().name)
        api = _api(plane) if seat.controller is None or seat.controller.api.url != plane.url else seat.controller.api
        if pid != seat.laid_for:
            seat.access = None
            if not api.ready():
                return STARTING_S
        self._ensure_clients(plane, api)
        if pid != seat.laid_for:
            definitions = toolchain.find(*DEFINITIONS)
            if not foundation.lay(api, [definitions.path(name) for name in DEFINITIONS]):
                return STARTING_S
            self._put_to_work(seat, api)
            seat.laid_for = pid
        # Without its default account a namespace takes no pods; the controller manager makes it.
        if seat.access is None and api.find("/api/v1/namespaces/default/serviceaccounts/default"):
            access = _access(plane)
            with self._lock:
                seat.access = access if seat.wanted is not None else None
        return LOOK_S if seat.access is not None else STARTING_S

    def _ensure_server(self, seat: Seat, plane: ControlPlane) -> bool:
        """
        Whether the API server and its store run; nobody has access otherwise.

        Raises:
            RuntimeError: One of them keeps ending.
        """
        store, server = plane.etcd(), plane.apiserver()
        running = self._children.ensure(store) and self._children.ensure(server)
        failing = self._children.failing(store.name, server.name)
        if failing or not running:
            seat.access = None
        if failing:
            raise RuntimeError(failing)
        return running

    def _ensure_clients(self, plane: ControlPlane, api: Api) -> None:
        """
        Everything that works on the API server runs.

        Raises:
            RuntimeError: A part keeps ending.
        """
        kwok = plane.kwok()
        if not self._children.alive(kwok.name):
            # A killed kwok holds every node's lease for most of a minute; its successor need not wait for that.
            api.delete(LEASES)
        parts = (plane.controllers(), plane.scheduler(), kwok)
        for program in parts:
            self._children.ensure(program)
        if failing := self._children.failing(*(program.name for program in parts)):
            raise RuntimeError(failing)

    def _put_to_work(self, seat: Seat, api: Api) -> None:
        """Our controller works on this API server."""
        if seat.controller is not None and seat.controller.api is api:
            return
        if seat.controller is not None:
            seat.controller.stop()
        seat.controller = Controller(
            api, seat.fleet, lambda: seat.wanted, boot_s=self._settings.boot_s, idle_s=self._settings.idle_s
        ).start()

    def _plane(self, cluster_id: str, seat: Seat) -> ControlPlane:
        """The control plane on the ports it has; where a dead part's port was taken meanwhile, on another."""
        plane = ControlPlane(
            folder=self._places.clusters / cluster_id,
            name=seat.name,
            etcd_port=self._port(f"{seat.name}-etcd", "client"),
            etcd_peer_port=self._port(f"{seat.name}-etcd", "peer"),
            port=self._port(f"{seat.name}-kube-apiserver", "api"),
            binary=toolchain.find(*CONTROL_PLANE).path if seat.plane is None else seat.plane.binary,
        )
        if seat.plane is None or seat.plane.url != plane.url:
            plane.lay_out()
        seat.plane = plane
        return plane

    def _port(self, process: str, use: str) -> int:
        name = f"{process}-{use}"
        remembered = self._ports.of(name) if self._children.alive(process) else None
        return remembered or self._ports.claim(name)

    def _clear(self, cluster_id: str, seat: Seat) -> None:
        if seat.controller is not None:
            seat.controller.stop()
        self._tear_down(cluster_id)
        with self._lock:
            del self._seats[cluster_id]

    def _tear_down(self, cluster_id: str) -> None:
        for process in reversed(process_names(cluster_id)):
            self._children.stop(process, abandon=True)
            for use in ("client", "peer", "api"):
                self._ports.forget(f"{process}-{use}")
        shutil.rmtree(self._places.clusters / cluster_id, ignore_errors=True)


def process_name(cluster_id: str) -> str:
    """
    What the names of a cluster's processes start with.

    >>> process_name("0b2e7a9c-1f5d-4c57-9a43-0f6a3c1f5d11")
    'cluster-0b2e7a9c'
    """
    return f"cluster-{cluster_id[:8]}"


def process_names(cluster_id: str) -> list[str]:
    """The names of a cluster's processes, in the order they are started."""
    return [f"{process_name(cluster_id)}-{program}" for program in CONTROL_PLANE]


def _api(plane: ControlPlane) -> Api:
    return Api(
        plane.url,
        authority=Path(plane.pki("ca.crt")),
        certificate=Path(plane.pki("admin.crt")),
        key=Path(plane.pki("admin.key")),
    )


def _access(plane: ControlPlane) -> ClusterAccess:
    return ClusterAccess(
        server_url=plane.url,
        ca_pem=Path(plane.pki("ca.crt")).read_text("utf-8"),
        client_certificate_pem=Path(plane.pki("admin.crt")).read_text("utf-8"),
        client_key_pem=Path(plane.pki("admin.key")).read_text("utf-8"),
    )


def _shown(node: Node) -> dict[str, Any]:
    return {"name": node.name, "ready": node.ready}
