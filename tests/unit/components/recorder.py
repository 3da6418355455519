"""
Runs a piece of a Pulumi program against recorded mocks.

Mocks alone hide what matters most here (parents, dependencies, protection, secrets, register_outputs), so the
monitor is recorded. What this does not prove: that the engine and the providers accept what was registered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi.runtime import mocks, rpc, set_mocks

SECRET = "4dabf18193072939515e22adb298388d"
"""The key by which the engine's wire format marks a value: secrets, assets, resource references."""


@dataclass
class Registered:
    """One resource as the engine would see it."""

    type: str
    name: str
    parent: str
    """Name of the parent, empty under the stack."""
    inputs: dict[str, Any]
    depends_on: frozenset[str]
    """Names of the resources it waits for."""
    protect: bool
    retain_on_delete: bool
    secret_outputs: tuple[str, ...]
    ignore_changes: tuple[str, ...]
    delete_timeout: str
    provider: str
    """Name of its explicit provider, empty for the default one."""
    outputs: dict[str, Any] = field(default_factory=dict)
    times_closed: int = 0


class Cloud(mocks.Mocks):
    """Answers as the providers would: inputs come back, with ids and the few outputs that components read."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        known = {
            "digitalocean:index/kubernetesCluster:KubernetesCluster": {
                "clusterUrn": f"do:kubernetes:{args.name}-id",
                "endpoint": "https://api.example",
                "kubeConfigs": [{"clusterCaCertificate": "Q0E=", "token": "never-shown"}],
            },
            "digitalocean:index/databaseCluster:DatabaseCluster": {
                "clusterUrn": f"do:dbaas:{args.name}-id",
                "host": "public.example",
                "privateHost": "private.example",
                "port": 25060,
                "user": "doadmin",
                "password": "admin-password",
                "privateUri": "scheme://doadmin:admin-password@private.example:25060/defaultdb?sslmode=verify-full",
            },
            "digitalocean:index/databaseUser:DatabaseUser": {"password": f"{args.inputs.get('name')}-password"},
            "digitalocean:index/spacesBucket:SpacesBucket": {
                "bucketUrn": f"do:space:{args.inputs.get('name')}",
                "bucketDomainName": f"{args.inputs.get('name')}.nyc3.digitaloceanspaces.com",
            },
            "digitalocean:index/spacesKey:SpacesKey": {"accessKey": "DO00", "secretKey": "spaces-secret"},
            "digitalocean:index/cdn:Cdn": {"endpoint": "files.nyc3.cdn.digitaloceanspaces.com"},
            "digitalocean:index/nfs:Nfs": {"host": "10.10.0.9", "mountPath": "/exports/1"},
            "digitalocean:index/vectorDatabase:VectorDatabase": {"endpoints": [{"http": "https://graph.example"}]},
            "digitalocean:index/containerRegistry:ContainerRegistry": {"endpoint": "registry.example/rag"},
            "kubernetes:gateway.networking.k8s.io/v1:Gateway": {
                "status": {"addresses": [{"type": "IPAddress", "value": "203.0.113.7"}]}
            },
        }
        return f"{args.name}-id", {**plain(args.inputs), **known.get(args.typ, {})}

    def call(self, args: mocks.MockCallArgs) -> Any:
        raise AssertionError(f"a component called {args.token}")


class Monitor(mocks.MockMonitor):
    """Remembers every registration whole."""

    def __init__(self) -> None:
        super().__init__(Cloud())
        self.seen: dict[str, Registered] = {}

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - gRPC's name
        answer = super().RegisterResource(request)
        if request.type != "pulumi:pulumi:Stack":
            self.seen[answer.urn] = Registered(
                type=request.type,
                name=request.name,
                parent="" if request.parent.split("::")[2] == "pulumi:pulumi:Stack" else _name(request.parent),
                inputs=whole(rpc.deserialize_properties(request.object, keep_unknowns=True)),
                depends_on=frozenset(_name(urn) for urn in request.dependencies),
                protect=request.protect,
                retain_on_delete=request.retainOnDelete,
                secret_outputs=tuple(request.additionalSecretOutputs),
                ignore_changes=tuple(request.ignoreChanges),
                delete_timeout=request.customTimeouts.delete,
                provider=_name(request.provider.rpartition("::")[0]) if request.provider else "",
            )
        return answer

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 - gRPC's name
        if request.urn in self.seen:
            self.seen[request.urn].outputs = whole(rpc.deserialize_properties(request.outputs, keep_unknowns=True))
            self.seen[request.urn].times_closed += 1
        return super().RegisterResourceOutputs(request)


@dataclass(frozen=True)
class Record:
    """What a program registered."""

    resources: tuple[Registered, ...]
    value: Any = None
    """What the output that the program returned came to."""
    is_secret: bool = False
    """Whether that output is a secret."""

    def named(self, kind: str, name: str) -> Registered:
        """The one resource of this type (its last word, such as `Secret`) and name."""
        (found,) = [r for r in self.resources if r.type.rpartition(":")[2] == kind and r.name == name]
        return found

    def of(self, kind: str) -> list[Registered]:
        """The resources of this type, by name."""
        return sorted((r for r in self.resources if r.type.rpartition(":")[2] == kind), key=lambda r: r.name)

    def under(self, component: str, kind: str) -> list[tuple[str, str]]:
        """(type, name) of the children of this component, sorted."""
        (parent,) = [r for r in self.resources if r.name == component and r.type == f"hanzo:index:{kind}"]
        children = [r for r in self.resources if r.parent == parent.name and not r.type.startswith("hanzo:")]
        return sorted((r.type, r.name) for r in children)


def run(program: Callable[[], Any], *, preview: bool = False) -> Record:
    """Everything the program registers, and nothing else: counts may be asserted. It may return an Output."""
    monitor = Monitor()
    returned: dict[str, Any] = {}

    def whole_program() -> Any:
        result = program()
        if not isinstance(result, pulumi.Output):
            return None

        async def keep() -> None:
            returned.update(value=await result.future(), is_secret=await result.is_secret())

        return pulumi.Output.from_input(keep())

    with _own_loop():
        set_mocks(monitor.mocks, project="project", stack="stack", preview=preview, monitor=monitor)
        # Waits for every registration that the program started, also through an `apply`.
        pulumi.runtime.test(whole_program)()
    return Record(tuple(monitor.seen.values()), **returned)


def whole(value: Any) -> Any:
    """Floats that are whole become ints again: the wire knows only doubles. Secrets become `{"secret": value}`."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if rpc.is_rpc_secret(value):
        return {"secret": whole(rpc.unwrap_rpc_secret(value))}
    if isinstance(value, dict):
        return {key: whole(item) for key, item in value.items()}
    return [whole(item) for item in value] if isinstance(value, list) else value


def plain(value: Any) -> Any:
    """The value without its marks, as a provider sends it back."""
    if rpc.is_rpc_secret(value):
        return plain(rpc.unwrap_rpc_secret(value))
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def _name(urn: str) -> str:
    return urn.rpartition("::")[2]


@contextmanager
def _own_loop() -> Iterator[None]:
    # Pulumi keeps using the thread's loop; one that another test closed or left full would fail or hang this one. It
    # also leaves a loop in each worker thread, so the workers are ours too, and every loop is closed at the end.
    loops = [asyncio.new_event_loop()]

    def give_thread_a_loop() -> None:
        loops.append(asyncio.new_event_loop())
        asyncio.set_event_loop(loops[-1])

    try:
        with ThreadPoolExecutor(max_workers=4, initializer=give_thread_a_loop) as workers:
            loops[0].set_default_executor(workers)
            asyncio.set_event_loop(loops[0])
            yield
    finally:
        asyncio.set_event_loop(None)
        for loop in loops:
            loop.close()
