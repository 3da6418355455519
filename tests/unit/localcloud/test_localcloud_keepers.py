"""What keeps failing behind the account becomes trouble that stays and names its log. Only the programs are real."""

from __future__ import annotations

import time
from types import SimpleNamespace

import psycopg
import pytest

from hanzo_iac.localcloud import databases, objectstore
from hanzo_iac.localcloud.backends import DatabaseServer
from hanzo_iac.localcloud.databases import LocalDatabases
from hanzo_iac.localcloud.kubernetes.clusters import LocalClusters
from hanzo_iac.localcloud.places import Places
from hanzo_iac.localcloud.ports import Ports
from hanzo_iac.localcloud.processes import Children, Program, end, records
from hanzo_iac.localcloud.settings import CloudSettings

KEY = "5a4f1a67-6f7a-4a86-a8d1-8c1a4f3f4c6e"
WANTED = DatabaseServer(database_id=KEY, name="db", engine="pg", version="18")


def _why(name):
    return f"{name} ended within 5 s of its start, again and again: see the log {name}"


@pytest.fixture
def places(tmp_path):
    made = Places(tmp_path / "local")
    yield made
    end(records(made), abandon=True)


@pytest.fixture
def children(places):
    made = Children(places)
    yield made
    made.stop_all()


@pytest.fixture
def ports(places):
    return Ports(places.ports)


def _until(look):
    deadline = time.monotonic() + 20
    while not look():
        assert time.monotonic() < deadline
        time.sleep(0.01)


class Silent:
    """A server whose program does what a test says and that never answers."""

    argv = ("false",)

    def __init__(self, folder, name, children):
        self.name, self._folder = name, folder

    def program(self, port):
        return Program(name=self.name, argv=self.argv, folder=self._folder)

    def apply(self, wanted, port):
        raise psycopg.OperationalError("not yet")

    def forget(self):
        pass


def test_a_database_whose_server_keeps_ending_says_so(places, children, ports, monkeypatch):
    monkeypatch.setattr(databases, "Postgres", Silent)
    kept = LocalDatabases(places, children, ports)
    kept.ensure(WANTED)
    trouble = f"RuntimeError: {_why('database-5a4f1a67')}"
    _until(lambda: kept.status()[0]["trouble"] == trouble)
    before = children._starts["database-5a4f1a67"]
    _until(lambda: children._starts["database-5a4f1a67"] != before)
    assert kept.status()[0]["trouble"] == trouble
    kept.stop()


def test_a_database_that_is_restarted_over_and_over_has_no_more_time_than_one_that_is_not(
    places, children, ports, monkeypatch
):
    monkeypatch.setattr(databases, "Postgres", Silent)
    monkeypatch.setattr(Silent, "argv", ("sleep", "60"))
    now = [1000.0]
    monkeypatch.setattr(databases, "time", SimpleNamespace(monotonic=lambda: now[0]))
    kept = LocalDatabases(places, children, ports)
    kept._seats[KEY] = kept._seat(WANTED)
    for _ in range(3):
        assert kept._step(KEY) == databases.STARTING_S
        children.stop("database-5a4f1a67")
        now[0] += 10
    now[0] += 1
    with pytest.raises(psycopg.OperationalError, match="not yet"):
        kept._step(KEY)


def test_an_object_store_that_keeps_ending_says_so(places, children, ports, monkeypatch):
    store = objectstore.ObjectStore(places, children, ports)
    monkeypatch.setattr(store, "_program", lambda _: Program(name="object-store", argv=("false",), folder=places.root))
    monkeypatch.setattr(objectstore.select, "select", lambda *_: ([0], [], []))
    store._listen()

    def fails():
        try:
            return store._step() is None
        except RuntimeError as error:
            return str(error) == _why("object-store")

    _until(fails)
    store._socket.close()


class Plane:
    """A control plane of programs that stay, but for one that ends at once."""

    url = "https://127.0.0.1:1"

    def __init__(self, folder, ends):
        self._folder, self._ends = folder, ends

    def _program(self, name):
        argv = ("false",) if name == self._ends else ("sleep", "60")
        return Program(name=name, argv=argv, folder=self._folder)

    def etcd(self):
        return self._program("etcd")

    def apiserver(self):
        return self._program("kube-apiserver")

    def controllers(self):
        return self._program("kube-controller-manager")

    def scheduler(self):
        return self._program("kube-scheduler")

    def kwok(self):
        return self._program("kwok")


@pytest.mark.parametrize("ends", ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok"])
def test_a_cluster_a_part_of_which_keeps_ending_says_so(places, children, ports, monkeypatch, ends):
    plane = Plane(places.root, ends)
    server = SimpleNamespace(url=plane.url, ready=lambda: True, delete=lambda _: None)
    monkeypatch.setattr("hanzo_iac.localcloud.kubernetes.clusters._api", lambda _: server)
    monkeypatch.setattr("hanzo_iac.localcloud.kubernetes.clusters.foundation.lay", lambda *_: False)
    clusters = LocalClusters(places, children, ports, settings=CloudSettings())
    monkeypatch.setattr(clusters, "_plane", lambda *_: plane)
    clusters.ensure("one", name="one", version="1.36.1-do.0", pools=())
    _until(lambda: clusters.trouble("one") == f"RuntimeError: {_why(ends)}")
    clusters.stop()
