"""Stacks rehearsed against an emulated account."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from doubles.one_of_each import PROGRAM, account
from doubles.rehearsal import Rehearsal


@pytest.fixture
def stack() -> Iterator[Rehearsal]:
    """Nothing deployed; no answer of the account may break DigitalOcean's specification."""
    rehearsal = Rehearsal(account(validate=True))
    yield rehearsal
    assert rehearsal.cloud.violations == []


@pytest.fixture
def deployed(stack: Rehearsal) -> Rehearsal:
    """One of everything."""
    stack.up(PROGRAM)
    return stack
