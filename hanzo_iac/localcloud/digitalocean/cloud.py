"""The emulated account at work: one request in, one answer out, with what every service may ask for on the way."""

from __future__ import annotations

import json
import logging
import secrets
import threading
import time
import traceback
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hanzo_iac.localcloud.backends import Clusters, Databases
from hanzo_iac.localcloud.digitalocean import errors
from hanzo_iac.localcloud.digitalocean.api import Answer, Call, Router
from hanzo_iac.localcloud.digitalocean.faults import Fault, Faults
from hanzo_iac.localcloud.digitalocean.services import FAMILIES, SERVICES
from hanzo_iac.localcloud.digitalocean.settings import Settings
from hanzo_iac.localcloud.digitalocean.state import Json, State

log = logging.getLogger("hanzo_iac.localcloud.digitalocean")


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    method: str
    path: str
    query: Mapping[str, str]
    body: bytes
    authorization: str
    base: str
    """Scheme and host: `http://127.0.0.1:40123`."""


class Cloud:
    """State, the servers behind it, and the request handling. `violations` holds each answer that broke the schema."""

    def __init__(
        self,
        state: State,
        *,
        clusters: Clusters,
        databases: Databases,
        clock: Callable[[], float] = time.time,
        settings: Settings,
    ) -> None:
        self.state = state
        self.clusters = clusters
        self.databases = databases
        self.settings = settings
        self.faults = Faults()
        self.violations: list[str] = []
        self.on_reset: Callable[[], None] = lambda: None
        """Empties what lies beside the account: object storage."""
        self.has_bucket: Callable[[str], bool] = lambda _: True
        """Whether object storage has a bucket of this name; where none is beside the account, it is taken to."""
        self._clock = clock
        self.started_s = clock()
        """When this process began, by the injected clock."""
        self._router = Router(SERVICES)
        self._validator = _validator(settings)
        self._calls: deque[Json] = deque(maxlen=settings.kept_calls)
        self._number = 0
        self._calls_lock = threading.Lock()

    def now(self) -> float:
        """Seconds since 1970 by the injected clock."""
        return self._clock()

    def stamp(self, at_s: float | None = None) -> str:
        """A time as DigitalOcean writes it."""
        moment = datetime.fromtimestamp(self.now() if at_s is None else at_s, UTC)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

    def passed(self, since_s: float, wait_s: float) -> bool:
        """Whether at least this long has passed since then."""
        return self.now() >= since_s + wait_s

    def answer(self, asked: Asked) -> Answer:
        """What DigitalOcean would say; the state is changed accordingly, or not at all."""
        template = asked.path
        try:
            self.authenticate(asked.authorization)
            endpoint, values = self._find(asked)
            template = endpoint.template
            handler = endpoint.handlers.get(asked.method)
            if handler is None:
                return self._finished(Answer(405))
            call = Call(self, values, asked.query, _body(asked.body), asked.base + asked.path)
            with self.state.transaction():
                answer = handler(call)
        except errors.ApiError as error:
            answer = _error(error)
        except Exception as error:  # a fault of ours, or of a server behind us: told in the log, answered as a server's
            log.exception("%s %s", asked.method, asked.path)
            answer = Answer(500, {"id": "server_error", "message": f"{type(error).__name__}: {error}"})
            self.violations.append(f"{asked.method} {asked.path}: {traceback.format_exc()}")
        return self._finished(self._checked(asked.method, template, answer))

    def answer_under(self, fault: Fault | None, asked: Asked) -> Answer | None:
        """What to send when this fault strikes; None to break the connection. Cutting a body is the sender's work."""
        kind = None if fault is None else fault.kind
        if fault is not None and kind == "status":
            return _injected(fault)
        answer = None if kind == "timeout-before" else self.answer(asked)
        return None if kind == "timeout-after-commit" else answer

    def log_call(self, method: str, path: str, code: int | None) -> None:
        """Remember a call; `code` is None when no answer was sent."""
        with self._calls_lock:
            self._number += 1
            self._calls.append({"number": self._number, "method": method, "path": path, "code": code})

    def calls(self) -> list[Json]:
        """The last calls, oldest first."""
        with self._calls_lock:
            return list(self._calls)

    def reset(self) -> None:
        """An account as on its first day: nothing behind it or beside it, no fault in force, no call remembered."""
        with self.state.lock:
            for cluster_id in self.state.table("clusters"):
                self.clusters.remove(cluster_id)
            for database_id in self.state.table("databases"):
                self.databases.remove(database_id)
            self.state.clear()
        self.on_reset()
        self.faults.clear()
        with self._calls_lock:
            self._calls.clear()

    def authenticate(self, authorization: str) -> None:
        """
        Nothing, when the header carries the account's token; any token where none was set.

        Raises:
            ApiError: it does not.
        """
        scheme, _, given = authorization.partition(" ")
        token = given.strip().encode()
        wanted = token if self.settings.token is None else self.settings.token.encode()
        if scheme.lower() != "bearer" or not token or not secrets.compare_digest(token, wanted):
            raise errors.unauthorized()

    def _find(self, asked: Asked) -> Any:
        found = self._router.find(asked.path)
        if found is None:
            family = asked.path.strip("/").split("/")[1:2]
            if family and family[0] in FAMILIES:
                raise errors.not_emulated(f"{asked.method} {asked.path}")
            raise errors.not_found()
        return found

    def _checked(self, method: str, template: str, answer: Answer) -> Answer:
        if self._validator is None:
            return answer
        violation = self._validator.violation(method, template, answer)
        if violation is None:
            return answer
        self.violations.append(violation)
        return Answer(500, {"id": "server_error", "message": violation})

    def _finished(self, answer: Answer) -> Answer:
        limit = self.settings.hourly_requests
        return Answer(
            answer.status,
            answer.body,
            answer.media,
            {
                "ratelimit-limit": str(limit),
                "ratelimit-remaining": str(max(0, limit - self._number - 1)),
                "ratelimit-reset": str(int(self.now()) + 3600),
                "x-request-id": str(uuid.uuid4()),
                **answer.headers,
            },
        )


def _error(error: errors.ApiError) -> Answer:
    request_id = str(uuid.uuid4())
    body = {"id": error.kind, "message": error.message, "request_id": request_id}
    return Answer(error.status, body, headers={"x-request-id": request_id, **error.headers})


def _injected(fault: Fault) -> Answer:
    known = {
        429: ("too_many_requests", "API rate limit exceeded."),
        500: ("server_error", "Unexpected server-side error"),
        503: ("service_unavailable", "The server is temporarily unable to answer"),
    }
    kind, message = known.get(fault.status, ("server_error", f"a fault of status {fault.status} was asked for"))
    headers = {"retry-after": str(fault.retry_after_s)} if fault.status == 429 else {}
    return Answer(fault.status, {"id": kind, "message": message}, headers=headers)


def _body(raw: bytes) -> Json:
    if not raw.strip():
        return {}
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise errors.bad_request("unable to parse the request body as JSON") from error
    if body is None:
        return {}
    if not isinstance(body, dict):
        raise errors.bad_request("the request body must be a JSON object")
    return body


def _validator(settings: Settings) -> Any:
    if settings.validate is None:
        return None
    # Imported here: only tests validate, and the packages for it are not among the local cloud's own.
    from hanzo_iac.localcloud.digitalocean.validation import Validator

    return Validator(settings.validate)
