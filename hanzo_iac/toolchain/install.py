"""
Makes the toolchain what `programs.py` says: finds what is there, gets what is missing by the first route that works.

All effects start here. Safe when two run at once (one lock a program), and after a stop at any moment: a program counts
as installed only once its manifest is written.
"""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from hanzo_iac.errors import Fault, HanzoError, InputError, TryAgainError, UsageError
from hanzo_iac.toolchain import build, download, programs, routes, store
from hanzo_iac.toolchain.programs import Bundled, Download, GoBuild, ModuleFiles, Program, Route, Script
from hanzo_iac.toolchain.progress import Progress, shown
from hanzo_iac.toolchain.store import Manifest, State
from hanzo_iac.toolchain.workshop import RouteFailedError, Staged, Workshop

REMEDY = (
    "let this machine reach the official downloads (HANZO_DOWNLOAD_MIRROR names a mirror of them), or put Go 1.26 or "
    "later on PATH (https://go.dev/dl) with access to a Go module proxy; then run `hanzo toolchain install` again, "
    "which goes on where it stopped"
)


@dataclass(frozen=True)
class Toolchain:
    """Programs that are installed, by name."""

    root: Path

    def path(self, name: str) -> Path:
        """
        The program's file, or the folder of what is no program (`gateway-api-crds`).

        Raises:
            UsageError: There is no such program.
            InputError: It is not installed.
        """
        row = programs.program(name)
        place = self.root / store.location(row)
        if store.read_manifest(self.root, row) is None or not place.exists():
            raise InputError(_absent(row, State("missing")))
        return place

    @property
    def pulumi_home(self) -> Path:
        """The folder to give the engine as `PULUMI_HOME`."""
        return store.pulumi_home(self.root)


def ensure(*words: str, progress: Progress | None = None) -> Toolchain:
    """
    These programs and groups of programs (`core` when nothing is named), installed and whole.

    Args:
        words: Names of programs, what they need comes with them, and of groups.
        progress: Told what happens; without one, stderr is.

    Raises:
        UsageError: There is no such program or group.
        InputError: A program cannot be had by any route, or the cache cannot be written; names all of them.
        TryAgainError: None of those that could not be had is out of reach for good.
    """
    rows = _with_needs(resolve(words))
    root = store.toolchain_root()
    if not all(state(root, row).ready for row in rows):
        with _writable(root), shown(progress) as told:
            # All of them: to install one anew can damage what lies beside it.
            _install(workshop(root, told), rows)
    return Toolchain(root)


def find(*words: str) -> Toolchain:
    """
    These programs and groups (`core` when nothing is named), which are there already; nothing is installed.

    Raises:
        UsageError: There is no such program or group.
        InputError: One is missing or damaged; names all of them.
    """
    root = store.toolchain_root()
    states = [(row, state(root, row)) for row in _with_needs(resolve(words))]
    faults = [_absent(row, found) for row, found in states if not found.ready]
    if faults:
        raise InputError(faults)
    return Toolchain(root)


def resolve(words: Iterable[str]) -> tuple[Program, ...]:
    """
    The rows that these words mean, each the name of a group or of a program; `core` when there is none.

    Raises:
        UsageError: A word is neither; names all of them.
    """
    names: list[str] = []
    faults = []
    for word in tuple(words) or ("core",):
        if word in programs.GROUPS:
            names += [row.name for row in programs.group(word)]
        elif any(word == row.name for row in programs.PROGRAMS):
            names.append(word)
        else:
            known = [*programs.GROUPS, *(row.name for row in programs.PROGRAMS)]
            faults.append(Fault("", f"no group or program called {word!r}", f"there are {', '.join(known)}"))
    if faults:
        raise UsageError(faults)
    return tuple(row for row in programs.PROGRAMS if row.name in names)


def state(root: Path, row: Program, *, thorough: bool = False, interpreter: str = sys.executable) -> State:
    """Whether the program is installed, whole, and, for a script of ours, starts a Python that is there."""
    found = store.check(root, row, thorough=thorough)
    if found.manifest is None or not found.ready or found.manifest.route != "script":
        return found
    script = next(route for route in row.routes if isinstance(route, Script))
    text = (root / store.location(row)).read_text()
    recorded = routes.script_interpreter(text)
    if text != routes.script_text(script, recorded):
        return State("damaged", "another version of hanzo wrote it", found.manifest)
    if recorded != interpreter and not os.access(recorded, os.X_OK):
        return State("damaged", "the Python it starts is gone", found.manifest)
    return found


def workshop(root: Path, progress: Progress) -> Workshop:
    """What routes work with on this machine."""
    return Workshop(
        root,
        progress,
        routes.this_machine(),
        dict(os.environ),
        tools_folder(),
        mirror=routes.mirror(os.environ),
    )


def tools_folder() -> Path:
    """The folder with a go.mod and go.sum per tool: packed beside this module, else in the repository."""
    packed = Path(__file__).parent / "tools"
    return packed if packed.is_dir() else Path(__file__).parents[2] / "tools"


def _with_needs(rows: tuple[Program, ...]) -> tuple[Program, ...]:
    """These rows and those they lie beside, in installation order."""
    names = {row.name for row in rows} | {row.beside for row in rows}
    return tuple(row for row in programs.PROGRAMS if row.name in names)


