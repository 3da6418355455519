"""
Where installed programs lie and whether they are whole.

    <toolchain>/<program>/<version>/bin/<file>                          the program and what came with it
    <toolchain>/<program>/<version>/manifest.json                       written last: without it nothing is installed
    <toolchain>/pulumi-home/plugins/resource-<plugin>-v<version>/...    hard links (the engine skips symlinks)

The manifest records size, time and SHA-256 of every file. A warm check reads sizes and times only, and hashes a file
whose time moved; `thorough=True` hashes all of them.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from hanzo_iac.cache import cache_root
from hanzo_iac.toolchain.programs import Program

ROOT_VARIABLE = "HANZO_TOOLCHAIN"
"""Names another toolchain folder: several caches can share one set of programs."""


@dataclass(frozen=True)
class Entry:
    """What is recorded of one installed file."""

    sha256: str
    size: int
    mtime_ns: int


@dataclass(frozen=True)
class Manifest:
    """What is recorded of one installed program."""

    route: str
    """How it came here: `download`, `go build`, `go module`, `bundled` or `script`."""
    source: str
    """The address, package or module it came from."""
    seconds: float
    files: Mapping[str, Entry]
    """By path below the toolchain's folder."""


@dataclass(frozen=True)
class State:
    """What a check found: `ready`, `missing` or `damaged`, and for the last which file and how."""

    word: str
    why: str = ""
    manifest: Manifest | None = None

    @property
    def ready(self) -> bool:
        """Nothing needs to be installed."""
        return self.word == "ready"


def root_variable() -> str:
    """The variable to set for another toolchain folder than this one."""
    return ROOT_VARIABLE if os.environ.get(ROOT_VARIABLE) else "HANZO_CACHE"


def toolchain_root() -> Path:
    """The folder of all installed programs: `HANZO_TOOLCHAIN`, else `toolchain` in the cache."""
    named = os.environ.get(ROOT_VARIABLE)
    return Path(named).expanduser().absolute() if named else cache_root() / "toolchain"


def home(program: Program) -> Path:
    """The program's own folder, below the root."""
    return Path(program.name) / program.version


def location(program: Program) -> Path:
    """Where the program lies, below the root: a file, or a folder for what is no program."""
    if program.folder:
        return home(program) / program.folder
    folder = Path(program.beside) / program.version if program.beside else home(program)
    return folder / "bin" / program.name


def pulumi_home(root: Path) -> Path:
    """The folder to give the engine as `PULUMI_HOME`: the provider plugins lie in it."""
    return root / "pulumi-home"


def plugin_link(program: Program) -> Path | None:
    """Where the engine looks a provider up, below the root; none for what is no provider."""
    if not program.plugin:
        return None
    return Path("pulumi-home", "plugins", f"resource-{program.plugin}-v{program.version}", program.name)


def sha256_of(path: Path) -> str:
    """The file's SHA-256, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_manifest(root: Path, program: Program) -> Manifest | None:
    """What was recorded when the program was installed; none when it was not, or the record is not readable."""
    try:
        record = json.loads((root / home(program) / "manifest.json").read_text())
        files = {path: Entry(**entry) for path, entry in record.pop("files").items()}
        return Manifest(files=files, **record)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def write_manifest(root: Path, program: Program, manifest: Manifest) -> None:
    """Record the installation, in one step: from now on the program counts as installed."""
    path = root / home(program) / "manifest.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    # Per process: two that refresh a moved time at once must not write into one file.
    partial = path.with_name(f"manifest.{os.getpid()}.tmp")
    partial.write_text(json.dumps(asdict(manifest), indent=1) + "\n")
    partial.replace(path)


def check(root: Path, program: Program, *, thorough: bool = False) -> State:
    """Whether the program is installed and whole. A file with a new time and old contents is whole, and recorded so."""
    manifest = read_manifest(root, program)
    if manifest is None:
        return State("missing")
    if not set(map(str, expected_files(program))) <= set(manifest.files):
        return State("damaged", "its manifest does not name the program", manifest)
    moved = {}
    for path, entry in manifest.files.items():
        fault, current = _compare(root / path, entry, thorough=thorough)
        if fault:
            return State("damaged", f"{path} {fault}", manifest)
        if current != entry:
            moved[path] = current
    if moved:
        manifest = replace(manifest, files={**manifest.files, **moved})
        # Where nothing can be written, in a shared toolchain, the file is hashed again next time.
        with suppress(OSError):
            write_manifest(root, program, manifest)
    return State("ready", "", manifest)


def expected_files(program: Program) -> tuple[Path, ...]:
    """The files without which the program cannot be started, below the root."""
    link = plugin_link(program)
    first = () if program.folder else (location(program),)
    return (*first, link) if link else first


def _compare(path: Path, entry: Entry, *, thorough: bool) -> tuple[str, Entry]:
    """(what is wrong or nothing, the entry as the file is now)."""
    try:
        stat = path.stat()
    except OSError:
        return "is missing", entry
    if stat.st_size != entry.size:
        return f"has {stat.st_size} bytes instead of {entry.size}", entry
    if not os.access(path, os.R_OK):
        return "cannot be read", entry
    if (thorough or stat.st_mtime_ns != entry.mtime_ns) and sha256_of(path) != entry.sha256:
        return "has other contents than were installed", entry
    return "", Entry(entry.sha256, entry.size, stat.st_mtime_ns)


def put(root: Path, program: Program, files: Mapping[Path, Path], came: Manifest) -> Manifest:
    """
    Move `files` (place below the root -> staged file) into place and record them.

    Each file is replaced in one step, so a program that is running, or starts meanwhile, sees the old or the new one.
    """
    (root / home(program) / "manifest.json").unlink(missing_ok=True)
    for place, staged in files.items():
        target = root / place
        target.parent.mkdir(parents=True, exist_ok=True)
        staged.replace(target)
    places = [*files]
    link = plugin_link(program)
    if link:
        _link(root / location(program), root / link)
        places.append(link)
    manifest = replace(came, files=record(root, places))
    write_manifest(root, program, manifest)
    return manifest


def record(root: Path, places: Iterable[Path]) -> dict[str, Entry]:
    """The entries of files that lie in place."""
    entries = {}
    for place in sorted(places):
        stat = (root / place).stat()
        entries[str(place)] = Entry(sha256_of(root / place), stat.st_size, stat.st_mtime_ns)
    return entries


def _link(source: Path, target: Path) -> None:
    """`target` is a hard link to `source`, or a copy where the file system has no links."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.tmp")
    partial.unlink(missing_ok=True)
    try:
        partial.hardlink_to(source)
    except OSError:
        shutil.copy2(source, partial)
    partial.replace(target)
    # rename(2) between two links of one file does nothing and leaves both names.
    partial.unlink(missing_ok=True)
