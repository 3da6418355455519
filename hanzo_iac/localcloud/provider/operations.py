"""
Check, diff, create, read, update and delete on plain values: what all resource types have in common.

A crash between DigitalOcean's commit and the engine's note of it must never make a second one. So nothing is created
before looking for one of the same name, and one that is found is adopted only when it is unmistakably the same:
nothing differs that would need a new resource, and its tags are the same. Anything else of that name is somebody
else's, and the message says what differs.

Three things guard adoption inside one engine run: what another resource of the program already owns is never taken;
neither is what this very resource is about to replace; and what was made or taken over in this run is not deleted in
it, whoever had it before (a resource that was renamed without an alias, for one).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hanzo_iac.errors import Fault, InputError
from hanzo_iac.localcloud.provider import check, compare
from hanzo_iac.localcloud.provider.api import Api, ApiError, Busy, Unsure
from hanzo_iac.localcloud.provider.call import Call, Cancelled, Clock, TookTooLong, Turns
from hanzo_iac.localcloud.provider.compare import Change
from hanzo_iac.localcloud.provider.fields import State, is_nothing
from hanzo_iac.localcloud.provider.resource import Json, Resource
from hanzo_iac.localcloud.provider.values import DEFAULTS, UNKNOWN, shown

FAILURES = (ApiError, Unsure, TookTooLong, Cancelled, InputError)


class HalfMade(Exception):  # noqa: N818  # it exists, which is why this is not just an error
    """It exists, but is not ready: the engine keeps `state`, and the next run goes on from there."""

    def __init__(self, made_id: str, state: State, reason: str) -> None:
        super().__init__(reason)
        self.made_id = made_id
        self.state = state


@dataclass
class Owners:
    """Which resource of the program owns which thing in the cloud, as far as this engine run has told."""

    _owner: dict[tuple[str, str], str] = field(default_factory=dict)
    _made: set[tuple[str, str]] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, token: str, thing: str, urn: str, *, made: bool = False) -> None:
        """From now on the resource owns the thing; `made` when it was made or taken over in this run."""
        with self._lock:
            self._owner[token, thing] = urn
            if made:
                self._made.add((token, thing))

    def is_made(self, token: str, thing: str) -> bool:
        """Whether it was made or taken over in this run."""
        return (token, thing) in self._made

    def of(self, token: str, thing: str) -> str:
        """The owner's URN, or an empty text."""
        return self._owner.get((token, thing), "")

    def forget(self, token: str, thing: str) -> None:
        """It is gone."""
        with self._lock:
            self._owner.pop((token, thing), None)


