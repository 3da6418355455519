"""
Writes what is generated in the README: the example, the plan's true output, the table of resources.

    python docs/readme.py      rewrites README.md

A test calls `filled` and holds the README against it, so nothing in it can go stale.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]


def filled(readme: str) -> str:
    """The README with every generated block made anew."""
    for pattern, made in BLOCKS:
        readme, times = re.subn(pattern, made, readme, flags=re.DOTALL)
        if times != 1:
            raise SystemExit(f"README.md: {times} places look like {pattern}")
    return readme


def _application(_: re.Match[str]) -> str:
    return "```yaml\n# hanzo.yaml: Listing 1 of the paper\n" + _read("examples/my-rag-app/hanzo.yaml") + "```"


def _plan(found: re.Match[str]) -> str:
    command = [sys.executable, "-m", "hanzo_iac.cli", *found["command"].split()]
    plain = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100"}
    done = subprocess.run(command, cwd=ROOT, env=plain, capture_output=True, text=True, check=True)
    lines = "\n".join(line.rstrip() for line in done.stdout.splitlines())
    return f"<!-- output of: hanzo {found['command']} -->\n```\n$ hanzo {found['command']}\n{lines}\n```"


def _file(found: re.Match[str]) -> str:
    return f"<!-- file: {found['path']} -->\n```python\n{_read(found['path'])}```"


def _becomes(_: re.Match[str]) -> str:
    from hanzo_components import BECOMES

    rows = ["<!-- table: BECOMES -->", "| in the plan | Pulumi resources |", "| --- | --- |"]
    for spec, types in BECOMES.items():
        rows.append(f"| `{spec.__name__}` | {', '.join(f'`{one}`' for one in types)} |")
    return "\n".join(rows) + "\n"


def _read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


BLOCKS: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (r"```yaml\n.*?```", _application),
    (r"<!-- output of: hanzo (?P<command>[^\n]*) -->\n```\n.*?```", _plan),
    (r"<!-- file: (?P<path>\S+) -->\n```python\n.*?```", _file),
    (r"<!-- table: BECOMES -->\n(?:\|[^\n]*\n)*", _becomes),
)

if __name__ == "__main__":
    readme = ROOT / "README.md"
    readme.write_text(filled(readme.read_text(encoding="utf-8")), encoding="utf-8")
