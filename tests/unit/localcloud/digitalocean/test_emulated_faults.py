"""Faults on demand, over real connections, and the account's life across restarts."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

import httpx
import pytest
from digitalocean_account import CLUSTER, POSTGRES, VALKEY, VPC, Clock
from doubles.servers import NoClusters, NoDatabases
from starlette.testclient import TestClient

from hanzo_iac.errors import InputError
from hanzo_iac.localcloud.digitalocean import Fault, Server, Settings, State, create_app


@pytest.fixture
def live(account):
    with (
        Server(account.app) as server,
        httpx.Client(base_url=server.url, headers={"authorization": "Bearer t"}, timeout=10) as client,
    ):
        yield client


def vpcs(account):
    return [vpc["name"] for vpc in account.state.table("vpcs").values()]


@pytest.mark.parametrize(
    ("status", "kind", "retry_after"),
    [(429, "too_many_requests", "3"), (500, "server_error", None), (503, "service_unavailable", None)],
)
def test_a_status_is_answered_once_and_nothing_is_done(account, status, kind, retry_after):
    account.cloud.faults.add(Fault(kind="status", method="POST", path="^/v2/vpcs$", status=status, retry_after_s=3))

    account.get("/v2/vpcs", expect=200)
    response = account.client.post("/v2/vpcs", json=VPC)

    assert (response.status_code, response.json()["id"]) == (status, kind)
    assert response.headers.get("retry-after") == retry_after
    assert vpcs(account) == []
    account.post("/v2/vpcs", VPC, expect=201)


def test_a_connection_dropped_before_does_nothing(account, live):
    account.cloud.faults.add(Fault(kind="timeout-before"))

    with pytest.raises(httpx.RemoteProtocolError):
        live.post("/v2/vpcs", json=VPC)

    assert vpcs(account) == []
    assert live.post("/v2/vpcs", json=VPC).status_code == 201


def test_a_connection_dropped_after_has_done_the_work(account, live):
    account.cloud.faults.add(Fault(kind="timeout-after-commit"))

    with pytest.raises(httpx.RemoteProtocolError):
        live.post("/v2/vpcs", json=VPC)

    assert vpcs(account) == ["net"]
    assert live.get("/_local/calls").json()["calls"][0]["code"] is None


def test_a_cut_body_ends_early(account, live):
    account.cloud.faults.add(Fault(kind="cut-body"))

    with pytest.raises(httpx.RemoteProtocolError):
        live.post("/v2/vpcs", json=VPC)

    assert vpcs(account) == ["net"]


def test_latency_delays_and_then_answers(account, live):
    account.cloud.faults.add(Fault(kind="latency", latency_s=0.2, times=None))

    began = time.monotonic()
    assert live.get("/v2/account").status_code == 200

    assert time.monotonic() - began >= 0.2


def test_in_process_a_drop_is_an_error_of_the_connection(account):
    account.cloud.faults.add(Fault(kind="timeout-before"))

    with pytest.raises(ConnectionResetError):
        TestClient(account.app).get("/v2/account")


def test_a_rule_strikes_its_nth_call_and_counts(account):
    number = account.post("/_local/faults", {"kind": "status", "path": "account", "nth": 2, "times": 2}, expect=201)[
        "id"
    ]

    codes = [account.client.get(path).status_code for path in ["/v2/account", "/v2/vpcs"] + ["/v2/account"] * 3]

    assert codes == [200, 200, 500, 500, 200]
    (rule,) = account.get("/_local/faults")["faults"]
    assert (rule["id"], rule["seen"], rule["struck"]) == (number, 4, 2)
    assert account.cloud.faults.struck(number) == 2


def test_every_call_in_turn_can_be_failed(account):
    calls = ["/v2/account", "/v2/vpcs", "/v2/tags"]
    struck = []
    for turn in range(1, 10):
        number = account.cloud.faults.add(Fault(kind="status", nth=turn))
        struck.append([path for path in calls if account.client.get(path).status_code == 500])
        account.cloud.faults.remove(number)
        if not account.cloud.faults.struck(number):
            break

    assert struck == [["/v2/account"], ["/v2/vpcs"], ["/v2/tags"], []]


def test_rules_are_removed_one_by_one_or_all(account):
    first = account.post("/_local/faults", {"kind": "status"})["id"]
    account.post("/_local/faults", {"kind": "status", "status": 503})

    account.delete(f"/_local/faults/{first}")
    assert [rule["status"] for rule in account.get("/_local/faults")["faults"]] == [503]
    account.delete(f"/_local/faults/{first}", expect=404)
    account.delete("/_local/faults")
    assert account.get("/_local/faults") == {"faults": []}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"kind": "surprise"}, "kind must be one of status, timeout-before, timeout-after-commit, cut-body, latency"),
        ({"kind": "status", "when": 3}, "unknown field when"),
        ({"kind": "latency", "latency_s": "2"}, "latency_s cannot be '2'"),
        ({"kind": "status", "nth": True}, "nth cannot be True"),
        (["status"], "the body must be a JSON object"),
        ({"kind": "status", "path": "("}, "missing ), unterminated subpattern at position 0"),
    ],
)
def test_a_wrong_rule_is_refused(account, body, message):
    assert account.message("POST", "/_local/faults", body, expect=422) == message
    assert account.get("/_local/faults") == {"faults": []}


def test_a_quota_is_a_number_or_null(account):
    assert account.post("/_local/quota", {"vpcs": 1}) == {"quota": {"vpcs": 1}}
    account.post("/v2/vpcs", VPC)
    other = VPC | {"name": "b", "ip_range": "10.20.0.0/16"}
    assert account.message("POST", "/v2/vpcs", other, expect=422) == "VPC limit exceeded"
    assert account.post("/_local/quota", {"vpcs": None}) == {"quota": {}}
    account.post("/v2/vpcs", other, expect=201)
    assert account.message("POST", "/_local/quota", {"vpcs": "many"}, expect=422) == (
        "vpcs must be a whole number or null"
    )


def test_a_reset_removes_every_server(account):
    account.post("/v2/kubernetes/clusters", CLUSTER)
    account.post("/v2/databases", POSTGRES)
    account.post("/_local/faults", {"kind": "status", "nth": 99})

    beside = ["a bucket"]
    account.cloud.on_reset = beside.clear
    account.post("/_local/reset", expect=204)
    assert beside == []

    assert (account.clusters.pools, account.databases.servers) == ({}, {})
    assert account.get("/_local/state")["tables"] == {}
    assert account.get("/_local/faults") == {"faults": []}
    assert account.get("/_local/health") == {"status": "ok"}


def app_on(path, clusters, databases):
    return create_app(State(path), clusters=clusters, databases=databases, clock=Clock(), settings=Settings.instant())


def test_a_restart_keeps_everything_and_asks_for_every_server_again(tmp_path):
    first = TestClient(app_on(tmp_path / "s.json", NoClusters(), NoDatabases()), headers={"authorization": "Bearer t"})
    first.post("/_local/quota", json={"droplets": 9})
    cluster = first.post("/v2/kubernetes/clusters", json=CLUSTER).json()["kubernetes_cluster"]
    database = first.post("/v2/databases", json=POSTGRES).json()["database"]
    first.post(f"/v2/databases/{database['id']}/users", json={"name": "app"})
    cache = first.post("/v2/databases", json=VALKEY).json()["database"]
    before = {path: first.get(path).json() for path in ("/v2/databases", "/v2/kubernetes/clusters", "/v2/account")}

    clusters, databases = NoClusters(), NoDatabases()
    second = TestClient(app_on(tmp_path / "s.json", clusters, databases), headers={"authorization": "Bearer t"})

    assert {path: second.get(path).json() for path in before} == before
    assert list(clusters.pools) == [cluster["id"]]
    assert list(databases.servers) == [database["id"], cache["id"]]
    assert sorted(databases.servers[database["id"]].passwords) == ["app", "doadmin"]


def test_the_state_is_the_owners_alone(tmp_path):
    State(tmp_path / "s.json").clear()
    state = State(tmp_path / "s.json")
    with state.transaction():
        state.table("vpcs")["a"] = {}

    assert (tmp_path / "s.json").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["s.json"]


def test_a_transaction_that_fails_leaves_what_was_saved(tmp_path):
    state = State(tmp_path / "s.json")

    def change():
        with state.transaction():
            state.table("a")["kept"] = {}
            state.save()
            state.table("a")["lost"] = {}
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        change()

    assert state.table("a") == State(tmp_path / "s.json").table("a") == {"kept": {}}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"layout": 99}', "{}"])
def test_a_file_that_is_no_state_is_said_so(tmp_path, text):
    path = tmp_path / "s.json"
    path.write_text(text)

    with pytest.raises(InputError, match="is not a state of this version of the local cloud"):
        State(path)


WRITER = """
import sys
from pathlib import Path
from hanzo_iac.localcloud.digitalocean import State
state = State(Path(sys.argv[1]))
print("ready", flush=True)
n = 0
while True:
    n += 1
    with state.transaction():
        state.table("a")["n"] = {"n": n, "ballast": "x" * 200_000}
        state.table("b")["n"] = {"n": n}
"""


def test_a_process_killed_while_it_writes_leaves_a_whole_state(tmp_path):
    path = tmp_path / "s.json"
    for _ in range(3):
        with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            written = set()
            while len(written) < 5:  # each write is a new file under the same name
                if path.exists():
                    written.add(path.stat().st_mtime_ns)
            writer.send_signal(signal.SIGKILL)
        state = State(path)
        assert state.table("a")["n"]["n"] == state.table("b")["n"]["n"] > 0
        assert json.loads(path.read_text())["layout"] == 1


def test_a_server_listens_on_loopback_and_frees_its_port(account):
    with Server(account.app) as server:
        assert server.url == f"http://127.0.0.1:{server.port}"
        with pytest.raises(OSError, match=r"(?i)address already in use"):
            Server(account.app, port=server.port)
    with Server(account.app, port=server.port) as again:
        assert httpx.get(f"{again.url}/_local/health").json() == {"status": "ok"}
