"""Stacks rehearsed against an emulated account."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from doubles.rehearsal import Rehearsal
from provider_stack import PROGRAM, account


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
