"""A run that is killed, interrupted or in the way: what is left of it, and what the next run makes of that."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import pytest
from engine_site import LISTING_1, Site, kinds

from hanzo_iac.cli import repair
from hanzo_iac.errors import InputError, TryAgainError
from hanzo_iac.plan.spec import Plan

pytestmark = [pytest.mark.engine, pytest.mark.cluster]

HERE = socket.gethostname()

COMMAND = [sys.executable, "-m", "hanzo_iac.cli", "local", "up", str(LISTING_1)]

HEEDING = [
    sys.executable,
    "-c",
    "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])",
]
"""Runs what follows with ears for Ctrl-C: a shell starts what it runs in the background without."""

LINES_BEFORE_THE_KILL = (3, 8, 12, 12)
"""Resources that each run is allowed to make, over the network, the clusters, the namespaces and the workloads."""


def killed_after(lines: int) -> str:
    """What a run said that was killed, with its engine, once it had made this many resources; plugins may survive."""
    run = subprocess.Popen(
        COMMAND, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, start_new_session=True
    )
    said = []
    assert run.stderr is not None
    for line in run.stderr:
        said.append(line)
        if sum(line.startswith("created") for line in said) == lines:
            break
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    run.stderr.close()
    return "".join(said)


def test_a_run_killed_again_and_again_converges_without_a_duplicate(site: Site) -> None:
    for lines in LINES_BEFORE_THE_KILL:
        said = killed_after(lines)
        assert said.count("\ncreated") + said.startswith("created") == lines, said
    site.engine.up(site.plan())
    assert site.account() == {
        "vpcs": 1,
        "kubernetes/clusters": 1,
        "databases": 3,
        "registries": 1,
        "tags": 1,
        "projects": 1,
    }
    state = site.engine.state("my-rag-app", "dev")
    made = kinds(state.resources)
    assert made["digitalocean:index/databaseUser:DatabaseUser"] == 1
    objects = {
        "kubernetes:core/v1:Secret": "/api/v1/secrets",
        "kubernetes:networking.k8s.io/v1:NetworkPolicy": "/apis/networking.k8s.io/v1/networkpolicies",
        "kubernetes:apps/v1:Deployment": "/apis/apps/v1/deployments",
        "kubernetes:batch/v1:Job": "/apis/batch/v1/jobs",
    }
    there = {
        kind: sum(item["metadata"]["namespace"].startswith("my-rag-app-dev") for item in site.kubernetes(path))
        for kind, path in objects.items()
    }
    assert there == {kind: made[kind] for kind in objects}
    assert (state.has_pending, state.locks) == (False, ())
    assert repair.leftovers(site.engine.toolchain) == []


def test_the_run_after_that_changes_nothing(site: Site) -> None:
    assert site.engine.up(site.plan()).is_unchanged


def started(*before: str) -> tuple[subprocess.Popen[str], list[psutil.Process]]:
    """A run that has made something, in a process group of its own as on a terminal, and what it has started."""
    run = subprocess.Popen(
        [*before, *COMMAND, "--env", "staging"],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert run.stderr is not None
    for line in run.stderr:
        if line.startswith("created"):
            break
    return run, psutil.Process(run.pid).children(recursive=True)


def ended(run: subprocess.Popen[str], children: list[psutil.Process]) -> tuple[int, str]:
    """How the run ended and what it said last; nothing it has started runs any more."""
    said = run.communicate()[1]
    psutil.wait_procs(children, timeout=10)
    assert [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE] == []
    return run.returncode, said


def is_half_made_and_free(site: Site) -> bool:
    """Something of the stack was made, not all of it, and nothing holds it."""
    state = site.engine.state("my-rag-app", "staging")
    kinds_made = [kind for kind, _ in state.resources if kind.startswith("digitalocean:")]
    kinds_last = [kind for kind, _ in state.resources if kind.endswith(":HTTPRoute")]
    return (state.locks, state.has_pending, kinds_made != [], kinds_last) == ((), False, True, [])


def test_an_interrupted_run_leaves_no_engine_and_no_lock(site: Site) -> None:
    run, children = started(*HEEDING)
    os.killpg(run.pid, signal.SIGINT)  # as a terminal does on Ctrl-C
    code, said = ended(run, children)
    assert (code, "Traceback" in said) == (130, False), said
    assert is_half_made_and_free(site)
    site.engine.destroy("my-rag-app", "staging")
    assert not site.engine.state("my-rag-app", "staging").exists


def test_a_run_that_is_told_to_end_stops_its_engine_at_once(site: Site) -> None:
    run, children = started()
    run.terminate()
    code, said = ended(run, children)
    assert (code, "Traceback" in said) == (143, False), said
    assert is_half_made_and_free(site)


def test_a_run_whose_engine_somebody_stopped_may_be_repeated(site: Site) -> None:
    run, children = started()
    (engine,) = [child for child in children if child.name() == "pulumi"]
    engine.send_signal(signal.SIGINT)
    code, said = ended(run, children)
    hint = "hint: run the same command again: what exists is kept, and the run goes on from there"
    assert (code, said.splitlines()[-3:]) == (75, ["error: update canceled", "", hint])
    assert is_half_made_and_free(site)


def test_the_cloud_is_not_ended_under_a_run(site: Site) -> None:
    run, children = started()
    down = subprocess.run([*COMMAND[:4], "down"], capture_output=True, text=True, check=False)
    run.terminate()
    ended(run, children)
    assert down.returncode == 75, down.stderr
    assert down.stderr.startswith("error: my-rag-app/staging: process ")
    assert site.cache.joinpath("local", "cloud.json").exists()
    site.engine.destroy("my-rag-app", "staging")


def lock(site: Site, pid: int) -> Path:
    folder = site.cache / "local" / "state" / ".pulumi" / "locks" / "organization" / "my-rag-app" / "dev"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "held.json"
    now = datetime.now(UTC).isoformat()
    file.write_text(json.dumps({"pid": pid, "username": "u", "hostname": HERE, "timestamp": now}))
    return file


def test_a_living_run_is_waited_for_by_name_and_not_pushed_aside(site: Site) -> None:
    file = lock(site, os.getpid())
    with pytest.raises(TryAgainError) as error:
        site.engine.up(site.plan())
    file.unlink()
    (fault,) = error.value.faults
    assert fault.where == "my-rag-app/dev"
    assert fault.what.startswith(f"process {os.getpid()} on {HERE} has been working on this stack since ")


def only_data(plan: Plan) -> Plan:
    """The plan without what runs in its cluster."""
    parts = ("vector_stores", "namespaces", "llm_gateways", "services", "bindings", "routes")
    empty: Any = {part: {} for part in parts}
    return replace(plan, gateway=None, **empty)


def test_protected_resources_go_only_when_they_are_asked_to(site: Site) -> None:
    made = site.engine.up(only_data(site.plan("prod"))).changes["create"]
    with pytest.raises(InputError) as error:
        site.engine.destroy("my-rag-app", "prod")
    assert sorted(fault.where for fault in error.value.faults) == [
        "my-rag-app-cache",
        "my-rag-app-cluster",
        "my-rag-app-db",
        "my-rag-app-db-database-db",
        "my-rag-app-registry",
        "my-rag-app-vector",
        "my-rag-app-vector-database-vector",
        "my-rag-app-vector-user-web",
    ]
    assert site.engine.destroy("my-rag-app", "prod", protected_too=True).changes == {"delete": made}
    assert not site.engine.state("my-rag-app", "prod").exists
    assert [name for name in site.names("databases", "databases") if "prod" in name] == []
