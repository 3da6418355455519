"""
What a row of the toolchain comes to on this machine: addresses, commands, environments and texts, as plain values.

Pure: `install.py` and its neighbours run what these functions say.
"""

from __future__ import annotations

import json
import platform
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from urllib.parse import urlsplit

from hanzo_iac.errors import Fault, UsageError
from hanzo_iac.toolchain.programs import Bundled, Download, GoBuild, ModuleFiles, Route, Script

MIRROR_VARIABLE = "HANZO_DOWNLOAD_MIRROR"
"""A base address under which `<host>/<path>` of every official download is found."""

_MIRROR = re.compile(r"(https://[\w.-]+|http://(localhost|127\.0\.0\.1|\[::1\]))(:\d+)?(/.*)?")

_ARCHITECTURES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
_PULUMI_CPUS = {"amd64": "x64", "arm64": "arm64"}


@dataclass(frozen=True)
class Machine:
    """The operating system and processor, in Go's words."""

    os: str
    arch: str


def this_machine() -> Machine:
    """The machine this runs on. An unknown processor keeps its own name: downloads then do not fit, builds may."""
    processor = platform.machine().lower()
    return Machine(platform.system().lower(), _ARCHITECTURES.get(processor, processor))


def fits(download: Download, machine: Machine) -> bool:
    """Whether upstream publishes this file for the machine."""
    return machine.os in download.systems and machine.arch in _PULUMI_CPUS


def address(pattern: str, machine: Machine, mirror: str = "") -> str:
    """
    The address of a release file.

    >>> address("https://dl.k8s.io/bin/{os}/{arch}/etcd", Machine("linux", "amd64"))
    'https://dl.k8s.io/bin/linux/amd64/etcd'
    >>> address("https://dl.k8s.io/etcd-{cpu}", Machine("linux", "amd64"), "http://127.0.0.1:8000/m/")
    'http://127.0.0.1:8000/m/dl.k8s.io/etcd-x64'
    """
    cpu = _PULUMI_CPUS.get(machine.arch, machine.arch)
    url = pattern.format(os=machine.os, arch=machine.arch, cpu=cpu)
    if not mirror:
        return url
    parts = urlsplit(url)
    return f"{mirror.rstrip('/')}/{parts.netloc}{parts.path}"


def mirror(base: Mapping[str, str]) -> str:
    """
    The mirror this environment names; empty when it names none.

    Raises:
        UsageError: It is no address, or one that anybody on the way can answer for: the checksums come from it, too.
    """
    written = base.get(MIRROR_VARIABLE, "")
    if written and not _MIRROR.fullmatch(written):
        raise UsageError(Fault(MIRROR_VARIABLE, f"{written!r} is no https address", "write it as https://HOST/PATH"))
    return written


def file_name(url: str) -> str:
    """
    The last part of an address.

    >>> file_name("https://dl.k8s.io/release/v1.36.1/bin/linux/amd64/kube-apiserver")
    'kube-apiserver'
    """
    return urlsplit(url).path.rsplit("/", 1)[-1]


def published_sha256(text: str, name: str) -> str | None:
    """
    The SHA-256 that a checksum document gives for the file `name`; none when it says nothing about it.

    Understood are a lone checksum, lines of `checksum  file`, and GitHub's description of a release.

    >>> published_sha256("aa" * 32 + "  etcd.tar.gz", "etcd.tar.gz") == "aa" * 32
    True
    """
    if text.lstrip().startswith("{"):
        return _github_sha256(text, name)
    for line in text.splitlines():
        words = line.split()
        if len(words) == 1 and _is_sha256(words[0]):
            return words[0].lower()
        if len(words) == 2 and _is_sha256(words[0]) and words[1].lstrip("*./") == name:
            return words[0].lower()
    return None


def _github_sha256(text: str, name: str) -> str | None:
    try:
        assets = json.loads(text).get("assets", [])
        digests = {asset["name"]: str(asset.get("digest") or "") for asset in assets}
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    kind, _, digest = digests.get(name, "").partition(":")
    return digest if kind == "sha256" and _is_sha256(digest) else None


def _is_sha256(word: str) -> bool:
    return len(word) == 64 and all(letter in "0123456789abcdefABCDEF" for letter in word)


def wanted(member: str, patterns: tuple[str, ...]) -> bool:
    """Whether a file of an archive is one of those taken out."""
    return any(fnmatchcase(member.removeprefix("./"), pattern) for pattern in patterns)


def go_environment(machine: Machine, base: Mapping[str, str]) -> dict[str, str]:
    """The environment of every `go` command: the user's proxy and caches, none of their build settings."""
    unwanted = {"GOFLAGS", "GOWORK", "GO111MODULE", "GOEXPERIMENT", "CGO_ENABLED", "GOOS", "GOARCH"}
    kept = {name: value for name, value in base.items() if name not in unwanted}
    # An empty variable does not hide one set by `go env -w`: GOFLAGS needs a harmless value of its own.
    fixed = {
        "GOFLAGS": "-buildvcs=false",
        "GOWORK": "off",
        "CGO_ENABLED": "0",
        "GOOS": machine.os,
        "GOARCH": machine.arch,
    }
    return kept | fixed


def build_command(build: GoBuild, output: Path) -> tuple[str, ...]:
    """The `go build` of one program, run in its module's folder."""
    stamps = "".join(f" -X {name}={value}" for name, value in build.stamps)
    # readonly: a go.mod or go.sum that is not complete is an error here, not a download nobody reviewed.
    return ("go", "build", "-mod=readonly", "-trimpath", "-ldflags", f"-s -w{stamps}", "-o", str(output), build.package)


def module_command(module: str) -> tuple[str, ...]:
    """The command that has a module in Go's cache, verified, and prints its folder as JSON."""
    return ("go", "mod", "download", "-json", module)


def script_text(script: Script, interpreter: str) -> str:
    """
    An executable that becomes the Python module: the engine's signals reach Python itself, and -P keeps the folder
    it is started in, a stranger's project, off the import path.

    HANZO_PYTHON wins over the interpreter written here: two checkouts share the cache, and each starts its own code.
    """
    start = f'exec "${{HANZO_PYTHON:-$python}}" -P -u -m {script.module} "$@"'
    return f"#!/bin/sh\npython={shlex.quote(interpreter)}\n{start}\n"


def script_interpreter(text: str) -> str:
    r"""
    The interpreter written in a script of ours; empty when there is none.

    >>> script_interpreter("#!/bin/sh\npython='/opt/my python/bin/python3'\nexec ...")
    '/opt/my python/bin/python3'
    """
    lines = text.splitlines()
    words = shlex.split(lines[1]) if len(lines) > 1 else []
    return words[0].removeprefix("python=") if words else ""


_TRANSIENT = (
    "i/o timeout",
    "connection reset",
    "connection refused",
    "tls handshake timeout",
    "unexpected eof",
    "temporary failure",
    "too many requests",
    "bad gateway",
    "service unavailable",
    "gateway timeout",
    "http2: server sent goaway",
    "context deadline exceeded",
)


def is_transient(text: str) -> bool:
    """Whether what `go` said is a fault of the network that may pass, and not a refusal, which is final."""
    said = text.lower()
    return any(sign in said for sign in _TRANSIENT)


def route_word(route: Route) -> str:
    """The route's name as people and the manifest read it."""
    words = {
        Download: "download",
        GoBuild: "go build",
        ModuleFiles: "go module",
        Bundled: "bundled",
        Script: "script",
    }
    return words[type(route)]
