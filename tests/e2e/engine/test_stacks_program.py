"""The repository's Pulumi program under the plain `pulumi` command. What it deploys is tested with Listing 1."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from engine_site import LISTING_1, REPOSITORY

from hanzo_iac import toolchain
from hanzo_iac.cli.engine import engine_environment
from hanzo_iac.errors import HanzoError

pytestmark = pytest.mark.engine


class Nowhere:
    """No cloud: a program that is refused never asks one."""

    def environment(self) -> Mapping[str, str]:
        return {}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The repository's Pulumi project and nothing else of it; `hanzo.yaml` is for the test to write."""
    shutil.copy(REPOSITORY / "Pulumi.yaml", tmp_path)
    shutil.copytree(REPOSITORY / "stacks", tmp_path / "stacks", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "examples" / "my-rag-app").mkdir(parents=True)
    (tmp_path / ".venv").symlink_to(sys.prefix)
    return tmp_path


def pulumi(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    try:
        programs = toolchain.find("pulumi", "pulumi-language-python")
    except HanzoError as error:
        pytest.skip(f"{error}; run `hanzo toolchain install`")
    return subprocess.run(
        ["pulumi", *words, "--non-interactive", "--color", "never"],
        cwd=project,
        env={**os.environ, **engine_environment(project, programs, Nowhere())},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_a_wrong_application_is_refused_in_words(project: Path) -> None:
    (project / "examples/my-rag-app/hanzo.yaml").write_text("name: rag\nservices: {web: {port: 99999}}\n")
    assert pulumi(project, "stack", "init", "dev").returncode == 0
    done = pulumi(project, "preview", "--stack", "dev")
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert "services/web/port: " in said
    assert "hint: " in said
    assert "Traceback" not in said


def test_a_stack_of_an_environment_that_is_not_there_names_those_that_are(project: Path) -> None:
    shutil.copy(LISTING_1, project / "examples" / "my-rag-app")
    assert pulumi(project, "stack", "init", "nowhere").returncode == 0
    done = pulumi(project, "preview", "--stack", "nowhere")
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert 'error: there is no environment "nowhere"' in said
    assert "hint: there are: dev, staging, prod;" in said
    assert "Traceback" not in said
