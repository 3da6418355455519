"""
A good file with one thing wrong: the whole text that is printed for it.

The one-line changes stand in bad_input.txt, the file they change is good.yaml; what needs more than a line is here.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from hanzo_iac.errors import InputError
from hanzo_iac.model.application import Application

HERE = Path(__file__).parent
GOOD = (HERE / "good.yaml").read_text()
BLOCK = re.compile(
    r"^## (?P<name>.+)\n- (?P<old>.+)\n\+ (?P<new>.+)\n(?P<printed>(?:.*\n)+?)(?=\n## |\Z)", re.MULTILINE
)
CASES = [match.groups() for match in BLOCK.finditer((HERE / "bad_input.txt").read_text())]


def printed(text: str | bytes) -> str:
    with pytest.raises(InputError) as raised:
        Application.loads(text)
    assert raised.value.exit_code == 1
    return str(raised.value)


def test_the_good_file_is_good():
    assert list(Application.loads(GOOD).services) == ["web", "worker", "nightly"]


def test_every_block_is_read():
    blocks = (HERE / "bad_input.txt").read_text().count("\n## ")
    assert len({name for name, *_ in CASES}) == len(CASES) == blocks
    assert blocks >= 130


@pytest.mark.parametrize(("old", "new", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_one_thing_wrong(old, new, expected):
    old, new = ast.literal_eval(old), ast.literal_eval(new)
    assert old in GOOD
    assert printed(GOOD.replace(old, new, 1)) + "\n" == expected


def test_every_fault_is_reported_at_once_in_the_files_order():
    text = (
        "name: rag\n"
        "services:\n"
        "  web:\n"
        "    build: .\n"
        "    prot: 8000\n"
        "    replicas: {min: 5, max: 4}\n"
        "    uses: [dbb]\n"
        "  api: {}\n"
        "resources:\n"
        "  data: {engine: postgress}\n"
        "  vector: {engine: pgvector, dimensions: many}\n"
    )
    with pytest.raises(InputError) as raised:
        Application.loads(text)
    assert [(fault.where, fault.what) for fault in raised.value.faults] == [
        ("services/web/port", "is missing (hanzo.yaml:3)"),
        ("services/web/prot", "is not a key here (hanzo.yaml:5)"),
        ("services/web/replicas/min", "5 is more than max, 4 (hanzo.yaml:6)"),
        ("services/web/uses", "there is no resource or service dbb (hanzo.yaml:7)"),
        ("services/api", "has no source (hanzo.yaml:8)"),
        ("services/api/port", "is missing (hanzo.yaml:8)"),
        ("resources/data/engine", 'there is no engine "postgress" (hanzo.yaml:10)'),
        ("resources/vector/dimensions", "must be a whole number, not text (hanzo.yaml:11)"),
    ]


FOLLOWING = [
    ("a port of the wrong type is not missing too", "port: 8000", "port: http", ["services/web/port"]),
    ("a faulty resource is there for its users", "engine: postgres", "engine: postgress", ["resources/db/engine"]),
    ("a faulty pool is there for those who name it", "size: s-4vcpu-8gb, ", "", ["resources/batch/size"]),
    ("a faulty source is a source", "build: .", "build: 5", ["services/web/build"]),
    ("of a faulty kind nothing is known", "kind: cron", "kind: chron", ["services/nightly/kind"]),
    ("a faulty max is not held against min", "max: 4", "max: four", ["services/web/replicas/max"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "expected"), FOLLOWING, ids=[case[0] for case in FOLLOWING])
def test_a_mere_consequence_is_not_reported(name, old, new, expected):
    with pytest.raises(InputError) as raised:
        Application.loads(GOOD.replace(old, new, 1))
    assert [fault.where for fault in raised.value.faults] == expected


def test_a_rule_is_held_although_the_name_is_missing():
    with pytest.raises(InputError) as raised:
        Application.loads("services: {web: {build: ., port: 80, uses: [db]}}")
    assert [fault.where for fault in raised.value.faults] == ["name", "services/web/uses"]


def test_only_the_first_hundred_faults_are_spelled_out():
    text = GOOD + "".join(f"key{number}: 1\n" for number in range(300))
    with pytest.raises(InputError) as raised:
        Application.loads(text)
    assert len(raised.value.faults) == 101
    assert str(raised.value.faults[-1]) == "hanzo.yaml: and 200 more faults"


SECRET = "sk-proj-4f9a8b7c6d5e"
LEAKS = [
    ("an environment variable", "LOG_LEVEL: info", f"LOG_LEVEL: {SECRET}"),
    ("a secret", "secrets: [API_KEY]", f"secrets: {{API_KEY: {SECRET}}}"),
    ("a secret in a list", "secrets: [API_KEY]", f"secrets: [{SECRET}]"),
    ("a value in a mapping", "secrets: [API_KEY]", f"secrets: {{API_KEY: {{secret: {SECRET}}}}}"),
    ("a value under a wrong key", "secrets: [API_KEY]", f"secrets: {{API_KEY: {{value: {SECRET}}}}}"),
    ("a list of values", "LOG_LEVEL: info", f"LOG_LEVEL: [{SECRET}]"),
    ("a build argument", "build: .", f"build: {{args: {{TOKEN: {SECRET}}}}}"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new"), [case[1:] for case in LEAKS], ids=[case[0] for case in LEAKS])
def test_a_secret_is_refused_and_never_repeated(old, new):
    assert SECRET not in printed(GOOD.replace(old, new, 1))


def aliases(levels: int) -> str:
    lines = ["name: rag", "x0: &x0 [a, a, a, a, a, a, a, a, a, a]"]
    for level in range(1, levels):
        ten = ", ".join([f"*x{level - 1}"] * 10)
        lines.append(f"x{level}: &x{level} [{ten}]")
    return "\n".join(lines)


LARGE = "hint: is this the right file? An application is a few hundred lines"
NOTHING = "hint: write a service: services: {web: {build: ., port: 8000}}"
WORD = "hint: write a plain word before the colon; a value with { or * in front needs quotes"
FILES = [
    ("an alias bomb", aliases(9),
     "hanzo.yaml:6: holds more than 50,000 values once every alias is followed\n\nhint: write fewer aliases"),
    ("an alias of itself", "name: &all [*all]", "hanzo.yaml:1: *all contains itself\n\nhint: write the value out"),
    ("deep nesting", "name: " + "[" * 60 + "]" * 60,
     "hanzo.yaml:1: is nested more than 50 levels deep\n\nhint: an application needs about 6"),
    ("nesting without end", "name: " + "[" * 400_000,
     "hanzo.yaml:1: is nested more than 50 levels deep\n\nhint: an application needs about 6"),
    ("deep nesting by aliases",
     "\n".join(["a0: &a0 [x]"] + [f"a{n}: &a{n} [[[[[[[[[[*a{n - 1}]]]]]]]]]]" for n in range(1, 7)]),
     "hanzo.yaml:6: is nested more than 50 levels deep\n\nhint: an application needs about 6"),
    ("10 MB", b"#" * 10_000_000,
     f"hanzo.yaml: is larger than 1 MiB: 10,000,000 bytes\n\n{LARGE}"),
    ("Latin-1", "name: café".encode("latin-1"),
     "hanzo.yaml: is not UTF-8: byte 0xe9 at position 9\n\nhint: save the file as UTF-8"),
    ("UTF-16", "name: rag".encode("utf-16"),
     "hanzo.yaml: is not UTF-8: byte 0xff at position 0\n\nhint: save the file as UTF-8"),
    ("half a character pair", "name: \ud800",
     "hanzo.yaml: is not UTF-8: half of a character pair\n\nhint: save the file as UTF-8"),
    ("nothing", "", "hanzo.yaml: is empty\n\nhint: begin with name: my-rag-app"),
    ("only a comment", "# later\n", "hanzo.yaml: is empty\n\nhint: begin with name: my-rag-app"),
    ("a list", "- name: rag\n", "hanzo.yaml: must be a mapping at the top\n\nhint: begin with name: my-rag-app"),
    ("one word", "rag", "hanzo.yaml: must be a mapping at the top\n\nhint: begin with name: my-rag-app"),
    ("a name and nothing else", "name: rag",
     f"describes nothing: no service and no resource (hanzo.yaml)\n\n{NOTHING}"),
    ("a key that is a list", "? [a, b]\n: c\n",
     f"hanzo.yaml:1: a key must be a word\n\n{WORD}"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in FILES], ids=[case[0] for case in FILES])
def test_a_whole_file_is_wrong(text, expected):
    assert printed(text) == expected


def test_a_byte_order_mark_is_no_fault():
    assert Application.loads(b"\xef\xbb\xbf" + GOOD.encode()) == Application.loads(GOOD)


def test_a_few_aliases_are_fine():
    text = GOOD.replace("build: .", "build: &here .", 1).replace("path: /healthz", "path: /healthz", 1)
    assert Application.loads(text.replace("image: ghcr.io/acme/worker:1.4.2", "build: *here")).services["worker"].build


def loaded(path: Path) -> str:
    with pytest.raises(InputError) as raised:
        Application.load(path)
    return str(raised.value).replace(str(path), "PATH")


def test_a_file_that_is_not_there(tmp_path):
    assert loaded(tmp_path / "a.yaml") == (
        "PATH: does not exist\n\nhint: write one; examples/my-rag-app/hanzo.yaml shows how"
    )


def test_a_folder_that_is_not_there(tmp_path):
    assert loaded(tmp_path / "b" / "hanzo.yaml") == "PATH: does not exist, nor does its folder\n\nhint: check the path"


def test_a_folder_without_the_file(tmp_path):
    assert loaded(tmp_path) == (
        "PATH/hanzo.yaml: does not exist\n\nhint: write one; examples/my-rag-app/hanzo.yaml shows how"
    )


def test_a_file_with_the_other_ending(tmp_path):
    (tmp_path / "hanzo.yml").write_text(GOOD)
    assert loaded(tmp_path) == "PATH/hanzo.yaml: does not exist\n\nhint: rename hanzo.yml to hanzo.yaml"


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert loaded(tmp_path / "pipe") == "PATH: is not a file\n\nhint: give a hanzo.yaml, or the folder that holds one"


def test_a_large_file_is_not_read(tmp_path):
    with (tmp_path / "hanzo.yaml").open("wb") as file:
        file.truncate(50 * 1024**3)
    assert loaded(tmp_path) == (
        "PATH/hanzo.yaml: is larger than 1 MiB: 53,687,091,200 bytes\n\n"
        "hint: is this the right file? An application is a few hundred lines"
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_file_that_may_not_be_read(tmp_path):
    (tmp_path / "hanzo.yaml").touch(mode=0)
    assert loaded(tmp_path) == (
        "PATH/hanzo.yaml: cannot be read: permission denied\n\nhint: check the path and its permissions"
    )


def test_python_is_answered_as_a_file_is():
    from hanzo_iac.model.application import Service

    with pytest.raises(InputError) as raised:
        Service(build=".", port=70000, gpuz="l40s")
    assert [str(fault) for fault in raised.value.faults] == [
        "port: 70000 is more than 65535\n\nhint: write 65535 or less",
        "gpuz: is not a key here\n\nhint: did you mean gpu?",
    ]


SAMPLE = [CASES[number] for number in range(0, len(CASES), 45)]


@pytest.mark.parametrize(("old", "new", "expected"), [case[1:] for case in SAMPLE], ids=[case[0] for case in SAMPLE])
def test_the_command_prints_the_same_and_no_traceback(old, new, expected, tmp_path):
    (tmp_path / "hanzo.yaml").write_text(GOOD.replace(ast.literal_eval(old), ast.literal_eval(new), 1))
    done = subprocess.run(
        [sys.executable, "-m", "hanzo_iac.cli", "plan"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    what, hint = expected.rstrip("\n").split("\n\nhint: ")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"error: {what}\n\nhint: {hint}\n"
    assert [file.name for file in tmp_path.iterdir()] == ["hanzo.yaml"]
