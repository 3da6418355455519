"""
Every type of resource by itself: each call that makes or changes it fails in turn, and the next run converges.

What it needs is there already. The provider's own retries are off, so that a fault ends the run as an exhausted retry
would. Nothing may be there twice: the account must hold as much of every kind as after a run without faults.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from doubles.one_of_each import CHANGES, PROGRAM, account
from doubles.rehearsal import Ref, Rehearsal, Stopped, Wanted

from hanzo_iac.localcloud.digitalocean import Cloud, Fault

FAULTS = {
    "429": Fault(kind="status", status=429, retry_after_s=0),
    "500": Fault(kind="status", status=500),
    "timeout-after-commit": Fault(kind="timeout-after-commit"),
}
NAMES = [one.name for one in PROGRAM]

# What a resource needs without referring to it: names that the program writes out.
UNREFERRED = {"pgpool": ("app", "user"), "cert": ("domain",)}

# Resources whose changes are made by reading alone.
READ_ONLY = ("login",)


def referred(value: object) -> Iterator[str]:
    """The names of the resources that a value refers to."""
    if isinstance(value, Ref):
        yield value.name
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from referred(inner)


def leaned_on(one: Wanted) -> set[str]:
    """The names of the resources that one needs."""
    return {*referred(dict(one.inputs)), *UNREFERRED.get(one.name, ())}


def needed(*several: Wanted) -> list[Wanted]:
    """What these resources refer to, and what that refers to, in the program's order."""
    names: set[str] = set()
    fresh = {name for one in several for name in leaned_on(one)}
    while fresh:
        names |= fresh
        fresh = {name for other in PROGRAM if other.name in fresh for name in leaned_on(other)} - names
    return [other for other in PROGRAM if other.name in names]


def numbers(cloud: Cloud) -> dict[str, int]:
    """How much of every kind the account holds, what lies inside others too."""
    tables = cloud.state.dump()["tables"]
    counted = {kind: len(records) for kind, records in tables.items()}
    for kind, records in tables.items():
        for record in records.values():
            for name, inside in record.items():
                if isinstance(inside, (list, dict)) and name != "events":
                    counted[f"{kind}/{name}"] = counted.get(f"{kind}/{name}", 0) + len(inside)
    return counted


def struck(rehearsal: Rehearsal, program: list[Wanted], fault: Fault, call: int) -> bool:
    """Whether there was such a call to be struck while the program was brought up."""
    rule = rehearsal.cloud.faults.add(replace(fault, method="POST|PUT|PATCH|DELETE", nth=call))
    try:
        rehearsal.up(program)
    except Stopped:
        pass
    finally:
        rehearsal.cloud.faults.clear()
    return rehearsal.cloud.faults.struck(rule) > 0


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", NAMES)
def test_creating_one_converges_whatever_call_fails(name, fault):
    [one] = [other for other in PROGRAM if other.name == name]
    program = [*needed(one), one]
    expected = Rehearsal(account())
    expected.up(program)
    call, found = 1, True
    while found:
        rehearsal = Rehearsal(account())
        rehearsal.up(program[:-1])
        found = struck(rehearsal, program, FAULTS[fault], call)
        rehearsal.up(program)
        assert numbers(rehearsal.cloud) == numbers(expected.cloud), f"call {call}"
        assert rehearsal.up(program) == [], f"call {call}"
        call += 1


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", CHANGES)
def test_changing_one_converges_whatever_call_fails(name, fault):
    [one] = [other for other in PROGRAM if other.name == name]
    changed = replace(one, inputs={**one.inputs, **CHANGES[name]})
    before, after = [*needed(one, changed), one], [*needed(one, changed), changed]
    call, found = 1, True
    while found:
        rehearsal = Rehearsal(account())
        rehearsal.up(before)
        found = struck(rehearsal, after, FAULTS[fault], call)
        rehearsal.up(after)
        rehearsal.refresh()
        assert rehearsal.up(after) == [], f"call {call}"
        call += 1
    assert (call > 2) == (name not in READ_ONLY)
