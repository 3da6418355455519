"""Database clusters as real servers on loopback: one keeper for each, and what the emulated API asks of them."""

from __future__ import annotations

import logging
import shutil
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import psycopg
import valkey

from hanzo_iac.localcloud.backends import DatabaseAddress, DatabaseServer
from hanzo_iac.localcloud.keeper import Keeper
from hanzo_iac.localcloud.places import Places
from hanzo_iac.localcloud.ports import Ports
from hanzo_iac.localcloud.postgres import Postgres
from hanzo_iac.localcloud.processes import Children, Program, memory_mib
from hanzo_iac.localcloud.valkey import Valkey

log = logging.getLogger("hanzo_iac.localcloud")

# How soon a dead server is noticed, and how often a starting one is tried.
LOOK_S = 1.0
STARTING_S = 0.05

# What a server that is still starting answers, and for how long that is no fault: PostgreSQL replays its log.
NOT_YET = (psycopg.OperationalError, valkey.exceptions.ConnectionError)
STARTS_WITHIN_S = 30.0


class Server(Protocol):
    """What PostgreSQL and Valkey have in common here."""

    name: str

    def is_laid_out(self) -> bool:
        """Whether it has its data, and needs no source any more."""

    def copy(self, source: Path, port: int) -> None:
        """Its data are those of the server that is at work on the source's folder and port; whole or not at all."""

    def program(self, port: int) -> Program:
        """What to run."""

    def apply(self, wanted: DatabaseServer, port: int) -> None:
        """Users, passwords and databases are as wanted; raises until the server answers."""

    def forget(self) -> None:
        """The server was started anew."""


@dataclass
class Seat:
    """One database cluster: what is wanted, and how far it is."""

    wanted: DatabaseServer | None
    server: Server
    keeper: Keeper
    applied: DatabaseServer | None = None
    address: DatabaseAddress | None = None
    pid: int | None = None
    silent_since_s: float | None = None
    """Since when it does not take what is wanted, however often it was started meanwhile."""


