"""
The gRPC face of the provider: the engine's requests in, plain values to `operations`, answers and errors out.

The generated `ResourceProviderServicer` is used and not the SDK's `pulumi.provider.experimental.provider.Provider`:
that one (3.259.0) cannot say that something was made but did not become ready (`ErrorResourceInitFailed`, which is
how a run goes on where the last one stopped), drops names and ignoreChanges on the way, and turns every error into a
traceback.

Marked secrets are declined at the handshake, on purpose: the engine then strips the marks before it asks and puts
them back on every answer whose input had them, which cannot be forgotten here.
"""

# ruff: noqa: N802, ARG002 -- the methods' names and parameters are gRPC's

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import grpc
from google.protobuf import empty_pb2, message
from pulumi.runtime.proto import (
    engine_pb2,
    engine_pb2_grpc,
    plugin_pb2,
    provider_pb2,
    provider_pb2_grpc,
    status_pb2,
)

from hanzo_iac.errors import Fault, HanzoError, UsageError
from hanzo_iac.localcloud.provider import settings as configuration
from hanzo_iac.localcloud.provider.api import Api, HttpTransport, Transport
from hanzo_iac.localcloud.provider.call import EngineClock
from hanzo_iac.localcloud.provider.check import Failure, Naming
from hanzo_iac.localcloud.provider.compare import Change, ignoring
from hanzo_iac.localcloud.provider.compare import changes as changed
from hanzo_iac.localcloud.provider.fields import State
from hanzo_iac.localcloud.provider.invokes import INVOKES
from hanzo_iac.localcloud.provider.operations import (
    FAILURES,
    HalfMade,
    Operations,
    checked,
    needs_deletion_first,
    previewed,
    refreshed_inputs,
    stable,
)
from hanzo_iac.localcloud.provider.resource import Resource
from hanzo_iac.localcloud.provider.resources import TABLE
from hanzo_iac.localcloud.provider.values import DEFAULTS, UNKNOWN, plain_dict, wire_dict

VERSION: Final = "4.84.1"
"""The plugin version the SDK asks for by this very number."""

KIND = provider_pb2.PropertyDiff
KINDS = {
    ("add", False): KIND.ADD,
    ("add", True): KIND.ADD_REPLACE,
    ("delete", False): KIND.DELETE,
    ("delete", True): KIND.DELETE_REPLACE,
    ("update", False): KIND.UPDATE,
    ("update", True): KIND.UPDATE_REPLACE,
}


