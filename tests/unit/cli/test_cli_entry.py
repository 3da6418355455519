"""The `hanzo` process among careless neighbours: closed pipes, full disks, small terminals, other locales, signals."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
from importlib.metadata import version
from pathlib import Path

import pytest

LISTING = Path(__file__).parents[3] / "examples" / "my-rag-app"
HANZO = [sys.executable, "-m", "hanzo_iac.cli"]


def application(folder: Path, text: str) -> Path:
    (folder / "hanzo.yaml").write_text(f"name: x\nservices:\n  web: {{image: 'nginx:1.29', port: 80, {text}}}\n")
    return folder


@pytest.mark.parametrize("option", [[], ["--json"]])
def test_a_reader_that_goes_away_is_no_traceback(option):
    ran = subprocess.run(
        f"{' '.join(HANZO)} plan {LISTING} {' '.join(option)} | true", shell=True, capture_output=True, check=True
    )
    assert b"Traceback" not in ran.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
@pytest.mark.parametrize("option", [[], ["--json"]])
def test_a_full_disk_is_one_line(option):
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run([*HANZO, "cost", LISTING, *option], stdout=full, stderr=subprocess.PIPE, check=False)
    assert ran.returncode == 1
    assert ran.stderr.splitlines()[-1] == b"error: No space left on device"


def test_text_that_the_locale_cannot_print_is_escaped(tmp_path):
    folder = application(tmp_path, "env: {GREETING: 'grüß dich →'}")
    env = {**os.environ, "PYTHONIOENCODING": "ascii"}
    ran = subprocess.run(
        [*HANZO, "explain", "services/web", "-f", folder], capture_output=True, text=True, check=True, env=env
    )
    assert "GREETING=gr\\xfc\\xdfdich\\u2192" in "".join(ran.stdout.split())


def test_what_looks_like_markup_is_printed_as_it_is(tmp_path):
    folder = application(tmp_path, "command: ['[bold]', ':tada:']")
    ran = subprocess.run([*HANZO, "explain", "services/web", "-f", folder], capture_output=True, text=True, check=True)
    assert [line.split()[1:3] for line in ran.stdout.splitlines() if line.startswith("command")] == [
        ["[bold],", ":tada:"]
    ]


def test_a_plan_on_a_narrow_terminal_is_not_cut_to_slivers():
    seen = _on_terminal([*HANZO, "plan", str(LISTING)], columns=30, NO_COLOR="1")
    plain = seen.replace("\x1b[1m", "").replace("\x1b[2m", "").replace("\x1b[0m", "")
    assert "project      my-rag-app-dev         a Development project" in plain.splitlines()
    # Without colour, as NO_COLOR asks; bold is none.
    assert "\x1b[3" not in seen


def started(work: str, *before: str) -> subprocess.Popen[str]:
    """`hanzo` doing this piece of Python, once it has said that it does."""
    code = (
        "import time, hanzo_iac.cli.app as tree\n"
        "from hanzo_iac.cli.__main__ import main\n"
        f"def work():\n{work}"
        "tree.app = work\n"
        "main()\n"
    )
    pipe = subprocess.PIPE
    process = subprocess.Popen([*before, sys.executable, "-c", code], stdout=pipe, stderr=pipe, text=True)
    assert process.stdout.readline() == "working\n"
    return process


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_asked_to_end_it_ends_in_order(number):
    work = (
        "    try:\n        print('working', flush=True); time.sleep(60)\n"
        "    finally:\n        print('tidied', flush=True)\n"
    )
    with started(work) as process:
        process.send_signal(number)
        assert (process.stdout.read(), process.wait(10)) == ("tidied\n", 128 + number)


def test_under_nohup_it_outlives_its_terminal():
    with started("    print('working', flush=True); time.sleep(60)\n", "nohup") as process:
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGTERM)
        assert (process.stdout.read(), process.wait(10)) == ("", 143)


def test_an_interrupt_before_any_command_runs_is_no_traceback():
    with started("    print('working', flush=True); raise KeyboardInterrupt\n") as process:
        assert (process.stderr.read(), process.wait(10)) == ("", 130)


def _on_terminal(command: list[str], *, columns: int, **env: str) -> str:
    """What the command shows on a terminal that wide."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    kept = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    seen = b""
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL, env={**kept, "TERM": "xterm", **env}
    ):
        os.close(theirs)
        try:
            while chunk := os.read(ours, 65536):
                seen += chunk
        except OSError:  # Linux says so that the other end is closed
            pass
    os.close(ours)
    return seen.decode()


def test_it_says_which_version_it_is():
    ran = subprocess.run([*HANZO, "--version"], capture_output=True, text=True, check=True)
    assert ran.stdout == f"hanzo {version('hanzo-iac')}\n"
