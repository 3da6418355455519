"""A local cloud of one's own for every worker, in a folder of its own; the programs come from the shared toolchain."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from localcloud_account import (
    FAST,
    GPU_POOL,
    SYSTEM_POOL,
    Account,
    Kubernetes,
    needs_control_plane,
    only_in,
    processes_of,
)

from hanzo_iac.localcloud import client


@pytest.fixture(scope="session")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """The account of a cloud that all tests of a worker share."""
    with pytest.MonkeyPatch.context() as patch:
        only_in(patch, tmp_path_factory.mktemp("cloud"))
        yield Account(client.start(FAST))
        client.stop()


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The cache of a cloud that a test starts, breaks and ends by itself."""
    only_in(monkeypatch, tmp_path)
    yield tmp_path
    client.stop()
    assert processes_of(tmp_path) == []


@pytest.fixture(scope="session")
def kubernetes(account: Account, tmp_path_factory: pytest.TempPathFactory) -> Kubernetes:
    """A cluster with a system pool and a GPU pool that scales from zero, shared by all tests of a worker."""
    needs_control_plane()
    return Kubernetes(account, account.cluster("shared", SYSTEM_POOL, GPU_POOL), tmp_path_factory.mktemp("kubeconfig"))
