"""Object storage in the test's own process: moto's server on loopback, and clients of it whose calls fail on demand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError
from moto.server import ThreadedMotoServer

from doubles.one_of_each import account
from doubles.rehearsal import Rehearsal

READS = ("get_", "head_", "list_")


@contextmanager
def object_store() -> Iterator[str]:
    """The address of a store that lives as long as the context."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def stored(url: str) -> Rehearsal:
    """A stack with nothing in it, in an account with this object storage."""
    rehearsal = Rehearsal(account())
    keys = {"spaces_access_id": "local", "spaces_secret_key": "local-cloud"}
    rehearsal.settings = replace(rehearsal.settings, spaces=url, timeout_s=20.0, **keys)
    return rehearsal


@dataclass
class Struck:
    """A client whose `nth` call that writes fails, with a status before it is done, or unheard (0) after it."""

    client: Any
    status: int
    nth: int
    calls: int = 0

    def __getattr__(self, deed: str) -> Any:
        real = getattr(self.client, deed)
        if deed.startswith(READS):
            return real

        def call(**words: Any) -> Any:
            self.calls += 1
            if self.calls != self.nth:
                return real(**words)
            if self.status == 0:
                real(**words)
                raise ReadTimeoutError(endpoint_url="http://127.0.0.1:1")
            said = {"Error": {"Code": "SlowDown"}, "ResponseMetadata": {"HTTPStatusCode": self.status}}
            raise ClientError(said, deed)

        return call