def _absent(row: Program, found: State) -> Fault:
    what = "not installed" if found.word == "missing" else f"damaged: {found.why}"
    return Fault(f"{row.name} {row.version}", what, f"run `{command_for(row)}`")


def command_for(row: Program) -> str:
    """What a person types to have the program: its whole group comes with it."""
    return "hanzo toolchain install" + ("" if row.group == "core" else f" {row.group}")


@contextmanager
def _writable(root: Path) -> Iterator[None]:
    """A cache that cannot be written, or a full disk, is said as a fault."""
    try:
        store.pulumi_home(root).mkdir(parents=True, exist_ok=True)
        yield
    except OSError as failure:
        hint = f"set {store.root_variable()} to a folder that can be written"
        if failure.errno in {errno.ENOSPC, errno.EDQUOT}:
            hint = f"free some space, or {hint}"
        raise InputError(Fault(str(failure.filename or root), failure.strerror or str(failure), hint)) from failure


def _install(shop: Workshop, rows: Iterable[Program]) -> None:
    """Every row installed, or one error with a fault for each that could not be."""
    errors: list[HanzoError] = []
    for row in rows:
        try:
            _install_one(shop, row)
        except HanzoError as error:
            errors.append(error)
    if errors:
        may_pass = all(isinstance(error, TryAgainError) for error in errors)
        faults = [fault for error in errors for fault in error.faults]
        raise TryAgainError(faults) if may_pass else InputError(faults)


def _install_one(shop: Workshop, row: Program) -> None:
    with _alone(shop, row):
        # Another run may have installed it while this one waited.
        found = state(shop.root, row, interpreter=shop.interpreter)
        if found.ready:
            return
        if found.why:
            shop.progress.begin(row.name, f"{found.why}; replacing it")
        began = shop.clock()
        tried: dict[str, RouteFailedError] = {}
        for route in row.routes:
            word = routes.route_word(route)
            try:
                staged = _follow(shop, row, route)
            except RouteFailedError as failure:
                tried[word] = failure
                continue
            store.put(shop.root, row, staged.files, Manifest(word, staged.source, shop.clock() - began, {}))
            shutil.rmtree(shop.bench(row), ignore_errors=True)
            shop.progress.end(row.name, f"{row.version} installed ({word})")
            return
        shop.progress.end(row.name, "could not be installed")
        raise _no_route_left(row, tried)


def _no_route_left(row: Program, tried: Mapping[str, RouteFailedError]) -> HanzoError:
    what = f"no route left: {'; '.join(f'{word}: {failure}' for word, failure in tried.items())}"
    fault = Fault(f"{row.name} {row.version}", what, REMEDY)
    return TryAgainError(fault) if any(failure.may_pass for failure in tried.values()) else InputError(fault)


def _follow(shop: Workshop, row: Program, route: Route) -> Staged:
    """
    What this route makes.

    Raises:
        RouteFailedError: Nothing, here.
    """
    shutil.rmtree(shop.staging(row), ignore_errors=True)
    shop.staging(row).mkdir(parents=True)
    match route:
        case Download():
            return download.fetch(shop, row, route)
        case GoBuild():
            return build.build(shop, row, route)
        case ModuleFiles():
            return build.copy(shop, row, route)
        case Bundled():
            return _bundled(shop, row, route)
        case Script():
            return _script(shop, row, route)


def _bundled(shop: Workshop, row: Program, route: Bundled) -> Staged:
    """Nothing to make: the file came with the other program's release."""
    shop.progress.begin(row.name, f"looking into the {route.program} that is installed")
    place = str(store.location(row))
    manifest = store.read_manifest(shop.root, programs.program(route.program))
    if manifest is None or place not in manifest.files:
        raise RouteFailedError(why=f"not part of the {route.program} that is installed")
    # It may have been overwritten by our script since; then the release is unpacked anew by its own row's check.
    if store.sha256_of(shop.root / place) != manifest.files[place].sha256:
        raise RouteFailedError(why=f"the {route.program} that is installed has another one")
    return Staged({store.location(row): shop.root / place}, route.program)


def _script(shop: Workshop, row: Program, route: Script) -> Staged:
    shop.progress.begin(row.name, f"writing a script that starts {route.module}")
    beside = build.copy(shop, row, route.files).files if route.files else {}
    staged = shop.staging(row) / row.name
    staged.write_text(routes.script_text(route, shop.interpreter))
    staged.chmod(0o755)
    return Staged({**beside, store.location(row): staged}, route.module)


@contextmanager
def _alone(shop: Workshop, row: Program) -> Iterator[None]:
    """No other process installs this program meanwhile."""
    folder = shop.root / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / f"{row.name}.lock")
    try:
        lock.acquire(blocking=False)
    except Timeout:
        shop.progress.begin(row.name, "waiting for another hanzo that is installing it")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def described(*, thorough: bool = False) -> list[tuple[Program, State]]:
    """Every program and what was found of it."""
    root = store.toolchain_root()
    return [(row, state(root, row, thorough=thorough)) for row in programs.PROGRAMS]
