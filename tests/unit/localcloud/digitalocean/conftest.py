"""Accounts whose every answer is checked against DigitalOcean's OpenAPI."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from digitalocean_account import DATA, NO_WAIT, Account


@pytest.fixture
def account() -> Iterator[Account]:
    """Everything ready at once; no answer may break the specification."""
    account = Account()
    yield account
    assert account.cloud.violations == []


@pytest.fixture
def slow() -> Iterator[Account]:
    """Every wait lasts ten seconds of the test's own clock."""
    account = Account(**dict.fromkeys(NO_WAIT, 10.0))
    yield account
    assert account.cloud.violations == []


@pytest.fixture
def trace() -> Path:
    path = DATA / "do-provider-http-trace.jsonl"
    if not path.exists():
        pytest.skip("the recorded calls are not there: set HANZO_DATA to the project's data folder")
    return path


@pytest.fixture
def make_account() -> Iterator[Callable[..., Account]]:
    """Accounts with settings of the test's own."""
    made: list[Account] = []

    def make(**settings: Any) -> Account:
        made.append(Account(**settings))
        return made[-1]

    yield make
    assert [violation for account in made for violation in account.cloud.violations] == []
