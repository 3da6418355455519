"""
How a service is written: functions from a `Call` to an `Answer`, registered under a method and a path.

A path is DigitalOcean's own template (`/v2/vpcs/{vpc_id}`), which is also what names the schema an answer must satisfy.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from hanzo_iac.localcloud.digitalocean import errors
from hanzo_iac.localcloud.digitalocean.state import Json

if TYPE_CHECKING:
    from hanzo_iac.localcloud.digitalocean.cloud import Cloud

# The most items on a page, and the number when none is asked for. Source: DigitalOcean's OpenAPI, August 2026.
LARGEST_PAGE = 200
USUAL_PAGE = 20


@dataclass(frozen=True)
class Answer:
    """What goes back: a body is JSON unless `media` says it is text."""

    status: int
    body: Json | str | None = None
    media: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    def payload(self) -> bytes:
        """The body as it is sent."""
        if self.body is None:
            return b""
        return self.body.encode() if isinstance(self.body, str) else json.dumps(self.body).encode()


def ok(body: Json) -> Answer:
    """200."""
    return Answer(200, body)


def created(body: Json) -> Answer:
    """201."""
    return Answer(201, body)


def accepted(body: Json | None = None) -> Answer:
    """202."""
    return Answer(202, body)


def no_content() -> Answer:
    """204."""
    return Answer(204)


@dataclass(frozen=True)
class Call:
    """One request, already authenticated and read."""

    cloud: Cloud
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Json
    url: str
    """Scheme, host and path, for the links between pages."""

    def number(self, name: str, default: int) -> int:
        """A whole number above zero from the query."""
        text = self.query.get(name, "")
        if not text:
            return default
        if not text.isdigit() or int(text) < 1:
            raise errors.unprocessable(f"{name} must be a whole number above 0")
        return int(text)

    def page(self, key: str, items: Iterable[Json]) -> Answer:
        """The page that was asked for, with links to its neighbours and the total."""
        every = list(items)
        page, size = self.number("page", 1), min(self.number("per_page", USUAL_PAGE), LARGEST_PAGE)
        last = max(1, -(-len(every) // size))
        shown = every[(page - 1) * size : page * size]
        return ok({key: shown, "links": self._links(page, last), "meta": {"total": len(every)}})

    def _links(self, page: int, last: int) -> Json:
        around: Json = {}
        if page > 1:
            around |= {"first": self._link(1), "prev": self._link(min(page - 1, last))}
        if page < last:
            around |= {"next": self._link(page + 1), "last": self._link(last)}
        return {"pages": around} if around else {}

    def _link(self, page: int) -> str:
        return f"{self.url}?{urlencode({**self.query, 'page': page})}"


Handler = Callable[[Call], Answer]


@dataclass(frozen=True)
class Endpoint:
    """A path template with what answers each method."""

    template: str
    handlers: dict[str, Handler] = field(default_factory=dict)


class Routes:
    """The endpoints of a service; used as a decorator."""

    def __init__(self) -> None:
        self.endpoints: dict[str, Endpoint] = {}

    def __call__(self, method: str, template: str) -> Callable[[Handler], Handler]:
        """Register the decorated function."""

        def register(handler: Handler) -> Handler:
            self.endpoints.setdefault(template, Endpoint(template)).handlers[method] = handler
            return handler

        return register


class Router:
    """Finds the endpoint of a path; a literal segment wins over a parameter."""

    def __init__(self, services: Iterable[Routes]) -> None:
        merged: dict[str, Endpoint] = {}
        for routes in services:
            for template, endpoint in routes.endpoints.items():
                merged.setdefault(template, Endpoint(template)).handlers.update(endpoint.handlers)
        self._by_length: dict[int, list[tuple[list[str], Endpoint]]] = {}
        for template in sorted(merged, key=_literals_first):
            segments = template.strip("/").split("/")
            self._by_length.setdefault(len(segments), []).append((segments, merged[template]))

    def find(self, path: str) -> tuple[Endpoint, dict[str, str]] | None:
        """The endpoint and the path's parameters; None when there is none."""
        segments = path.strip("/").split("/")
        for pattern, endpoint in self._by_length.get(len(segments), ()):
            values = _match(pattern, segments)
            if values is not None:
                return endpoint, values
        return None


def _literals_first(template: str) -> list[tuple[bool, str]]:
    return [(segment.startswith("{"), segment) for segment in template.strip("/").split("/")]


def _match(pattern: Sequence[str], segments: Sequence[str]) -> dict[str, str] | None:
    values = {}
    for expected, found in zip(pattern, segments, strict=True):
        if expected.startswith("{"):
            values[expected[1:-1]] = found
        elif expected != found:
            return None
    return values


def require(body: Mapping[str, Any], *names: str) -> None:
    """Refuse a body without one of these fields, or with an empty one."""
    missing = [name for name in names if body.get(name) in (None, "", [])]
    if missing:
        raise errors.unprocessable(f"{missing[0]} is required" if len(missing) == 1 else f"{missing} are required")


def text(body: Mapping[str, Any], name: str, default: str = "") -> str:
    """A text field; null is the default."""
    value = body.get(name)
    if value is None:
        return default
    if not isinstance(value, str):
        raise errors.unprocessable(f"{name} must be a string")
    return value


def whole(body: Mapping[str, Any], name: str, default: int) -> int:
    """A whole-number field; null is the default."""
    value = body.get(name)
    if value is None:
        return default
    if not isinstance(value, int) or isinstance(value, bool):
        raise errors.unprocessable(f"{name} must be a whole number")
    return value


def flag(body: Mapping[str, Any], name: str, *, default: bool) -> bool:
    """A boolean field; null is the default."""
    value = body.get(name)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise errors.unprocessable(f"{name} must be true or false")
    return value


def texts(body: Mapping[str, Any], name: str) -> list[str]:
    """A field with a list of texts; null is empty."""
    value = body.get(name) or []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise errors.unprocessable(f"{name} must be a list of strings")
    return list(value)


def one_of(body: Mapping[str, Any], name: str, allowed: Sequence[str], default: str) -> str:
    """A text field with few allowed values."""
    value = text(body, name, default)
    if value not in allowed:
        raise errors.unprocessable(f"{name} must be one of {', '.join(allowed)}")
    return value
