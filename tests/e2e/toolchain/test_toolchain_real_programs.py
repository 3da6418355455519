"""The installed programs are the pinned ones and work together. Nothing is installed here."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path

import pytest
import yaml

from hanzo_iac.errors import InputError
from hanzo_iac.toolchain import Silent, Toolchain, ensure, find, programs


@pytest.fixture(scope="module")
def toolchain() -> Toolchain:
    """The core group, as it lies in the cache."""
    try:
        return find()
    except InputError as error:
        pytest.skip(f"{error.faults[0].where} {error.faults[0].what}: run `hanzo toolchain install`")


def output(*command: object, **environment: str) -> str:
    """What a program says of itself, on stdout."""
    settings = {"PATH": os.environ["PATH"], "PULUMI_SKIP_UPDATE_CHECK": "true", **environment}
    ran = subprocess.run([str(word) for word in command], env=settings, capture_output=True, text=True, check=True)
    return ran.stdout


@pytest.mark.parametrize(
    ("name", "words", "said"),
    [
        ("pulumi", ["version"], "v3.259.0"),
        ("etcd", ["--version"], "etcd Version: 3.6.14"),
        ("kube-apiserver", ["--version"], "Kubernetes v1.36.1"),
        ("kube-controller-manager", ["--version"], "Kubernetes v1.36.1"),
        ("kube-scheduler", ["--version"], "Kubernetes v1.36.1"),
    ],
)
def test_a_program_has_the_pinned_version(toolchain, tmp_path, name, words, said):
    assert output(toolchain.path(name), *words, HOME=str(tmp_path)).splitlines()[0] == said


@pytest.mark.parametrize("name", ["kwok", "kwokctl"])
def test_kwok_has_the_pinned_version(toolchain, tmp_path, name):
    assert output(toolchain.path(name), "--version", HOME=str(tmp_path)).split()[:3] == [name, "version", "v0.8.0"]


@pytest.mark.engine
def test_the_engine_finds_both_providers_in_its_home(toolchain, tmp_path):
    listed = json.loads(
        output(
            toolchain.path("pulumi"),
            "plugin",
            "ls",
            "--json",
            HOME=str(tmp_path),
            PULUMI_HOME=str(toolchain.pulumi_home),
        )
    )
    assert sorted((plugin["name"], plugin["kind"], plugin["version"]) for plugin in listed) == [
        ("digitalocean", "resource", "4.84.1"),
        ("kubernetes", "resource", "4.25.0"),
    ]


@pytest.mark.engine
def test_the_kubernetes_provider_serves_the_schema_of_its_release(toolchain, tmp_path):
    schema = json.loads(
        output(
            toolchain.path("pulumi"),
            "package",
            "get-schema",
            toolchain.path("pulumi-resource-kubernetes"),
            HOME=str(tmp_path),
            PULUMI_HOME=str(tmp_path / "home"),
        )
    )
    assert (schema["name"], schema["version"]) == ("kubernetes", "4.25.0")
    assert "kubernetes:apps/v1:Deployment" in schema["resources"]


def test_the_language_host_lies_beside_the_engine(toolchain):
    beside = {path.name for path in toolchain.path("pulumi").parent.iterdir()}
    assert beside >= {
        "pulumi",
        "pulumi-language-python",
        "pulumi-language-python-exec",
        "pulumi-resource-pulumi-python",
    }
    assert not toolchain.path("pulumi").is_symlink()


def test_the_gateway_api_is_the_standard_channel_of_its_release(toolchain):
    kinds = {}
    for path in sorted(toolchain.path("gateway-api-crds").iterdir()):
        for document in yaml.safe_load_all(path.read_text()):
            if document["kind"] == "CustomResourceDefinition":
                kinds[document["spec"]["names"]["kind"]] = [
                    document["metadata"]["annotations"][f"gateway.networking.k8s.io/{word}"]
                    for word in ("channel", "bundle-version")
                ]
    assert kinds.keys() >= {"GatewayClass", "Gateway", "HTTPRoute", "GRPCRoute", "ReferenceGrant", "BackendTLSPolicy"}
    assert set(map(tuple, kinds.values())) == {("standard", "v1.6.3")}


@pytest.mark.usefixtures("toolchain")
def test_a_warm_toolchain_is_checked_in_a_second():
    times = []
    for _ in range(3):
        began = time.perf_counter()
        ensure("core", progress=Silent())
        times.append(time.perf_counter() - began)
    assert min(times) < 1.0


@pytest.mark.cluster
def test_a_control_plane_starts_from_these_programs(toolchain, tmp_path):
    config = tmp_path / "kwok.yaml"
    config.write_text(
        yaml.safe_dump(
            {
                "apiVersion": "config.kwok.x-k8s.io/v1alpha1",
                "kind": "KwokctlConfiguration",
                "options": {"bindAddress": "127.0.0.1"},
            }
        )
    )
    kubeconfig, settings = tmp_path / "kubeconfig", {"HOME": str(tmp_path), "KWOK_WORKDIR": str(tmp_path / "kwok")}
    kwokctl = toolchain.path("kwokctl")
    flags = ["--name", "toolchain-test", "--kubeconfig", kubeconfig]
    try:
        output(kwokctl, "create", "cluster", *flags, "--config", config, *_binaries(toolchain), **settings)
        assert _server_version(kubeconfig) == f"v{programs.KUBERNETES_VERSION}"
    finally:
        output(kwokctl, "delete", "cluster", *flags, **settings)


def _binaries(toolchain: Toolchain) -> list[str]:
    """kwokctl's flags for programs that are here already; without them it downloads."""
    flags = {
        "etcd": "etcd",
        "kube-apiserver": "kube-apiserver",
        "kube-controller-manager": "kube-controller-manager",
        "kube-scheduler": "kube-scheduler",
        "kwok": "kwok-controller",
    }
    given = [f"--{flag}-binary={toolchain.path(name)}" for name, flag in flags.items()]
    return ["--runtime=binary", "--wait=90s", *given]


def _server_version(kubeconfig: Path) -> str:
    """The version the API server says over its own kubeconfig."""
    from lightkube import Client, KubeConfig

    with Client(config=KubeConfig.from_file(kubeconfig))._client._client as client:
        return str(client.get("/version").json()["gitVersion"])
