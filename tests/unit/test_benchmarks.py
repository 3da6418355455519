"""What is measured is what is claimed: commands that succeed, programs that are here or none at all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import variables
from benchmarks.measure import run


def test_a_command_that_fails_is_no_measurement() -> None:
    with pytest.raises(subprocess.CalledProcessError) as error:
        run([sys.executable, "-c", "raise SystemExit(3)"])
    assert error.value.returncode == 3
    assert run([sys.executable, "-c", ""]).peak_mib > 0


def test_a_warm_run_has_the_programs_of_the_callers_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HANZO_TOOLCHAIN", raising=False)
    monkeypatch.setenv("HANZO_CACHE", "/elsewhere")
    assert variables(Path("/new"), cold=False) == {
        "HANZO_CACHE": "/new",
        "HANZO_TOOLCHAIN": "/elsewhere/toolchain",
    }


def test_a_cold_run_finds_no_program_and_nothing_of_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANZO_TOOLCHAIN", "/programs")
    assert variables(Path("/new"), cold=True) == {
        "HANZO_CACHE": "/new",
        "HANZO_TOOLCHAIN": "",
        "GOCACHE": "/new/go",
        "GOMODCACHE": "/new/modules",
    }
