"""
Object storage: moto's S3 server in a process of its own, started by the first connection.

The supervisor listens; the child inherits the listening socket. So the address is known at once, nothing is lost
between the two, and a cloud nobody stores objects in does not pay for moto. Buckets live in the child's memory: they
outlive the supervisor, and are gone when the child itself dies.
"""

from __future__ import annotations

import os
import select
import socket
import sys
from typing import Any

import requests

from hanzo_iac.localcloud.databases import processes
from hanzo_iac.localcloud.keeper import Keeper
from hanzo_iac.localcloud.places import Places
from hanzo_iac.localcloud.ports import Ports
from hanzo_iac.localcloud.processes import Children, Program
from hanzo_iac.localcloud.settings import ACCESS_KEY, SECRET_KEY

NAME = "object-store"
SOCKET_VARIABLE = "HANZO_OBJECT_STORE_SOCKET"
LOOK_S = 1.0
ANSWERS_WITHIN_S = 10.0


class ObjectStore:
    """The listening socket and the child behind it."""

    def __init__(self, places: Places, children: Children, ports: Ports) -> None:
        self._places = places
        self._children = children
        self._ports = ports
        self._socket: socket.socket | None = None
        self._keeper = Keeper(NAME, self._step)

    def start(self) -> ObjectStore:
        """Itself, listening."""
        if not self._children.alive(NAME):
            self._listen()
        self._keeper.start()
        return self

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`."""
        return f"http://127.0.0.1:{self._ports.of(NAME)}"

    def has_bucket(self, name: str) -> bool:
        """Whether there is one of this name. A store that nobody used yet has none, and is not started to say so."""
        if not self._children.alive(NAME):
            return False
        with requests.Session() as session:
            session.trust_env = False
            return bool(session.head(f"{self.url}/{name}", timeout=ANSWERS_WITHIN_S).ok)

    def reset(self) -> None:
        """No bucket is left."""
        self._children.stop(NAME, abandon=True)
        self._keeper.wake()

    def stop(self) -> None:
        """Nothing is watched any more; the child runs on."""
        self._keeper.stop()
        if self._socket is not None:
            self._socket.close()

    def status(self) -> dict[str, Any]:
        """Address, whether it was used yet, process and memory."""
        return {
            "url": self.url,
            "started": self._children.alive(NAME),
            "trouble": self._keeper.trouble,
            "processes": processes(self._children, [NAME]),
        }

    def _listen(self) -> socket.socket:
        if self._socket is None:
            listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", self._ports.claim(NAME)))
            listener.listen(64)
            self._socket = listener
        return self._socket

    def _step(self) -> float:
        if not self._children.alive(NAME):
            listener = self._listen()
            # Looked at, not accepted: the connection is the child's.
            if not select.select([listener], [], [], LOOK_S)[0]:
                return 0
            self._children.ensure(self._program(listener))
        if failing := self._children.failing(NAME):
            raise RuntimeError(failing)
        return LOOK_S

    def _program(self, listener: socket.socket) -> Program:
        return Program(
            name=NAME,
            argv=(sys.executable, "-m", "hanzo_iac.localcloud.objectstore"),
            folder=self._places.root / NAME,
            env={
                SOCKET_VARIABLE: str(listener.fileno()),
                "AWS_ACCESS_KEY_ID": ACCESS_KEY,
                "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
                "PYTHONUNBUFFERED": "1",
            },
            inherits=(listener.fileno(),),
        )


def serve(listener: int) -> None:
    """Answer S3 on an inherited socket until ended."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
    from werkzeug.serving import make_server

    app = DomainDispatcherApplication(create_backend_app)
    # Host and port are only words here: the socket is bound already.
    make_server("127.0.0.1", 0, app, threaded=True, fd=listener, request_handler=MotoRequestHandler).serve_forever()


if __name__ == "__main__":
    serve(int(os.environ[SOCKET_VARIABLE]))
