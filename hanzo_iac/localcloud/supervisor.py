"""
The process that keeps the cloud: the emulated API, and everything behind it, held as the account's state says.

It may die at any moment. What is wanted stands in the account's file, what runs stands in the records of processes; the
next supervisor reads both, adopts what runs and makes the rest.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import signal
import sys
import threading
import time
from dataclasses import asdict
from types import FrameType
from typing import Any

from filelock import FileLock, Timeout
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from hanzo_iac.localcloud.databases import LocalDatabases
from hanzo_iac.localcloud.digitalocean import Server, State, create_app
from hanzo_iac.localcloud.digitalocean.control import endpoint
from hanzo_iac.localcloud.digitalocean.settings import Settings
from hanzo_iac.localcloud.kubernetes.clusters import LocalClusters
from hanzo_iac.localcloud.objectstore import ObjectStore
from hanzo_iac.localcloud.places import Places, write_whole
from hanzo_iac.localcloud.ports import Ports
from hanzo_iac.localcloud.processes import Children, began, memory_mib
from hanzo_iac.localcloud.settings import CloudSettings

log = logging.getLogger("hanzo_iac.localcloud")

API = "api"

SIMULATED = (
    "nodes and the running of pods: kwok; no container is started, containers become ready by themselves",
    "addresses of load balancers and Gateways, every status of the Gateway API: our controller; no traffic flows",
    "the cluster autoscaler: its rule, in the local cloud controller",
    "the DigitalOcean API: an emulator",
    "who may do what with a bucket: object storage opens every bucket to every key, whatever grants or a policy say",
    "uptime checks and alerts: words only, nothing is looked at and nobody is told",
    "CDN endpoints: words only, nothing is cached or served by them",
    "vector databases (managed Weaviate): words only, nothing answers behind their endpoints",
    "read replicas of a database cluster: the cluster itself under another name, and not read-only",
    "connection pools: no PgBouncer, the connection leads to the server itself",
    "configuration, maintenance and growing storage of a database cluster: remembered; only eviction reaches a server",
    "the time a database cluster is restored to: it starts with what its source holds when it is made",
    "versions of databases: the PostgreSQL and the Valkey of this installation run, whichever version was asked for",
)


FOLDER_LOOK_S = 2.0
"""How often the supervisor looks whether its folder is still there. Arbitrary: a stat costs nothing."""


class Supervisor:
    """Every part, started in order."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._settings = CloudSettings.read(places.settings)
        self._children = Children(places)
        self._ports = Ports(places.ports)
        self._state = State(places.account)
        self._token = _token(places)
        self.databases = LocalDatabases(places, self._children, self._ports)
        self.clusters = LocalClusters(
            places, self._children, self._ports, settings=self._settings, region=self._region_of
        )
        self.objects = ObjectStore(places, self._children, self._ports)
        self._started_s = time.time()

    def run(self, ended: threading.Event) -> None:
        """Serve until told to end; then nothing of ours runs, and everything wanted is on disk."""
        app = create_app(
            self._state,
            clusters=self.clusters,
            databases=self.databases,
            settings=Settings(token=self._token, **asdict(self._settings.waits)),
        )
        # The account has asked for everything it knows by now.
        self.databases.sweep()
        self.clusters.sweep()
        self.objects.start()
        app.state.cloud.on_reset = self.objects.reset
        app.state.cloud.has_bucket = self.objects.has_bucket
        status = Route("/_cloud/status", endpoint(app.state.cloud, lambda *_: (200, self.status())))
        whole = Starlette(routes=[status, Mount("/", app=app)])
        with Server(whole, port=self._ports.claim(API)) as server:
            self._show_card(server.url)
            log.info("the local cloud answers at %s", server.url)
            # Whoever deletes the folder wants the cloud gone, and nobody could find it again to end it.
            while not ended.wait(FOLDER_LOOK_S) and self._places.card.exists():
                continue
            self._places.card.unlink(missing_ok=True)
        self.objects.stop()
        self.databases.stop()
        self.clusters.stop()
        self._children.stop_all()

    def status(self) -> dict[str, Any]:
        """Everything that runs, with its memory."""
        # Alone: its children are listed by themselves.
        own = {"name": "supervisor", "pid": os.getpid(), "memory_mib": memory_mib(os.getpid(), alone=True)}
        clusters, databases, objects = self.clusters.status(), self.databases.status(), self.objects.status()
        every = [own, *objects["processes"]]
        for part in (*clusters, *databases):
            every += part["processes"]
        return {
            "started_s": self._started_s,
            "clusters": clusters,
            "databases": databases,
            "object_store": objects,
            "supervisor": own,
            "memory_mib": round(sum(process["memory_mib"] for process in every), 1),
            "simulated": list(SIMULATED),
        }

    def _region_of(self, cluster_id: str) -> str:
        record = self._state.table("clusters").get(cluster_id, {})
        return str(record.get("region", ""))

    def _show_card(self, api_url: str) -> None:
        card = {
            "pid": os.getpid(),
            "began": began(os.getpid()),
            "api_url": api_url,
            "s3_url": self.objects.url,
            "token": self._token,
        }
        write_whole(self._places.card, json.dumps(card, indent=1))


def _token(places: Places) -> str:
    """The account's token: one for the cloud's whole life, so that an environment once printed stays true."""
    path = places.root / "token"
    if not path.exists():
        write_whole(path, f"dop_v1_{secrets.token_hex(32)}")
    return path.read_text("utf-8")


def main() -> int:
    """The exit status of the supervisor: 0 when told to end, 3 when another one is at work."""
    # Whatever any server writes is its owner's alone.
    os.umask(0o077)
    places = Places.here()
    places.root.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s")
    try:
        lock = FileLock(places.supervisor_lock).acquire(timeout=0)
    except Timeout:
        log.error("another supervisor is at work on %s", places.root)
        return 3
    ended = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        ended.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    with lock:
        Supervisor(places).run(ended)
    return 0
