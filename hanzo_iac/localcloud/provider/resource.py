"""
A resource type as data: its properties, and the few functions that know its HTTP calls.

`state` is what the SDK sees (camelCase), `answer` what the API says (snake_case). Everything that all types share
(looking before creating, adoption, partial results, deletion that is already done) is in `operations`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hanzo_iac.localcloud.provider.call import Call
from hanzo_iac.localcloud.provider.check import Failure
from hanzo_iac.localcloud.provider.fields import Field, State

Json = dict[str, Any]

# The official provider's default for what is created and waited for.
HALF_AN_HOUR_S = 1800.0


def no_rules(_: State) -> list[Failure]:
    """Nothing beyond what each property says of itself."""
    return []


def nothing_to_find(_call: Call, _inputs: State) -> None:
    """For what cannot exist twice: making it again makes the same."""


def nothing_to_settle(_call: Call, _id: str, _inputs: State) -> None:
    """For what is ready when the API says it exists."""


def nothing_to_update(_call: Call, _id: str, _olds: State, _news: State) -> None:
    """For what is replaced by every change, or changes in state only."""


def by_id(_call: Call, given: str) -> tuple[str, State]:
    """An import id that says it all."""
    return given, {}


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One type of resource."""

    token: str
    word: str
    """What people call it: `VPC`, `database cluster`."""
    inputs: Mapping[str, Field]
    outputs: tuple[str, ...] = ()
    """What only the cloud knows, beside the inputs and the id."""
    secrets: tuple[str, ...] = ()
    renewed: tuple[str, ...] = ()
    """Outputs that every change of an input makes anew."""
    rules: Callable[[State], list[Failure]] = no_rules
    """What is wrong between properties that are right by themselves."""

    find: Callable[[Call, State], Json | None] = nothing_to_find
    """Inputs -> the answer of one that has the same name, if there is one."""
    post: Callable[[Call, State], Json]
    """Make it, with one POST, or with calls that may be repeated."""
    identify: Callable[[Json, State], str]
    """Answer and inputs -> id."""
    settle: Callable[[Call, str, State], None] = nothing_to_settle
    """After it exists: wait, and set what cannot be set at creation. May run again."""
    read: Callable[[Call, str, State], State | None]
    """Id and the state known so far -> the state now, or None when it is gone."""
    update: Callable[[Call, str, State, State], None] = nothing_to_update
    """Id, old state and new inputs -> changed, but not waited for: `settle` follows."""
    delete: Callable[[Call, str, State], None]
    locate: Callable[[Call, str], tuple[str, State]] = by_id
    """What a person gives to import -> id and what must be known to read it."""

    create_s: float = HALF_AN_HOUR_S
    update_s: float = HALF_AN_HOUR_S
    delete_s: float = HALF_AN_HOUR_S
    """Seconds allowed unless the program says otherwise."""

    def called(self, state: Mapping[str, Any], otherwise: str = "") -> str:
        """How messages name one: `VPC "rag-net"`."""
        name = state.get("name") or otherwise
        return f'{self.word} "{name}"' if name else self.word


def only_named(items: Any, name: str, key: str = "name") -> Json | None:
    """The first item of that name, or None."""
    return next((item for item in items if item.get(key) == name), None)
