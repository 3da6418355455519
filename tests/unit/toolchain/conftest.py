"""A mirror of the official hosts on loopback that misbehaves when told to, and a workshop that asks it."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from hanzo_iac.toolchain.routes import Machine
from hanzo_iac.toolchain.workshop import Limits, Workshop

MACHINE = Machine("linux", "amd64")


@dataclass
class Mirror:
    """What the server gives, and what it was asked."""

    address: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    """By path, which begins with the official host."""
    breaks: dict[str, list[int]] = field(default_factory=dict)
    """Path -> after how many bytes each of the next answers breaks off."""
    statuses: dict[str, list[int]] = field(default_factory=dict)
    """Path -> statuses of the next answers."""
    resumes: bool = True
    """Whether Range is understood."""
    gate: threading.Event = field(default_factory=threading.Event)
    """Answers wait for it where `gated` says so."""
    gated: set[str] = field(default_factory=set)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    """(path, Range header) of every request."""

    def publish(self, path: str, contents: bytes, *, beside: str | None = None) -> str:
        """Put a file up with its checksum in a `.sha256` beside it, or in the list called `beside`."""
        checksum = hashlib.sha256(contents).hexdigest()
        self.files[path] = contents
        if beside is None:
            self.files[f"{path}.sha256"] = checksum.encode()
        else:
            folder, _, name = path.rpartition("/")
            listed = self.files.get(f"{folder}/{beside}", b"")
            self.files[f"{folder}/{beside}"] = listed + f"{checksum}  {name}\n".encode()
        return checksum


class _Handler(BaseHTTPRequestHandler):
    mirror: Mirror

    def do_GET(self) -> None:
        mirror, path = self.mirror, self.path.lstrip("/")
        mirror.asked.append((path, self.headers.get("Range")))
        if path in mirror.gated:
            mirror.gate.wait(20)
        if mirror.statuses.get(path):
            self._refuse(mirror.statuses[path].pop(0))
        elif path not in mirror.files:
            self._refuse(404)
        else:
            self._send(path, mirror.files[path])

    def _refuse(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send(self, path: str, contents: bytes) -> None:
        span = self.headers.get("Range")
        start = int(span.removeprefix("bytes=").rstrip("-")) if span and self.mirror.resumes else 0
        if start and start >= len(contents):
            self._refuse(416)
            return
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(contents) - 1}/{len(contents)}")
        self.send_header("Content-Length", str(len(contents) - start))
        self.end_headers()
        breaks = self.mirror.breaks.get(path)
        self.wfile.write(contents[start:][: breaks.pop(0)] if breaks else contents[start:])

    def log_message(self, *_: object) -> None:
        """Requests are recorded, not printed."""


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    """A server on loopback for the length of a test."""
    mirror = Mirror()
    handler = type("Handler", (_Handler,), {"mirror": mirror})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    mirror.address = f"http://127.0.0.1:{server.server_address[1]}"
    yield mirror
    mirror.gate.set()
    server.shutdown()
    thread.join()
    server.server_close()


class Recorder:
    """A progress that remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []
        self.heard = threading.Event()
        self.listening_for = ""

    def begin(self, name: str, step: str) -> None:
        self.told.append((name, step))
        if self.listening_for and self.listening_for in step:
            self.heard.set()

    def advance(self, done: int, total: int | None) -> None:
        pass

    def end(self, name: str, outcome: str) -> None:
        self.told.append((name, outcome))

    def close(self) -> None:
        pass


@pytest.fixture
def make_shop(tmp_path: Path, mirror: Mirror) -> Callable[..., Workshop]:
    """A workshop in an empty folder that downloads from the mirror, has no Go, and never really sleeps."""

    def make(**changes: object) -> Workshop:
        pauses: list[float] = []
        settings: dict[str, object] = {
            "root": tmp_path / "toolchain",
            "progress": Recorder(),
            "machine": MACHINE,
            "environment": {"PATH": str(tmp_path / "no-programs")},
            "tools": tmp_path / "tools",
            "mirror": mirror.address,
            "limits": Limits(answer_s=10, stall_s=10, tries=3),
            "interpreter": "/opt/python/bin/python3",
            "sleep": pauses.append,
        }
        shop = Workshop(**(settings | changes))
        shop.pauses = pauses
        return shop

    return make


@pytest.fixture
def shop(make_shop: Callable[..., Workshop]) -> Workshop:
    """The workshop as it usually is."""
    return make_shop()
