"""
Finding, starting and ending the local cloud from another process.

    cloud = start()                 a no-op when it runs
    cloud.environment()             what Pulumi and S3 clients need to reach it
    find()                          None when it does not run
    stop()                          no process and no state is left

Safe at any moment: whoever is killed halfway leaves what the next `start` or `stop` puts right.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from filelock import FileLock, Timeout

from hanzo_iac.cache import cache_root
from hanzo_iac.errors import Fault, TryAgainError
from hanzo_iac.localcloud.places import Places, read_json
from hanzo_iac.localcloud.processes import SUPERVISOR, Program, began, end, kill_alone, launch, records
from hanzo_iac.localcloud.settings import ACCESS_KEY, CONTROL_PLANE, DEFINITIONS, SECRET_KEY, CloudSettings

Say = Callable[[str], None]

# What a cloud needs of the toolchain.
PROGRAMS = (*CONTROL_PLANE, *DEFINITIONS)

STARTS_WITHIN_S = 60.0
ANSWERS_WITHIN_S = 10.0
LOOK_S = 0.05
# Another client may be starting the cloud: a minute is longer than that takes.
LOCKED_WITHIN_S = 90.0


@dataclass(frozen=True, kw_only=True)
class LocalCloud:
    """A cloud that runs."""

    pid: int
    api_url: str
    s3_url: str
    token: str = field(repr=False)

    def environment(self) -> dict[str, str]:
        """Variables under which Pulumi's providers, pydo and S3 clients speak to this cloud."""
        return {
            "DIGITALOCEAN_TOKEN": self.token,
            "DIGITALOCEAN_API_URL": self.api_url,
            "SPACES_ENDPOINT_URL": self.s3_url,
            "SPACES_ACCESS_KEY_ID": ACCESS_KEY,
            "SPACES_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_ENDPOINT_URL_S3": self.s3_url,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_REGION": "us-east-1",
        }

    def status(self) -> dict[str, Any]:
        """Clusters with their nodes, databases, object store, and the memory of every process in MiB."""
        answer = self._ask("GET", "/_cloud/status")
        return {"pid": self.pid, "api_url": self.api_url, "s3_url": self.s3_url, **answer.json()}

    def empty(self) -> None:
        """Nothing is left in the account and in the object store; the cloud runs on."""
        self._ask("POST", "/_local/reset")

    def _ask(self, method: str, path: str) -> requests.Response:
        try:
            answer = _ask(method, self.api_url + path, self.token)
            answer.raise_for_status()
        except requests.RequestException as error:
            raise TryAgainError(Fault("local cloud", f"did not answer: {error}", _see_log())) from error
        return answer


def find() -> LocalCloud | None:
    """The cloud of this cache if it runs and answers."""
    cloud = _on_card(Places.here())
    if cloud is None:
        return None
    try:
        healthy = _ask("GET", f"{cloud.api_url}/_local/health", cloud.token).ok
    except requests.RequestException:
        return None
    return cloud if healthy else None


def start(settings: CloudSettings | None = None, progress: Say = lambda _: None) -> LocalCloud:
    """
    The cloud of this cache, started if it does not run, its state as it was left.

    Args:
        settings: For a cloud that has no state yet, or was stopped; one that runs keeps its own.
        progress: Told each step in words.

    Raises:
        TryAgainError: It did not start; says where its log is.
    """
    places = Places.here()
    with _alone(places):
        running = find()
        if running is not None:
            return running
        progress("starting the local cloud")
        _end_supervisor(places)
        if settings is not None:
            settings.write(places.settings)
        process = launch(places, _program(places))
        try:
            return _await(process)
        finally:
            # It outlives whoever started it, and nobody waits for it: Popen need not warn of that.
            process.returncode = process.returncode or 0


def stop(progress: Say = lambda _: None) -> bool:
    """Whether there was anything: no process of this cloud runs, and its state is deleted."""
    places = Places.here()
    with _alone(places):
        if not places.root.exists():
            return False
        progress("ending the local cloud")
        # First of all: a living supervisor would start again what is ended.
        _end_supervisor(places)
        end(records(places), abandon=True)
        shutil.rmtree(places.root)
        return True


def reset() -> None:
    """
    A cloud that runs and is empty, and nothing remembered of stacks that were deployed to it.

    Raises:
        TryAgainError: It did not start or did not answer.
    """
    places = Places.here()
    if find() is None:
        # Its state may be the reason why it does not run.
        with _alone(places):
            _end_supervisor(places)
            places.account.unlink(missing_ok=True)
    start().empty()
    for folder in (places.stacks, places.programs):
        shutil.rmtree(folder, ignore_errors=True)


def logs() -> dict[str, Path]:
    """Name -> log of every process, sorted by name."""
    return {path.stem: path for path in sorted(Places.here().logs.glob("*.log"))}


def _on_card(places: Places) -> LocalCloud | None:
    card = read_json(places.card)
    if card is None or began(card["pid"]) != card["began"]:
        return None
    return LocalCloud(pid=card["pid"], api_url=card["api_url"], s3_url=card["s3_url"], token=card["token"])


def _program(places: Places) -> Program:
    # The toolchain is shared: a cloud in a cache of its own uses the programs its starter would.
    passed = ("HANZO_CACHE", "HANZO_TOOLCHAIN", "PYTHONPATH", "VIRTUAL_ENV", "HOME")
    env = {name: os.environ[name] for name in passed if name in os.environ}
    return Program(
        name=SUPERVISOR,
        argv=(sys.executable, "-m", "hanzo_iac.localcloud"),
        folder=places.root,
        env={**env, "HANZO_CACHE": str(cache_root().resolve()), "PYTHONUNBUFFERED": "1"},
    )


def _await(process: subprocess.Popen[bytes]) -> LocalCloud:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline:
        cloud = find()
        if cloud is not None and cloud.pid == process.pid:
            return cloud
        if process.poll() is not None:
            raise TryAgainError(
                Fault("local cloud", f"its supervisor ended with status {process.returncode}", _see_log())
            )
        time.sleep(LOOK_S)
    raise TryAgainError(Fault("local cloud", f"did not answer within {STARTS_WITHIN_S:.0f} s", _see_log()))


def _end_supervisor(places: Places) -> None:
    """
    It does not run; its children do.

    Killed: one that is alive and was not found does not answer, and its work is safe on disk.
    """
    record = next((record for record in records(places) if record.name == SUPERVISOR), None)
    if record is not None:
        kill_alone(record)


def _ask(method: str, url: str, token: str) -> requests.Response:
    with requests.Session() as session:
        # A proxy named in the environment has no business on loopback.
        session.trust_env = False
        return session.request(method, url, headers={"authorization": f"Bearer {token}"}, timeout=ANSWERS_WITHIN_S)


@contextmanager
def _alone(places: Places) -> Iterator[None]:
    """No other client starts or stops this cloud meanwhile."""
    places.lock.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(places.lock, timeout=LOCKED_WITHIN_S):
            yield
    except Timeout as error:
        raise TryAgainError(
            Fault("local cloud", "another hanzo is starting or ending it", "wait for it, or look for its process")
        ) from error


def _see_log() -> str:
    return "hanzo local logs supervisor"