@dataclass
class Operations:
    """The operations on one account."""

    api: Api
    clock: Clock
    say: Callable[[str, str], None] = field(default=lambda _urn, _message: None)
    """URN and message -> shown to the person."""
    turns: Turns = field(default_factory=Turns)
    owners: Owners = field(default_factory=Owners)
    standing: dict[str, State] = field(default_factory=dict)
    """URN -> the inputs of the one that the engine has in its state."""

    def call(self, urn: str, timeout_s: float) -> Call:
        """The patience for one operation."""
        return Call(self.api, self.clock, self.turns, self.clock.now() + timeout_s, lambda text: self.say(urn, text))

    def check(
        self, resource: Resource, urn: str, inputs: tuple[State, State], naming: check.Naming
    ) -> tuple[State, list[check.Failure]]:
        """From the old and the new inputs: those to go on with, and everything that is wrong with the new ones."""
        olds, news = inputs
        if olds:
            self.standing[urn] = olds
        # Checked once more without old inputs: the engine is about to replace it.
        elif urn in self.standing:
            naming = replace(naming, avoid=self.standing[urn].get("name", ""))
        return checked(resource, urn, olds, news, naming)

    def create(self, resource: Resource, urn: str, inputs: State, timeout_s: float = 0) -> tuple[str, State]:
        """
        The id and state of a new or adopted one.

        Raises:
            HalfMade: it exists but did not become ready.
        """
        call = self.call(urn, timeout_s or resource.create_s)
        answer = resource.find(call, inputs)
        made_id = resource.identify(answer, inputs) if answer is not None else ""
        if answer is not None:
            self.adopt(call, resource, urn, made_id, inputs)
        else:
            answer = posted(call, resource, inputs)
            made_id = resource.identify(answer, inputs)
        self.owners.note(resource.token, made_id, urn, made=True)
        known = remembered(resource, answer, inputs)
        try:
            resource.settle(call, made_id, inputs)
            return made_id, {**known, **self.seen(call, resource, made_id, inputs)}
        except FAILURES as error:
            raise HalfMade(made_id, known, str(error)) from error

    def seen(self, call: Call, resource: Resource, known_id: str, known: State) -> State:
        """The state of what must exist."""
        state = resource.read(call, known_id, known)
        if state is None:
            raise TookTooLong("it was made, but is gone again; run the same command again")
        return kept(resource, known, state)

    def adopt(self, call: Call, resource: Resource, urn: str, found_id: str, inputs: State) -> None:
        """
        What was found is from now on this resource's, brought to the inputs.

        Raises:
            InputError: it is, or may be, somebody else's.
        """
        state = resource.read(call, found_id, inputs) or {}
        differ = identity_changes(resource, state, inputs)
        owner = self.owners.of(resource.token, found_id)
        if owner or differ or self.is_to_be_replaced(resource, urn, inputs):
            raise InputError(taken(found_id, owner if owner != urn else "", differ))
        call.say(f"{resource.called(inputs)} was there already, from an earlier run: taken over ({found_id})")
        if compare.changes(resource.inputs, state, inputs):
            resource.settle(call, found_id, inputs)
            resource.update(call, found_id, state, inputs)

    def is_to_be_replaced(self, resource: Resource, urn: str, inputs: State) -> bool:
        """
        Whether what was found must be what a forced replacement is to replace: it has the same name and inputs.

        Where the inputs differ in what replaces, the found one, which is like the new inputs, was left by a crash.
        """
        olds = self.standing.get(urn)
        if olds is None or olds.get("name") != inputs.get("name"):
            return False
        return not any(change.replaces for change in compare.changes(resource.inputs, olds, inputs))

    def read(self, resource: Resource, urn: str, known_id: str, known: State) -> tuple[str, State] | None:
        """The id and state now, or None when it is gone. Without known state the id is what a person gave to import."""
        call = self.call(urn, resource.update_s)
        if not known:
            known_id, known = resource.locate(call, known_id)
        state = resource.read(call, known_id, known)
        if state is None:
            return None
        self.owners.note(resource.token, known_id, urn)
        return known_id, kept(resource, known, state)

    def update(
        self, resource: Resource, urn: str, known_id: str, changed: tuple[State, State], timeout_s: float = 0
    ) -> State:
        """
        The state after going from old state to new inputs, `changed`.

        Also goes on with what an earlier run left half made.

        Raises:
            HalfMade: changed, but did not become ready.
        """
        olds, news = changed
        self.owners.note(resource.token, known_id, urn)
        call = self.call(urn, timeout_s or resource.update_s)
        if compare.changes(resource.inputs, olds, news):
            resource.update(call, known_id, olds, news)
            olds = {name: value for name, value in olds.items() if name not in resource.renewed}
        known = {**olds, **{name: news.get(name) for name in resource.inputs}}
        try:
            resource.settle(call, known_id, news)
            return self.seen(call, resource, known_id, known)
        except FAILURES as error:
            raise HalfMade(known_id, {**olds, **news}, str(error)) from error

    def delete(self, resource: Resource, urn: str, known_id: str, state: State, timeout_s: float = 0) -> None:
        """It is gone, or belongs to another resource of the program by now."""
        if self.owners.is_made(resource.token, known_id):
            self.say(
                urn, f"{resource.called(state)} stays: it belongs to {self.owners.of(resource.token, known_id)} now"
            )
            return
        resource.delete(self.call(urn, timeout_s or resource.delete_s), known_id, state)
        self.owners.forget(resource.token, known_id)

    def diff(self, resource: Resource, urn: str, known_id: str, changed: tuple[State, State]) -> list[Change]:
        """What changes from old state to new inputs, `changed`."""
        self.owners.note(resource.token, known_id, urn)
        return compare.changes(resource.inputs, *changed)


