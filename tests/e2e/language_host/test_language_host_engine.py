"""Our language host in the place of the official one, under the unmodified CLI."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest
from hosted_project import HostedProject, diagnostics

pytestmark = pytest.mark.engine

ROOT = Path(__file__).parents[3]

SAYS_ITS_ID_AND_STAYS = """
import os, time
open(os.environ["STARTED"], "w").write(f"{os.getpid()} {os.getppid()}")
time.sleep(600)
"""


def outputs(project: HostedProject) -> dict[str, Any]:
    return dict(json.loads(project.done("stack", "output", "--json", "--show-secrets")))


def test_a_stack_lives_its_whole_life(project: HostedProject) -> None:
    project.done("config", "set", "name", "corner")
    project.done("config", "set", "--secret", "key", "hush")
    assert "+ 2 to create" in project.done("preview")
    assert "+ 2 created" in project.done("up", "--yes")
    assert outputs(project) == {"name": "corner", "key": "hush", "cwd": "project", "stack": "dev"}
    assert json.loads(project.done("stack", "output", "--json"))["key"] == "[secret]"
    assert "2 unchanged" in project.done("up", "--yes", "--expect-no-changes")
    assert "2 unchanged" in project.done("refresh", "--yes")
    assert "- 2 deleted" in project.done("destroy", "--yes")


def test_a_program_in_a_folder_of_its_own_runs_in_it(project: HostedProject) -> None:
    project.write(main="stacks")
    (project.folder / "__main__.py").unlink()
    project.done("up", "--yes", "--skip-preview")
    assert outputs(project)["cwd"] == "stacks"


def test_about_names_the_python_and_its_packages(project: HostedProject) -> None:
    project.write(runtime=f"{{name: python, options: {{virtualenv: {sys.prefix}}}}}")
    about = json.loads(project.done("about", "--json"))
    version = ".".join(str(part) for part in sys.version_info[:3])
    assert about["runtime"] == {
        "language": "python",
        "executable": f"{sys.prefix}/bin/python",
        "version": version,
    }
    assert [package["name"] for package in about["dependencies"] if package["name"] in {"pulumi", "hanzo-iac"}] == [
        "hanzo-iac"
    ]


def test_a_run_error_is_its_message_and_no_traceback(project: HostedProject) -> None:
    project.write("import pulumi\nraise pulumi.RunError('budget: 12 is not money')\n")
    failed = project.pulumi("preview")
    assert failed.returncode != 0
    assert "error: budget: 12 is not money" in diagnostics(failed)
    assert "Traceback" not in failed.stdout + failed.stderr


def test_an_exception_is_shown_once_from_the_program_on(project: HostedProject) -> None:
    project.write("def shop():\n    raise ValueError('no such shelf')\n\nshop()\n")
    failed = project.pulumi("preview")
    assert diagnostics(failed) == (
        "  pulumi:pulumi:Stack (shop-dev):\n"
        "    error: Program failed with an unhandled exception:\n"
        "    Traceback (most recent call last):\n"
        f'      File "{project.folder}/__main__.py", line 4, in <module>\n'
        "        shop()\n"
        f'      File "{project.folder}/__main__.py", line 2, in shop\n'
        "        raise ValueError('no such shelf')\n"
        "    ValueError: no such shelf"
    )


def test_what_a_program_prints_is_shown(project: HostedProject) -> None:
    project.write("import sys\nprint('on the shelf')\nprint('under it', file=sys.stderr)\n")
    shown = project.done("preview")
    assert ["on the shelf" in shown, "under it" in shown] == [True, True]


def test_a_program_that_ends_without_a_word_is_named_by_its_exit_code(project: HostedProject) -> None:
    project.write("import os\nos._exit(3)\n")
    assert (
        "error: an unhandled error occurred: Program exited with non-zero exit code: 3"
        in project.pulumi("preview").stdout
    )


def test_a_missing_virtualenv_is_one_message_with_the_remedy(project: HostedProject) -> None:
    project.write(runtime="{name: python, options: {virtualenv: venv}}")
    failed = project.pulumi("preview")
    assert failed.returncode != 0
    assert diagnostics(failed) == (
        "  pulumi:pulumi:Stack (shop-dev):\n"
        f"    error: runtime/options/virtualenv: no Python in {project.folder}/venv\n"
        "    \n"
        f"    hint: run `pulumi install` in {project.folder}, or `python3 -m venv {project.folder}/venv` "
        "and install its packages"
    )


def test_install_makes_the_virtualenv_that_is_missing(project: HostedProject) -> None:
    project.write(runtime="{name: python, options: {virtualenv: venv}}")
    project.done("install")
    assert (project.folder / "venv" / "bin" / "python").exists()


def test_a_policy_pack_judges_preview_and_state(project: HostedProject) -> None:
    pack = ("--policy-pack", str(ROOT / "policy"))
    passed = "✅ hanzo@v0.1.0"
    assert passed in project.done("preview", *pack)
    assert passed in project.done("up", "--yes", "--skip-preview", *pack)
    assert passed in project.done("policy", "analyze", "--stack", "dev", *pack)


def test_a_local_component_package_tells_its_schema(project: HostedProject) -> None:
    package = project.folder / "parts"
    package.mkdir()
    (package / "PulumiPlugin.yaml").write_text(
        f"name: parts\nruntime: {{name: python, options: {{virtualenv: {sys.prefix}}}}}\n"
    )
    (package / "__main__.py").write_text(
        "from typing import TypedDict\n"
        "import pulumi\n"
        "from pulumi.provider.experimental import component_provider_host\n"
        "class ShelfArgs(TypedDict):\n"
        "    length: pulumi.Input[int]\n"
        "class Shelf(pulumi.ComponentResource):\n"
        "    def __init__(self, name: str, args: ShelfArgs, opts: pulumi.ResourceOptions | None = None):\n"
        "        super().__init__('parts:index:Shelf', name, {}, opts)\n"
        "        self.register_outputs({})\n"
        "component_provider_host(name='parts', components=[Shelf])\n"
    )
    schema = json.loads(project.done("package", "get-schema", "./parts"))
    assert [(token, list(made["inputProperties"])) for token, made in schema["resources"].items()] == [
        ("parts:index:Shelf", ["length"])
    ]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_process_outlives_the_cli(number: signal.Signals, project: HostedProject) -> None:
    started = project.folder / "started"
    os.mkfifo(started)
    project.write(SAYS_ITS_ID_AND_STAYS)
    project.env = {**project.env, "STARTED": str(started)}
    running = project.start("preview")
    processes = [psutil.Process(int(word)) for word in started.read_text().split()]
    running.send_signal(number)
    assert psutil.wait_procs(processes, timeout=60)[1] == []
    running.communicate(timeout=60)
