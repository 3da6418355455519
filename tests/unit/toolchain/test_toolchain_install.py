"""Programs are installed by the first route that works, once, and checked before they are believed."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from hanzo_iac.errors import Fault, InputError, TryAgainError, UsageError
from hanzo_iac.toolchain import Silent, Toolchain, ensure, find, install, programs, store
from hanzo_iac.toolchain.programs import Bundled, Download, GoBuild, Program, Script

PATH = "dl.example.org/tool"
DOWNLOAD = Download("https://dl.example.org/tool", ("https://dl.example.org/tool.sha256",))
BUILD = GoBuild("tool", "example.org/tool")
TOOL = Program("tool", "1.0.0", (DOWNLOAD, BUILD))
PLUGIN = Program("pulumi-resource-toy", "2.1.0", (Script("toy.provider"),), plugin="toy")


@pytest.fixture
def installed(shop, mirror):
    """The tool, downloaded."""
    mirror.publish(PATH, b"the tool")
    install._install(shop, [TOOL])
    return shop.root / "tool/1.0.0/bin/tool"


def test_an_installed_program_is_recorded_with_its_origin_and_checksum(shop, installed, mirror):
    manifest = json.loads((shop.root / "tool/1.0.0/manifest.json").read_text())
    assert manifest == {
        "route": "download",
        "source": f"{mirror.address}/{PATH}",
        "seconds": manifest["seconds"],
        "files": {
            "tool/1.0.0/bin/tool": {
                "sha256": "6866d28d44ec66b4dc63a7183b503b39881d59d928c53edff3c5096853a659e4",
                "size": 8,
                "mtime_ns": installed.stat().st_mtime_ns,
            }
        },
    }
    assert list((shop.root / "work").iterdir()) == []


def test_an_installed_program_is_not_asked_for_again(shop, installed, mirror):
    mirror.asked.clear()
    install._install(shop, [TOOL])
    assert mirror.asked == []
    assert shop.progress.told[-1] == ("tool", "1.0.0 installed (download)")


def test_the_warm_check_reads_no_contents(shop, installed):
    before = installed.stat()
    installed.write_bytes(b"THE TOOL")
    os.utime(installed, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert store.check(shop.root, TOOL).word == "ready"
    assert store.check(shop.root, TOOL, thorough=True).why == (
        "tool/1.0.0/bin/tool has other contents than were installed"
    )


@pytest.mark.parametrize(
    ("name", "damage", "why"),
    [
        ("shorter", lambda path: path.write_bytes(b"the"), "tool/1.0.0/bin/tool has 3 bytes instead of 8"),
        (
            "other",
            lambda path: path.write_bytes(b"THE TOOL"),
            "tool/1.0.0/bin/tool has other contents than were installed",
        ),
        ("gone", lambda path: path.unlink(), "tool/1.0.0/bin/tool is missing"),
    ],
)
def test_a_damaged_program_is_noticed_and_replaced(shop, installed, name, damage, why):
    damage(installed)
    assert (store.check(shop.root, TOOL).word, store.check(shop.root, TOOL).why) == ("damaged", why)
    install._install(shop, [TOOL])
    assert installed.read_bytes() == b"the tool"
    assert ("tool", f"{why}; replacing it") in shop.progress.told


@pytest.mark.parametrize("text", ["", "{", "[]", '{"files": {"a": 1}}', '{"files": {}, "route": "download"}'])
def test_a_manifest_that_cannot_be_read_counts_as_not_installed(shop, installed, text):
    (shop.root / "tool/1.0.0/manifest.json").write_text(text)
    assert store.check(shop.root, TOOL).word == "missing"


def test_a_manifest_that_does_not_name_the_program_counts_as_damage(shop, installed):
    path = shop.root / "tool/1.0.0/manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"files": {}}))
    assert store.check(shop.root, TOOL).why == "its manifest does not name the program"


def test_a_copied_cache_with_new_times_is_whole_and_hashed_once(shop, installed):
    os.utime(installed, ns=(1, 1))
    assert store.check(shop.root, TOOL).word == "ready"
    assert store.read_manifest(shop.root, TOOL).files["tool/1.0.0/bin/tool"].mtime_ns == 1


def test_a_toolchain_that_cannot_be_written_is_whole_though_times_moved(shop, installed, monkeypatch):
    os.utime(installed, ns=(1, 1))

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(store, "write_manifest", refuse)
    assert store.check(shop.root, TOOL).word == "ready"


def test_folders_are_absolute_whatever_is_written(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HANZO_TOOLCHAIN", "programs")
    assert store.toolchain_root() == tmp_path / "programs"
    monkeypatch.delenv("HANZO_TOOLCHAIN")
    monkeypatch.setenv("HANZO_CACHE", "~/cache")
    monkeypatch.setenv("HOME", "/home/ada")
    assert store.toolchain_root() == Path("/home/ada/cache/toolchain")


def test_a_missing_program_of_another_group_names_that_group(monkeypatch, tmp_path):
    helm = Program("helm", "4.0.1", (), group="controllers")
    monkeypatch.setattr(programs, "PROGRAMS", (helm,))
    monkeypatch.setenv("HANZO_TOOLCHAIN", str(tmp_path))
    with pytest.raises(InputError) as error:
        install.find("helm")
    assert error.value.faults == (Fault("helm 4.0.1", "not installed", "run `hanzo toolchain install controllers`"),)


def test_a_stop_before_the_manifest_leaves_the_program_not_installed(shop, mirror, monkeypatch):
    mirror.publish(PATH, b"the tool")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(store, "write_manifest", stop)
        with pytest.raises(KeyboardInterrupt):
            install._install(shop, [TOOL])
    assert store.check(shop.root, TOOL).word == "missing"
    install._install(shop, [TOOL])
    assert store.check(shop.root, TOOL, thorough=True).word == "ready"


def test_the_next_route_is_taken_when_one_fails(shop, mirror):
    row = Program("pulumi-resource-toy", "2.1.0", (DOWNLOAD, *PLUGIN.routes), plugin="toy")
    install._install(shop, [row])
    assert store.read_manifest(shop.root, row).route == "script"
    assert mirror.asked == [(f"{PATH}.sha256", None)]


def test_no_route_left_is_one_error_for_all_programs_naming_what_was_tried(shop, mirror):
    other = Program("other", "2.0.0", (BUILD,))
    with pytest.raises(InputError) as error:
        install._install(shop, [TOOL, other])
    assert [str(fault) for fault in error.value.faults] == [
        (
            f"tool 1.0.0: no route left: download: {mirror.address}/{PATH}.sha256: HTTP 404; "
            f"go build: `go` is not on PATH\n\nhint: {install.REMEDY}"
        ),
        f"other 2.0.0: no route left: go build: `go` is not on PATH\n\nhint: {install.REMEDY}",
    ]
    assert install.REMEDY == (
        "let this machine reach the official downloads (HANZO_DOWNLOAD_MIRROR names a mirror of them), or put Go 1.26 "
        "or later on PATH (https://go.dev/dl) with access to a Go module proxy; then run `hanzo toolchain install` "
        "again, which goes on where it stopped"
    )


def test_one_that_cannot_be_had_does_not_keep_the_others_away(shop, mirror):
    mirror.publish(PATH, b"the tool")
    with pytest.raises(InputError):
        install._install(shop, [Program("other", "2.0.0", (BUILD,)), TOOL])
    assert store.check(shop.root, TOOL).word == "ready"


def test_two_at_once_install_a_program_once(make_shop, mirror):
    mirror.publish(PATH, b"the tool")
    mirror.gated.add(PATH)
    first, second = make_shop(), make_shop()
    first.progress.listening_for, second.progress.listening_for = "downloading", "waiting for another hanzo"
    threads = [threading.Thread(target=install._install, args=(shop, [TOOL])) for shop in (first, second)]
    threads[0].start()
    assert first.progress.heard.wait(20)
    threads[1].start()
    assert second.progress.heard.wait(20)
    mirror.gate.set()
    for thread in threads:
        thread.join(20)
    assert [path for path, _ in mirror.asked] == [f"{PATH}.sha256", PATH]
    assert second.progress.told == [("tool", "waiting for another hanzo that is installing it")]
    assert store.check(first.root, TOOL, thorough=True).word == "ready"


def test_a_provider_is_one_file_under_two_names(shop):
    install._install(shop, [PLUGIN])
    places = [
        shop.root / "pulumi-resource-toy/2.1.0/bin/pulumi-resource-toy",
        shop.root / "pulumi-home/plugins/resource-toy-v2.1.0/pulumi-resource-toy",
    ]
    assert places[0].samefile(places[1])
    assert [place.is_symlink() or place.parent.is_symlink() for place in places] == [False, False]
    assert sorted(path.name for path in places[1].parent.iterdir()) == ["pulumi-resource-toy"]


def test_a_provider_missing_from_the_engines_folder_is_put_back(shop):
    install._install(shop, [PLUGIN])
    place = shop.root / "pulumi-home/plugins/resource-toy-v2.1.0/pulumi-resource-toy"
    place.unlink()
    assert store.check(shop.root, PLUGIN).word == "damaged"
    install._install(shop, [PLUGIN])
    assert store.check(shop.root, PLUGIN).word == "ready"
    assert place.stat().st_mode & 0o777 == 0o755


def test_a_file_system_without_links_gets_a_copy(shop, monkeypatch):
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("pathlib.Path.hardlink_to", refuse)
    install._install(shop, [PLUGIN])
    place = shop.root / "pulumi-home/plugins/resource-toy-v2.1.0/pulumi-resource-toy"
    assert (
        place.read_text()
        == '#!/bin/sh\npython=/opt/python/bin/python3\nexec "${HANZO_PYTHON:-$python}" -P -u -m toy.provider "$@"\n'
    )
    assert store.check(shop.root, PLUGIN, thorough=True).word == "ready"


def test_a_script_for_the_python_of_another_checkout_is_ready_and_obeys_hanzo_python(make_shop, tmp_path):
    shop = make_shop(interpreter=sys.executable)
    install._install(shop, [PLUGIN])
    assert install.state(shop.root, PLUGIN, interpreter="/opt/other/bin/python3").word == "ready"
    mine = tmp_path / "my python"
    mine.write_text('#!/bin/sh\necho "$@"\n')
    mine.chmod(0o755)
    command = [shop.root / store.location(PLUGIN), "127.0.0.1:1"]
    said = subprocess.run(command, env={"HANZO_PYTHON": str(mine)}, capture_output=True, text=True, check=True)
    assert said.stdout == "-P -u -m toy.provider 127.0.0.1:1\n"


def test_a_script_is_written_anew_when_python_moved(make_shop):
    install._install(make_shop(), [PLUGIN])
    moved = make_shop(interpreter="/opt/other/bin/python3")
    found = install.state(moved.root, PLUGIN, interpreter=moved.interpreter)
    assert (found.word, found.why) == ("damaged", "the Python it starts is gone")
    install._install(moved, [PLUGIN])
    assert install.state(moved.root, PLUGIN, interpreter=moved.interpreter).word == "ready"
    assert (moved.root / store.location(PLUGIN)).read_text() == (
        '#!/bin/sh\npython=/opt/other/bin/python3\nexec "${HANZO_PYTHON:-$python}" -P -u -m toy.provider "$@"\n'
    )


def test_a_program_bundled_with_another_is_taken_from_it(make_shop, monkeypatch):
    shop = make_shop()
    engine = Program("engine", "1.0.0", (Script("engine"),))
    host = Program("host", "1.0.0", (Bundled("engine"), Script("toy.host")), beside="engine")
    monkeypatch.setattr(programs, "PROGRAMS", (engine, host))
    folder = shop.root / "engine/1.0.0/bin"
    folder.mkdir(parents=True)
    for name in ("engine", "host"):
        (folder / name).write_text(f"official {name}")
    places = [store.location(engine), store.location(host)]
    store.write_manifest(shop.root, engine, store.Manifest("download", "there", 1.0, store.record(shop.root, places)))
    install._install(shop, [host])
    assert (folder / "host").read_text() == "official host"
    assert store.read_manifest(shop.root, host).route == "bundled"
    assert store.check(shop.root, engine, thorough=True).word == "ready"


def test_without_the_bundle_a_script_of_ours_lies_beside_the_program(make_shop, monkeypatch):
    shop = make_shop()
    engine = Program("engine", "1.0.0", (Script("engine"),))
    host = Program("host", "1.0.0", (Bundled("engine"), Script("toy.host")), beside="engine")
    monkeypatch.setattr(programs, "PROGRAMS", (engine, host))
    install._install(shop, [engine, host])
    assert sorted(path.name for path in (shop.root / "engine/1.0.0/bin").iterdir()) == ["engine", "host"]
    assert store.read_manifest(shop.root, host).route == "script"


@pytest.fixture
def empty_cache(tmp_path, monkeypatch):
    """A cache with nothing in it, and no way to fill it."""
    monkeypatch.setenv("HANZO_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("HANZO_TOOLCHAIN", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "no-programs"))
    monkeypatch.setenv("HANZO_DOWNLOAD_MIRROR", "http://127.0.0.1:9")
    return tmp_path / "cache" / "toolchain"


def test_find_names_everything_missing_and_installs_nothing(empty_cache):
    with pytest.raises(InputError) as error:
        find("etcd", "pulumi-language-python")
    assert str(error.value) == (
        "etcd 3.6.14: not installed\n\nhint: run `hanzo toolchain install`\n"
        "pulumi 3.259.0: not installed\n\nhint: run `hanzo toolchain install`\n"
        "pulumi-language-python 3.259.0: not installed\n\nhint: run `hanzo toolchain install`"
    )
    assert not empty_cache.exists()


def test_ensure_without_any_route_says_what_was_tried(empty_cache):
    with pytest.raises(TryAgainError) as error:
        ensure("etcd", progress=Silent())
    assert [(fault.where, fault.what) for fault in error.value.faults] == [
        (
            "etcd 3.6.14",
            "no route left: download: 127.0.0.1:9 does not answer: Connection refused; go build: `go` is not on PATH",
        )
    ]


def test_ensure_writes_the_digitalocean_script_and_the_engines_folder(empty_cache):
    toolchain = ensure("pulumi-resource-digitalocean", progress=Silent())
    assert toolchain == Toolchain(empty_cache)
    assert toolchain.pulumi_home == empty_cache / "pulumi-home"
    assert toolchain.path("pulumi-resource-digitalocean").read_text().startswith("#!/bin/sh\npython=")
    assert find("pulumi-resource-digitalocean") == toolchain


def test_a_path_that_is_not_installed_is_an_error(empty_cache):
    with pytest.raises(InputError, match=r"^etcd 3\.6\.14: not installed"):
        Toolchain(empty_cache).path("etcd")


def test_a_cache_that_cannot_be_written_is_said_so(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("HANZO_TOOLCHAIN", str(tmp_path / "file" / "toolchain"))
    with pytest.raises(InputError) as error:
        ensure("etcd", progress=Silent())
    assert str(error.value).endswith("Not a directory\n\nhint: set HANZO_TOOLCHAIN to a folder that can be written")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_only_a_full_disk_is_to_be_emptied(empty_cache, monkeypatch, number):
    def refuse(*_: object) -> None:
        raise OSError(number, "No room", "/a/file")

    monkeypatch.setattr(install, "_install", refuse)
    with pytest.raises(InputError) as error:
        ensure("etcd", progress=Silent())
    hint = "free some space, or set HANZO_CACHE to a folder that can be written"
    assert error.value.faults == (Fault("/a/file", "No room", hint),)


def test_a_fault_that_passes_and_one_that_stays_are_one_that_stays(make_shop, mirror):
    shop = make_shop(mirror="http://127.0.0.1:9")
    with pytest.raises(TryAgainError):
        install._install(shop, [TOOL])
    with pytest.raises(InputError) as error:
        install._install(shop, [TOOL, Program("other", "2.0.0", (BUILD,))])
    assert [fault.where for fault in error.value.faults] == ["tool 1.0.0", "other 2.0.0"]


def test_what_lies_beside_a_program_is_put_right_after_it_was_installed_anew(make_shop, mirror, monkeypatch, tmp_path):
    shop = make_shop(interpreter=sys.executable)
    host = Program("host", "1.0.0", (Script("toy.host"),), beside="tool")
    monkeypatch.setattr(programs, "PROGRAMS", (TOOL, host))
    monkeypatch.setattr(install, "workshop", lambda *_: shop)
    monkeypatch.setenv("HANZO_TOOLCHAIN", str(shop.root))
    mirror.publish(PATH, b"the tool")
    ensure("host", progress=Silent())
    (shop.root / store.location(TOOL)).unlink()

    def put(root: Path, row: Program, files: dict[Path, Path], came: store.Manifest) -> store.Manifest:
        manifest = kept(root, row, files, came)
        if row is TOOL:
            (shop.root / store.location(host)).write_text("upstream's")
        return manifest

    kept = store.put
    monkeypatch.setattr(store, "put", put)
    ensure("host", progress=Silent())
    assert install.state(shop.root, host).word == "ready"


def test_the_seconds_of_a_program_that_came_with_another_are_its_own(make_shop, monkeypatch):
    shop = make_shop()
    host = Program("host", "1.0.0", (Bundled("engine"),), beside="engine")
    monkeypatch.setattr(programs, "PROGRAMS", (Program("engine", "1.0.0", ()), host))
    with pytest.raises(InputError):
        install._install(shop, [host])
    assert shop.progress.told[0] == ("host", "looking into the engine that is installed")


def test_the_modules_packed_with_this_package_are_used_before_a_strangers(monkeypatch, tmp_path):
    module = tmp_path / "site-packages" / "hanzo_iac" / "toolchain" / "install.py"
    for folder in (module.parent / "tools", tmp_path / "site-packages" / "tools"):
        folder.mkdir(parents=True)
    monkeypatch.setattr(install, "__file__", str(module))
    assert install.tools_folder() == module.parent / "tools"
    (module.parent / "tools").rmdir()
    assert install.tools_folder() == tmp_path / "site-packages" / "tools"


def test_nothing_named_means_the_core_group():
    assert install.resolve(()) == programs.group("core")
    assert [row.name for row in install.resolve(("etcd", "kwok"))] == ["kwok", "etcd"]
    assert install.resolve(("controllers",)) == ()


def test_words_that_mean_nothing_are_all_named():
    with pytest.raises(UsageError) as error:
        install.resolve(["etcd", "etcdd", "databases"])
    assert [fault.what for fault in error.value.faults] == [
        "no group or program called 'etcdd'",
        "no group or program called 'databases'",
    ]
