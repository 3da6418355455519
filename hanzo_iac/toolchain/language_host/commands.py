"""
What the host runs for each request of the engine: which interpreter, which arguments, which environment, and what
the end of a program means. Nothing here starts anything, so all of it is tested exactly.
"""

from __future__ import annotations

import json
import signal
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hanzo_iac.errors import Fault, InputError

# The exit code with which `pulumi-language-python-exec` says "the error has been shown already".
SHOWN_EXIT_CODE = 32


@dataclass(frozen=True)
class Interpreter:
    """A Python that can run the program, and the virtualenv it belongs to, if the project named one."""

    python: Path
    virtualenv: Path | None = None


@dataclass(frozen=True)
class Verdict:
    """How a program ended, in the engine's two words; both empty after a success."""

    error: str = ""
    """Shown by the engine as it stands."""
    bail: bool = False
    """True when the program has shown its own error."""


@dataclass(frozen=True)
class ProgramRun:
    """The part of the engine's Run request that becomes a command line."""

    monitor: str
    engine: str
    project: str
    stack: str
    organization: str
    root: Path
    pwd: str
    dry_run: bool
    parallel: int
    entry: str
    args: Sequence[str] = ()


def choose_interpreter(options: Mapping[str, Any], root: Path, own: Path) -> Interpreter:
    """
    The interpreter that `runtime.options` of the project asks for; `own`, the host's, when it asks for none.

    Raises:
        InputError: the virtualenv is not there, or an option asks for what this host does not do.
    """
    faults = list(_option_faults(options))
    name = options.get("virtualenv") or (".venv" if options.get("toolchain") == "uv" else "")
    if not isinstance(name, str):
        faults.append(Fault("runtime/options/virtualenv", f"{name!r} is not a path", "write the virtualenv's folder"))
    if faults:
        raise InputError(faults)
    if not name:
        return Interpreter(own)
    virtualenv = root / name
    python = virtualenv / "bin" / "python"
    if not python.exists():
        raise InputError(
            Fault(
                "runtime/options/virtualenv",
                f"no Python in {virtualenv}",
                f"run `pulumi install` in {root}, or `python3 -m venv {virtualenv}` and install its packages",
            )
        )
    return Interpreter(python, virtualenv)


def _option_faults(options: Mapping[str, Any]) -> Iterable[Fault]:
    if options.get("toolchain", "pip") not in {"pip", "uv", "poetry"}:
        yield Fault(
            "runtime/options/toolchain", f"{options['toolchain']!r} is not known", "write one of: pip, uv, poetry"
        )
    if options.get("toolchain") == "poetry" and not options.get("virtualenv"):
        yield Fault(
            "runtime/options/toolchain",
            "where poetry keeps its virtualenv is not known here",
            "name the folder in runtime/options/virtualenv",
        )
    if options.get("typechecker"):
        yield Fault(
            "runtime/options/typechecker",
            f"this language host does not run {options['typechecker']}",
            "take the option out and run the type checker beside the tests",
        )


def child_environment(base: Mapping[str, str], interpreter: Interpreter) -> dict[str, str]:
    """`base` with the interpreter's virtualenv active, as its own `activate` script would make it."""
    if interpreter.virtualenv is None:
        return dict(base)
    folders = [str(interpreter.virtualenv / "bin"), *filter(None, [base.get("PATH")])]
    active = {"VIRTUAL_ENV": str(interpreter.virtualenv), "PATH": ":".join(folders)}
    return {key: value for key, value in base.items() if key != "PYTHONHOME"} | active


def program_environment(
    base: Mapping[str, str], interpreter: Interpreter, config: Mapping[str, str], secret_keys: Iterable[str]
) -> dict[str, str]:
    """The environment of a program: its configuration travels in it, never on the command line."""
    return child_environment(base, interpreter) | {
        "PULUMI_CONFIG": json.dumps(dict(config)),
        "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(secret_keys)),
    }


