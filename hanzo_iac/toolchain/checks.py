"""
What `hanzo doctor` looks at: one function a question, each answering with what it saw and what to change.

Everything read from the machine is an argument or one call away, and nothing is changed.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from hanzo_iac.cache import cache_root
from hanzo_iac.toolchain import programs, routes, store
from hanzo_iac.toolchain.install import command_for, described
from hanzo_iac.toolchain.programs import Program
from hanzo_iac.toolchain.store import State

BUILD_DISK_BYTES = 14_000_000_000
"""Free space for building everything: Go's caches 12.5 GB, the programs 0.7 GB. Measured 2026-11-21, linux/amd64."""
RUN_DISK_BYTES = 1_000_000_000
"""Free space for running: a local control plane and its databases grow to some hundred MB. Rounded up."""
GO_MINIMUM = (1, 26)
"""The `go` line of every go.mod in tools/."""


@dataclass(frozen=True)
class Check:
    """The answer to one question."""

    name: str
    what: str
    remedy: str = ""
    """What to change; empty when nothing must."""

    @property
    def ok(self) -> bool:
        """Nothing must change."""
        return not self.remedy


def examine(environment: Mapping[str, str]) -> list[Check]:
    """Every check, in the order a person would set a machine up. The cache is read whole: a second or two."""
    found = described(thorough=True)
    complete = all(state.ready for row, state in found if row.group == "core")
    return [
        python(sys.version_info[:3]),
        venv(sys.prefix, sys.base_prefix),
        make(environment),
        go(environment, needed=not complete),
        disk(cache_root(), complete=complete),
        loopback(),
        *(cached(row, state) for row, state in found if row.group == "core"),
        *(sdk(*pair) for pair in SDK_PAIRS),
        pulumi_on_path(environment),
    ]


def python(running: tuple[int, ...]) -> Check:
    """Python is new enough."""
    words = ".".join(map(str, running))
    return Check("python", words, "" if running >= (3, 11) else "use Python 3.11 or later")


def venv(prefix: str, base: str) -> Check:
    """The packages do not mix with the system's."""
    inside = prefix != base
    remedy = "" if inside else "run `make check` once, then use .venv/bin/hanzo"
    return Check("venv", prefix if inside else "not in a virtual environment", remedy)


def make(environment: Mapping[str, str]) -> Check:
    """`make` is there, for the repository's own commands."""
    place = shutil.which("make", path=environment.get("PATH"))
    return Check("make", place or "not on PATH", "" if place else "install make (apt install make)")


def go(environment: Mapping[str, str], *, needed: bool) -> Check:
    """Go can build what cannot be downloaded; it does not matter once everything is here."""
    place = shutil.which("go", path=environment.get("PATH"))
    if place is None:
        what = "not on PATH" + ("" if needed else "; not needed: every program is here")
        remedy = "install Go 1.26 or later (https://go.dev/dl), unless the official downloads can be reached"
        return Check("go", what, remedy if needed else "")
    settings = routes.go_environment(routes.this_machine(), environment)
    said = _output([place, "env", "GOVERSION", "GOTOOLCHAIN"], settings).split()
    word, toolchain = (said[0], said[-1]) if said else ("unknown", "")
    # Any other setting lets an older go fetch the one that go.mod asks for.
    able = _numbers(word.removeprefix("go")) >= GO_MINIMUM or toolchain != "local"
    remedy = "" if able else "install Go 1.26 or later (https://go.dev/dl)"
    return Check("go", f"{word} ({place})", remedy if needed else "")


def disk(folder: Path, *, complete: bool) -> Check:
    """What will be written below the cache can be, and there is room for it."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if not there.is_dir() or not os.access(there, os.W_OK):
        what = f"{there} {'cannot be written' if there.is_dir() else 'is not a folder'}"
        return Check("disk", what, "set HANZO_CACHE to a folder that can be written")
    free, wanted = shutil.disk_usage(there).free, RUN_DISK_BYTES if complete else BUILD_DISK_BYTES
    what = f"{free / 1e9:.1f} GB free at {there}"
    remedy = "" if free >= wanted else f"free {wanted / 1e9:.0f} GB there, or set HANZO_CACHE to a folder elsewhere"
    return Check("disk", what, remedy)


def loopback() -> Check:
    """A server can listen on 127.0.0.1: the local cloud takes free ports there and no others."""
    try:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            with socket.create_connection(("127.0.0.1", port), timeout=2):
                return Check("ports", "free ports on 127.0.0.1 can be used")
    except OSError as failure:
        remedy = "allow connections to 127.0.0.1 on this machine"
        return Check("ports", f"127.0.0.1 cannot be used: {failure.strerror or failure}", remedy)


def cached(row: Program, state: State) -> Check:
    """The program is here and every byte is as it was installed."""
    if state.ready and state.manifest:
        return Check(row.name, f"{row.version}, whole ({state.manifest.route})")
    what = "not installed" if state.word == "missing" else f"damaged: {state.why}"
    return Check(row.name, what, f"run `{command_for(row)}`")


SDK_PAIRS = (
    ("pulumi", programs.PULUMI_VERSION, "pulumi"),
    ("pulumi-kubernetes", programs.KUBERNETES_PROVIDER_VERSION, "pulumi-resource-kubernetes"),
    ("pulumi-digitalocean", programs.DIGITALOCEAN_PROVIDER_VERSION, "pulumi-resource-digitalocean"),
)
"""(Python package, version, program): the engine looks a plugin up by exactly its package's version."""


def sdk(package: str, wanted: str, program: str) -> Check:
    """The installed Python package has the version of the program it talks to."""
    remedy = f"pip install {package}=={wanted}"
    try:
        there = version(package)
    except PackageNotFoundError:
        return Check(f"{package} package", f"not installed; {program} is {wanted}", remedy)
    same = there == wanted
    what = f"{there}, as {program}" if same else f"{there}, but {program} is {wanted}"
    return Check(f"{package} package", what, "" if same else remedy)


def pulumi_on_path(environment: Mapping[str, str]) -> Check:
    """A `pulumi` typed in the repository is the one that belongs to the packages; `hanzo` itself never uses PATH."""
    name, place = "pulumi on PATH", shutil.which("pulumi", path=environment.get("PATH"))
    ours = store.toolchain_root() / store.location(programs.program("pulumi"))
    if place is None:
        return Check(name, f"none; hanzo uses {ours}")
    there = _output([place, "version"], {**environment, "PULUMI_SKIP_UPDATE_CHECK": "true"}).strip()
    if there == f"v{programs.PULUMI_VERSION}":
        return Check(name, f"{there} ({place})")
    remedy = f'export PATH="{ours.parent}:$PATH"'
    return Check(name, f"{there or 'does not run'} ({place}), not v{programs.PULUMI_VERSION}", remedy)


def _numbers(word: str) -> tuple[int, ...]:
    """
    The first two numbers of a version; zeros where there are none.

    >>> _numbers("1.26.8")
    (1, 26)
    """
    numbers = [int(part) if part.isdigit() else 0 for part in word.split(".")[:2]]
    return tuple(numbers)


def _output(command: list[str], environment: Mapping[str, str]) -> str:
    """What a short command prints; nothing when it fails or takes longer than ten seconds."""
    try:
        ran = subprocess.run(command, env=dict(environment), capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return ran.stdout if ran.returncode == 0 else ""
