"""A project on the real engine, in a folder and on a state of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
from judged_stack import PROGRAM, Project, RecordingCloud
from pulumi.runtime.proto import provider_pb2_grpc

from hanzo_iac import toolchain
from hanzo_iac.errors import InputError


@pytest.fixture(scope="session")
def engine_folder() -> Path:
    """The folder with the Pulumi CLI and a language host for Python."""
    try:
        return toolchain.find("pulumi", "pulumi-language-python").path("pulumi").parent
    except InputError as error:
        pytest.skip(f"{error}: run `hanzo toolchain install`")


@pytest.fixture
def project(tmp_path: Path, engine_folder: Path) -> Iterator[Project]:
    cloud = RecordingCloud()
    server = grpc.server(ThreadPoolExecutor(8))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(cloud, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    env = {
        **{key: value for key, value in os.environ.items() if not key.startswith("PULUMI_")},
        "PATH": f"{engine_folder}:{os.environ['PATH']}",
        "PULUMI_HOME": str(tmp_path / "home"),
        "PULUMI_BACKEND_URL": f"file://{tmp_path}/state",
        "PULUMI_CONFIG_PASSPHRASE": "test",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_DISABLE_REGISTRY_RESOLVE": "true",
        "PULUMI_DEBUG_PROVIDERS": f"digitalocean:{port}",
    }
    folder = tmp_path / "project"
    for made in (folder, tmp_path / "state"):
        made.mkdir()
    (folder / "Pulumi.yaml").write_text(
        f"name: rag\nruntime: {{name: python, options: {{virtualenv: {sys.prefix}}}}}\n"
    )
    (folder / "__main__.py").write_text(PROGRAM)
    project = Project(folder, env, cloud)
    project.write()
    project.without_policy("stack", "init", "dev")
    yield project
    server.stop(grace=None)
