"""
Every call of a whole deployment fails in turn, in every way: the next run converges, and nothing is there twice.

The provider's own retries are off, so that a fault ends the run as an exhausted retry or a dead process would. What is
not shown here is the engine; `test_engine_faults` does that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from doubles.rehearsal import InProcess, Killed, Rehearsal, Stopped, Wanted
from listing_one_program import account, census, listing_one, slow_account

from hanzo_iac.localcloud.digitalocean import Cloud, Fault

COMPLETE = {
    "vpcs": ["rag"],
    "clusters": ["rag"],
    "pools": ["rag-gpu", "system"],
    "databases": ["rag-cache", "rag-db", "rag-vectors"],
    "dbs": ["rag-db/app", "rag-db/defaultdb", "rag-vectors/app", "rag-vectors/defaultdb"],
    "users": ["rag-cache/default", "rag-db/app", "rag-db/doadmin", "rag-vectors/app", "rag-vectors/doadmin"],
    "registries": ["rag-images"],
    "projects": ["my-rag-app"],
}
NOTHING: dict[str, list[str]] = {kind: [] for kind in COMPLETE}

FAULTS = {
    "429": Fault(kind="status", status=429, retry_after_s=0),
    "500": Fault(kind="status", status=500),
    "timeout-before": Fault(kind="timeout-before"),
    "timeout-after-commit": Fault(kind="timeout-after-commit"),
    "cut-body": Fault(kind="cut-body"),
    "outage": Fault(kind="status", status=503, times=None),
}
KILLS = ("killed-before", "killed-after-commit")

# The calls that Listing 1 takes, counted on a run without faults; a change of the provider may change them.
UP_CALLS = 64


def failing(rehearsal: Rehearsal, program: list[Wanted] | None, name: str, call: int) -> bool:
    """Bring up the program, or destroy all, with one call failing; whether there were that many calls."""

    def run(transport: Callable[[Cloud], InProcess]) -> object:
        return rehearsal.destroy(transport) if program is None else rehearsal.up(program, transport)

    if name in KILLS:
        after = name == "killed-after-commit"
        try:
            run(lambda cloud: InProcess(cloud, kill_at=call, kill_after_commit=after))
        except Killed:
            return True
        return False
    rule = rehearsal.cloud.faults.add(replace(FAULTS[name], nth=call))
    try:
        run(InProcess)
    except Stopped:
        pass
    finally:
        rehearsal.cloud.faults.clear()
    return rehearsal.cloud.faults.struck(rule) > 0


@pytest.mark.parametrize("name", [*FAULTS, *KILLS])
def test_creating_converges_whatever_call_fails(name):
    call = 0
    while True:
        call += 1
        rehearsal = Rehearsal(account())
        was_struck = failing(rehearsal, listing_one(), name, call)
        rehearsal.up(listing_one())
        assert census(rehearsal.cloud) == COMPLETE, f"call {call}"
        assert rehearsal.up(listing_one()) == [], f"call {call}"
        assert rehearsal.cloud.violations == [], f"call {call}"
        if not was_struck:
            break
    assert call - 1 == UP_CALLS


@pytest.mark.parametrize("name", [*FAULTS, *KILLS])
def test_changing_converges_whatever_call_fails(name):
    changed = listing_one({"grown": 1})
    call = 0
    while True:
        call += 1
        rehearsal = Rehearsal(account())
        rehearsal.up(listing_one())
        was_struck = failing(rehearsal, changed, name, call)
        rehearsal.up(changed)
        assert census(rehearsal.cloud) == COMPLETE, f"call {call}"
        assert rehearsal.up(changed) == [], f"call {call}"
        rehearsal.refresh()
        assert rehearsal.up(changed) == [], f"call {call}, after a refresh"
        if not was_struck:
            break
    assert call > 10


@pytest.mark.parametrize("name", [*FAULTS, *KILLS])
def test_destroying_converges_whatever_call_fails(name):
    call = 0
    while True:
        call += 1
        rehearsal = Rehearsal(account())
        rehearsal.up(listing_one())
        was_struck = failing(rehearsal, None, name, call)
        rehearsal.destroy()
        assert census(rehearsal.cloud) == NOTHING, f"call {call}"
        assert rehearsal.stack == {}
        if not was_struck:
            break
    assert call > 20


@pytest.mark.parametrize("name", ["500", "timeout-after-commit", "killed-after-commit"])
def test_waiting_converges_whatever_call_fails(name):
    call = 0
    while True:
        call += 1
        rehearsal = Rehearsal(slow_account())
        was_struck = failing(rehearsal, listing_one(), name, call)
        rehearsal.up(listing_one())
        assert census(rehearsal.cloud) == COMPLETE, f"call {call}"
        assert rehearsal.up(listing_one()) == [], f"call {call}"
        rehearsal.destroy()
        assert census(rehearsal.cloud) == NOTHING, f"call {call}"
        if not was_struck:
            break
    assert call - 1 > UP_CALLS


@pytest.mark.parametrize("name", FAULTS)
def test_with_retries_one_fault_is_not_even_noticed(name):
    fault = FAULTS[name]
    if fault.times is None:
        fault = replace(fault, times=2)
    for call in range(1, UP_CALLS + 1, 3):
        rehearsal = Rehearsal(account())
        rehearsal.settings = replace(rehearsal.settings, retries=3)
        rehearsal.cloud.faults.add(replace(fault, nth=call))
        rehearsal.up(listing_one())
        assert census(rehearsal.cloud) == COMPLETE, f"call {call}"
        rehearsal.cloud.faults.clear()
        assert rehearsal.up(listing_one()) == [], f"call {call}"
