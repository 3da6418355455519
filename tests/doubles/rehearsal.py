"""
The engine's part, played in one process: a program as plain data, run against an emulated account without a socket.

It does to the provider what the real engine does (check, diff, create or update or replace, delete what is no longer
wanted, keep what is half made), in the order given, in milliseconds. So every single call of a whole deployment can
be made to fail in turn. What it does not show is the engine itself; the tests marked `engine` do that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from hanzo_iac.localcloud.digitalocean import Cloud
from hanzo_iac.localcloud.digitalocean.cloud import Asked
from hanzo_iac.localcloud.provider.api import Answer, Api
from hanzo_iac.localcloud.provider.check import Naming
from hanzo_iac.localcloud.provider.fields import State
from hanzo_iac.localcloud.provider.operations import (
    FAILURES,
    HalfMade,
    Operations,
    needs_deletion_first,
    refreshed_inputs,
)
from hanzo_iac.localcloud.provider.resources import TABLE
from hanzo_iac.localcloud.provider.settings import Settings
from hanzo_iac.localcloud.provider.values import plain, plain_dict, wire, wire_dict

LOCAL = "http://127.0.0.1:1"


class Killed(BaseException):
    """The provider's process died at this call."""


@dataclass(frozen=True)
class Ref:
    """A property of another resource of the program: its name and the property, `id` among them."""

    name: str
    output: str = "id"


@dataclass(frozen=True)
class Wanted:
    """One resource of a program."""

    name: str
    token: str
    inputs: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Held:
    """One resource in the stack's state."""

    token: str
    id: str
    inputs: State
    state: State
    broken: bool = False
    """Made, but not ready: the engine updates it even when nothing differs."""


class Stopped(Exception):  # noqa: N818  # what went wrong is the provider's word
    """A run ended early with the provider's message."""


@dataclass
class StillClock:
    """Time passes only where somebody waits, and then at once."""

    seconds: float = 0.0

    def now(self) -> float:
        """Seconds since it was made."""
        return self.seconds

    def sleep(self, seconds: float) -> None:
        """Be later."""
        self.seconds += seconds


