"""One local cloud for the whole of Listing 1: dev, staging and prod beside each other, brought up by the command."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from listing1_story import ENVIRONMENTS, LISTING_1, Listing1

from hanzo_iac.toolchain import ensure


@pytest.fixture(scope="module")
def listing1(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listing1]:
    toolchain = ensure().root
    before = dict(os.environ)
    said: dict[str, str] = {}
    stacks = Listing1(tmp_path_factory.mktemp("listing1"), toolchain, said)
    try:
        for environment in ENVIRONMENTS:
            done = stacks.hanzo("local", "up", str(LISTING_1), "--env", environment)
            assert done.returncode == 0, done.stderr
            said[environment] = done.stdout
        yield stacks
    finally:
        stacks.hanzo("local", "down")
        os.environ.clear()
        os.environ.update(before)
