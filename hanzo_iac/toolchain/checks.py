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
from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from hanzo_iac.cache import cache_root
from hanzo_iac.toolchain import programs, routes, store
from hanzo_iac.toolchain.install import command_for, described
from hanzo_iac.toolchain.programs import Program
from hanzo_iac.toolchain.store import State

GO_DISK_BYTES = {"GOCACHE": 9_500_000_000, "GOMODCACHE": 3_000_000_000}
"""Free space for building everything, by the variable that names the folder. Measured 2026-11-21, linux/amd64."""
PROGRAMS_DISK_BYTES = 700_000_000
"""Free space for the programs themselves. Measured 2026-11-21, linux/amd64."""
RUN_DISK_BYTES = 1_000_000_000
"""Free space for running: a local control plane and its databases grow to some hundred MB. Rounded up."""
REPOSITORY = Path(__file__).parents[2]
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


@dataclass(frozen=True)
class Need:
    """A folder that will be written, how much, and the variable that moves it elsewhere."""

    folder: Path
    size: int
    variable: str


def examine(environment: Mapping[str, str], needed: Container[str]) -> list[Check]:
    """
    Every check, in the order a person would set a machine up. The cache is read whole: a second or two.

    Args:
        environment: The process's own.
        needed: The programs without which nothing can be run; what gets programs does not matter once they are here.
    """
    found = described(thorough=True)
    complete = all(state.ready for row, state in found if row.name in needed)
    in_repository = (REPOSITORY / "Makefile").is_file()
    return [
        python(sys.version_info[:3]),
        venv(sys.prefix, sys.base_prefix, in_repository=in_repository),
        *([make(environment)] if in_repository else []),
        go(environment, needed=not complete),
        disk(needs(environment, complete=complete)),
        loopback(),
        *(cached(row, state) for row, state in found if row.group == "core"),
        *(sdk(*pair) for pair in SDK_PAIRS),
        pulumi_on_path(environment),
    ]


def python(running: tuple[int, ...]) -> Check:
    """Python is new enough."""
    words = ".".join(map(str, running))
    return Check("python", words, "" if running >= (3, 11) else "use Python 3.11 or later")


def venv(prefix: str, base: str, *, in_repository: bool) -> Check:
    """The packages do not mix with the system's."""
    if prefix != base:
        return Check("venv", prefix)
    make = "run `make check` once, then use .venv/bin/hanzo"
    remedy = make if in_repository else "run `python3 -m venv .venv` and install hanzo-iac with .venv/bin/pip"
    return Check("venv", "not in a virtual environment", remedy)


def make(environment: Mapping[str, str]) -> Check:
    """`make` is there, for the repository's own commands."""
    place = shutil.which("make", path=environment.get("PATH"))
    return Check("make", place or "not on PATH", "" if place else "install make (apt install make)")


def go(environment: Mapping[str, str], *, needed: bool) -> Check:
    """Go can build what cannot be downloaded; it does not matter once the programs are here."""
    place = shutil.which("go", path=environment.get("PATH"))
    if place is None:
        what = "not on PATH" + ("" if needed else "; not needed: the programs are here")
        remedy = "install Go 1.26 or later (https://go.dev/dl), unless the official downloads can be reached"
        return Check("go", what, remedy if needed else "")
    settings = routes.go_environment(routes.this_machine(), environment)
    # A line each; an empty one for a name this go does not know.
    word, toolchain = [*_output([place, "env", "GOVERSION", "GOTOOLCHAIN"], settings).splitlines(), "", ""][:2]
    # Any other setting lets an older go fetch the one that go.mod asks for.
    able = _numbers(word.removeprefix("go")) >= GO_MINIMUM or toolchain not in {"", "local"}
    remedy = "" if able else "install Go 1.26 or later (https://go.dev/dl)"
    return Check("go", f"{word or 'unknown version'} ({place})", remedy if needed else "")


def needs(environment: Mapping[str, str], *, complete: bool) -> list[Need]:
    """What will be written where: by running, and before that by getting the programs."""
    run = Need(cache_root(), RUN_DISK_BYTES, "HANZO_CACHE")
    if complete:
        return [run]
    tools = Need(store.toolchain_root(), PROGRAMS_DISK_BYTES, store.root_variable())
    go = shutil.which("go", path=environment.get("PATH"))
    folders = _output([go, "env", *GO_DISK_BYTES], environment).splitlines() if go else []
    named = zip(GO_DISK_BYTES.items(), folders, strict=False)
    return [run, tools, *(Need(Path(folder), size, name) for (name, size), folder in named)]


def disk(wanted: list[Need]) -> Check:
    """What will be written can be, and there is room for it on every disk."""
    disks: dict[int, list[Need]] = {}
    for need in wanted:
        there = next(path for path in (need.folder, *need.folder.parents) if path.exists())
        if not there.is_dir() or not os.access(there, os.W_OK):
            what = f"{there} {'cannot be written' if there.is_dir() else 'is not a folder'}"
            return Check("disk", what, f"set {need.variable} to a folder that can be written")
        disks.setdefault(there.stat().st_dev, []).append(replace(need, folder=there))
    found = [_room(together) for together in disks.values()]
    remedies = [one.remedy for one in found if one.remedy]
    return Check("disk", ", ".join(one.what for one in found), "; ".join(remedies))


def _room(wanted: list[Need]) -> Check:
    """One disk has room for all that will be written to it."""
    there, size = wanted[0].folder, sum(need.size for need in wanted)
    free = shutil.disk_usage(there).free
    variables = " or ".join(dict.fromkeys(need.variable for need in wanted))
    remedy = "" if free >= size else f"free {size / 1e9:.0f} GB there, or set {variables} to a folder elsewhere"
    return Check("disk", f"{free / 1e9:.1f} GB free at {there}", remedy)


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
    """Every byte of the program is as it was installed. One that is not here comes when it is needed."""
    if state.ready and state.manifest:
        return Check(row.name, f"{row.version}, whole ({state.manifest.route})")
    if state.word == "missing":
        return Check(row.name, f"not installed yet: `{command_for(row)}`")
    return Check(row.name, f"damaged: {state.why}", f"run `{command_for(row)}`")


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
