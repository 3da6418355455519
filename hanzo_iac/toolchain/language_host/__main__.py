"""
The process: `python -u -m hanzo_iac.toolchain.language_host [flags] ENGINE_ADDRESS`.

Binds a port on loopback, prints it, serves until it is told to end (SIGINT, SIGTERM) or the CLI that started it is
gone, and leaves no child behind.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
from pulumi.runtime.proto import language_pb2_grpc

from hanzo_iac.errors import UsageError
from hanzo_iac.toolchain.language_host.children import Children
from hanzo_iac.toolchain.language_host.servicer import LanguageHost

# The engine's own limit on a message: 400 MB.
MESSAGE_BYTES = 400 * 1024 * 1024
# Run and every RunPlugin hold a thread for their whole life; a stack uses a handful, 64 is arbitrary.
THREADS = 64
# How often the host looks whether the CLI still lives, seconds.
PARENT_CHECK_S = 0.5


def parent_executable(pid: int) -> Path | None:
    """The program that process `pid` runs, where the system tells it (Linux does)."""
    try:
        return Path(f"/proc/{pid}/exe").resolve(strict=True)
    except OSError:
        return None


def exec_folders(parent: Path | None, path: str) -> tuple[Path, ...]:
    """Where the SDK's exec script may lie: beside the CLI that started the host, then on PATH."""
    beside = [parent.parent] if parent else []
    return (*beside, *(Path(folder) for folder in path.split(os.pathsep) if folder))


def serve(engine: str) -> None:
    """Serves the engine at `engine` until the end; the port is the first line on stdout."""
    parent = os.getppid()
    children = Children()
    folders = exec_folders(parent_executable(parent), os.environ.get("PATH", ""))
    options = [("grpc.max_receive_message_length", MESSAGE_BYTES), ("grpc.max_send_message_length", MESSAGE_BYTES)]
    server = grpc.server(ThreadPoolExecutor(THREADS), options=options)
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(LanguageHost(engine, children, folders), server)
    port = server.add_insecure_port("127.0.0.1:0")
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    server.start()
    print(port, flush=True)
    while not over.wait(PARENT_CHECK_S) and os.getppid() == parent:
        pass
    children.stop_all()
    server.stop(grace=None)


def main() -> None:
    if len(sys.argv) < 2:
        print("error: the engine's address is missing\n\nhint: the Pulumi CLI starts this program", file=sys.stderr)
        sys.exit(UsageError.exit_code)
    serve(sys.argv[-1])


if __name__ == "__main__":
    main()
