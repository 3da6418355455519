"""The download route against a mirror on loopback: what breaks, what resumes, what is refused."""

from __future__ import annotations

import hashlib
import io
import tarfile

import pytest

from hanzo_iac.toolchain import download
from hanzo_iac.toolchain.programs import Download, Program
from hanzo_iac.toolchain.workshop import Limits, RouteFailedError

PATH = "dl.example.org/v1/tool-linux-amd64"
SINGLE = Download("https://dl.example.org/v1/tool-{os}-{arch}", ("https://dl.example.org/v1/tool-{os}-{arch}.sha256",))
TOOL = Program("tool", "1.0.0", (SINGLE,))
CONTENTS = bytes(range(256)) * 4000


def packed(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, contents in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(contents)
            archive.addfile(info, io.BytesIO(contents))
    return buffer.getvalue()


def installed(staged):
    return {str(place): path.read_bytes() for place, path in staged.files.items()}


def test_a_file_with_the_published_checksum_is_staged_executable(shop, mirror):
    mirror.publish(PATH, CONTENTS)
    staged = download.fetch(shop, TOOL, SINGLE)
    assert installed(staged) == {"tool/1.0.0/bin/tool": CONTENTS}
    assert [path.stat().st_mode & 0o777 for path in staged.files.values()] == [0o755]
    assert staged.source == f"{mirror.address}/{PATH}"
    assert mirror.asked == [(f"{PATH}.sha256", None), (PATH, None)]


def test_another_checksum_than_published_is_refused_and_nothing_kept(shop, mirror):
    published = mirror.publish(PATH, CONTENTS)
    mirror.files[PATH] = b"not what was published"
    actual = hashlib.sha256(b"not what was published").hexdigest()
    with pytest.raises(RouteFailedError) as error:
        download.fetch(shop, TOOL, SINGLE)
    assert str(error.value) == f"{mirror.address}/{PATH} has SHA-256 {actual}, upstream publishes {published}"
    assert [path.name for path in shop.bench(TOOL).glob("*.part")] == []


def test_a_broken_stream_is_resumed_where_it_stopped(shop, mirror):
    mirror.publish(PATH, CONTENTS)
    mirror.breaks[PATH] = [300_000, 200_000]
    assert installed(download.fetch(shop, TOOL, SINGLE)) == {"tool/1.0.0/bin/tool": CONTENTS}
    assert mirror.asked[1:] == [(PATH, None), (PATH, "bytes=300000-"), (PATH, "bytes=500000-")]
    assert shop.pauses == [2.0, 4.0]


def test_what_an_earlier_run_left_is_resumed(shop, mirror):
    mirror.publish(PATH, CONTENTS)
    shop.bench(TOOL).mkdir(parents=True)
    (shop.bench(TOOL) / "tool-linux-amd64.part").write_bytes(CONTENTS[:1000])
    assert installed(download.fetch(shop, TOOL, SINGLE)) == {"tool/1.0.0/bin/tool": CONTENTS}
    assert mirror.asked[1:] == [(PATH, "bytes=1000-")]


def test_a_file_that_an_earlier_run_had_whole_is_not_sent_again(shop, mirror):
    mirror.publish(PATH, CONTENTS)
    shop.bench(TOOL).mkdir(parents=True)
    (shop.bench(TOOL) / "tool-linux-amd64.part").write_bytes(CONTENTS)
    assert installed(download.fetch(shop, TOOL, SINGLE)) == {"tool/1.0.0/bin/tool": CONTENTS}
    assert mirror.asked[1:] == [(PATH, f"bytes={len(CONTENTS)}-")]


def test_a_spoilt_beginning_of_an_earlier_run_is_fetched_anew(shop, mirror):
    mirror.publish(PATH, CONTENTS)
    shop.bench(TOOL).mkdir(parents=True)
    (shop.bench(TOOL) / "tool-linux-amd64.part").write_bytes(b"spoilt" * 100)
    assert installed(download.fetch(shop, TOOL, SINGLE)) == {"tool/1.0.0/bin/tool": CONTENTS}
    assert mirror.asked[1:] == [(PATH, "bytes=600-"), (PATH, None)]


def test_a_server_without_ranges_sends_the_file_whole_again(shop, mirror):
    mirror.publish(PATH, CONTENTS)
    mirror.resumes = False
    mirror.breaks[PATH] = [300_000]
    assert installed(download.fetch(shop, TOOL, SINGLE)) == {"tool/1.0.0/bin/tool": CONTENTS}
    assert mirror.asked[1:] == [(PATH, None), (PATH, "bytes=300000-")]


def test_a_stream_that_breaks_every_time_ends_the_route_and_keeps_what_came(shop, mirror):
    mirror.publish(PATH, CONTENTS)
    mirror.breaks[PATH] = [100, 100, 100]
    with pytest.raises(RouteFailedError) as error:
        download.fetch(shop, TOOL, SINGLE)
    assert str(error.value) == f"{mirror.address}/{PATH} broke off 3 times: 300 of 1024000 bytes came"
    assert error.value.may_pass
    assert (shop.bench(TOOL) / "tool-linux-amd64.part").read_bytes() == CONTENTS[:300]


def test_a_busy_server_is_asked_again(shop, mirror):
    mirror.publish(PATH, CONTENTS)
    mirror.statuses = {f"{PATH}.sha256": [429], PATH: [503, 500]}
    assert installed(download.fetch(shop, TOOL, SINGLE)) == {"tool/1.0.0/bin/tool": CONTENTS}
    assert shop.pauses == [2.0, 2.0, 4.0]


def test_a_host_that_does_not_answer_in_time_is_asked_twice_in_a_run(make_shop, mirror):
    mirror.publish(PATH, CONTENTS)
    mirror.gated.add(f"{PATH}.sha256")
    shop = make_shop(limits=Limits(answer_s=0.05))
    said = []
    for _ in range(2):
        with pytest.raises(RouteFailedError) as error:
            download.fetch(shop, TOOL, SINGLE)
        said.append((str(error.value), error.value.may_pass))
    host = mirror.address.removeprefix("http://")
    assert said == [(f"{host} does not answer: no answer in 0.05 s", True)] * 2
    assert mirror.asked == [(f"{PATH}.sha256", None)] * 2
    assert shop.pauses == [2.0]


def test_a_host_that_is_silent_once_is_believed_the_next_time(make_shop, mirror, monkeypatch):
    mirror.publish(PATH, CONTENTS)
    answers = download.urlopen
    silent = [ConnectionResetError(104, "Connection reset by peer")]

    def flaky(*words, **named):
        if silent:
            raise silent.pop()
        return answers(*words, **named)

    monkeypatch.setattr(download, "urlopen", flaky)
    assert installed(download.fetch(make_shop(), TOOL, SINGLE)) == {"tool/1.0.0/bin/tool": CONTENTS}


def test_a_host_that_is_not_there_is_said_so(make_shop):
    # Port 9 of loopback: "discard", which nothing serves any more.
    shop = make_shop(mirror="http://127.0.0.1:9")
    with pytest.raises(RouteFailedError, match=r"^127\.0\.0\.1:9 does not answer: Connection refused$"):
        download.fetch(shop, TOOL, SINGLE)


def test_a_stream_slower_than_building_ends_the_route(make_shop, mirror):
    mirror.publish(PATH, b"x" * 6000)
    ticks = iter(range(0, 10_000, 60))
    shop = make_shop(clock=lambda: float(next(ticks)))
    with pytest.raises(RouteFailedError) as error:
        download.fetch(shop, TOOL, SINGLE)
    assert str(error.value) == f"{mirror.address}/{PATH} comes at 0 kB/s: building is faster"


def test_a_missing_file_ends_the_route(shop, mirror):
    mirror.publish(PATH, CONTENTS)
    del mirror.files[PATH]
    with pytest.raises(RouteFailedError) as error:
        download.fetch(shop, TOOL, SINGLE)
    assert str(error.value) == f"{mirror.address}/{PATH}: HTTP 404"
    assert not error.value.may_pass


def test_without_a_published_checksum_nothing_is_downloaded(shop, mirror):
    mirror.files[PATH] = CONTENTS
    with pytest.raises(RouteFailedError) as error:
        download.fetch(shop, TOOL, SINGLE)
    assert str(error.value) == f"{mirror.address}/{PATH}.sha256: HTTP 404"
    assert mirror.asked == [(f"{PATH}.sha256", None)]


def test_the_second_place_of_a_checksum_is_tried(shop, mirror):
    release = "api.github.com/repos/a/b/releases/tags/v1"
    checksum = hashlib.sha256(CONTENTS).hexdigest()
    mirror.files[PATH] = CONTENTS
    mirror.files[release] = (
        f'{{"assets": [{{"name": "tool-linux-amd64", "digest": "sha256:{checksum}"}}, '
        '{"name": "old", "digest": null}]}'
    ).encode()
    both = Download(SINGLE.url, (*SINGLE.checksums, f"https://{release}"))
    assert installed(download.fetch(shop, TOOL, both)) == {"tool/1.0.0/bin/tool": CONTENTS}


def test_wanted_members_of_an_archive_come_out_under_their_last_name_only(shop, mirror):
    archive = packed(
        {
            "tool-1/tool": b"the program",
            "tool-1/../../../outside": b"climbs out",
            "/etc/passwd": b"absolute",
            "tool-1/beside": b"another",
            "README": b"not wanted",
        }
    )
    mirror.publish("dl.example.org/v1/tool.tar.gz", archive, beside="SHA256SUMS")
    route = Download(
        "https://dl.example.org/v1/tool.tar.gz", ("https://dl.example.org/v1/SHA256SUMS",), members=("tool-1/*",)
    )
    assert installed(download.fetch(shop, TOOL, route)) == {
        "tool/1.0.0/bin/tool": b"the program",
        "tool/1.0.0/bin/outside": b"climbs out",
        "tool/1.0.0/bin/beside": b"another",
    }
    assert not (shop.root.parent / "outside").exists()


def test_links_in_an_archive_are_left_in_it(shop, mirror):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        link = tarfile.TarInfo("tool")
        link.type, link.linkname = tarfile.SYMTYPE, "/bin/sh"
        archive.addfile(link)
    mirror.publish("dl.example.org/v1/tool.tar.gz", buffer.getvalue(), beside="SHA256SUMS")
    route = Download(
        "https://dl.example.org/v1/tool.tar.gz", ("https://dl.example.org/v1/SHA256SUMS",), members=("tool",)
    )
    with pytest.raises(RouteFailedError, match=r"^tool\.tar\.gz holds no tool$"):
        download.fetch(shop, TOOL, route)


def test_what_is_no_archive_is_said_so(shop, mirror):
    mirror.publish("dl.example.org/v1/tool.tar.gz", b"<html>maintenance</html>", beside="SHA256SUMS")
    route = Download(
        "https://dl.example.org/v1/tool.tar.gz", ("https://dl.example.org/v1/SHA256SUMS",), members=("tool",)
    )
    with pytest.raises(RouteFailedError, match=r"^tool\.tar\.gz cannot be unpacked: "):
        download.fetch(shop, TOOL, route)


def test_a_disk_that_is_full_while_unpacking_ends_the_run_and_not_the_route(shop, mirror, monkeypatch):
    mirror.publish("dl.example.org/v1/tool.tar.gz", packed({"tool": b"the program"}), beside="SHA256SUMS")
    route = Download(
        "https://dl.example.org/v1/tool.tar.gz", ("https://dl.example.org/v1/SHA256SUMS",), members=("tool",)
    )

    def refuse(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfileobj", refuse)
    with pytest.raises(OSError, match=r"No space left on device$"):
        download.fetch(shop, TOOL, route)


def test_a_machine_that_upstream_does_not_publish_for_is_not_asked_about(make_shop, mirror):
    from hanzo_iac.toolchain.routes import Machine

    with pytest.raises(RouteFailedError, match=r"^upstream publishes no file for darwin amd64$"):
        download.fetch(
            make_shop(machine=Machine("darwin", "amd64")), TOOL, Download(SINGLE.url, (), systems=("linux",))
        )
    assert mirror.asked == []
