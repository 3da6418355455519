"""A stack on the real engine with the installed plugin, and the account it is deployed to."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from doubles.servers import NoClusters, NoDatabases
from provider_project import Project, environment, write

from hanzo_iac import toolchain
from hanzo_iac.errors import InputError
from hanzo_iac.localcloud.digitalocean import Server, Settings, State, create_app
from hanzo_iac.toolchain import Toolchain


@pytest.fixture(scope="session")
def tools() -> Toolchain:
    """The Pulumi CLI, a language host for Python and the plugin."""
    try:
        return toolchain.find("pulumi", "pulumi-language-python", "pulumi-resource-digitalocean")
    except InputError as error:
        pytest.skip(f"{error}: run `hanzo toolchain install`")


@pytest.fixture
def project(tmp_path: Path, tools: Toolchain) -> Iterator[Project]:
    """A stack with nothing in it."""
    home = tmp_path / "home"
    plugins = tools.pulumi_home / "plugins"
    shutil.copytree(plugins / "resource-digitalocean-v4.84.1", home / "plugins" / "resource-digitalocean-v4.84.1")
    app = create_app(State(), clusters=NoClusters(), databases=NoDatabases(), settings=Settings.instant())
    with Server(app) as server:
        env = environment(tmp_path, tools.path("pulumi").parent, home, server.url)
        folder = tmp_path / "project"
        folder.mkdir()
        (tmp_path / "state").mkdir()
        write(folder)
        made = Project(folder, env, app.state.cloud)
        made.good("stack", "init", "dev")
        yield made
        app.state.cloud.faults.clear()
