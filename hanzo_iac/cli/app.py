"""The command tree: which command lives in which module."""

from __future__ import annotations

from typing import Annotated

import typer

from hanzo_iac.cli import credential, doctor, local, plan, schema, toolchain

app = typer.Typer(
    name="hanzo",
    help="Plan, price and deploy AI-native applications.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _print_version(*, asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"hanzo {version('hanzo-iac')}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", is_eager=True, callback=lambda asked: _print_version(asked=asked), help="Say which this is."
        ),
    ] = False,
) -> None: ...


app.command()(doctor.doctor)
app.add_typer(credential.app)
app.add_typer(local.app)
app.add_typer(toolchain.app)
app.command()(plan.cost)
app.command()(plan.explain)
app.command()(plan.plan)
app.command()(schema.schema)