class LocalDatabases:
    """The `Databases` behind the emulated API."""

    def __init__(self, places: Places, children: Children, ports: Ports) -> None:
        self._places = places
        self._children = children
        self._ports = ports
        self._lock = threading.RLock()
        self._seats: dict[str, Seat] = {}

    def ensure(self, server: DatabaseServer) -> None:
        """Make this server exist with exactly these users and databases; returns at once."""
        with self._lock:
            seat = self._seats.get(server.database_id)
            if seat is None:
                seat = self._seats[server.database_id] = self._seat(server)
                seat.keeper.start()
            else:
                seat.wanted = server
                seat.keeper.wake()

    def address(self, database_id: str) -> DatabaseAddress | None:
        """Where it answers; None until it does."""
        seat = self._seats.get(database_id)
        return seat.address if seat else None

    def remove(self, database_id: str) -> None:
        """Stop the server and delete its data; a no-op when it is not there."""
        with self._lock:
            seat = self._seats.get(database_id)
            if seat is not None:
                seat.wanted, seat.address = None, None
                seat.keeper.wake()

    def sweep(self) -> None:
        """Nothing is left of servers that nobody asked for since the start: the account forgot them meanwhile."""
        for folder in sorted(self._places.databases.glob("*")):
            if folder.name not in self._seats:
                log.info("removing database %s, which nobody wants any more", folder.name)
                for deed in ("", "-initdb", "-copy"):
                    self._children.stop(process_name(folder.name) + deed, abandon=True)
                self._ports.forget(process_name(folder.name))
                shutil.rmtree(folder)

    def stop(self) -> None:
        """No keeper is at work any more; the servers run on."""
        for seat in [*self._seats.values()]:
            seat.keeper.stop()

    def status(self) -> list[dict[str, Any]]:
        """Each server with its address, process and memory."""
        return [
            {
                "id": database_id,
                "name": seat.wanted.name,
                "engine": seat.wanted.engine,
                "ready": seat.address is not None,
                "address": f"{seat.address.host}:{seat.address.port}" if seat.address else "",
                "trouble": seat.keeper.trouble,
                "processes": processes(self._children, [seat.server.name]),
            }
            for database_id, seat in [*self._seats.items()]
            if seat.wanted is not None
        ]

    def _seat(self, wanted: DatabaseServer) -> Seat:
        folder = self._places.databases / wanted.database_id
        name = process_name(wanted.database_id)
        server: Server = Valkey(folder, name) if wanted.engine == "valkey" else Postgres(folder, name, self._children)
        return Seat(wanted, server, Keeper(name, lambda: self._step(wanted.database_id)))

    def _step(self, database_id: str) -> float | None:
        seat = self._seats[database_id]
        wanted, server = seat.wanted, seat.server
        if wanted is None:
            # Whoever is to be restored from it still needs it, and it runs on.
            if self._is_source(database_id):
                return STARTING_S
            self._clear(database_id, seat)
            return None
        if wanted.restored_from and not server.is_laid_out():
            self._copy(wanted, server)
        port = self._ports.of(server.name) if self._children.alive(server.name) else None
        port = port or self._ports.claim(server.name)
        running = self._children.ensure(server.program(port))
        failing = self._children.failing(server.name)
        if failing or not running:
            seat.address = None
            if failing:
                raise RuntimeError(failing)
            return STARTING_S
        pid = self._children.pid(server.name)
        if pid != seat.pid:
            seat.pid, seat.applied, seat.address = pid, None, None
            server.forget()
        if not self._apply(seat, wanted, port):
            return STARTING_S
        with self._lock:
            if seat.wanted is not None:
                seat.address = DatabaseAddress(host="127.0.0.1", port=port, tls=False)
        return LOOK_S

    @staticmethod
    def _apply(seat: Seat, wanted: DatabaseServer, port: int) -> bool:
        """Whether the server is as wanted; False while it may still be starting."""
        if seat.applied == wanted:
            return True
        seat.silent_since_s = seat.silent_since_s or time.monotonic()
        try:
            seat.server.apply(wanted, port)
        except NOT_YET:
            if time.monotonic() - seat.silent_since_s > STARTS_WITHIN_S:
                raise
            return False
        seat.applied, seat.silent_since_s = wanted, None
        return True

    def _copy(self, wanted: DatabaseServer, server: Server) -> None:
        """
        The server starts with what its source holds now.

        Raises:
            RuntimeError: The source does not answer.
        """
        name = process_name(wanted.restored_from)
        port = self._ports.of(name)
        if port is None or not self._children.alive(name):
            raise RuntimeError("the cluster it is restored from does not run")
        server.copy(self._places.databases / wanted.restored_from, port)

    def _is_source(self, database_id: str) -> bool:
        """Whether a cluster that has no data yet is to be restored from it."""
        with self._lock:
            others = [*self._seats.values()]
        return any(
            seat.wanted is not None and seat.wanted.restored_from == database_id and not seat.server.is_laid_out()
            for seat in others
        )

    def _clear(self, database_id: str, seat: Seat) -> None:
        self._children.stop(seat.server.name, abandon=True)
        self._ports.forget(seat.server.name)
        shutil.rmtree(self._places.databases / database_id, ignore_errors=True)
        with self._lock:
            del self._seats[database_id]


def process_name(database_id: str) -> str:
    """
    The name of the server's process, of its log and of its port.

    >>> process_name("5a4f1a67-6f7a-4a86-a8d1-8c1a4f3f4c6e")
    'database-5a4f1a67'
    """
    return f"database-{database_id[:8]}"


def processes(children: Children, names: list[str]) -> list[dict[str, Any]]:
    """Name, pid and memory of those that run."""
    found = [(name, children.pid(name)) for name in names]
    return [{"name": name, "pid": pid, "memory_mib": memory_mib(pid)} for name, pid in found if pid is not None]
