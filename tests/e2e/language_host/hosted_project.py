"""The good program, and the project around it."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PROGRAM = """
import os
import pulumi

config = pulumi.Config()
shop = pulumi.ComponentResource("test:index:Shop", config.get("name") or "shop")
shop.register_outputs({})
pulumi.export("name", config.get("name"))
pulumi.export("key", config.get_secret("key"))
pulumi.export("cwd", os.path.basename(os.getcwd()))
pulumi.export("stack", pulumi.get_stack())
"""


@dataclass
class HostedProject:
    """A Pulumi project on a state of its own, one stack `dev`."""

    folder: Path
    env: Mapping[str, str]

    def write(self, program: str = PROGRAM, *, main: str = ".", runtime: str = "python") -> None:
        """The project with its program in the folder `main`."""
        (self.folder / main).mkdir(exist_ok=True)
        (self.folder / main / "__main__.py").write_text(program)
        (self.folder / "Pulumi.yaml").write_text(f"name: shop\nruntime: {runtime}\nmain: {main}\n")

    def start(self, *words: str) -> subprocess.Popen[str]:
        """`pulumi` running, in a process group of its own as a terminal would give it."""
        return subprocess.Popen(
            self._command(words), cwd=self.folder, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, start_new_session=True,
        )  # fmt: skip

    def pulumi(self, *words: str) -> subprocess.CompletedProcess[str]:
        """What `pulumi` answers, readable, without colour."""
        return subprocess.run(
            self._command(words),
            cwd=self.folder,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    def done(self, *words: str) -> str:
        """What `pulumi` prints; it must succeed."""
        done = self.pulumi(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def _command(self, words: tuple[str, ...]) -> list[str]:
        return ["pulumi", *words, "--non-interactive", "--color", "never"]


def diagnostics(done: subprocess.CompletedProcess[str]) -> str:
    """The diagnostics of a failed run, as the CLI prints them."""
    return done.stdout.partition("Diagnostics:\n")[2].split("\nResources:")[0].rstrip()
