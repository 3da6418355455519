"""Command lines, environments and verdicts of the language host, exactly as the engine's requests decide them."""

from __future__ import annotations

from pathlib import Path

import pytest

from hanzo_iac.errors import InputError
from hanzo_iac.toolchain.language_host import commands
from hanzo_iac.toolchain.language_host.__main__ import exec_folders

OWN = Path("/opt/host/bin/python")

RUN = commands.ProgramRun(
    monitor="127.0.0.1:1",
    engine="127.0.0.1:2",
    project="shop",
    stack="dev",
    organization="organization",
    root=Path("/code"),
    pwd="/code/stacks",
    dry_run=True,
    parallel=16,
    entry=".",
    args=("one",),
)


def make_virtualenv(root: Path, name: str) -> Path:
    python = root / name / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    return python


def test_without_options_the_hosts_own_python_runs_the_program(tmp_path: Path) -> None:
    assert commands.choose_interpreter({}, tmp_path, OWN) == commands.Interpreter(OWN)


@pytest.mark.parametrize(
    ("options", "folder"),
    [
        ({"virtualenv": "venv"}, "venv"),
        ({"virtualenv": "../.venv"}, "../.venv"),
        ({"toolchain": "uv"}, ".venv"),
        ({"toolchain": "uv", "virtualenv": "mine"}, "mine"),
        ({"toolchain": "poetry", "virtualenv": "mine"}, "mine"),
        ({"toolchain": "pip", "virtualenv": "venv"}, "venv"),
    ],
)
def test_a_named_virtualenv_runs_the_program(options: dict[str, str], folder: str, tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    python = make_virtualenv(root, folder)
    assert commands.choose_interpreter(options, root, OWN) == commands.Interpreter(python, root / folder)


def test_an_absolute_virtualenv_is_taken_as_it_stands(tmp_path: Path) -> None:
    python = make_virtualenv(tmp_path, "there")
    options = {"virtualenv": str(tmp_path / "there")}
    assert commands.choose_interpreter(options, Path("/elsewhere"), OWN).python == python


def test_a_missing_virtualenv_is_one_message_with_the_remedy() -> None:
    with pytest.raises(InputError) as caught:
        commands.choose_interpreter({"virtualenv": "venv"}, Path("/code"), OWN)
    assert str(caught.value) == (
        "runtime/options/virtualenv: no Python in /code/venv\n\n"
        "hint: run `pulumi install` in /code, or `python3 -m venv /code/venv` and install its packages"
    )


@pytest.mark.parametrize(
    ("options", "messages"),
    [
        (
            {"virtualenv": 3.0},
            ["runtime/options/virtualenv: 3.0 is not a path\n\nhint: write the virtualenv's folder"],
        ),
        (
            {"toolchain": "conda"},
            ["runtime/options/toolchain: 'conda' is not known\n\nhint: write one of: pip, uv, poetry"],
        ),
        (
            {"toolchain": "poetry", "typechecker": "mypy"},
            [
                (
                    "runtime/options/toolchain: where poetry keeps its virtualenv is not known here\n\n"
                    "hint: name the folder in runtime/options/virtualenv"
                ),
                (
                    "runtime/options/typechecker: this language host does not run mypy\n\n"
                    "hint: take the option out and run the type checker beside the tests"
                ),
            ],
        ),
    ],
)
def test_options_the_host_cannot_honour_are_all_named(options: dict[str, object], messages: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        commands.choose_interpreter(options, Path("/code"), OWN)
    assert [str(fault) for fault in caught.value.faults] == messages


def test_a_program_runs_through_the_sdks_exec_script() -> None:
    assert commands.program_command(Path("/v/bin/python"), Path("/bin/exec"), RUN) == [
        "/v/bin/python", "-u", "/bin/exec",
        "--monitor", "127.0.0.1:1",
        "--engine", "127.0.0.1:2",
        "--project", "shop",
        "--root_directory", "/code",
        "--stack", "dev",
        "--pwd", "/code/stacks",
        "--dry_run", "true",
        "--parallel", "16",
        "--organization", "organization",
        ".", "one",
    ]  # fmt: skip


def test_flags_without_a_value_are_left_out() -> None:
    bare = commands.ProgramRun("m", "e", "", "", "", Path("/code"), "", dry_run=False, parallel=0, entry="app.py")
    assert commands.program_command(Path("py"), Path("exec"), bare) == [
        "py", "-u", "exec", "--monitor", "m", "--engine", "e", "--root_directory", "/code",
        "--dry_run", "false", "--parallel", "0", "app.py",
    ]  # fmt: skip


def test_configuration_travels_in_the_environment() -> None:
    made = commands.program_environment({"A": "1"}, commands.Interpreter(OWN), {"shop:size": "4"}, ["shop:key"])
    assert made == {"A": "1", "PULUMI_CONFIG": '{"shop:size": "4"}', "PULUMI_CONFIG_SECRET_KEYS": '["shop:key"]'}


@pytest.mark.parametrize(
    ("base", "made"),
    [
        ({"PATH": "/bin", "PYTHONHOME": "/py"}, {"PATH": "/v/bin:/bin", "VIRTUAL_ENV": "/v"}),
        ({}, {"PATH": "/v/bin", "VIRTUAL_ENV": "/v"}),
    ],
)
def test_a_virtualenv_is_active_in_the_child(base: dict[str, str], made: dict[str, str]) -> None:
    assert commands.child_environment(base, commands.Interpreter(Path("/v/bin/python"), Path("/v"))) == made


def test_of_two_assignments_the_last_wins() -> None:
    assert commands.environment_of(["A=1", "B=x=y", "A=2", "odd"]) == {"A": "2", "B": "x=y"}


def test_a_policy_pack_runs_unbuffered_with_its_folder_last() -> None:
    assert commands.plugin_command(Path("py"), "analyzer", Path("/policy"), ["127.0.0.1:2"]) == [
        "py", "-u", "-m", "pulumi.policy", "127.0.0.1:2", "/policy",
    ]  # fmt: skip


def test_a_provider_folder_with_a_main_is_run_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "__main__.py").touch()
    assert commands.plugin_command(Path("py"), "resource", tmp_path, ["e"]) == ["py", "-u", str(tmp_path), "e"]


def test_a_provider_package_is_run_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "my-parts"\n')
    assert commands.plugin_command(Path("py"), "resource", tmp_path, ["e"]) == [
        "py", "-u", "-m", "pulumi.run.plugin", "my-parts", "e",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text", [None, "[project]\nversion = '1'\n", "project = 3\n", "= broken", "[project]\nname = 3\n"]
)
def test_a_folder_with_nothing_to_run_says_so(text: str | None, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(InputError) as caught:
        commands.plugin_command(Path("py"), "resource", tmp_path, [])
    assert str(caught.value) == (
        f"{tmp_path}: nothing to run\n\nhint: add a __main__.py, or a pyproject.toml with a project name"
    )


@pytest.mark.parametrize(
    ("exit_code", "verdict"),
    [
        (0, commands.Verdict()),
        (32, commands.Verdict(bail=True)),
        (1, commands.Verdict(error="Program exited with non-zero exit code: 1")),
        (-9, commands.Verdict(error="Program was stopped by SIGKILL")),
    ],
)
def test_the_end_of_a_program_is_told_in_the_engines_words(exit_code: int, verdict: commands.Verdict) -> None:
    assert commands.program_verdict(exit_code) == verdict


def test_a_missing_virtualenv_is_made_and_filled(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").touch()
    assert commands.install_commands({"virtualenv": "venv"}, tmp_path, OWN) == [
        [str(OWN), "-m", "venv", f"{tmp_path}/venv"],
        [f"{tmp_path}/venv/bin/python", "-m", "pip", "install", "-r", f"{tmp_path}/requirements.txt"],
    ]


def test_a_present_virtualenv_without_requirements_needs_nothing(tmp_path: Path) -> None:
    make_virtualenv(tmp_path, ".venv")
    assert commands.install_commands({"toolchain": "uv"}, tmp_path, OWN) == []


def test_the_hosts_own_python_is_never_changed(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").touch()
    assert commands.install_commands({}, tmp_path, OWN) == []


def test_the_exec_script_beside_the_cli_comes_before_path(tmp_path: Path) -> None:
    for folder in ("cli", "path"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "pulumi-language-python-exec").touch()
    folders = exec_folders(tmp_path / "cli" / "pulumi", f"{tmp_path}/path:")
    assert commands.find_exec_script(folders) == tmp_path / "cli" / "pulumi-language-python-exec"
    assert commands.find_exec_script(folders[1:]) == tmp_path / "path" / "pulumi-language-python-exec"


def test_a_missing_exec_script_names_the_remedy() -> None:
    with pytest.raises(InputError) as caught:
        commands.find_exec_script(exec_folders(None, "/nowhere:/never"))
    assert str(caught.value) == (
        "pulumi-language-python-exec: not found beside the Pulumi CLI or on PATH (2 folders searched)\n\n"
        "hint: run `hanzo toolchain install`, which puts it there"
    )
