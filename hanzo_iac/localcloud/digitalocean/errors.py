"""Error answers as DigitalOcean words them: a status and `{"id": ..., "message": ...}`."""

from __future__ import annotations

from collections.abc import Mapping


class ApiError(Exception):
    """A request that is answered with an error. Nothing of the request is kept."""

    def __init__(self, status: int, kind: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        self.status = status
        self.kind = kind
        self.message = message
        self.headers = dict(headers or {})
        super().__init__(f"{status} {kind}: {message}")


def bad_request(message: str) -> ApiError:
    """400: the body cannot be read."""
    return ApiError(400, "bad_request", message)


def unauthorized() -> ApiError:
    """401: no token, or not the right one."""
    return ApiError(401, "Unauthorized", "Unable to authenticate you")


def forbidden(message: str) -> ApiError:
    """403: understood and refused."""
    return ApiError(403, "forbidden", message)


def not_found(message: str = "The resource you were accessing could not be found.") -> ApiError:
    """404: no such resource."""
    return ApiError(404, "not_found", message)


def conflict(message: str) -> ApiError:
    """409: the resource's state, or another resource, stands against it."""
    return ApiError(409, "conflict", message)


def precondition_failed(message: str) -> ApiError:
    """412: something else must happen first."""
    return ApiError(412, "precondition_failed", message)


def unprocessable(message: str) -> ApiError:
    """422: readable, but wrong."""
    return ApiError(422, "unprocessable_entity", message)


def not_emulated(what: str) -> ApiError:
    """501: DigitalOcean can do it, the local cloud cannot. Never a made-up success."""
    return ApiError(501, "not_implemented", f"{what} is not emulated by the local cloud")
