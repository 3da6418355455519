"""The toolchain as data: every program, every address and every command, written out."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from hanzo_iac.errors import UsageError
from hanzo_iac.toolchain import install, programs, routes, store
from hanzo_iac.toolchain.programs import Download, GoBuild, Script
from hanzo_iac.toolchain.routes import Machine

LINUX = Machine("linux", "amd64")
MAC = Machine("darwin", "arm64")
REPOSITORY = Path(__file__).parents[3]

DIGITALOCEAN_RELEASE = "https://github.com/pulumi/pulumi-digitalocean/releases/download/v4.84.1"
KUBERNETES_RELEASE = "https://github.com/pulumi/pulumi-kubernetes/releases/download/v4.25.0"
KUBE_STAMPS = (
    "-s -w"
    " -X k8s.io/component-base/version.gitVersion=v1.36.1 -X k8s.io/component-base/version.gitMajor=1"
    " -X k8s.io/component-base/version.gitMinor=36 -X k8s.io/component-base/version.gitTreeState=clean"
    " -X k8s.io/client-go/pkg/version.gitVersion=v1.36.1 -X k8s.io/client-go/pkg/version.gitMajor=1"
    " -X k8s.io/client-go/pkg/version.gitMinor=36 -X k8s.io/client-go/pkg/version.gitTreeState=clean"
)


def test_the_toolchain_is_exactly_these_programs_in_this_order():
    assert [
        (row.name, row.version, [routes.route_word(route) for route in row.routes]) for row in programs.PROGRAMS
    ] == [
        ("kwok", "0.8.0", ["download", "go build"]),
        ("kwokctl", "0.8.0", ["download", "go build"]),
        ("etcd", "3.6.14", ["download", "go build"]),
        ("gateway-api-crds", "1.6.3", ["go module"]),
        ("cilium-crds", "1.19.4", ["go module"]),
        ("pulumi", "3.259.0", ["download", "go build"]),
        ("pulumi-language-python", "3.259.0", ["bundled", "script"]),
        ("pulumi-resource-digitalocean", "4.84.1", ["download", "script"]),
        ("kube-apiserver", "1.36.1", ["download", "go build"]),
        ("kube-controller-manager", "1.36.1", ["download", "go build"]),
        ("kube-scheduler", "1.36.1", ["download", "go build"]),
        ("pulumi-resource-kubernetes", "4.25.0", ["download", "go build"]),
    ]
    assert {row.group for row in programs.PROGRAMS} == {"core"}
    assert list(programs.GROUPS) == ["core", "controllers"]


def test_downloads_on_linux_come_from_these_addresses():
    assert {
        row.name: routes.address(route.url, LINUX)
        for row in programs.PROGRAMS
        for route in row.routes
        if isinstance(route, Download)
    } == {
        "kwok": "https://github.com/kubernetes-sigs/kwok/releases/download/v0.8.0/kwok-linux-amd64",
        "kwokctl": "https://github.com/kubernetes-sigs/kwok/releases/download/v0.8.0/kwokctl-linux-amd64",
        "etcd": "https://github.com/etcd-io/etcd/releases/download/v3.6.14/etcd-v3.6.14-linux-amd64.tar.gz",
        "pulumi": "https://github.com/pulumi/pulumi/releases/download/v3.259.0/pulumi-v3.259.0-linux-x64.tar.gz",
        "pulumi-resource-digitalocean": "https://github.com/pulumi/pulumi-digitalocean/releases/download/v4.84.1/"
        "pulumi-resource-digitalocean-v4.84.1-linux-amd64.tar.gz",
        "kube-apiserver": "https://dl.k8s.io/release/v1.36.1/bin/linux/amd64/kube-apiserver",
        "kube-controller-manager": "https://dl.k8s.io/release/v1.36.1/bin/linux/amd64/kube-controller-manager",
        "kube-scheduler": "https://dl.k8s.io/release/v1.36.1/bin/linux/amd64/kube-scheduler",
        "pulumi-resource-kubernetes": "https://github.com/pulumi/pulumi-kubernetes/releases/download/v4.25.0/"
        "pulumi-resource-kubernetes-v4.25.0-linux-amd64.tar.gz",
    }


def test_each_download_is_checked_against_what_upstream_publishes_beside_it():
    assert {
        row.name: route.checksums for row in programs.PROGRAMS for route in row.routes if isinstance(route, Download)
    } == {
        "kwok": ("https://api.github.com/repos/kubernetes-sigs/kwok/releases/tags/v0.8.0",),
        "kwokctl": ("https://api.github.com/repos/kubernetes-sigs/kwok/releases/tags/v0.8.0",),
        "etcd": (
            "https://github.com/etcd-io/etcd/releases/download/v3.6.14/SHA256SUMS",
            "https://api.github.com/repos/etcd-io/etcd/releases/tags/v3.6.14",
        ),
        "pulumi": (
            "https://github.com/pulumi/pulumi/releases/download/v3.259.0/pulumi-3.259.0-checksums.txt",
            "https://api.github.com/repos/pulumi/pulumi/releases/tags/v3.259.0",
        ),
        "pulumi-resource-digitalocean": (
            f"{DIGITALOCEAN_RELEASE}/pulumi-digitalocean_4.84.1_checksums.txt",
            "https://api.github.com/repos/pulumi/pulumi-digitalocean/releases/tags/v4.84.1",
        ),
        "kube-apiserver": ("https://dl.k8s.io/release/v1.36.1/bin/{os}/{arch}/kube-apiserver.sha256",),
        "kube-controller-manager": (
            "https://dl.k8s.io/release/v1.36.1/bin/{os}/{arch}/kube-controller-manager.sha256",
        ),
        "kube-scheduler": ("https://dl.k8s.io/release/v1.36.1/bin/{os}/{arch}/kube-scheduler.sha256",),
        "pulumi-resource-kubernetes": (
            f"{KUBERNETES_RELEASE}/pulumi-kubernetes_4.25.0_checksums.txt",
            "https://api.github.com/repos/pulumi/pulumi-kubernetes/releases/tags/v4.25.0",
        ),
    }


def test_a_mac_downloads_what_is_published_for_it():
    fitting = {
        row.name: routes.address(route.url, MAC).rsplit("/", 1)[-1]
        for row in programs.PROGRAMS
        for route in row.routes
        if isinstance(route, Download) and routes.fits(route, MAC)
    }
    assert fitting == {
        "kwok": "kwok-darwin-arm64",
        "kwokctl": "kwokctl-darwin-arm64",
        "pulumi": "pulumi-v3.259.0-darwin-arm64.tar.gz",
        "pulumi-resource-digitalocean": "pulumi-resource-digitalocean-v4.84.1-darwin-arm64.tar.gz",
        "pulumi-resource-kubernetes": "pulumi-resource-kubernetes-v4.25.0-darwin-arm64.tar.gz",
    }


def test_builds_run_these_commands():
    commands = {
        row.name: (route.tool, routes.build_command(route, Path("/out")))
        for row in programs.PROGRAMS
        for route in row.routes
        if isinstance(route, GoBuild)
    }

    def command(flags: str, package: str) -> tuple[str, ...]:
        return ("go", "build", "-mod=readonly", "-trimpath", "-ldflags", flags, "-o", "/out", package)

    assert commands == {
        "kwok": ("kwok", command("-s -w", "sigs.k8s.io/kwok/cmd/kwok")),
        "kwokctl": ("kwok", command("-s -w", "sigs.k8s.io/kwok/cmd/kwokctl")),
        "etcd": ("etcd", command("-s -w", "go.etcd.io/etcd/server/v3")),
        "pulumi": (
            "pulumi",
            command(
                "-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v3.259.0",
                "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
            ),
        ),
        "kube-apiserver": ("kubernetes", command(KUBE_STAMPS, "k8s.io/kubernetes/cmd/kube-apiserver")),
        "kube-controller-manager": (
            "kubernetes",
            command(KUBE_STAMPS, "k8s.io/kubernetes/cmd/kube-controller-manager"),
        ),
        "kube-scheduler": ("kubernetes", command(KUBE_STAMPS, "k8s.io/kubernetes/cmd/kube-scheduler")),
        "pulumi-resource-kubernetes": (
            "pulumi-resource-kubernetes",
            command("-s -w -X github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version.Version=4.25.0", "."),
        ),
    }


def test_scripts_start_these_modules():
    assert {
        row.name: routes.script_text(route, "/opt/my python/bin/python3")
        for row in programs.PROGRAMS
        for route in row.routes
        if isinstance(route, Script)
    } == {
        "pulumi-language-python": "#!/bin/sh\npython='/opt/my python/bin/python3'\n"
        'exec "${HANZO_PYTHON:-$python}" -P -u -m '
        'hanzo_iac.toolchain.language_host "$@"\n',
        "pulumi-resource-digitalocean": "#!/bin/sh\npython='/opt/my python/bin/python3'\n"
        'exec "${HANZO_PYTHON:-$python}" -P -u -m '
        'hanzo_iac.localcloud.provider "$@"\n',
    }


def test_every_program_lies_here():
    assert {row.name: str(store.location(row)) for row in programs.PROGRAMS} == {
        "kwok": "kwok/0.8.0/bin/kwok",
        "kwokctl": "kwokctl/0.8.0/bin/kwokctl",
        "etcd": "etcd/3.6.14/bin/etcd",
        "gateway-api-crds": "gateway-api-crds/1.6.3/standard",
        "cilium-crds": "cilium-crds/1.19.4/v2",
        "pulumi": "pulumi/3.259.0/bin/pulumi",
        "pulumi-language-python": "pulumi/3.259.0/bin/pulumi-language-python",
        "pulumi-resource-digitalocean": "pulumi-resource-digitalocean/4.84.1/bin/pulumi-resource-digitalocean",
        "kube-apiserver": "kube-apiserver/1.36.1/bin/kube-apiserver",
        "kube-controller-manager": "kube-controller-manager/1.36.1/bin/kube-controller-manager",
        "kube-scheduler": "kube-scheduler/1.36.1/bin/kube-scheduler",
        "pulumi-resource-kubernetes": "pulumi-resource-kubernetes/4.25.0/bin/pulumi-resource-kubernetes",
    }


def test_providers_also_lie_where_the_engine_looks():
    assert {row.name: str(store.plugin_link(row)) for row in programs.PROGRAMS if store.plugin_link(row)} == {
        name: f"pulumi-home/plugins/{folder}/{name}"
        for name, folder in (
            ("pulumi-resource-digitalocean", "resource-digitalocean-v4.84.1"),
            ("pulumi-resource-kubernetes", "resource-kubernetes-v4.25.0"),
        )
    }


def test_the_pins_are_those_of_the_python_packages():
    pins = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["optional-dependencies"]["pulumi"]
    assert set(pins) >= {
        f"pulumi=={programs.PULUMI_VERSION}",
        f"pulumi-kubernetes=={programs.KUBERNETES_PROVIDER_VERSION}",
        f"pulumi-digitalocean=={programs.DIGITALOCEAN_PROVIDER_VERSION}",
    }


@pytest.mark.parametrize(
    ("tool", "pin"),
    [
        ("etcd", "go.etcd.io/etcd/server/v3 v3.6.14"),
        ("gateway-api", "sigs.k8s.io/gateway-api v1.6.3"),
        ("kubernetes", "k8s.io/kubernetes v1.36.1"),
        ("kwok", "sigs.k8s.io/kwok v0.8.0"),
        ("pulumi", "github.com/pulumi/pulumi/pkg/v3 v3.259.0"),
        ("pulumi", "github.com/pulumi/pulumi/sdk/v3 v3.259.0"),
        ("pulumi-resource-kubernetes", " ".join(programs.KUBERNETES_PROVIDER_MODULE)),
    ],
)
def test_the_committed_modules_pin_the_same_versions(tool, pin):
    assert pin in (install.tools_folder() / tool / "go.mod").read_text()
    assert f"{pin} h1:" in (install.tools_folder() / tool / "go.sum").read_text()


def test_a_folder_in_tools_belongs_to_a_program():
    used = {
        route.tool if not isinstance(route, Script) else route.files.tool
        for row in programs.PROGRAMS
        for route in row.routes
        if hasattr(route, "tool") or (isinstance(route, Script) and route.files)
    }
    assert {path.name for path in install.tools_folder().iterdir()} == used


def test_a_program_that_is_not_there_is_answered_with_those_that_are():
    with pytest.raises(UsageError) as error:
        programs.program("kubectl")
    assert str(error.value) == (
        "no program called 'kubectl' in the toolchain\n\nhint: the programs are kwok, kwokctl, etcd, gateway-api-crds, "
        "cilium-crds, pulumi, pulumi-language-python, pulumi-resource-digitalocean, kube-apiserver, "
        "kube-controller-manager, kube-scheduler, pulumi-resource-kubernetes"
    )


def test_a_group_that_is_not_there_is_answered_with_those_that_are():
    with pytest.raises(UsageError) as error:
        programs.group("databases")
    assert str(error.value) == (
        "no group called 'databases' in the toolchain\n\nhint: the groups are core, controllers"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ab" * 32, "ab" * 32),
        ("AB" * 32 + "\n", "ab" * 32),
        ("00" * 32 + "  other\n" + "ab" * 32 + "  tool\n", "ab" * 32),
        ("ab" * 32 + " *./tool\n", "ab" * 32),
        ("ab" * 32 + "  tool.sig\n", None),
        ("ab" * 20 + "  tool\n", None),
        ('{"assets": [{"name": "tool", "digest": "sha256:' + "ab" * 32 + '"}]}', "ab" * 32),
        ('{"assets": [{"name": "tool", "digest": "sha512:' + "ab" * 32 + '"}]}', None),
        ('{"assets": [{"name": "other", "digest": "sha256:' + "ab" * 32 + '"}]}', None),
        ('{"message": "API rate limit exceeded"}', None),
        ('{"assets": [7]}', None),
        ("{broken", None),
        ("<html>not found</html>", None),
        ("", None),
    ],
)
def test_a_checksum_is_read_out_of_what_upstream_publishes(text, expected):
    assert routes.published_sha256(text, "tool") == expected


@pytest.mark.parametrize(
    ("written", "is_one"),
    [
        ("", True),
        ("https://mirror.example.org", True),
        ("https://mirror.example.org:8443/m/", True),
        ("http://127.0.0.1:8000", True),
        ("http://localhost/m", True),
        ("http://[::1]:8000", True),
        ("http://mirror.example.org", False),
        ("http://127.0.0.1.example.org", False),
        ("mirror.example.org", False),
        ("ftp://mirror.example.org", False),
        ("https://", False),
        ("https://[", False),
    ],
)
def test_a_mirror_is_asked_over_https_or_on_this_machine(written, is_one):
    if is_one:
        assert routes.mirror({"HANZO_DOWNLOAD_MIRROR": written}) == written
        return
    with pytest.raises(UsageError) as error:
        routes.mirror({"HANZO_DOWNLOAD_MIRROR": written})
    assert str(error.value) == (
        f"HANZO_DOWNLOAD_MIRROR: {written!r} is no https address\n\nhint: write it as https://HOST/PATH"
    )


def test_go_runs_without_the_settings_of_other_builds():
    base = {"PATH": "/bin", "GOFLAGS": "-mod=vendor", "GOOS": "windows", "GOPROXY": "https://proxy.example.org"}
    assert routes.go_environment(LINUX, base) == {
        "PATH": "/bin",
        "GOPROXY": "https://proxy.example.org",
        "GOFLAGS": "-buildvcs=false",
        "GOWORK": "off",
        "CGO_ENABLED": "0",
        "GOOS": "linux",
        "GOARCH": "amd64",
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dial tcp: i/o timeout", True),
        ("net/http: TLS handshake timeout", True),
        ("503 Service Unavailable", True),
        ("reading ...: 404 Not Found", False),
        ("410 Gone", False),
        ("403 Forbidden", False),
        ("missing go.sum entry", False),
    ],
)
def test_a_refusal_is_told_from_a_fault_that_passes(text, expected):
    assert routes.is_transient(text) is expected