@dataclass
class InProcess:
    """Calls the emulated account directly, its faults included. The process dies at call `kill_at`."""

    cloud: Cloud
    kill_at: int = 0
    kill_after_commit: bool = True
    calls: int = 0

    def __call__(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes, timeout_s: float) -> Answer:
        """The account's answer."""
        place = urlsplit(url)
        asked = Asked(method, unquote(place.path), dict(parse_qsl(place.query)), body, headers["Authorization"], LOCAL)
        self.calls += 1
        if self.calls == self.kill_at and not self.kill_after_commit:
            raise Killed
        _, fault = self.cloud.faults.strike(method, place.path)
        said = self.cloud.answer_under(fault, asked)
        if self.calls == self.kill_at:
            raise Killed
        if said is None:
            raise TimeoutError(f"no answer within {timeout_s:g} s")
        payload = said.payload()
        if fault is not None and fault.kind == "cut-body":
            if not payload:
                raise ConnectionError("the connection broke")
            payload = payload[: len(payload) // 2]
        return Answer(said.status, said.headers, payload)


def over_the_wire(values: State) -> State:
    """Values as they are after the engine has kept them: through protobuf, secrets unmarked."""
    return plain_dict(wire_dict(values))


@dataclass
class Rehearsal:
    """A stack of resources and the account it is deployed to."""

    cloud: Cloud
    settings: Settings = field(default_factory=lambda: Settings(token="rehearsal", api=LOCAL, retries=0, poll_s=0.01))
    stack: dict[str, Held] = field(default_factory=dict)
    """Name -> what the engine knows of it."""
    done: list[tuple[str, str]] = field(default_factory=list)
    """What the last run did: `("create", "net")`, in order."""
    transport: InProcess | None = None

    def begin(self, transport: Callable[[Cloud], InProcess] = InProcess) -> Operations:
        """A new provider process."""
        self.done = []
        clock = StillClock()
        self.transport = transport(self.cloud)
        return Operations(Api(self.settings, self.transport, clock.sleep), clock)

    def up(self, program: list[Wanted], transport: Callable[[Cloud], InProcess] = InProcess) -> list[tuple[str, str]]:
        """
        Bring the account to the program; what was done.

        Raises:
            Stopped: something failed; what was made until then is kept.
        """
        operations = self.begin(transport)
        gone = [name for name in self.stack if name not in {wanted.name for wanted in program}]
        for wanted in program:
            self._bring(operations, wanted)
        for name in reversed(gone):
            self._remove(operations, name)
        return self.done

    def destroy(self, transport: Callable[[Cloud], InProcess] = InProcess) -> list[tuple[str, str]]:
        """Delete everything, the last made first; what was done."""
        operations = self.begin(transport)
        for name in reversed(list(self.stack)):
            self._remove(operations, name)
        return self.done

    def refresh(self) -> None:
        """Read everything anew."""
        operations = self.begin()
        for name, held in list(self.stack.items()):
            found = operations.read(TABLE[held.token], urn_of(held.token, name), held.id, held.state)
            if found is None:
                del self.stack[name]
            else:
                held.id, held.state = found[0], over_the_wire(found[1])
                held.inputs = over_the_wire(refreshed_inputs(TABLE[held.token], held.inputs, held.state))

    def inputs_of(self, wanted: Wanted) -> State:
        """The inputs of a resource with what others have put out."""
        return {key: self._resolved(value) for key, value in wanted.inputs.items()}

    def _resolved(self, value: Any) -> Any:
        if isinstance(value, Ref):
            held = self.stack[value.name]
            return held.id if value.output == "id" else held.state[value.output]
        if isinstance(value, Mapping):
            return {key: self._resolved(inner) for key, inner in value.items()}
        return [self._resolved(inner) for inner in value] if isinstance(value, list) else plain(wire(value))

    def _bring(self, operations: Operations, wanted: Wanted) -> None:
        """One resource is as the program wants it."""
        resource, urn = TABLE[wanted.token], urn_of(wanted.token, wanted.name)
        held = self.stack.get(wanted.name)
        olds = held.inputs if held else {}
        inputs, failures = operations.check(resource, urn, (olds, self.inputs_of(wanted)), Naming())
        if failures:
            raise Stopped("; ".join(f"{failure.where}: {failure.reason}" for failure in failures))
        if held is None:
            self._make(operations, wanted, inputs)
            return
        changes = operations.diff(resource, urn, held.id, (held.state, inputs))
        if any(change.replaces for change in changes):
            self._replace(operations, wanted, first=needs_deletion_first(held.state, inputs))
        elif changes or held.broken:
            self._change(operations, wanted.name, inputs)

    def _make(self, operations: Operations, wanted: Wanted, inputs: State) -> None:
        resource, urn = TABLE[wanted.token], urn_of(wanted.token, wanted.name)
        self.done.append(("create", wanted.name))
        try:
            made_id, state = operations.create(resource, urn, inputs)
            self.stack[wanted.name] = Held(wanted.token, made_id, inputs, over_the_wire(state))
        except HalfMade as half:
            self.stack[wanted.name] = Held(wanted.token, half.made_id, inputs, over_the_wire(half.state), broken=True)
            raise Stopped(str(half)) from half
        except FAILURES as error:
            raise Stopped(f"{resource.called(inputs, wanted.name)}: {error}") from error

    def replace(self, program: list[Wanted], name: str) -> list[tuple[str, str]]:
        """Replace one resource although nothing about it changed, as `pulumi up --replace` does; what was done."""
        operations = self.begin()
        for wanted in program:
            if wanted.name == name:
                given = self.stack[name].inputs, self.inputs_of(wanted)
                operations.check(TABLE[wanted.token], urn_of(wanted.token, name), given, Naming())
                self._replace(operations, wanted, first=False)
        return self.done

    def _replace(self, operations: Operations, wanted: Wanted, *, first: bool) -> None:
        held = self.stack[wanted.name]
        urn = urn_of(wanted.token, wanted.name)
        inputs, _ = operations.check(TABLE[held.token], urn, ({}, self.inputs_of(wanted)), Naming())
        if first:
            self._remove(operations, wanted.name)
            self._make(operations, wanted, inputs)
        else:
            self._make(operations, wanted, inputs)
            operations.delete(TABLE[held.token], urn, held.id, held.state)
            self.done.append(("delete", wanted.name))

    def _change(self, operations: Operations, name: str, inputs: State) -> None:
        held = self.stack[name]
        self.done.append(("update", name))
        try:
            state = operations.update(TABLE[held.token], urn_of(held.token, name), held.id, (held.state, inputs))
            self.stack[name] = Held(held.token, held.id, inputs, over_the_wire(state))
        except HalfMade as half:
            self.stack[name] = Held(held.token, held.id, inputs, over_the_wire(half.state), broken=True)
            raise Stopped(str(half)) from half
        except FAILURES as error:
            raise Stopped(f"{name}: {error}") from error

    def _remove(self, operations: Operations, name: str) -> None:
        held = self.stack[name]
        self.done.append(("delete", name))
        try:
            operations.delete(TABLE[held.token], urn_of(held.token, name), held.id, held.state)
        except FAILURES as error:
            raise Stopped(f"{name}: {error}") from error
        del self.stack[name]


def urn_of(token: str, name: str) -> str:
    """
    The address the engine gives a resource.

    >>> urn_of("digitalocean:index/vpc:Vpc", "net")
    'urn:pulumi:dev::rehearsal::digitalocean:index/vpc:Vpc::net'
    """
    return f"urn:pulumi:dev::rehearsal::{token}::{re.sub('::', '_', name)}"
