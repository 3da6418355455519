"""The Makefile on other people's machines: an old make, an old Python."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

OLD_PYTHON = f"""#!{sys.executable}
import sys
assert sys.argv[1] == "-c", sys.argv
sys.version_info = (3, 9, 6)
exec(sys.argv[2])
"""

NEEDS_A_SHELL = re.compile(r"[#;\"*?\[\]&|<>(){}$`^~!]")
"""GNU make 3.81 runs a line without any of these itself, and finds its program on the PATH make was started with."""


def make(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", *words], cwd=ROOT, capture_output=True, text=True, check=False)


def test_what_is_run_without_a_shell_is_not_looked_for_in_the_virtual_environment() -> None:
    lines = make("--dry-run", "--always-make", "up", "test", "check", "bench", "lock").stdout.splitlines()
    plain = {line.split()[0] for line in lines if not NEEDS_A_SHELL.search(line)}
    assert sorted(plain) == [
        ".venv/bin/hanzo",
        ".venv/bin/pip",
        ".venv/bin/pytest",
        ".venv/bin/python",
        ".venv/bin/uv",
        "python3",
        "touch",
    ]


def test_an_old_python_is_refused_before_a_virtual_environment_is_made_of_it(tmp_path: Path) -> None:
    python = tmp_path / "python3.9"
    python.write_text(OLD_PYTHON)
    python.chmod(0o755)
    made = make(f"PYTHON={python}", f"VENV={tmp_path / 'venv'}", f"{tmp_path / 'venv'}/bin/uv")
    assert made.stderr.splitlines()[0] == "error: Python 3.11 or later is needed: make PYTHON=python3.11"
    assert made.returncode == 2
    assert not (tmp_path / "venv").exists()
