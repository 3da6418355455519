"""
Programs and files out of Go modules: built or copied on this machine, everything verified against our go.sum.

A refusal of Go's proxy is final (not every module version is served); a broken connection is tried again.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

from hanzo_iac.toolchain import routes, store
from hanzo_iac.toolchain.programs import Embed, GoBuild, ModuleFiles, Program
from hanzo_iac.toolchain.workshop import RouteFailedError, Staged, Workshop

SIGN_OF_LIFE_S = 1.0


def build(shop: Workshop, program: Program, route: GoBuild) -> Staged:
    """
    The program, built.

    Raises:
        RouteFailedError: Go is missing, refuses, or the build fails; the message ends with what Go said.
    """
    source = _module_folder(shop, program, route.tool)
    for embed in route.embeds:
        shop.progress.begin(program.name, f"fetching {embed.module}")
        _embed(shop, source, embed)
    staged = shop.staging(program) / program.name
    shop.progress.begin(program.name, "go build")
    run_go(shop, routes.build_command(route, staged), source)
    return Staged({store.location(program): staged}, route.package if route.package != "." else route.tool)


def copy(shop: Workshop, program: Program, route: ModuleFiles) -> Staged:
    """
    Files of a module, beside each other where the program lies.

    Raises:
        RouteFailedError: The module cannot be had, or does not hold the files.
    """
    source = _module_folder(shop, program, route.tool)
    shop.progress.begin(program.name, f"fetching {route.module}")
    module = _module(shop, source, route.module)
    place = store.location(program) if program.folder else store.location(program).parent
    files = {}
    for pattern in route.paths:
        found = [path for path in sorted(module.glob(pattern)) if path.name != "kustomization.yaml"]
        if not found:
            raise RouteFailedError(why=f"{route.module} holds no {pattern}")
        for path in found:
            staged = shop.staging(program) / path.name
            shutil.copyfile(path, staged)
            staged.chmod(0o644 if program.folder else 0o755)
            files[place / path.name] = staged
    return Staged(files, route.module)


def _module_folder(shop: Workshop, program: Program, tool: str) -> Path:
    """A copy of the tool's go.mod, go.sum and sources: the originals may lie where nothing can be written."""
    if shutil.which("go", path=shop.environment.get("PATH")) is None:
        raise RouteFailedError(why="`go` is not on PATH")
    original, source = shop.tools / tool, shop.staging(program) / "source"
    if not (original / "go.sum").exists():
        raise RouteFailedError(why=f"tools/{tool}/go.sum is not part of this installation")
    source.mkdir(parents=True, exist_ok=True)
    for path in original.iterdir():
        if path.suffix in {".mod", ".sum", ".go"}:
            shutil.copyfile(path, source / path.name)
    return source


def _module(shop: Workshop, source: Path, module: str) -> Path:
    """The module's folder in Go's cache."""
    said = run_go(shop, routes.module_command(module), source)
    return Path(json.loads(said)["Dir"])


def _embed(shop: Workshop, source: Path, embed: Embed) -> None:
    """The file lies beside our main, under its own name."""
    text = (_module(shop, source, embed.module) / embed.path).read_text()
    if embed.version:
        text = json.dumps(json.loads(text) | {"version": embed.version}, separators=(",", ":"))
    (source / Path(embed.path).name).write_text(text)


def run_go(shop: Workshop, command: tuple[str, ...], folder: Path) -> str:
    """
    What the command printed.

    Raises:
        RouteFailedError: It failed, and not for a passing fault of the network; or did so too often.
    """
    for attempt in range(1, shop.limits.tries + 1):
        status, said, complaint = _run(shop, command, folder)
        if status == 0:
            return said
        complaint = complaint or said
        if attempt == shop.limits.tries or not routes.is_transient(complaint):
            break
        shop.pause(attempt)
    lines = [line for line in complaint.splitlines() if line.strip() and not line.startswith("go: downloading")]
    why = f"`{' '.join(command[:2])}` failed: {' | '.join(lines[-3:]) or f'exit status {status}'}"
    raise RouteFailedError(why=why, may_pass=routes.is_transient(complaint))


def _run(shop: Workshop, command: tuple[str, ...], folder: Path) -> tuple[int, str, str]:
    """(exit status, stdout, stderr). Unless we are killed outright, the command and its children do not stay behind."""
    said, complaint = folder / "said.log", folder / "complaint.log"
    with said.open("wb") as out, complaint.open("wb") as err:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=routes.go_environment(shop.machine, shop.environment),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            # Its own group, so that the compilers it starts can be stopped with it.
            start_new_session=True,
        )
        try:
            while True:
                try:
                    status = process.wait(timeout=SIGN_OF_LIFE_S)
                    break
                except subprocess.TimeoutExpired:
                    shop.progress.advance(0, None)
        except BaseException:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
    return status, said.read_text(errors="replace"), complaint.read_text(errors="replace")
