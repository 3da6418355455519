"""
Which programs there are, in which version, and every way each can be had: the whole toolchain as frozen data.

Nothing here touches a disk or a network. `routes.py` turns a row into addresses and commands, `install.py` runs them.
A row's routes are tried in order; an entry already in the cache comes before all of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from hanzo_iac.errors import Fault, UsageError

PULUMI_VERSION = "3.259.0"
KUBERNETES_PROVIDER_VERSION = "4.25.0"
# The module version behind release 4.25.0; later provider releases are untagged modules that no proxy serves.
KUBERNETES_PROVIDER_MODULE = (
    "github.com/pulumi/pulumi-kubernetes/provider/v4",
    "v4.0.0-20260115033456-f47bc2d6f199",
)
DIGITALOCEAN_PROVIDER_VERSION = "4.84.1"
ETCD_VERSION = "3.6.14"
KUBERNETES_VERSION = "1.36.1"
KWOK_VERSION = "0.8.0"
CILIUM_VERSION = "1.19.4"
GATEWAY_API_VERSION = "1.6.3"

GROUPS = {
    "core": "what `pulumi up` and the local cloud need",
    "controllers": "real controllers beside the control plane; their programs come with the features that run them",
}


@dataclass(frozen=True)
class Download:
    """An official release file, verified against a checksum that upstream publishes beside it."""

    url: str
    """May hold `{os}`, `{arch}`, and `{cpu}`: Pulumi's word for the architecture, `x64` or `arm64`."""
    checksums: tuple[str, ...]
    """Where the SHA-256 is published, tried in order: a checksum file, or GitHub's release description."""
    members: tuple[str, ...] = ()
    """What is taken out of an archive, by path pattern; empty when the file is the program itself."""
    systems: tuple[str, ...] = ("linux", "darwin")


@dataclass(frozen=True)
class GoBuild:
    """`go build` of a package, with the go.mod and go.sum of a folder in `tools/`."""

    tool: str
    package: str
    stamps: tuple[tuple[str, str], ...] = ()
    """Variables the linker sets: (name, value)."""
    embeds: tuple[Embed, ...] = ()
    main: str = ""
    """A main file of ours in the tool's folder, where upstream's own cannot be built."""


@dataclass(frozen=True)
class Embed:
    """A file of a Go module that our main embeds, taken from the module cache at build time and never committed."""

    module: str
    path: str
    version: str = ""
    """Written into the JSON document's `version`, when not empty."""


@dataclass(frozen=True)
class ModuleFiles:
    """Files copied out of a Go module, which Go has verified against `tools/<tool>/go.sum`."""

    tool: str
    module: str
    paths: tuple[str, ...]
    """Path patterns inside the module."""


@dataclass(frozen=True)
class Bundled:
    """Comes with another program's official release; there when that one was downloaded."""

    program: str


@dataclass(frozen=True)
class Script:
    """A small executable of ours that starts a Python module with this interpreter."""

    module: str
    files: ModuleFiles | None = None


Route = Download | GoBuild | ModuleFiles | Bundled | Script


@dataclass(frozen=True)
class Program:
    """One row of the toolchain."""

    name: str
    version: str
    routes: tuple[Route, ...]
    group: str = "core"
    beside: str = ""
    """The program in whose folder this one lies, when not in its own."""
    folder: str = ""
    """The folder it is, for what is no program."""
    plugin: str = ""
    """The resource plugin this program is: it also lies in the Pulumi home under its name and version."""


def _github(repository: str, tag: str, asset: str) -> str:
    return f"https://github.com/{repository}/releases/download/{tag}/{asset}"


def _github_digests(repository: str, tag: str) -> str:
    return f"https://api.github.com/repos/{repository}/releases/tags/{tag}"


def _pulumi() -> Program:
    repository, tag = "pulumi/pulumi", f"v{PULUMI_VERSION}"
    return Program(
        "pulumi",
        PULUMI_VERSION,
        (
            Download(
                _github(repository, tag, f"pulumi-{tag}-{{os}}-{{cpu}}.tar.gz"),
                (_github(repository, tag, f"pulumi-{PULUMI_VERSION}-checksums.txt"), _github_digests(repository, tag)),
                members=("pulumi/*",),
            ),
            GoBuild(
                "pulumi",
                "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
                stamps=(("github.com/pulumi/pulumi/sdk/v3/go/common/version.Version", tag),),
            ),
        ),
    )


def _language_host() -> Program:
    files = ModuleFiles(
        "pulumi",
        "github.com/pulumi/pulumi/sdk/v3",
        ("python/cmd/pulumi-language-python-exec", "python/dist/pulumi-resource-pulumi-python"),
    )
    return Program(
        "pulumi-language-python",
        PULUMI_VERSION,
        (Bundled("pulumi"), Script("hanzo_iac.toolchain.language_host", files)),
        beside="pulumi",
    )


def _provider(plugin: str, version: str, *others: Route) -> Program:
    name, repository, tag = f"pulumi-resource-{plugin}", f"pulumi/pulumi-{plugin}", f"v{version}"
    download = Download(
        _github(repository, tag, f"{name}-{tag}-{{os}}-{{arch}}.tar.gz"),
        (_github(repository, tag, f"pulumi-{plugin}_{version}_checksums.txt"), _github_digests(repository, tag)),
        members=(name,),
    )
    return Program(name, version, (download, *others), plugin=plugin)


