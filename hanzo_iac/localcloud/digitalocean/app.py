"""The ASGI application: DigitalOcean's API under `/v2`, the strings behind the stage under `/_local`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from hanzo_iac.localcloud.backends import Clusters, Databases
from hanzo_iac.localcloud.digitalocean import control
from hanzo_iac.localcloud.digitalocean.api import Answer
from hanzo_iac.localcloud.digitalocean.cloud import Asked, Cloud
from hanzo_iac.localcloud.digitalocean.server import BREAK
from hanzo_iac.localcloud.digitalocean.services import restore
from hanzo_iac.localcloud.digitalocean.settings import Settings
from hanzo_iac.localcloud.digitalocean.state import State


def create_app(
    state: State,
    *,
    clusters: Clusters,
    databases: Databases,
    clock: Callable[[], float] = time.time,
    settings: Settings | None = None,
) -> Starlette:
    """The API over this state; the servers behind it are asked for again. `app.state.cloud` is the `Cloud`."""
    cloud = Cloud(state, clusters=clusters, databases=databases, clock=clock, settings=settings or Settings())
    restore(cloud)
    app = Starlette(routes=[Mount("/_local", routes=control.routes(cloud)), Mount("/v2", app=_Api(cloud))])
    app.state.cloud = cloud
    return app


class _Api:
    """Everything under `/v2`, faults first."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        asked = Asked(
            method=request.method,
            path=request.url.path.rstrip("/"),
            query=dict(request.query_params),
            body=await request.body(),
            authorization=request.headers.get("authorization", ""),
            base=f"{request.url.scheme}://{request.url.netloc}",
        )
        delay_s, fault = self._cloud.faults.strike(asked.method, asked.path)
        if delay_s:
            await asyncio.sleep(delay_s)
        answer = await run_in_threadpool(self._cloud.answer_under, fault, asked)
        self._cloud.log_call(asked.method, asked.path, None if answer is None else answer.status)
        if answer is None:
            await _drop(scope, receive)
        elif fault is not None and fault.kind == "cut-body":
            await _cut(answer, scope, receive, send)
        else:
            await _response(answer)(scope, receive, send)


def _response(answer: Answer) -> Response:
    media = answer.media if answer.body is not None else None
    return Response(answer.payload(), answer.status, dict(answer.headers), media_type=media)


async def _drop(scope: Scope, receive: Receive) -> None:
    """Break the connection. In process there is none to break: the caller gets the error itself."""
    close = scope.get(BREAK)
    if close is None:
        raise ConnectionResetError("dropped by a fault")
    close()
    while (await receive())["type"] != "http.disconnect":
        pass


async def _cut(answer: Answer, scope: Scope, receive: Receive, send: Send) -> None:
    """Send the head and half of the body, then break the connection."""
    response, payload = _response(answer), answer.payload()
    await send({"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers})
    await send({"type": "http.response.body", "body": payload[: len(payload) // 2], "more_body": True})
    await _drop(scope, receive)
