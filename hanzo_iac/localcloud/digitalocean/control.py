"""
The strings behind the stage, under `/_local/`: what tests and `hanzo local` use, and DigitalOcean does not have.

    GET  state      everything the account holds       POST   reset          nothing left, in object storage neither
    GET  calls      the last calls                     GET    health         whether the API answers
    GET  faults     the rules in force                 POST   faults         add one, answers its number
    DELETE faults   drop all                           DELETE faults/{id}    drop one
    POST quota      {"droplets": 10, "gpu-h100x1-80gb": 0, ...}; null lifts a limit

All but `health` want the account's token, as DigitalOcean's own paths do: the state holds passwords.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hanzo_iac.localcloud.digitalocean.cloud import Cloud
from hanzo_iac.localcloud.digitalocean.errors import ApiError
from hanzo_iac.localcloud.digitalocean.faults import Fault

Reply = tuple[int, Any]
Deed = Callable[[Cloud, Request, Any], Reply]


def routes(cloud: Cloud) -> list[Route]:
    """The control endpoints of one emulated account."""
    deeds: list[tuple[str, str, Deed]] = [
        ("GET", "/state", lambda cloud, *_: (200, cloud.state.dump())),
        ("POST", "/reset", _reset),
        ("GET", "/calls", lambda cloud, *_: (200, {"calls": cloud.calls()})),
        ("GET", "/faults", lambda cloud, *_: (200, {"faults": cloud.faults.listed()})),
        ("POST", "/faults", _add_fault),
        ("DELETE", "/faults", _clear_faults),
        ("DELETE", "/faults/{number:int}", _remove_fault),
        ("POST", "/quota", _quota),
    ]
    asked = [Route(path, endpoint(cloud, deed), methods=[method]) for method, path, deed in deeds]
    return [Route("/health", _health), *asked]


async def _health(request: Request) -> Response:  # noqa: ARG001
    return JSONResponse({"status": "ok"})


def endpoint(cloud: Cloud, deed: Deed) -> Any:
    """What answers with the deed's reply, for those who have the account's token."""

    async def answer(request: Request) -> Response:
        raw = await request.body()
        try:
            cloud.authenticate(request.headers.get("authorization", ""))
            body = json.loads(raw) if raw.strip() else {}
            status, reply = await run_in_threadpool(deed, cloud, request, body)
        except ApiError as error:
            status, reply = error.status, {"id": error.kind, "message": error.message}
        except (ValueError, TypeError, re.error) as error:
            status, reply = 422, {"id": "unprocessable_entity", "message": str(error)}
        return Response(status_code=status) if reply is None else JSONResponse(reply, status)

    return answer


def _object(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise ValueError("the body must be a JSON object")  # the endpoint answers a ValueError
    return body


def _reset(cloud: Cloud, request: Request, body: Any) -> Reply:  # noqa: ARG001
    cloud.reset()
    return 204, None


def _add_fault(cloud: Cloud, request: Request, body: Any) -> Reply:  # noqa: ARG001
    return 201, {"id": cloud.faults.add(Fault.read(_object(body)))}


def _clear_faults(cloud: Cloud, request: Request, body: Any) -> Reply:  # noqa: ARG001
    cloud.faults.clear()
    return 204, None


def _remove_fault(cloud: Cloud, request: Request, body: Any) -> Reply:  # noqa: ARG001
    return (204, None) if cloud.faults.remove(request.path_params["number"]) else (404, {"id": "not_found"})


def _quota(cloud: Cloud, request: Request, body: Any) -> Reply:  # noqa: ARG001
    wrong = [
        name for name, limit in _object(body).items() if not (limit is None or (type(limit) is int and limit >= 0))
    ]
    if wrong:
        raise ValueError(f"{wrong[0]} must be a whole number or null")
    with cloud.state.transaction():
        for name, limit in body.items():
            if limit is None:
                cloud.state.quota.pop(name, None)
            else:
                cloud.state.quota[name] = limit
    return 200, {"quota": dict(cloud.state.quota)}
