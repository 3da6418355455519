"""`hanzo toolchain`: which programs are here, install them, say where they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from hanzo_iac.toolchain.programs import Program
    from hanzo_iac.toolchain.store import State

app = typer.Typer(name="toolchain", help="The pinned programs: list, install, path.", no_args_is_help=True)

As_json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
def list_(*, as_json: As_json = False) -> None:
    """Every program: version, group, whether it is here, how it came, its size."""
    from hanzo_iac.cli import console
    from hanzo_iac.toolchain import install

    rows = [_row(program, state) for program, state in install.described()]
    if as_json:
        console.print_json(rows)
        return
    _print_table(rows)
    for line in _empty_groups():
        console.say(line)


@app.command("install")
def install_(
    names: Annotated[list[str] | None, typer.Argument(metavar="[GROUP...]", help="Groups or programs.")] = None,
) -> None:
    """
    Get what is missing: downloaded where the official host answers, else built with Go; `core` by default.

    HANZO_DOWNLOAD_MIRROR: a base address (https) under which <host>/<path> of every official download is found.
    HANZO_TOOLCHAIN: another folder for the programs than `toolchain` in the cache.
    """
    from hanzo_iac.cli import console
    from hanzo_iac.toolchain import ensure, install

    rows = install.resolve(names or ())
    if rows:
        root = ensure(*(names or ())).root
        console.say(f"toolchain: {len(rows)} program{'s' * (len(rows) > 1)} ready in {root}")
    for line in _empty_groups():
        if line.split(":", 1)[0] in (names or ()):
            console.say(line)


@app.command()
def path(name: Annotated[str, typer.Argument(help="A program, or pulumi-home.")], *, as_json: As_json = False) -> None:
    """Where a program lies. Nothing is installed: a program that is not here is an error."""
    from hanzo_iac.cli import console
    from hanzo_iac.errors import Fault, InputError
    from hanzo_iac.toolchain import Toolchain, find, store

    if name == "pulumi-home":
        place: Path = Toolchain(store.toolchain_root()).pulumi_home
        if not place.is_dir():
            raise InputError(Fault(name, "not here", "run `hanzo toolchain install`"))
    else:
        place = find(name).path(name)
    if as_json:
        console.print_json({"program": name, "path": str(place)})
    else:
        typer.echo(str(place))


def _row(program: Program, state: State) -> dict[str, Any]:
    """One program as data. The size counts a file once, however many names it has."""
    files = state.manifest.files if state.manifest else {}
    sizes = {entry.sha256: entry.size for entry in files.values()}
    return {
        "program": program.name,
        "version": program.version,
        "group": program.group,
        "state": state.word,
        "why": state.why or None,
        "route": state.manifest.route if state.manifest else None,
        "bytes": sum(sizes.values()) if state.manifest else None,
        "seconds": round(state.manifest.seconds, 1) if state.manifest else None,
    }


def _print_table(rows: list[dict[str, Any]]) -> None:
    from rich.table import Table

    from hanzo_iac.cli import console

    table = Table(box=None, pad_edge=False)
    for heading in ("program", "version", "group", "state", "route"):
        table.add_column(heading, no_wrap=True)
    table.add_column("size", justify="right", no_wrap=True)
    for row in rows:
        size = f"{row['bytes'] / 1e6:.1f} MB" if row["bytes"] is not None else ""
        table.add_row(row["program"], row["version"], row["group"], row["state"], row["route"] or "", size)
    console.stdout().print(table)


def _empty_groups() -> list[str]:
    """A line for each group whose programs are yet to come."""
    from hanzo_iac.toolchain import programs

    return [
        f"{name}: no program yet: {meaning}" for name, meaning in programs.GROUPS.items() if not programs.group(name)
    ]
