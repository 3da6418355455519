"""
The same as `tests/fault`, with the real engine: a call fails, the next run converges, the third changes nothing.

A run of the engine takes seconds, so the suite takes a sample: one call of each way of failing, early, midway and late
in the deployment. HANZO_EXHAUSTIVE=1 takes every call (some 40 minutes).
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from dataclasses import replace

import psutil
import pytest
from provider_project import COMPLETE, census

from hanzo_iac.localcloud.digitalocean import Fault

pytestmark = pytest.mark.engine

FAULTS = {
    "429": Fault(kind="status", status=429, retry_after_s=0),
    "500": Fault(kind="status", status=500),
    "timeout-after-commit": Fault(kind="timeout-after-commit"),
}
# How far into the deployment the sampled calls lie, as fractions of all its calls.
SAMPLE = {"429": 0.2, "500": 0.8, "timeout-after-commit": 0.5}


def chosen(name: str, calls: int) -> list[int]:
    """The calls, from 1, that fail in turn: all of them, or the sample of this kind of fault."""
    if os.environ.get("HANZO_EXHAUSTIVE") == "1":
        return list(range(1, calls + 1))
    return [1 + int(SAMPLE[name] * calls)]


@pytest.mark.timeout(4 * 3600 if os.environ.get("HANZO_EXHAUSTIVE") == "1" else 300)
def test_the_next_run_converges_whatever_call_fails(project, capsys):
    project.env["DIGITALOCEAN_HTTP_RETRY_MAX"] = "0"
    project.up()
    calls = len(project.cloud.calls())
    failed = 0
    ran = 0
    for name, fault in FAULTS.items():
        for call in chosen(name, calls):
            project.cloud.reset()
            project.good("stack", "init", f"{name}-{call}")
            rule = project.cloud.faults.add(replace(fault, nth=call))
            failed += project.command("up", "--yes", "--skip-preview").returncode != 0
            assert project.cloud.faults.struck(rule) == 1, f"{name} at call {call}"
            project.cloud.faults.clear()
            project.good("up", "--yes", "--skip-preview")
            assert census(project.cloud) == COMPLETE, f"{name} at call {call}"
            project.good("preview", "--expect-no-changes")
            ran += 1
    with capsys.disabled():
        print(f"\n{ran} faults in {calls} calls of the deployment with the real engine, {failed} of which ended a run")


def test_a_killed_engine_leaves_nothing_that_the_next_run_does_not_find(project):
    method, path = "POST", "/v2/kubernetes/clusters"
    slow = project.cloud.faults.add(Fault(kind="latency", method=method, path=f"{path}$", latency_s=2.0))
    engine = subprocess.Popen(
        ["pulumi", "up", "--yes", "--skip-preview", "--non-interactive"],
        cwd=project.folder,
        env=project.env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_until(lambda: project.cloud.faults.struck(slow) == 1)
    family = [engine, *psutil.Process(engine.pid).children(recursive=True)]
    for process in family:
        os.kill(process.pid, signal.SIGKILL)
    engine.wait()
    # The call itself still takes effect: nobody is left to hear of it.
    wait_until(lambda: f"{method} {path}" in {f"{one['method']} {one['path']}" for one in project.cloud.calls()})
    project.good("cancel", "--yes", "dev")
    project.good("refresh", "--yes", "--skip-preview", "--clear-pending-creates")
    project.good("up", "--yes", "--skip-preview")
    assert census(project.cloud) == COMPLETE
    project.good("preview", "--expect-no-changes")


def wait_until(condition) -> None:
    """Return once it holds; the test's own timeout ends it otherwise."""
    while not condition():
        time.sleep(0.02)
