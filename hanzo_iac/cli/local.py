"""`hanzo local`: a cloud on this machine, with no account and no containers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from hanzo_iac.localcloud.client import LocalCloud

app = typer.Typer(name="local", help="A cloud on this machine: no account, no containers.", no_args_is_help=True)

Environment = Annotated[str, typer.Option("--env", "-e", metavar="NAME", help="The environment to deploy for.")]
As_json = Annotated[bool, typer.Option("--json", help="Print JSON.")]

HERE = Path("hanzo.yaml")

FOLLOW_S = 0.3
LAST_LINES = 200


@app.command()
def up(
    application: Annotated[
        Path | None, typer.Argument(metavar="[HANZO.YAML]", help="What to deploy to it; else the one in this folder.")
    ] = None,
    environment: Environment = "dev",
) -> None:
    """
    Start the cloud, and deploy an application to it. One that runs is left as it is, a broken one repaired.

    Where no application is named and none lies in this folder, the cloud alone is started.
    """
    from hanzo_iac.cli import console, deployment
    from hanzo_iac.cli.plan import planned_from
    from hanzo_iac.localcloud import client

    # Before anything is started: bad input leaves nothing behind.
    file = application or (HERE if HERE.exists() else None)
    plan = planned_from(file, environment)[1] if file else None
    was = client.find()
    cloud = was or _started()
    console.say(f"local cloud: {'runs already' if was else 'runs'} at {cloud.api_url}")
    if file is None or plan is None:
        console.say("next: hanzo local up HANZO.YAML, hanzo local status, hanzo local down")
        return
    deployment.print_running(plan, deployment.bring_up(plan, cloud=cloud), file)


@app.command()
def down() -> None:
    """End the cloud: no process of it runs, and everything in it is deleted."""
    from hanzo_iac.cache import cache_root
    from hanzo_iac.cli import claim, console
    from hanzo_iac.localcloud import client

    with claim.alone(cache_root()):
        there = client.stop(console.say)
    console.say("local cloud: gone" if there else "local cloud: there is none")


@app.command()
def status(*, as_json: As_json = False) -> None:
    """What runs, where it answers, and how much memory it takes."""
    from hanzo_iac.cli import console

    shown = _running().status()
    if as_json:
        console.print_json(shown)
        return
    _print_status(shown)


@app.command()
def logs(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="A process; without it, which there are.")] = "",
    *,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what is written.")] = False,
) -> None:
    """The end of a process's log."""
    from hanzo_iac.errors import Fault, UsageError
    from hanzo_iac.localcloud import client

    there = client.logs()
    if not name:
        for one in there:
            typer.echo(one)
        return
    if name not in there:
        known = ", ".join(there) or "none: there is no local cloud"
        raise UsageError(Fault(name, "has no log here", f"logs: {known}"))
    for line in _last_lines(there[name]):
        typer.echo(line)
    if follow:
        for text in _followed(there[name]):
            typer.echo(text, nl=False)


@app.command()
def reset() -> None:
    """Empty the cloud: every resource in it is gone, and so is what Pulumi remembers of them; it runs on."""
    from hanzo_iac.cache import cache_root
    from hanzo_iac.cli import claim, console
    from hanzo_iac.localcloud import client

    _running()
    with claim.alone(cache_root()):
        client.reset()
    console.say("local cloud: empty")


@app.command()
def env(*, as_json: As_json = False) -> None:
    """Print `export` lines under which plain `pulumi`, pydo or any S3 client reaches the cloud."""
    import shlex

    from hanzo_iac.cli import console, deployment

    variables = deployment.variables(_running())
    if as_json:
        console.print_json(variables)
        return
    for name, value in variables.items():
        typer.echo(f"export {name}={shlex.quote(value)}")


@app.command()
def destroy(
    application: Annotated[Path, typer.Argument(metavar="HANZO.YAML", help="What was deployed.")],
    environment: Environment = "dev",
    *,
    protected_too: Annotated[bool, typer.Option("--protected", help="Delete what is protected, too.")] = False,
) -> None:
    """Delete an application's resources; the cloud runs on."""
    from hanzo_iac.cli import console, deployment
    from hanzo_iac.model.application import Application

    name = Application.load(application).name
    outcome = deployment.take_down(name, environment, cloud=_running(), protected_too=protected_too)
    done = deployment.summary(outcome) if outcome.changes else "there is no such stack"
    console.say(f"{name} in {environment}: {done}")


def _started() -> LocalCloud:
    from hanzo_iac import toolchain
    from hanzo_iac.cli import console
    from hanzo_iac.localcloud import client

    # Before the supervisor: it only ever looks for programs, and a person should see them being built.
    toolchain.ensure(*client.PROGRAMS)
    return client.start(progress=console.say)


def _running() -> LocalCloud:
    from hanzo_iac.errors import Fault, InputError
    from hanzo_iac.localcloud import client

    cloud = client.find()
    if cloud is None:
        raise InputError(Fault("local cloud", "does not run", "hanzo local up"))
    return cloud


def _print_status(shown: Mapping[str, Any]) -> None:
    from rich.table import Table

    from hanzo_iac.cli import console

    table = Table("what", "state", "where", "MiB", box=None, pad_edge=False)
    table.add_row("DigitalOcean API", "runs", shown["api_url"], _mib(shown["supervisor"]))
    store = shown["object_store"]
    table.add_row("object store", "runs" if store["started"] else "starts at first use", store["url"], _mib(store))
    for database in shown["databases"]:
        what = f"database {database['name']} ({database['engine']})"
        table.add_row(what, _state(database), database["address"], _mib(database))
    for cluster in shown["clusters"]:
        table.add_row(
            f"cluster {cluster['name']} ({cluster['version']})", _state(cluster), cluster["address"], _mib(cluster)
        )
        for pool in cluster["pools"]:
            ready = sum(node["ready"] for node in pool["nodes"])
            table.add_row(
                f"  pool {pool['name']} ({pool['size']})", f"{ready} of {len(pool['nodes'])} nodes ready", "", ""
            )
    table.add_row("all", "", "", f"{shown['memory_mib']:.0f}")
    console.stdout().print(table)
    console.say("\nsimulated here:")
    for line in shown["simulated"]:
        console.say(f"  {line}")


def _state(part: Mapping[str, Any]) -> str:
    if part["trouble"]:
        return f"trouble: {part['trouble']}"
    return "ready" if part["ready"] else "starting"


def _mib(part: Mapping[str, Any]) -> str:
    processes = part.get("processes", [part])
    return f"{sum(process['memory_mib'] for process in processes):.0f}"


def _last_lines(path: Path) -> list[str]:
    from collections import deque

    with path.open(encoding="utf-8", errors="replace") as file:
        return [line.rstrip("\n") for line in deque(file, LAST_LINES)]


def _followed(path: Path) -> Iterator[str]:
    """What is written from now on, until interrupted."""
    import time

    with path.open(encoding="utf-8", errors="replace") as file:
        file.seek(0, 2)
        while True:
            text = file.read()
            if text:
                yield text
            else:
                time.sleep(FOLLOW_S)