class Engine:
    """The engine's log, so that a person sees what is waited for."""

    def __init__(self, address: str) -> None:
        self._stub = engine_pb2_grpc.EngineStub(grpc.insecure_channel(address)) if address else None
        self._last: dict[str, str] = {}
        self._lock = threading.Lock()

    def say(self, urn: str, text: str) -> None:
        """One line beside the resource; the same line is said once. Never fails a call."""
        with self._lock:
            if self._stub is None or self._last.get(urn) == text:
                return
            self._last[urn] = text
        request = engine_pb2.LogRequest(severity=engine_pb2.INFO, message=text, urn=urn, ephemeral="waiting" in text)
        try:
            self._stub.Log(request, timeout=5)
        except grpc.RpcError:
            self._stub = None


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """The provider, one engine's worth of it."""

    def __init__(self, engine: Engine, transport: Transport | None = None) -> None:
        self.engine = engine
        self.clock = EngineClock()
        self._transport = transport
        self._operations: Operations | None = None

    # ------------------------------------------------------------------------------------------ who we are

    def Handshake(self, request: Any, context: Any) -> Any:
        """What this provider understands."""
        return provider_pb2.ProviderHandshakeResponse(supports_autonaming_configuration=True)

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        """The version."""
        return plugin_pb2.PluginInfo(version=VERSION)

    def GetSchema(self, request: Any, context: Any) -> Any:
        """Nothing: the SDK exists already, and only it needs one."""
        return provider_pb2.GetSchemaResponse(schema="{}")

    def Parameterize(self, request: Any, context: Any) -> Any:
        """Not a thing here."""
        context.abort(grpc.StatusCode.UNIMPLEMENTED, "this provider takes no parameters")

    def Attach(self, request: Any, context: Any) -> Any:
        """Another engine takes over, when debugging (`PULUMI_DEBUG_PROVIDERS`)."""
        self.engine = Engine(request.address)
        return empty_pb2.Empty()

    def Cancel(self, request: Any, context: Any) -> Any:
        """Ends every wait; what was made so far is told to the engine."""
        self.clock.stop()
        return empty_pb2.Empty()

    # --------------------------------------------------------------------------------------- configuration

    def CheckConfig(self, request: Any, context: Any) -> Any:
        """What is wrong with the configuration."""
        config = plain_dict(request.news)
        failures = [provider_pb2.CheckFailure(property=f.where, reason=f.reason) for f in configuration.faults(config)]
        return provider_pb2.CheckResponse(inputs=request.news, failures=failures)

    def DiffConfig(self, request: Any, context: Any) -> Any:
        """Configuration never replaces anything: it says how to reach an account, not which."""
        changed = [key for key in configuration.KINDS if request.olds.fields.get(key) != request.news.fields.get(key)]
        some = provider_pb2.DiffResponse.DIFF_SOME if changed else provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(changes=some, diffs=changed)

    def Configure(self, request: Any, context: Any) -> Any:
        """From here on calls can be made."""
        config = plain_dict(request.args)
        settings = configuration.from_config(config)
        transport = self._transport or HttpTransport(use_proxies=not settings.is_local)
        api = Api(settings, transport, self.clock.sleep)
        self._operations = Operations(api, self.clock, self.engine.say)
        return provider_pb2.ConfigureResponse(supportsPreview=True, supports_autonaming_configuration=True)

    def operations(self) -> Operations:
        """The operations, once configured and with a token."""
        if self._operations is None:
            raise UsageError(Fault("", "the provider was asked before it was configured"))
        if not self._operations.api.settings.token:
            what = "no DigitalOcean token"
            hint = "set DIGITALOCEAN_TOKEN, or: pulumi config set --secret digitalocean:token"
            raise UsageError(Fault("", what, hint))
        return self._operations

    # ------------------------------------------------------------------------------------------- resources

    def Check(self, request: Any, context: Any) -> Any:
        """The inputs to go on with, and all faults."""
        with reported(context, request):
            resource = resource_of(request.urn)
            naming = Naming(request.autonaming.proposed_name, forbidden=request.autonaming.mode == 2)
            given = plain_dict(request.olds), plain_dict(request.news)
            if self._operations is not None:
                inputs, found = self._operations.check(resource, request.urn, given, naming)
            else:
                inputs, found = checked(resource, request.urn, *given, naming)
            failures = [provider_pb2.CheckFailure(property=f.where, reason=reason(resource, f)) for f in found]
            return provider_pb2.CheckResponse(inputs=wire_dict(inputs), failures=failures)

    def Diff(self, request: Any, context: Any) -> Any:
        """What changes, in detail."""
        with reported(context, request):
            resource = resource_of(request.urn)
            olds, news = plain_dict(request.olds), plain_dict(request.news)
            news = ignoring(request.ignoreChanges, olds, news)
            if self._operations is not None:
                changes = self._operations.diff(resource, request.urn, request.id, (olds, news))
            else:
                changes = changed(resource.inputs, olds, news)
            return diff_response(changes, stable(resource, olds), first=needs_deletion_first(olds, news))

    def Create(self, request: Any, context: Any) -> Any:
        """A new one, or one that an earlier run left behind."""
        with reported(context, request):
            resource, inputs = resource_of(request.urn), plain_dict(request.properties)
            if request.preview:
                return provider_pb2.CreateResponse(properties=self.wired(resource, previewed(resource, inputs)))
            made_id, state = self.operations().create(resource, request.urn, inputs, request.timeout)
            return provider_pb2.CreateResponse(id=made_id, properties=self.wired(resource, state))

    def Read(self, request: Any, context: Any) -> Any:
        """What it is now; no id when it is gone."""
        with reported(context, request):
            resource = resource_of(request.urn)
            known, inputs = plain_dict(request.properties), plain_dict(request.inputs)
            found = self.operations().read(resource, request.urn, request.id, known)
            if found is None:
                return provider_pb2.ReadResponse()
            wanted = refreshed_inputs(resource, inputs, found[1])
            return provider_pb2.ReadResponse(
                id=found[0], properties=self.wired(resource, found[1]), inputs=wire_dict(wanted)
            )

    def Update(self, request: Any, context: Any) -> Any:
        """The new state."""
        with reported(context, request):
            resource = resource_of(request.urn)
            olds, news = plain_dict(request.olds), plain_dict(request.news)
            news = ignoring(request.ignoreChanges, olds, news)
            if request.preview:
                shown = {**olds, **{name: value for name, value in news.items() if name != DEFAULTS}}
                return provider_pb2.UpdateResponse(properties=self.wired(resource, shown))
            state = self.operations().update(resource, request.urn, request.id, (olds, news), request.timeout)
            return provider_pb2.UpdateResponse(properties=self.wired(resource, state))

    def Delete(self, request: Any, context: Any) -> Any:
        """Gone."""
        with reported(context, request):
            resource = resource_of(request.urn)
            state = plain_dict(request.properties)
            self.operations().delete(resource, request.urn, request.id, state, request.timeout)
            return empty_pb2.Empty()

    def Invoke(self, request: Any, context: Any) -> Any:
        """One of the SDK's `get_*` functions."""
        with reported(context, request):
            function = INVOKES.get(request.tok)
            if function is None:
                what = f"this provider has no function {request.tok}"
                raise UsageError(Fault("", what, "the official plugin has it"))
            operations = self.operations()
            result = function(operations.call("", 60), plain_dict(request.args))
            return provider_pb2.InvokeResponse(**{"return": wire_dict(result)})

    @staticmethod
    def wired(resource: Resource, state: State) -> Any:
        """State for the wire, with what is secret by nature marked."""
        return wire_dict(state, secrets=resource.secrets)


