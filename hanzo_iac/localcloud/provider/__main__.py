"""
The plugin process: `python -u -m hanzo_iac.localcloud.provider ENGINE_ADDRESS`.

Prints the port it listens on, serves until the engine ends it (`Cancel`, then SIGINT, which must end the process
without a word), and ends by itself when the engine is gone.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from concurrent import futures

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from hanzo_iac.localcloud.provider.servicer import Engine, Provider

# A call holds its thread while it waits for a cluster; an engine runs at most some tens of them side by side.
THREADS = 64
MESSAGE_BYTES = 400 * 1024 * 1024  # the engine's own limit
WATCH_S = 1.0
# The engine's grace period after Cancel: pulumi kills a plugin after 5 s.
GRACE_S = 3.0


def main(arguments: list[str]) -> int:
    """Serve until told to end; the exit code."""
    # Read first: an engine that has its answer may end at any moment.
    parent = os.getppid()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    # The engine's address comes last; unknown flags may stand before it.
    provider = Provider(Engine(arguments[-1] if arguments else ""))
    size = [("grpc.max_receive_message_length", MESSAGE_BYTES), ("grpc.max_send_message_length", MESSAGE_BYTES)]
    server = grpc.server(futures.ThreadPoolExecutor(THREADS), options=size)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    while not stop.wait(WATCH_S) and os.getppid() == parent:
        pass
    provider.clock.stop()
    server.stop(GRACE_S).wait()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
