"""A cloud for every test module, taken down at its end with all that was deployed to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from engine_site import Site, make_site, processes_of

from hanzo_iac.localcloud import client


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    cache = tmp_path_factory.mktemp("site")
    with pytest.MonkeyPatch.context() as patch:
        made = make_site(cache, patch)
        yield made
        client.stop()
        assert processes_of(cache) == []