def resource_of(urn: str) -> Resource:
    """
    The type of a resource by its URN.

    Raises:
        UsageError: the type is not known here.
    """
    token = urn.split("::")[2].rsplit("$", maxsplit=1)[-1]
    if token not in TABLE:
        what = f"this provider does not know the type {token}"
        raise UsageError(Fault("", what, "the official plugin has it; known here: " + ", ".join(sorted(TABLE))))
    return TABLE[token]


def reason(resource: Resource, failure: Failure) -> str:
    """A failed property's reason with its path, because the engine shows only the reason in some places."""
    return f"{resource.word}: {failure.where}: {failure.reason}"


def diff_response(changes: list[Change], stables: list[str], *, first: bool) -> Any:
    """Changes for the engine."""
    replaces = [change for change in changes if change.replaces]
    return provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME if changes else provider_pb2.DiffResponse.DIFF_NONE,
        diffs=sorted({change.top for change in changes}),
        replaces=sorted({change.top for change in replaces}),
        stables=[] if replaces else stables,
        deleteBeforeReplace=bool(replaces) and first,
        detailedDiff={
            # Of a list the engine shows what the program wrote: the state has more in each item than that.
            change.path: KIND(kind=KINDS[change.verb, change.replaces], inputDiff=isinstance(change.old, list))
            for change in changes
        },
        hasDetailedDiff=True,
    )


@contextmanager
def reported(context: Any, request: Any) -> Iterator[None]:
    """Errors go to the engine as one message that names the resource, never as a traceback."""
    try:
        yield
    except HalfMade as half:
        abort_half_made(context, request, half)
    except FAILURES as error:
        context.abort(grpc.StatusCode.UNKNOWN, f"{subject(request)}{error}")
    except HanzoError as error:
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, f"{subject(request)}{error}")


def subject(request: Any) -> str:
    """`VPC "rag-net": `, as far as the request tells."""
    urn = getattr(request, "urn", "")
    if not urn or "::" not in urn:
        return ""
    resource = TABLE.get(urn.split("::")[2].rsplit("$", maxsplit=1)[-1])
    properties = getattr(request, "properties", None) or getattr(request, "news", None)
    known = plain_dict(properties) if properties is not None else {}
    name = known.get("name")
    logical = urn.rsplit("::", 1)[-1]
    known["name"] = name if name is not None and name is not UNKNOWN else logical
    return f"{resource.called(known)}: " if resource else ""


def abort_half_made(context: Any, request: Any, half: HalfMade) -> None:
    """The engine keeps what was made, and says why it is not ready."""
    resource = resource_of(request.urn)
    text = f"{subject(request)}{half}"
    inputs = getattr(request, "news", None) or request.properties
    detail = provider_pb2.ErrorResourceInitFailed(
        id=half.made_id,
        properties=wire_dict(half.state, secrets=resource.secrets),
        inputs=inputs,
        reasons=[text],
    )
    context.set_trailing_metadata((("grpc-status-details-bin", packed(text, detail)),))
    context.abort(grpc.StatusCode.UNKNOWN, text)


def packed(text: str, detail: message.Message) -> bytes:
    """A status with a detail, as the engine reads it from the trailing metadata."""
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=text)
    status.details.add().Pack(detail)
    return bytes(status.SerializeToString())
