"""A project that the unmodified Pulumi CLI runs through our own language host, whichever host is installed."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest
from hosted_project import HostedProject

from hanzo_iac import toolchain
from hanzo_iac.errors import InputError

EXEC_SCRIPT = "pulumi-language-python-exec"


@pytest.fixture(scope="session")
def engine_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The CLI, the SDK's exec script, and our host in the place of the official one."""
    try:
        installed = toolchain.find("pulumi", "pulumi-language-python").path("pulumi").parent
    except InputError as error:
        pytest.skip(f"{error}: run `hanzo toolchain install`")
    folder = tmp_path_factory.mktemp("engine")
    # A copy: the CLI looks for language hosts beside its real path, so a link would find the installed one.
    for name in ("pulumi", EXEC_SCRIPT):
        shutil.copy2(installed / name, folder / name)
    host = folder / "pulumi-language-python"
    host.write_text(f'#!/bin/sh\nexec {sys.executable} -P -u -m hanzo_iac.toolchain.language_host "$@"\n')
    host.chmod(0o755)
    return folder


@pytest.fixture
def project(tmp_path: Path, engine_folder: Path) -> HostedProject:
    env = {
        **{key: value for key, value in os.environ.items() if not key.startswith("PULUMI_")},
        "PATH": f"{engine_folder}:{os.environ['PATH']}",
        "PULUMI_HOME": str(tmp_path / "home"),
        "PULUMI_BACKEND_URL": f"file://{tmp_path}/state",
        "PULUMI_CONFIG_PASSPHRASE": "test",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_DISABLE_REGISTRY_RESOLVE": "true",
    }
    for name in ("project", "state"):
        (tmp_path / name).mkdir()
    project = HostedProject(tmp_path / "project", env)
    project.write()
    project.done("stack", "init", "dev")
    return project
