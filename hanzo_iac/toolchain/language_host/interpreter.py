"""What a Python interpreter says about itself: its version and the packages in it, asked in a process of its own."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

# Asked of the program's interpreter, not of ours; nothing but the standard library, for a virtualenv may be bare.
_QUESTION = """
import importlib.metadata, json, platform, re
found, required = {}, set()
for package in importlib.metadata.distributions():
    name = package.metadata["Name"]
    if name:
        found[name] = package.version
        required.update(re.match(r"[\\w.-]+", line).group() for line in package.requires or ())
canonical = lambda name: re.sub(r"[-_.]+", "-", name).lower()
needed = {canonical(name) for name in required}
print(json.dumps({
    "version": platform.python_version(),
    "packages": sorted([name, version, canonical(name) in needed] for name, version in found.items()),
}))
"""


@dataclass(frozen=True)
class Package:
    """An installed distribution."""

    name: str
    version: str
    required: bool
    """True when another installed package names it as a requirement."""


@dataclass(frozen=True)
class Answer:
    """An interpreter's version and its packages, sorted by name."""

    version: str
    packages: tuple[Package, ...]


def ask(python: Path) -> Answer:
    """
    The answer of `python`, in about 0.2 s.

    Raises:
        OSError, subprocess.SubprocessError: it does not run.
    """
    done = subprocess.run([python, "-c", _QUESTION], capture_output=True, check=True, timeout=60, text=True)
    answer = json.loads(done.stdout)
    return Answer(answer["version"], tuple(Package(*package) for package in answer["packages"]))