def _kubernetes_provider() -> Program:
    module, _ = KUBERNETES_PROVIDER_MODULE
    folder = "cmd/pulumi-resource-kubernetes"
    build = GoBuild(
        "pulumi-resource-kubernetes",
        ".",
        stamps=((f"{module}/pkg/version.Version", KUBERNETES_PROVIDER_VERSION),),
        embeds=(
            Embed(module, f"{folder}/schema.json", KUBERNETES_PROVIDER_VERSION),
            Embed(module, f"{folder}/terraform-mapping.json"),
        ),
        main="main.go",
    )
    return _provider("kubernetes", KUBERNETES_PROVIDER_VERSION, build)


def _etcd() -> Program:
    repository, tag = "etcd-io/etcd", f"v{ETCD_VERSION}"
    # Upstream's macOS file is a zip; there the build, under a minute, saves a second unpacker.
    download = Download(
        _github(repository, tag, f"etcd-{tag}-{{os}}-{{arch}}.tar.gz"),
        (_github(repository, tag, "SHA256SUMS"), _github_digests(repository, tag)),
        members=("*/etcd",),
        systems=("linux",),
    )
    return Program("etcd", ETCD_VERSION, (download, GoBuild("etcd", "go.etcd.io/etcd/server/v3")))


def _kubernetes(name: str) -> Program:
    major, minor, _ = KUBERNETES_VERSION.split(".")
    tag = f"v{KUBERNETES_VERSION}"
    url = f"https://dl.k8s.io/release/{tag}/bin/{{os}}/{{arch}}/{name}"
    # Unstamped, the servers call themselves 0.0, which Helm's kubeVersion and the provider's checks refuse.
    stamps = tuple(
        (f"{package}.{variable}", value)
        for package in ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
        for variable, value in (
            ("gitVersion", tag),
            ("gitMajor", major),
            ("gitMinor", minor),
            ("gitTreeState", "clean"),
        )
    )
    return Program(
        name,
        KUBERNETES_VERSION,
        (
            Download(url, (f"{url}.sha256",), systems=("linux",)),
            GoBuild("kubernetes", f"k8s.io/kubernetes/cmd/{name}", stamps=stamps),
        ),
    )


def _kwok(name: str) -> Program:
    repository, tag = "kubernetes-sigs/kwok", f"v{KWOK_VERSION}"
    # The release holds no checksum file: the digest GitHub computes for every release file is the published one.
    download = Download(_github(repository, tag, f"{name}-{{os}}-{{arch}}"), (_github_digests(repository, tag),))
    return Program(name, KWOK_VERSION, (download, GoBuild("kwok", f"sigs.k8s.io/kwok/cmd/{name}")))


PROGRAMS: tuple[Program, ...] = (
    # In the order of installation: what others wait for first, the longest build last.
    _kwok("kwok"),
    _kwok("kwokctl"),
    _etcd(),
    Program(
        "gateway-api-crds",
        GATEWAY_API_VERSION,
        (ModuleFiles("gateway-api", "sigs.k8s.io/gateway-api", ("config/crd/standard/*.yaml",)),),
        folder="standard",
    ),
    Program(
        "cilium-crds",
        CILIUM_VERSION,
        (
            ModuleFiles(
                "cilium",
                "github.com/cilium/cilium",
                ("pkg/k8s/apis/cilium.io/client/crds/v2/ciliumnetworkpolicies.yaml",),
            ),
        ),
        folder="v2",
    ),
    _pulumi(),
    _language_host(),
    _provider(
        "digitalocean",
        DIGITALOCEAN_PROVIDER_VERSION,
        # Its Go module cannot be built: a module it needs is a fork that no proxy serves.
        Script("hanzo_iac.localcloud.provider"),
    ),
    _kubernetes("kube-apiserver"),
    _kubernetes("kube-controller-manager"),
    _kubernetes("kube-scheduler"),
    _kubernetes_provider(),
)
"""
The toolchain, in the order it is installed.

Seconds of a cold build by Go, modules fetched, on 2 cores of a busy machine, 2026-11-21: kwok with kwokctl 157, etcd
28, pulumi 229, kube-apiserver 225, kube-controller-manager 72, kube-scheduler 5, pulumi-resource-kubernetes 556: in all
21 minutes. With Go's caches warm 3 to 28 each, 75 in all.
"""


def program(name: str) -> Program:
    """
    The row with this name.

    Raises:
        UsageError: There is none; the message names those there are.
    """
    for row in PROGRAMS:
        if row.name == name:
            return row
    known = ", ".join(row.name for row in PROGRAMS)
    raise UsageError(Fault("", f"no program called {name!r} in the toolchain", f"the programs are {known}"))


def group(name: str) -> tuple[Program, ...]:
    """
    The rows of this group, in installation order; empty for a group whose programs are yet to come.

    Raises:
        UsageError: There is no such group.
    """
    if name not in GROUPS:
        raise UsageError(Fault("", f"no group called {name!r} in the toolchain", f"the groups are {', '.join(GROUPS)}"))
    return tuple(row for row in PROGRAMS if row.group == name)
