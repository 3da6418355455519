"""A provider behind real gRPC, asked as the engine asks it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from doubles.rehearsal import LOCAL, InProcess, urn_of
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

from hanzo_iac.localcloud.digitalocean import Cloud
from hanzo_iac.localcloud.provider.servicer import Engine, Provider
from hanzo_iac.localcloud.provider.values import wire_dict


class Asker:
    """The engine's side of one provider over one account."""

    def __init__(self, cloud: Cloud, **config: Any) -> None:
        self.transport = InProcess(cloud)
        self.provider = Provider(Engine(""), self.transport)
        self._server = grpc.server(ThreadPoolExecutor(8))
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(self.provider, self._server)
        port = self._server.add_insecure_port("127.0.0.1:0")
        self._server.start()
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        self.stub = provider_pb2_grpc.ResourceProviderStub(self._channel)
        self.config = {"token": "t", "apiEndpoint": LOCAL, "httpRetryMax": "0", **config}

    def configure(self) -> Any:
        return self.stub.Configure(provider_pb2.ConfigureRequest(args=wire_dict(self.config)))

    def close(self) -> None:
        self._channel.close()
        self._server.stop(None).wait()

    def check(self, token: str, news: dict[str, Any], olds: dict[str, Any] | None = None, name: str = "it") -> Any:
        return self.stub.Check(
            provider_pb2.CheckRequest(urn=urn_of(token, name), olds=wire_dict(olds or {}), news=wire_dict(news))
        )

    def create(self, token: str, inputs: dict[str, Any], *, preview: bool = False, timeout: float = 0) -> Any:
        urn = urn_of(token, "it")
        request = provider_pb2.CreateRequest(urn=urn, properties=wire_dict(inputs), preview=preview, timeout=timeout)
        return self.stub.Create(request)

    def diff(self, token: str, olds: Any, news: dict[str, Any], ignored: tuple[str, ...] = ()) -> Any:
        request = provider_pb2.DiffRequest(
            id="x", urn=urn_of(token, "it"), olds=olds, news=wire_dict(news), ignoreChanges=ignored
        )
        return self.stub.Diff(request)

    def update(self, token: str, known: Any, news: dict[str, Any], ignored: tuple[str, ...] = ()) -> dict[str, Any]:
        """The state after an update of what `create` answered."""
        request = provider_pb2.UpdateRequest(
            id=known.id, urn=urn_of(token, "it"), olds=known.properties, news=wire_dict(news), ignoreChanges=ignored
        )
        return plain(self.stub.Update(request).properties)

    def invoke(self, name: str, /, **args: Any) -> dict[str, Any]:
        token = f"digitalocean:index/{name}:{name}"
        answer = self.stub.Invoke(provider_pb2.InvokeRequest(tok=token, args=wire_dict(args)))
        return plain(getattr(answer, "return"))


def plain(struct: Any) -> dict[str, Any]:
    from hanzo_iac.localcloud.provider.values import plain_dict

    return plain_dict(struct)


def half_made(error: grpc.RpcError) -> Any:
    """What the engine keeps of a failed creation."""
    metadata = dict(error.trailing_metadata())
    status = status_pb2.Status.FromString(metadata["grpc-status-details-bin"])
    detail = provider_pb2.ErrorResourceInitFailed()
    assert status.details[0].Unpack(detail)
    return detail
