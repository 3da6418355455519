"""
One HTTP call to DigitalOcean: sent, repeated where that is safe, and its failure said in words.

GET, PUT, PATCH and DELETE may be repeated: they mean the same the second time. POST may not: it is sent once, and a
failure that leaves open whether it took effect is `Unsure`, so that the caller looks before it sends again.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import quote, urlencode

import requests

from hanzo_iac.localcloud.provider.settings import TOKEN_VARIABLES, Settings

Json = dict[str, Any]

USER_AGENT = "hanzo-iac (pulumi-resource-digitalocean)"
PAGE = 200  # the most DigitalOcean lists at once


def segment(name: str) -> str:
    """
    A name that people choose, as one segment of a path.

    >>> segment("a/b?c"), segment("team:blue")
    ('a%2Fb%3Fc', 'team:blue')
    """
    return quote(name, safe=":@")


class ApiError(Exception):
    """DigitalOcean answered, and the answer is no."""

    def __init__(self, status: int, word: str, message: str, call: str) -> None:
        hint = ""
        if status == 401:
            hint = f" (set {TOKEN_VARIABLES[0]}, or the secret digitalocean:token, to a token that is valid there)"
        super().__init__(f"DigitalOcean answered {status} {word}: {message or 'no reason given'}{hint} [{call}]")
        self.status = status
        self.word = word
        self.message = message


class Unsure(Exception):  # noqa: N818  # it says what is known about the call, which is not that it failed
    """The call may or may not have taken effect: no answer, or an answer such as 500."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport(Protocol):
    """Sends one request. Raises `ConnectionError` or `TimeoutError` when no answer comes."""

    def __call__(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes, timeout_s: float) -> Answer:
        """The answer, whatever its status."""


class HttpTransport:
    """The real thing: one session a thread, and no proxy on the way to this machine."""

    def __init__(self, *, use_proxies: bool) -> None:
        self._use_proxies = use_proxies
        self._local = threading.local()

    def __call__(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes, timeout_s: float) -> Answer:
        """Send it."""
        if not hasattr(self._local, "session"):
            self._local.session = requests.Session()
            self._local.session.trust_env = self._use_proxies
        try:
            answer = self._local.session.request(
                method, url, headers=dict(headers), data=body or None, timeout=timeout_s, allow_redirects=False
            )
        except requests.Timeout as error:
            message = f"no answer within {timeout_s:g} s"
            raise TimeoutError(message) from error
        except requests.RequestException as error:
            message = f"the connection failed ({type(error).__name__})"
            raise ConnectionError(message) from error
        return Answer(answer.status_code, answer.headers, answer.content)


@dataclass
class Api:
    """DigitalOcean's API with one account's token."""

    settings: Settings
    transport: Transport
    sleep: Callable[[float], None]
    """Waits that many seconds, or raises when the engine has cancelled."""
    _pace: threading.Lock = field(default_factory=threading.Lock)

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """What stands there."""
        return self._repeated("GET", path, query=query)

    def find(self, path: str, **query: Any) -> dict[str, Any] | None:
        """What stands there, or None when nothing does."""
        try:
            return self.get(path, **query)
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    def put(self, path: str, body: Any) -> dict[str, Any]:
        """Make it so."""
        return self._repeated("PUT", path, body=body)

    def patch(self, path: str, body: Any) -> dict[str, Any]:
        """Make part of it so; our patches mean the same when sent twice."""
        return self._repeated("PATCH", path, body=body)

    def delete(self, path: str, *, body: Any = None, **query: Any) -> None:
        """Gone; also when it was before."""
        try:
            self._repeated("DELETE", path, query=query, body=body)
        except ApiError as error:
            if error.status != 404:
                raise

    def post(self, path: str, body: Any) -> dict[str, Any]:
        """Sent exactly once. Raises `Unsure` when it may have taken effect unseen."""
        return self._once("POST", path, {}, body)

    def repost(self, path: str, body: Any) -> dict[str, Any]:
        """A POST that means the same when sent twice, such as an assignment."""
        return self._repeated("POST", path, body=body)

    def pages(self, path: str, key: str, **query: Any) -> Iterator[dict[str, Any]]:
        """Every item of a list, over all its pages."""
        page = 1
        while True:
            answer = self.get(path, page=page, per_page=PAGE, **query)
            items = answer.get(key) or []
            yield from items
            pages = (answer.get("links") or {}).get("pages") or {}
            if not items or not pages.get("next"):
                return
            page += 1

    def _repeated(self, method: str, path: str, *, query: Mapping[str, Any] | None = None, body: Any = None) -> Json:
        """The call, sent again while it fails in a way that may pass."""
        for attempt in range(self.settings.retries + 1):
            try:
                return self._once(method, path, query or {}, body)
            except (Unsure, Busy) as error:
                if attempt == self.settings.retries:
                    raise
                self.pause(attempt, error)
        raise AssertionError

    def pause(self, attempt: int, error: Exception) -> None:
        """Wait before the next attempt: as long as DigitalOcean asked, else twice as long each time."""
        asked = error.retry_after_s if isinstance(error, Busy) else None
        longest = self.settings.retry_max_s
        grown = min(self.settings.retry_min_s * 2**attempt, longest)
        self.sleep(grown if asked is None else min(asked, longest))

    def _once(self, method: str, path: str, query: Mapping[str, Any], body: Any) -> Json:
        """One request and its JSON, or the failure in words."""
        url = f"{self.settings.api}{path}{'?' if query else ''}{urlencode(query)}"
        sent = json.dumps(body).encode() if body is not None else b""
        headers = {"Authorization": f"Bearer {self.settings.token}", "User-Agent": USER_AGENT}
        if sent:
            headers["Content-Type"] = "application/json"
        call = f"{method} {path}"
        self._keep_pace()
        try:
            answer = self.transport(method, url, headers=headers, body=sent, timeout_s=self.settings.timeout_s)
        except (ConnectionError, TimeoutError) as error:
            message = f"{self.settings.api} gave no answer: {error} [{call}]"
            raise Unsure(message) from error
        return read(answer, call)

    def _keep_pace(self) -> None:
        """At most so many requests a second, when that was asked for."""
        if self.settings.requests_per_second > 0:
            with self._pace:
                self.sleep(1 / self.settings.requests_per_second)


class Busy(ApiError):  # noqa: N818  # see Unsure
    """429: not done, and to be asked again later."""

    def __init__(self, message: str, call: str, retry_after_s: float | None) -> None:
        super().__init__(429, "too_many_requests", message, call)
        self.retry_after_s = retry_after_s


def read(answer: Answer, call: str) -> Json:
    """The JSON of a good answer, `{}` for an empty one. Raises for any other."""
    if answer.status < 400:
        try:
            said: Json = json.loads(answer.body) if answer.body.strip() else {}
        except ValueError as error:
            message = f"the answer to {call} was cut short or is not JSON"
            raise Unsure(message) from error
        return said
    try:
        told = json.loads(answer.body)
        # Vector databases say `error` where all others say `message`.
        word, message = str(told.get("id", "")), str(told.get("message") or told.get("error") or "")
    except (ValueError, AttributeError):
        word, message = "", answer.body[:200].decode(errors="replace")
    if answer.status == 429:
        asked = answer.headers.get("Retry-After") or answer.headers.get("retry-after") or ""
        raise Busy(message, call, float(asked) if asked.replace(".", "", 1).isdigit() else None)
    if answer.status >= 500:
        what = f"DigitalOcean answered {answer.status} {word or 'server_error'}: {message} [{call}]"
        raise Unsure(what)
    raise ApiError(answer.status, word or "error", message, call)
