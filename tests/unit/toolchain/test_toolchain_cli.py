"""`hanzo toolchain` and `hanzo doctor` as a person runs them, and what each check answers."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hanzo_iac.cli.app import app
from hanzo_iac.errors import InputError, UsageError
from hanzo_iac.toolchain import checks, programs
from hanzo_iac.toolchain.progress import Lines
from hanzo_iac.toolchain.store import Manifest, State


@pytest.fixture
def run(tmp_path, monkeypatch):
    """The command line over a toolchain that holds the DigitalOcean script at most."""
    monkeypatch.setenv("HANZO_TOOLCHAIN", str(tmp_path / "toolchain"))
    monkeypatch.setenv("HANZO_DOWNLOAD_MIRROR", "http://127.0.0.1:9")
    monkeypatch.setenv("PATH", str(tmp_path / "no-programs"))
    return lambda *words: CliRunner().invoke(app, list(words))


def test_install_then_list_then_path(run, tmp_path):
    name = "pulumi-resource-digitalocean"
    installed = run("toolchain", "install", name)
    assert (installed.exit_code, installed.stdout) == (0, "")
    assert installed.stderr.splitlines()[-1] == f"toolchain: 1 program ready in {tmp_path / 'toolchain'}"
    rows = {row["program"]: row for row in json.loads(run("toolchain", "list", "--json").stdout)}
    assert list(rows) == [row.name for row in programs.PROGRAMS]
    assert {row["state"] for name_, row in rows.items() if name_ != name} == {"missing"}
    script = tmp_path / "toolchain" / name / "4.84.1" / "bin" / name
    assert rows[name] == {
        "program": name,
        "version": "4.84.1",
        "group": "core",
        "state": "ready",
        "why": None,
        "route": "script",
        "bytes": script.stat().st_size,
        "seconds": rows[name]["seconds"],
    }
    assert run("toolchain", "path", name).stdout == f"{script}\n"
    assert json.loads(run("toolchain", "path", name, "--json").stdout) == {"program": name, "path": str(script)}
    assert run("toolchain", "path", "pulumi-home").stdout == f"{tmp_path / 'toolchain' / 'pulumi-home'}\n"


def test_list_is_readable_and_says_which_group_is_empty(run):
    listed = run("toolchain", "list")
    assert listed.stdout.splitlines()[:2] == [
        "program                       version  group  state    route  size",
        "kwok                          0.8.0    core   missing             ",
    ]
    assert listed.stderr == (
        "controllers: no program yet: real controllers beside the control plane; "
        "their programs come with the features that run them\n"
    )


def test_an_empty_group_is_known_and_installs_nothing(run):
    installed = run("toolchain", "install", "controllers")
    assert (installed.exit_code, installed.stdout) == (0, "")
    assert installed.stderr.startswith("controllers: no program yet")


def test_an_unknown_group_and_a_missing_program_are_errors(run):
    assert isinstance(run("toolchain", "install", "databases").exception, UsageError)
    assert isinstance(run("toolchain", "path", "etcd").exception, InputError)
    assert str(run("toolchain", "path", "pulumi-home").exception) == (
        "pulumi-home: not here\n\nhint: run `hanzo toolchain install`"
    )


def test_doctor_names_what_must_change_and_exits_1(run):
    told = run("doctor", "--json")
    found = {check["name"]: check for check in json.loads(told.stdout)}
    assert told.exit_code == 1
    assert found["etcd"] == {
        "name": "etcd",
        "what": "not installed yet: `hanzo toolchain install`",
        "remedy": "",
        "ok": True,
    }
    assert found["make"]["what"] == "not on PATH"
    assert found["pulumi package"] == {
        "name": "pulumi package",
        "what": "3.259.0, as pulumi",
        "remedy": "",
        "ok": True,
    }
    assert list(found)[:6] == ["python", "venv", "make", "go", "disk", "ports"]


def test_doctor_in_words_gives_each_remedy_once(run, tmp_path, monkeypatch):
    for name in ("etcd", "kwok"):
        folder = tmp_path / "toolchain" / name / programs.program(name).version
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text('{"route": "download", "source": "", "seconds": 1, "files": {}}')
    told = run("doctor").stdout
    assert "fault  etcd                          damaged: its manifest does not name the program\n" in told
    assert told.count("hint: run `hanzo toolchain install`\n") == 1


def test_doctor_does_not_want_back_what_only_getting_programs_needs(tmp_path, monkeypatch):
    monkeypatch.setenv("HANZO_CACHE", str(tmp_path))
    missing = {"kwokctl", "pulumi-language-python"}
    states = [
        (row, State("missing") if row.name in missing else State("ready", "", Manifest("download", "", 1.0, {})))
        for row in programs.PROGRAMS
    ]
    monkeypatch.setattr(checks, "described", lambda *, thorough: states)
    monkeypatch.setenv("PATH", str(tmp_path / "no-programs"))
    found = {check["name"]: check for check in json.loads(CliRunner().invoke(app, ["doctor", "--json"]).stdout)}
    assert {name for name, check in found.items() if not check["ok"]} == {"make"}
    assert found["go"]["what"] == "not on PATH; not needed: the programs are here"
    assert found["kwokctl"]["what"] == "not installed yet: `hanzo toolchain install`"


def test_doctor_of_an_installed_package_asks_for_no_make(tmp_path, monkeypatch):
    monkeypatch.setattr(checks, "REPOSITORY", tmp_path)
    assert [check.name for check in checks.examine({"PATH": "/nowhere"}, ())][:3] == ["python", "venv", "go"]


def test_the_command_line_starts_without_the_toolchain():
    code = "import sys, hanzo_iac.cli.app; print([m for m in sys.modules if m.startswith('hanzo_iac.toolchain')])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


@pytest.mark.parametrize(
    ("check", "what", "remedy"),
    [
        (checks.python((3, 10, 4)), "3.10.4", "use Python 3.11 or later"),
        (checks.python((3, 11, 0)), "3.11.0", ""),
        (
            checks.venv("/usr", "/usr", in_repository=True),
            "not in a virtual environment",
            "run `make check` once, then use .venv/bin/hanzo",
        ),
        (
            checks.venv("/usr", "/usr", in_repository=False),
            "not in a virtual environment",
            "run `python3 -m venv .venv` and install hanzo-iac with .venv/bin/pip",
        ),
        (checks.venv("/x/.venv", "/usr", in_repository=True), "/x/.venv", ""),
        (checks.make({"PATH": "/nowhere"}), "not on PATH", "install make (apt install make)"),
        (
            checks.go({"PATH": "/nowhere"}, needed=True),
            "not on PATH",
            "install Go 1.26 or later (https://go.dev/dl), unless the official downloads can be reached",
        ),
        (checks.go({"PATH": "/nowhere"}, needed=False), "not on PATH; not needed: the programs are here", ""),
        (checks.sdk("pydantic", "0.1", "toy"), None, "pip install pydantic==0.1"),
        (checks.sdk("no-such-package", "0.1", "toy"), "not installed; toy is 0.1", "pip install no-such-package==0.1"),
        (
            checks.cached(programs.program("etcd"), State("damaged", "x is missing")),
            "damaged: x is missing",
            "run `hanzo toolchain install`",
        ),
        (
            checks.cached(programs.program("etcd"), State("missing")),
            "not installed yet: `hanzo toolchain install`",
            "",
        ),
        (
            checks.cached(programs.program("etcd"), State("ready", "", Manifest("go build", "", 1.0, {}))),
            "3.6.14, whole (go build)",
            "",
        ),
        (checks.loopback(), "free ports on 127.0.0.1 can be used", ""),
    ],
)
def test_a_check_answers(check, what, remedy):
    assert (check.what if what else None, check.remedy, check.ok) == (what, remedy, not remedy)


@pytest.mark.parametrize(
    ("said", "needed", "ok"),
    [
        ("go1.26.8\nlocal\n", True, True),
        ("go1.27\nlocal\n", True, True),
        ("go1.25.1\nlocal\n", True, False),
        ("go1.25.1\nlocal\n", False, True),
        ("go1.25.1\nauto\n", True, True),
        ("go1.20.4\n\n", True, False),
        ("\n\n", True, False),
        ("", True, False),
    ],
)
def test_an_old_go_is_told_from_one_that_fetches_a_newer(tmp_path, said, needed, ok):
    _program(tmp_path / "go", f"printf '{said}'")
    assert checks.go({"PATH": str(tmp_path)}, needed=needed).ok is ok


def test_another_pulumi_on_path_is_said_with_the_line_that_repairs_it(tmp_path, monkeypatch):
    monkeypatch.setenv("HANZO_TOOLCHAIN", "/cache")
    _program(tmp_path / "pulumi", "echo v3.100.0")
    check = checks.pulumi_on_path({"PATH": str(tmp_path)})
    assert check.what == f"v3.100.0 ({tmp_path}/pulumi), not v3.259.0"
    assert check.remedy == 'export PATH="/cache/pulumi/3.259.0/bin:$PATH"'
    _program(tmp_path / "pulumi", "echo v3.259.0")
    assert checks.pulumi_on_path({"PATH": str(tmp_path)}).ok


def test_a_full_disk_is_said_with_what_is_needed(tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 2_000_000_000}))
    go = checks.Need(tmp_path / "go", 12_500_000_000, "GOCACHE")
    run = checks.Need(tmp_path / "not" / "there", 1_000_000_000, "HANZO_CACHE")
    check = checks.disk([run, go])
    assert check.what == f"2.0 GB free at {tmp_path}"
    assert check.remedy == "free 14 GB there, or set HANZO_CACHE or GOCACHE to a folder elsewhere"
    assert checks.disk([run]).ok


def test_room_is_counted_where_it_is_taken(tmp_path, monkeypatch):
    _program(tmp_path / "go", "printf '/go/build\\n/go/modules\\n'")
    monkeypatch.setenv("HANZO_CACHE", "/cache")
    monkeypatch.delenv("HANZO_TOOLCHAIN", raising=False)
    run = checks.Need(Path("/cache"), 1_000_000_000, "HANZO_CACHE")
    assert checks.needs({"PATH": str(tmp_path)}, complete=True) == [run]
    assert checks.needs({"PATH": str(tmp_path)}, complete=False) == [
        run,
        checks.Need(Path("/cache/toolchain"), 700_000_000, "HANZO_CACHE"),
        checks.Need(Path("/go/build"), 9_500_000_000, "GOCACHE"),
        checks.Need(Path("/go/modules"), 3_000_000_000, "GOMODCACHE"),
    ]
    monkeypatch.setenv("HANZO_TOOLCHAIN", "/programs")
    assert checks.needs({"PATH": "/nowhere"}, complete=False) == [
        run,
        checks.Need(Path("/programs"), 700_000_000, "HANZO_TOOLCHAIN"),
    ]


def test_a_folder_that_cannot_be_made_is_said_before_anything_is_written(tmp_path):
    taken = tmp_path / "cache"
    taken.touch()
    assert checks.disk([checks.Need(taken, 1, "HANZO_TOOLCHAIN")]) == checks.Check(
        "disk", f"{taken} is not a folder", "set HANZO_TOOLCHAIN to a folder that can be written"
    )


def test_plain_progress_has_steps_times_and_a_sign_of_life():
    now = [0.0]
    stream = io.StringIO()
    lines = Lines(stream, clock=lambda: now[0])
    lines.begin("etcd", "go build")
    for now[0] in (30.0, 61.0, 100.0, 125.0):
        lines.advance(0, None)
    lines.end("etcd", "3.6.14 installed (go build)")
    now[0] = 200.0
    lines.begin("kwok", "downloading kwok")
    now[0] = 261.0
    lines.advance(12_000_000, 40_000_000)
    assert stream.getvalue().splitlines() == [
        "toolchain: etcd: go build",
        "toolchain: etcd: go build, 61 s",
        "toolchain: etcd: go build, 125 s",
        "toolchain: etcd: 3.6.14 installed (go build) in 125.0 s",
        "toolchain: kwok: downloading kwok",
        "toolchain: kwok: downloading kwok, 12 of 40 MB, 61 s",
    ]


def test_progress_on_a_terminal_leaves_one_line_a_program():
    from hanzo_iac.toolchain.progress import Bar

    stream = io.StringIO()
    bar = Bar(stream)
    bar.begin("etcd", "asking github.com")
    bar.begin("etcd", "downloading etcd.tar.gz")
    bar.advance(1_000_000, 20_000_000)
    bar.end("etcd", "3.6.14 installed (download)")
    bar.begin("kwok", "go build")
    bar.advance(0, None)
    bar.end("kwok", "could not be installed")
    bar.close()
    finished = [line.rsplit(" in ", 1)[0] for line in stream.getvalue().splitlines() if line.startswith("toolchain:")]
    assert finished == ["toolchain: etcd: 3.6.14 installed (download)", "toolchain: kwok: could not be installed"]


def _program(path, body: str) -> None:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