def checked(
    resource: Resource, urn: str, olds: State, news: State, naming: check.Naming
) -> tuple[State, list[check.Failure]]:
    """The inputs to go on with, and everything that is wrong with what the program wrote."""
    inputs, failures = check.checked(resource.inputs, news)
    if not failures:
        failures = resource.rules(inputs)
    named = check.with_name(resource.inputs, inputs, olds, urn, naming)
    if "name" in resource.inputs and not named.get("name") and not any(found.where == "name" for found in failures):
        failures = [*failures, check.Failure("name", "missing; expected a string, because names are not made up here")]
    return named, sorted(failures, key=lambda found: found.where)


def needs_deletion_first(olds: State, news: State) -> bool:
    """Whether a replacement must wait for the old one to go, because the program gave both the same name."""
    return "name" in news and DEFAULTS not in news and news["name"] == olds.get("name")


def previewed(resource: Resource, inputs: State) -> State:
    """The state a creation will have, as far as it is known beforehand."""
    filled_in = [name for name, field in resource.inputs.items() if field.computed and name not in inputs]
    later: State = dict.fromkeys((*resource.outputs, *filled_in), UNKNOWN)
    return {**later, **{name: value for name, value in inputs.items() if name != DEFAULTS}}


def posted(call: Call, resource: Resource, inputs: State) -> Json:
    """The answer to creating it. Looks again before every further attempt, so there is never a second one."""
    for attempt in range(call.api.settings.retries + 1):
        try:
            return resource.post(call, inputs)
        except (Unsure, Busy) as error:
            if isinstance(error, Unsure) and (found := resource.find(call, inputs)) is not None:
                return found
            if attempt == call.api.settings.retries:
                raise
            call.api.pause(attempt, error)
    raise AssertionError


def identity_changes(resource: Resource, state: State, inputs: State) -> list[Change]:
    """What differs that makes it another thing: what would replace it, and its tags."""
    changes = compare.changes(resource.inputs, state, inputs)
    return [change for change in changes if change.replaces or change.top == "tags"]


def taken(found_id: str, owner: str, differ: list[Change]) -> Fault:
    """Why what was found cannot be this resource."""
    if owner:
        what = f"exists already ({found_id}) and belongs to {owner}"
    elif differ:
        told = "; ".join(f"{change.path} is {shown(change.old)}, not {shown(change.new)}" for change in differ)
        what = f"exists already ({found_id}) and is not the same: {told}"
    else:
        what = f"exists already ({found_id}): it is the one to be replaced, and both cannot have one name"
    return Fault("", what, "give this one another name, or take that one over with `pulumi import`")


def remembered(resource: Resource, answer: Json, inputs: State) -> State:
    """Inputs that the API never says back, and secrets that it says only once."""
    said_once = {
        name: answer[key]
        for name, key in (("secretKey", "secret_key"),)
        if name in resource.secrets and answer.get(key)
    }
    return {**{name: value for name, value in inputs.items() if name in resource.inputs}, **said_once}


def kept(resource: Resource, known: State, state: State) -> State:
    """The state just read, completed with what was known and the API does not say back."""
    names = {*resource.inputs, *resource.outputs}
    return {**{name: value for name, value in known.items() if name in names}, **state}


def refreshed_inputs(resource: Resource, inputs: State, state: State) -> State:
    """The inputs that would lead to this state: the program's, where they still mean it; all of them on import."""
    if not inputs:
        return {name: state[name] for name in resource.inputs if not is_nothing(state.get(name))}
    moved = {change.top for change in compare.changes(resource.inputs, state, inputs)}
    kept_ones = {name: value for name, value in inputs.items() if name not in moved}
    return {**kept_ones, **{name: state[name] for name in moved if not is_nothing(state.get(name))}}


def stable(resource: Resource, known: Mapping[str, Any]) -> list[str]:
    """Outputs that no update changes."""
    fixed = [name for name, field in resource.inputs.items() if field.replace is True]
    return sorted({*fixed, *(name for name in known if name.lower().endswith("urn"))})
