"""The HTTP server of the emulated API: one thread, loopback only, and able to break a connection on purpose."""

from __future__ import annotations

import socket
import threading
from types import TracebackType
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

# Under this key of an ASGI scope stands a function that drops the connection.
BREAK = "hanzo.break"

# The longest a stop waits for calls in flight.
STOP_S = 2


class BreakableProtocol(H11Protocol):
    """HTTP/1.1 whose application may drop the connection without an answer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        inner = self.app

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            await inner({**scope, BREAK: self._break}, receive, send)

        self.app = app

    def _break(self) -> None:
        """What was sent still arrives; nothing follows it."""
        self.transport.close()


class _Signalled(uvicorn.Server):
    """A server that says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listens = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listens.set()


class Server:
    """`with Server(app) as server: ... server.url`. Port 0 takes a free one."""

    def __init__(self, app: ASGIApp, *, port: int = 0) -> None:
        # The protocol is named so that asyncio sets TCP_NODELAY; without it every answer waits 40 ms for an ACK.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind(("127.0.0.1", port))
        except OSError:
            self._socket.close()
            raise
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        config = uvicorn.Config(
            app,
            http=BreakableProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=STOP_S,
        )
        self._server = _Signalled(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), name="digitalocean-api")

    def start(self) -> Server:
        """Itself, listening."""
        self._thread.start()
        while not self._server.listens.wait(timeout=0.5):
            if not self._thread.is_alive():
                raise RuntimeError("the API server ended while it started")
        return self

    def stop(self) -> None:
        """Stop listening; a no-op when it already has."""
        self._server.should_exit = True
        if self._thread.ident is not None:
            self._thread.join()
        self._socket.close()

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
