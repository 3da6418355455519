"""
The language host as the engine meets it: over gRPC, with real children.

The program that runs is a stand-in for the SDK's exec script, which writes down what it was given: that a real
program meets a real engine is shown by the tests in e2e.
"""

# ruff: noqa: N802 (names are gRPC's)

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, language_pb2, language_pb2_grpc

from hanzo_iac.toolchain.language_host.children import Children
from hanzo_iac.toolchain.language_host.servicer import LanguageHost

WRITES_DOWN_WHAT_IT_IS_GIVEN = """
import json, os, sys
keys = ["PULUMI_CONFIG", "PULUMI_CONFIG_SECRET_KEYS"]
seen = {"argv": sys.argv[1:], "cwd": os.getcwd(), "env": {key: os.environ[key] for key in keys}}
open(os.path.join(os.path.dirname(__file__), "seen.json"), "w").write(json.dumps(seen))
"""
SAYS_IT_STARTED_THEN_IGNORES_SIGTERM = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
open(os.environ["STARTED"], "w").write(str(os.getpid()))
time.sleep(600)
"""


@pytest.fixture
def children() -> Iterator[Children]:
    made = Children()
    yield made
    made.stop_all(grace_s=0)


class Engine(engine_pb2_grpc.EngineServicer):
    """The engine's log."""

    def __init__(self) -> None:
        self.address = ""
        self.shown: list[tuple[Any, str]] = []

    def Log(self, request: Any, context: Any) -> Any:
        self.shown.append((request.severity, request.message))
        return empty_pb2.Empty()


@pytest.fixture
def engine() -> Iterator[Engine]:
    made = Engine()
    server = grpc.server(ThreadPoolExecutor(2))
    engine_pb2_grpc.add_EngineServicer_to_server(made, server)
    made.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    yield made
    server.stop(grace=None)


@pytest.fixture
def host(tmp_path: Path, children: Children, engine: Engine) -> Iterator[Any]:
    server = grpc.server(ThreadPoolExecutor(8))
    servicer = LanguageHost(engine.address, children, (tmp_path / "bin",))
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield language_pb2_grpc.LanguageRuntimeStub(channel)
    server.stop(grace=None)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    return root


def exec_script(tmp_path: Path, source: str) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "pulumi-language-python-exec").write_text(source)


def program(root: Path, **options: str) -> Any:
    info = language_pb2.ProgramInfo(root_directory=str(root), program_directory=str(root), entry_point=".")
    info.options.update(options)
    return info


def run_request(root: Path, **options: str) -> Any:
    return language_pb2.RunRequest(
        project="shop",
        stack="dev",
        pwd=str(root),
        info=program(root, **options),
        dryRun=True,
        parallel=4,
        monitor_address="127.0.0.1:1",
        organization="organization",
        config={"shop:size": "4"},
        configSecretKeys=["shop:key"],
    )


def test_a_program_is_given_its_arguments_and_its_configuration(
    host: Any, engine: Engine, tmp_path: Path, project: Path
) -> None:
    exec_script(tmp_path, WRITES_DOWN_WHAT_IT_IS_GIVEN)
    assert host.Run(run_request(project)) == language_pb2.RunResponse()
    assert json.loads((tmp_path / "bin" / "seen.json").read_text()) == {
        "argv": [
            "--monitor", "127.0.0.1:1", "--engine", engine.address, "--project", "shop",
            "--root_directory", str(project), "--stack", "dev", "--pwd", str(project), "--dry_run", "true",
            "--parallel", "4", "--organization", "organization", ".",
        ],
        "cwd": str(project),
        "env": {"PULUMI_CONFIG": '{"shop:size": "4"}', "PULUMI_CONFIG_SECRET_KEYS": '["shop:key"]'},
    }  # fmt: skip


def test_a_program_that_showed_its_error_makes_the_engine_bail(host: Any, tmp_path: Path, project: Path) -> None:
    exec_script(tmp_path, "raise SystemExit(32)")
    assert host.Run(run_request(project)) == language_pb2.RunResponse(bail=True)


