"""`hanzo schema`: the JSON Schema of hanzo.yaml, for editors. It is JSON whether `--json` is asked for or not."""

from __future__ import annotations

from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Accepted for symmetry: the schema is JSON anyway.")]


def schema(*, _as_json: Json = False) -> None:
    """Print the JSON Schema of hanzo.yaml."""
    import sys
    from importlib.resources import files

    sys.stdout.write((files("hanzo_iac.model") / "hanzo.schema.json").read_text())