def environment_of(assignments: Iterable[str]) -> dict[str, str]:
    """`["A=1", ...]` as a mapping; the last of two wins, as it does for the engine's own children."""
    return dict(assignment.split("=", 1) for assignment in assignments if "=" in assignment)


def program_command(python: Path, exec_script: Path, run: ProgramRun) -> list[str]:
    """The command line that runs a Pulumi program; flags without a value are left out."""
    flags = {
        "--monitor": run.monitor,
        "--engine": run.engine,
        "--project": run.project,
        "--root_directory": str(run.root),
        "--stack": run.stack,
        "--pwd": run.pwd,
        "--dry_run": "true" if run.dry_run else "false",
        "--parallel": str(run.parallel),
        "--organization": run.organization,
    }
    written = [word for flag, value in flags.items() if value for word in (flag, value)]
    return [str(python), "-u", str(exec_script), *written, run.entry, *run.args]


def plugin_command(python: Path, kind: str, folder: Path, args: Sequence[str]) -> list[str]:
    """
    The command line that runs the plugin in `folder`: a policy pack, or a provider or component package.

    Raises:
        InputError: a package with neither `__main__.py` nor a name in `pyproject.toml`.
    """
    # -u always: a policy pack prints its port without flushing it, and the engine would wait for ever.
    if kind == "analyzer":
        return [str(python), "-u", "-m", "pulumi.policy", *args, str(folder)]
    if (folder / "__main__.py").exists():
        return [str(python), "-u", str(folder), *args]
    return [str(python), "-u", "-m", "pulumi.run.plugin", _package_name(folder), *args]


def _package_name(folder: Path) -> str:
    project = folder / "pyproject.toml"
    try:
        name = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["name"] if project.exists() else ""
    except (KeyError, TypeError, tomllib.TOMLDecodeError):
        name = ""
    if not isinstance(name, str) or not name:
        raise InputError(
            Fault(str(folder), "nothing to run", "add a __main__.py, or a pyproject.toml with a project name")
        )
    return name


def install_commands(options: Mapping[str, Any], root: Path, own: Path) -> list[list[str]]:
    """
    The command lines, in order, after which the program's packages are there: its virtualenv made by `own` where it
    is missing, then what `requirements.txt` names. Without a virtualenv there are none: the host's own interpreter
    is not the program's to change.
    """
    name = options.get("virtualenv") or (".venv" if options.get("toolchain") == "uv" else "")
    if not name:
        return []
    virtualenv = root / str(name)
    python = virtualenv / "bin" / "python"
    requirements = root / "requirements.txt"
    make = [] if python.exists() else [[str(own), "-m", "venv", str(virtualenv)]]
    fill = [[str(python), "-m", "pip", "install", "-r", str(requirements)]] if requirements.exists() else []
    return make + fill


def program_verdict(exit_code: int) -> Verdict:
    """What the engine is told about a program that ended with `exit_code`; negative for a signal."""
    if exit_code == 0:
        return Verdict()
    if exit_code == SHOWN_EXIT_CODE:
        return Verdict(bail=True)
    if exit_code < 0:
        return Verdict(error=f"Program was stopped by {signal.Signals(-exit_code).name}")
    return Verdict(error=f"Program exited with non-zero exit code: {exit_code}")


def find_exec_script(folders: Iterable[Path]) -> Path:
    """
    The first `pulumi-language-python-exec` in `folders`: the SDK's own script that runs a program.

    Raises:
        InputError: it lies in none of them.
    """
    searched = list(folders)
    for folder in searched:
        if (folder / "pulumi-language-python-exec").is_file():
            return folder / "pulumi-language-python-exec"
    raise InputError(
        Fault(
            "pulumi-language-python-exec",
            f"not found beside the Pulumi CLI or on PATH ({len(searched)} folders searched)",
            "run `hanzo toolchain install`, which puts it there",
        )
    )
