"""
The processes the host has started, and the one way to end them.

Every child leads a session of its own, so that what it has started ends with it, and a Ctrl-C at the terminal reaches
the CLI alone, which then ends its work in order.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Literal

# How long a child may take to end by itself before it is killed. One second is arbitrary: a program that is
# cancelled has nothing left to say, and the CLI gives its plugins five.
GRACE_S = 1.0


class Children:
    """The running children; after `stop_all` none is running and none can be started."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._stopped = False

    def start(
        self, command: Sequence[str], *, cwd: str | Path, env: Mapping[str, str], piped: bool = False
    ) -> subprocess.Popen[bytes]:
        """
        The started child: its output is the host's own, or comes through pipes.

        Raises:
            OSError: it cannot be started.
            ChildProcessError: the host is stopping.
        """
        output = subprocess.PIPE if piped else None
        with self._lock:
            if self._stopped:
                message = "the language host is stopping"
                raise ChildProcessError(message)
            child = subprocess.Popen(
                command,
                cwd=cwd,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
            self._running.add(child)
        return child

    def wait(self, child: subprocess.Popen[bytes]) -> int:
        """The child's exit code, negative for a signal, once it has ended."""
        code = child.wait()
        with self._lock:
            self._running.discard(child)
        return code

    def stop(self, child: subprocess.Popen[bytes], *, grace_s: float = GRACE_S) -> None:
        """The child and all it started have ended: asked with SIGTERM, after `grace_s` told with SIGKILL."""
        # A child that was waited for has given its id back: it may be another process's by now.
        if child.poll() is None:
            # SIGINT would be the polite signal, but the SDK's exec script hangs on it.
            _signal_group(child.pid, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(grace_s)
            # Also when the child has ended: what it has started may not have listened.
            _signal_group(child.pid, signal.SIGKILL)
        self.wait(child)

    def stop_all(self, *, grace_s: float = GRACE_S) -> None:
        """No child is left, and none can be started any more."""
        with self._lock:
            self._stopped = True
            running = list(self._running)
        stoppers = [threading.Thread(target=self.stop, args=(child,), kwargs={"grace_s": grace_s}) for child in running]
        for stopper in stoppers:
            stopper.start()
        for stopper in stoppers:
            stopper.join()


def output_of(child: subprocess.Popen[bytes]) -> Iterator[tuple[Literal["stdout", "stderr"], bytes]]:
    """What a piped child writes, as it writes it, until it has closed both streams."""
    chunks: queue.Queue[tuple[Literal["stdout", "stderr"], bytes]] = queue.Queue()

    def pump(name: Literal["stdout", "stderr"], stream: IO[bytes]) -> None:
        # Unbuffered reads: the engine waits for the first line of a plugin while the stream stays open.
        with stream:
            while chunk := os.read(stream.fileno(), 65536):
                chunks.put((name, chunk))
        chunks.put((name, b""))

    streams: list[tuple[Literal["stdout", "stderr"], IO[bytes] | None]]
    streams = [("stdout", child.stdout), ("stderr", child.stderr)]
    opened = [(name, stream) for name, stream in streams if stream is not None]
    for name, stream in opened:
        threading.Thread(target=pump, args=(name, stream), daemon=True).start()
    for _ in opened:
        yield from _until_closed(chunks)


def _until_closed(
    chunks: queue.Queue[tuple[Literal["stdout", "stderr"], bytes]],
) -> Iterator[tuple[Literal["stdout", "stderr"], bytes]]:
    while (chunk := chunks.get())[1]:
        yield chunk


def _signal_group(leader: int, number: signal.Signals) -> None:
    # macOS answers PermissionError for a group in which nobody is left to be told.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)
