"""The build route: a toy module with the real Go, and a `go` that fails as its network does."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time

import pytest

from hanzo_iac.toolchain import build
from hanzo_iac.toolchain.programs import Embed, GoBuild, ModuleFiles, Program
from hanzo_iac.toolchain.workshop import RouteFailedError

TOY = GoBuild("toy", "example.org/toy", stamps=(("main.version", "1.2.3"),))
PROGRAM = Program("toy", "1.2.3", (TOY,))
MAIN = 'package main\n\nvar version = "none"\n\nfunc main() { println(version) }\n'

needs_go = pytest.mark.skipif(shutil.which("go") is None, reason="go is not on PATH: install it from https://go.dev/dl")


@pytest.fixture
def toy(tmp_path):
    """A module of our own with nothing to fetch."""
    folder = tmp_path / "tools" / "toy"
    folder.mkdir(parents=True)
    (folder / "go.mod").write_text("module example.org/toy\n\ngo 1.21\n")
    (folder / "go.sum").write_text("")
    (folder / "main.go").write_text(MAIN)
    return folder


@pytest.fixture
def fake_go(tmp_path, make_shop):
    """A workshop whose `go` runs a piece of Python: `n` counts the calls, `say` fails with a complaint."""

    def make(body: str, **changes: object):
        folder = tmp_path / "fake"
        folder.mkdir()
        program = folder / "go"
        program.write_text(
            f"#!{sys.executable}\nimport pathlib, sys\n"
            "count = pathlib.Path(__file__).with_name('calls')\n"
            "n = len(count.read_text().splitlines()) + 1 if count.exists() else 1\n"
            "with count.open('a') as file: file.write(' '.join(sys.argv[1:]) + chr(10))\n"
            f"def say(text): sys.exit(text)\n{body}"
        )
        program.chmod(0o755)
        return make_shop(environment={"PATH": str(folder), "HOME": str(tmp_path)}, **changes), folder / "calls"

    return make


@needs_go
def test_a_module_is_built_with_its_version_stamped(make_shop, toy):
    shop = make_shop(environment=dict(os.environ) | {"GOFLAGS": "-mod=vendor", "GOOS": "plan9"})
    staged = build.build(shop, PROGRAM, TOY)
    ((place, path),) = staged.files.items()
    assert str(place) == "toy/1.2.3/bin/toy"
    assert subprocess.run([path], capture_output=True, text=True, check=True).stderr == "1.2.3\n"
    assert sorted(path.name for path in toy.iterdir()) == ["go.mod", "go.sum", "main.go"]


@needs_go
def test_a_module_that_does_not_compile_says_why(make_shop, toy):
    (toy / "main.go").write_text("package main\n\nfunc main() { nothing() }\n")
    with pytest.raises(RouteFailedError) as error:
        build.build(make_shop(environment=dict(os.environ)), PROGRAM, TOY)
    assert str(error.value) == ("`go build` failed: # example.org/toy | ./main.go:3:15: undefined: nothing")


def test_without_go_nothing_is_tried(shop, toy):
    with pytest.raises(RouteFailedError, match=r"^`go` is not on PATH$"):
        build.build(shop, PROGRAM, TOY)


def test_an_installation_without_the_modules_says_so(fake_go):
    shop, calls = fake_go("")
    with pytest.raises(RouteFailedError, match=r"^tools/toy/go\.sum is not part of this installation$"):
        build.build(shop, PROGRAM, TOY)
    assert not calls.exists()


def test_a_fault_of_the_network_is_tried_again(fake_go, toy):
    shop, calls = fake_go("if n < 3: say('dial tcp 192.0.2.1:443: i/o timeout')\n")
    build.build(shop, PROGRAM, TOY)
    assert len(calls.read_text().splitlines()) == 3
    assert shop.pauses == [2.0, 4.0]


def test_a_network_that_stays_away_ends_the_route(fake_go, toy):
    shop, calls = fake_go("say('go: downloading x v1' + chr(10) + 'dial tcp 192.0.2.1:443: i/o timeout')\n")
    with pytest.raises(RouteFailedError, match=r"^`go build` failed: dial tcp 192\.0\.2\.1:443: i/o timeout$") as error:
        build.build(shop, PROGRAM, TOY)
    assert error.value.may_pass
    assert len(calls.read_text().splitlines()) == 3


def test_a_refusal_of_the_proxy_is_final(fake_go, toy):
    shop, calls = fake_go("say('go: example.org/x@v1: reading https://proxy.example.org: 404 Not Found')\n")
    with pytest.raises(RouteFailedError, match=r"404 Not Found$") as error:
        build.build(shop, PROGRAM, TOY)
    assert not error.value.may_pass
    assert len(calls.read_text().splitlines()) == 1


def test_an_interrupted_build_leaves_no_process(fake_go, toy, monkeypatch):
    shop, calls = fake_go(
        "import os, time\n"
        "if os.fork() == 0: time.sleep(300)\n"
        "count.with_name('group').write_text(str(os.getpgid(0)))\n"
        "time.sleep(300)\n"
    )
    monkeypatch.setattr(build, "SIGN_OF_LIFE_S", 0.05)
    group = calls.with_name("group")

    def interrupt(done: int, total: int | None) -> None:
        if group.exists() and group.read_text():
            raise KeyboardInterrupt

    monkeypatch.setattr(shop.progress, "advance", interrupt)
    with pytest.raises(KeyboardInterrupt):
        build.build(shop, PROGRAM, TOY)
    # What was killed is at work for a moment yet.
    deadline = time.monotonic() + 10
    while (left := _running(int(group.read_text()))) and time.monotonic() < deadline:
        continue
    assert left == []


def _running(group: int) -> list[int]:
    """The processes of a group that are still at work; a killed one that nobody has collected is not."""
    import psutil

    found = []
    for process in psutil.process_iter():
        try:
            if os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
        except (ProcessLookupError, psutil.NoSuchProcess):
            continue
    return found


@pytest.fixture
def module(tmp_path):
    """A module's folder as Go's cache holds it."""
    folder = tmp_path / "module"
    (folder / "config").mkdir(parents=True)
    (folder / "schema.json").write_text('{"name": "toy", "resources": {}}')
    for name in ("b.yaml", "a.yaml", "kustomization.yaml", "readme.md"):
        (folder / "config" / name).write_text(name)
    return folder


def test_embedded_files_come_from_the_module_with_the_version_set(fake_go, toy, module):
    shop, calls = fake_go(
        f"if sys.argv[1] == 'mod': print({json.dumps(json.dumps({'Dir': str(module)}))})\n"
        "else: pathlib.Path(sys.argv[sys.argv.index('-o') + 1]).write_text(pathlib.Path('schema.json').read_text())\n"
    )
    route = GoBuild("toy", ".", embeds=(Embed("example.org/upstream", "schema.json", "4.5.6"),), main="main.go")
    staged = build.build(shop, PROGRAM, route)
    assert [path.read_text() for path in staged.files.values()] == ['{"name":"toy","resources":{},"version":"4.5.6"}']
    assert calls.read_text().splitlines()[0] == "mod download -json example.org/upstream"
    assert not (toy / "schema.json").exists()


def test_files_of_a_module_are_copied_without_its_kustomization(fake_go, toy, module):
    shop, _ = fake_go(f"print({json.dumps(json.dumps({'Dir': str(module)}))})\n")
    row = Program("toy", "1.2.3", (), folder="standard")
    staged = build.copy(shop, row, ModuleFiles("toy", "example.org/upstream", ("config/*.yaml",)))
    assert {str(place): path.read_text() for place, path in staged.files.items()} == {
        "toy/1.2.3/standard/a.yaml": "a.yaml",
        "toy/1.2.3/standard/b.yaml": "b.yaml",
    }


def test_a_module_without_the_files_says_so(fake_go, toy, module):
    shop, _ = fake_go(f"print({json.dumps(json.dumps({'Dir': str(module)}))})\n")
    with pytest.raises(RouteFailedError, match=r"^example\.org/upstream holds no crd/\*\.yaml$"):
        build.copy(shop, PROGRAM, ModuleFiles("toy", "example.org/upstream", ("crd/*.yaml",)))