def test_a_program_that_fails_silently_is_named_by_its_exit_code(host: Any, tmp_path: Path, project: Path) -> None:
    exec_script(tmp_path, "raise SystemExit(3)")
    assert host.Run(run_request(project)).error == "Program exited with non-zero exit code: 3"


def test_a_missing_virtualenv_is_shown_and_makes_the_engine_bail(
    host: Any, engine: Engine, tmp_path: Path, project: Path
) -> None:
    exec_script(tmp_path, WRITES_DOWN_WHAT_IT_IS_GIVEN)
    assert host.Run(run_request(project, virtualenv="venv")) == language_pb2.RunResponse(bail=True)
    message = (
        f"runtime/options/virtualenv: no Python in {project}/venv\n\nhint: run `pulumi install` in {project}, "
        f"or `python3 -m venv {project}/venv` and install its packages"
    )
    assert engine.shown == [(engine_pb2.ERROR, message)]


def test_cancel_ends_a_program_that_ignores_sigterm(
    host: Any, tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = tmp_path / "started"
    os.mkfifo(started)
    monkeypatch.setenv("STARTED", str(started))
    exec_script(tmp_path, SAYS_IT_STARTED_THEN_IGNORES_SIGTERM)
    running = host.Run.future(run_request(project))
    pid = int(started.read_text())
    host.Cancel(empty_pb2.Empty())
    assert running.result(timeout=60).error == "Program was stopped by SIGKILL"
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_what_a_child_has_started_ends_with_it_though_it_ignores_sigterm(children: Children, tmp_path: Path) -> None:
    command = ["sh", "-c", "(trap '' TERM; echo started; exec sleep 600) & wait"]
    child = children.start(command, cwd=tmp_path, env=os.environ, piped=True)
    assert child.stdout
    assert child.stdout.readline() == b"started\n"
    children.stop(child, grace_s=60)
    # Both streams close only when the last of them has ended.
    assert child.communicate(timeout=60) == (b"", b"")


def test_after_cancel_nothing_is_started(host: Any, engine: Engine, tmp_path: Path, project: Path) -> None:
    exec_script(tmp_path, WRITES_DOWN_WHAT_IT_IS_GIVEN)
    host.Cancel(empty_pb2.Empty())
    assert host.Run(run_request(project)) == language_pb2.RunResponse(bail=True)
    assert engine.shown == [(engine_pb2.ERROR, "the language host is stopping")]
    assert not (tmp_path / "bin" / "seen.json").exists()


def test_a_plugin_streams_what_it_writes_and_its_exit_code_last(host: Any, project: Path) -> None:
    (project / "__main__.py").write_text(
        "import os, sys\nprint(os.environ['A'], os.getcwd(), *sys.argv[1:], flush=True)\nsys.exit('bad')\n"
    )
    request = language_pb2.RunPluginRequest(
        pwd=str(project.parent), args=["127.0.0.1:2"], env=["A=1"], kind="resource", info=program(project)
    )
    answers = list(host.RunPlugin(request))
    assert b"".join(answer.stdout for answer in answers) == f"1 {project.parent} 127.0.0.1:2\n".encode()
    assert b"".join(answer.stderr for answer in answers) == b"bad\n"
    assert answers[-1] == language_pb2.RunPluginResponse(exitcode=1)


def test_the_first_line_of_a_plugin_arrives_while_it_runs_and_dropping_the_call_ends_it(
    host: Any, project: Path
) -> None:
    (project / "__main__.py").write_text("import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(600)\n")
    call = host.RunPlugin(language_pb2.RunPluginRequest(pwd=str(project), kind="resource", info=program(project)))
    pid = int(next(call).stdout)
    call.cancel()
    gone = threading.Event()

    def watch() -> None:
        while not gone.wait(0.02):
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                gone.set()

    threading.Thread(target=watch, daemon=True).start()
    assert gone.wait(60)


def test_a_plugin_with_nothing_to_run_is_refused_with_the_remedy(host: Any, project: Path) -> None:
    request = language_pb2.RunPluginRequest(pwd=str(project), kind="resource", info=program(project))
    with pytest.raises(grpc.RpcError) as caught:
        list(host.RunPlugin(request))
    assert caught.value.code() == grpc.StatusCode.FAILED_PRECONDITION
    assert caught.value.details() == (
        f"{project}: nothing to run\n\nhint: add a __main__.py, or a pyproject.toml with a project name"
    )


def test_about_names_the_interpreter_and_its_version(host: Any, project: Path) -> None:
    answer = host.About(language_pb2.AboutRequest(info=program(project)))
    version = ".".join(str(part) for part in sys.version_info[:3])
    assert (answer.executable, answer.version) == (sys.executable, version)


def test_a_bare_virtualenv_has_no_more_packages_than_pythons_own(host: Any, project: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", project / "venv"], check=True)
    request = language_pb2.GetProgramDependenciesRequest(
        info=program(project, virtualenv="venv"), transitiveDependencies=True
    )
    assert list(host.GetProgramDependencies(request).dependencies) == []


def test_packages_that_others_require_are_left_out_unless_asked_for(host: Any, project: Path) -> None:
    def names(*, transitive: bool) -> set[str]:
        request = language_pb2.GetProgramDependenciesRequest(info=program(project), transitiveDependencies=transitive)
        return {dependency.name for dependency in host.GetProgramDependencies(request).dependencies}

    assert {"pulumi-kubernetes", "pulumi"} & {name.replace("_", "-") for name in names(transitive=True)} == {
        "pulumi-kubernetes",
        "pulumi",
    }
    assert "pulumi" not in names(transitive=False)


def test_installing_makes_the_virtualenv_the_project_names(host: Any, project: Path) -> None:
    request = language_pb2.InstallDependenciesRequest(info=program(project, virtualenv="venv"))
    assert b"".join(answer.stderr for answer in host.InstallDependencies(request)) == b""
    assert (project / "venv" / "bin" / "python").exists()


def test_calls_that_need_no_answer_answer_emptily(host: Any, project: Path) -> None:
    info = program(project)
    assert host.GetPluginInfo(empty_pb2.Empty()).version == "3.259.0"
    assert list(host.GetRequiredPackages(language_pb2.GetRequiredPackagesRequest(info=info)).packages) == []
    assert list(host.GetRequiredPlugins(language_pb2.GetRequiredPluginsRequest(info=info)).plugins) == []
    assert list(host.RuntimeOptionsPrompts(language_pb2.RuntimeOptionsRequest(info=info)).prompts) == []
    assert host.Template(language_pb2.TemplateRequest(info=info)) == language_pb2.TemplateResponse()
    assert host.Handshake(language_pb2.LanguageHandshakeRequest()) == language_pb2.LanguageHandshakeResponse()


def start_process() -> subprocess.Popen[str]:
    command = [sys.executable, "-u", "-m", "hanzo_iac.toolchain.language_host", "-v=3", "127.0.0.1:2"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_process_prints_its_port_serves_and_ends_silently_when_told(number: signal.Signals) -> None:
    process = start_process()
    assert process.stdout
    with grpc.insecure_channel(f"127.0.0.1:{int(process.stdout.readline())}") as channel:
        assert language_pb2_grpc.LanguageRuntimeStub(channel).GetPluginInfo(empty_pb2.Empty()).version == "3.259.0"
    process.send_signal(number)
    assert process.communicate(timeout=60) == ("", "")
    assert process.returncode == 0


def test_the_process_ends_when_the_cli_that_started_it_is_gone() -> None:
    # The parent starts the host with its own output and then lies there until it is killed; the pipe closes only
    # when the host has ended too.
    source = (
        "import subprocess, sys, time\n"
        "subprocess.Popen([sys.executable, '-u', '-m', 'hanzo_iac.toolchain.language_host', '127.0.0.1:2'])\n"
        "time.sleep(600)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    assert int(parent.stdout.readline()) > 0
    parent.kill()
    assert parent.communicate(timeout=60)[0] == ""


def test_called_by_hand_it_says_who_calls_it() -> None:
    command = [sys.executable, "-m", "hanzo_iac.toolchain.language_host"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    message = "error: the engine's address is missing\n\nhint: the Pulumi CLI starts this program\n"
    assert (done.returncode, done.stderr) == (2, message)
