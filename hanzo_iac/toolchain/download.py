"""
Official release files over HTTP: the host asked twice whether it answers, then streamed, resumed, verified, unpacked.

The checksum is the one upstream publishes beside the file: it shows what broke on the way. Whoever can change the file
there, or on the mirror that is named, can change both; that nobody can in between is left to https.

Only the standard library, so that a machine with nothing but Python can run it.
"""

from __future__ import annotations

import http.client
import shutil
import tarfile
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from hanzo_iac.toolchain import routes, store
from hanzo_iac.toolchain.programs import Download, Program
from hanzo_iac.toolchain.workshop import RouteFailedError, Staged, Workshop

CHUNK_BYTES = 1 << 18
CHECKSUMS_LIMIT_BYTES = 8 << 20
"""GitHub's description of a release with hundreds of files is under 1 MB; more is not what was asked for."""

_BROKEN = (URLError, http.client.HTTPException, OSError)


class _InterruptedError(Exception):
    """The stream broke off; what has come is kept and the rest can be asked for."""

    def __init__(self, *, why: str) -> None:
        super().__init__(why)


@dataclass(frozen=True)
class _Answer:
    """An answer of which the body is still to be read."""

    status: int
    total: int | None
    """Bytes of the whole file, where the server says."""
    start: int
    """Where in the file the body begins."""
    body: http.client.HTTPResponse


def fetch(shop: Workshop, program: Program, download: Download) -> Staged:
    """
    The program's files out of its official release, with the checksum that is published beside it.

    Raises:
        RouteFailedError: The host does not answer, has no such file, is too slow, or the checksum differs.
    """
    if not routes.fits(download, shop.machine):
        raise RouteFailedError(why=f"upstream publishes no file for {shop.machine.os} {shop.machine.arch}")
    url = routes.address(download.url, shop.machine, shop.mirror)
    shop.progress.begin(program.name, f"asking {urlsplit(url).netloc}")
    expected = _published(shop, download, routes.file_name(url))
    part = shop.bench(program) / f"{routes.file_name(url)}.part"
    _verified(shop, program, url, expected, part)
    files = _unpack(part, download, shop.staging(program), program)
    part.unlink()
    return Staged(files, url)


def _published(shop: Workshop, download: Download, name: str) -> str:
    """The checksum upstream publishes for the file."""
    tried: list[RouteFailedError] = []
    for pattern in download.checksums:
        url = routes.address(pattern, shop.machine, shop.mirror)
        try:
            text = _text(shop, url)
        except RouteFailedError as failure:
            tried.append(failure)
            continue
        checksum = routes.published_sha256(text, name)
        if checksum:
            return checksum
        tried.append(RouteFailedError(why=f"{url} does not name {name}"))
    why = "; ".join(dict.fromkeys(map(str, tried)))
    raise RouteFailedError(why=why, may_pass=any(failure.may_pass for failure in tried))


def _text(shop: Workshop, url: str) -> str:
    """A checksum document, asked for in as many tries as the limits allow."""
    for attempt in range(1, shop.limits.tries + 1):
        try:
            with _open(shop, url, 0).body as body:
                return body.read(CHECKSUMS_LIMIT_BYTES).decode("utf-8", "replace")
        except (_InterruptedError, *_BROKEN) as broken:
            if attempt == shop.limits.tries:
                raise RouteFailedError(why=f"{url}: {_words(broken)}", may_pass=True) from broken
            shop.pause(attempt)
    raise RouteFailedError(why=f"{url}: no try is allowed")


def _verified(shop: Workshop, program: Program, url: str, expected: str, part: Path) -> None:
    """`part` is the whole file with the published checksum. A resumed file that differs is fetched once more, whole."""
    part.parent.mkdir(parents=True, exist_ok=True)
    resumed = part.exists()
    _stream(shop, program, url, part)
    actual = store.sha256_of(part)
    if actual != expected and resumed:
        part.unlink()
        _stream(shop, program, url, part)
        actual = store.sha256_of(part)
    if actual != expected:
        part.unlink()
        raise RouteFailedError(why=f"{url} has SHA-256 {actual}, upstream publishes {expected}")


def _stream(shop: Workshop, program: Program, url: str, part: Path) -> None:
    """`part` holds every byte of the file, asked for in as many tries as the limits allow."""
    for attempt in range(1, shop.limits.tries + 1):
        have = part.stat().st_size if part.exists() else 0
        shop.progress.begin(program.name, f"{'resuming' if have else 'downloading'} {routes.file_name(url)}")
        try:
            _one_try(shop, url, part, have)
        except _InterruptedError as broken:
            if attempt == shop.limits.tries:
                why = f"{url} broke off {attempt} times: {broken}"
                raise RouteFailedError(why=why, may_pass=True) from broken
            shop.pause(attempt)
        else:
            return


def _one_try(shop: Workshop, url: str, part: Path, have: int) -> None:
    answer = _open(shop, url, have)
    with answer.body as body:
        if answer.status == 416:
            # Nothing after `have`: the file is complete, or another one lies here. The checksum decides.
            return
        with part.open("ab" if answer.start else "wb") as file:
            done = answer.start
            for chunk in _chunks(shop, body, url):
                file.write(chunk)
                done += len(chunk)
                shop.progress.advance(done, answer.total)
    if answer.total is not None and done < answer.total:
        raise _InterruptedError(why=f"{done} of {answer.total} bytes came")


def _chunks(shop: Workshop, body: http.client.HTTPResponse, url: str) -> Iterator[bytes]:
    """
    The body, as it comes.

    Raises:
        RouteFailedError: It comes slower than the limits allow.
    """
    began, came = shop.clock(), 0
    while True:
        try:
            chunk = body.read1(CHUNK_BYTES)
        except _BROKEN as failure:
            raise _InterruptedError(why=_words(failure)) from failure
        if not chunk:
            return
        yield chunk
        came += len(chunk)
        took = shop.clock() - began
        if took > shop.limits.floor_after_s and came / took < shop.limits.floor_bytes_per_s:
            why = f"{url} comes at {came / took / 1000:.0f} kB/s: building is faster"
            raise RouteFailedError(why=why, may_pass=True)


def _open(shop: Workshop, url: str, start: int) -> _Answer:
    """
    The answer to a GET from byte `start` on.

    Raises:
        RouteFailedError: The host was silent twice (then it is not asked again in this run) or refuses.
        _InterruptedError: It may answer later.
    """
    host = urlsplit(url).netloc
    if host in shop.silent_hosts:
        raise RouteFailedError(why=shop.silent_hosts[host], may_pass=True)
    request = Request(url, headers={"Range": f"bytes={start}-"} if start else {})
    try:
        response = _within(shop, request)
    except HTTPError as refusal:
        shop.answering_hosts.add(host)
        return _refused(refusal, url)
    except _BROKEN as failure:
        if host in shop.answering_hosts or host not in shop.doubted_hosts:
            shop.doubted_hosts.add(host)
            raise _InterruptedError(why=_words(failure)) from failure
        shop.silent_hosts[host] = f"{host} does not answer: {_words(failure)}"
        raise RouteFailedError(why=shop.silent_hosts[host], may_pass=True) from failure
    shop.answering_hosts.add(host)
    length = response.headers.get("Content-Length")
    begins = start if response.status == 206 and _range_start(response) == start else 0
    total = int(length) + begins if length and length.isdigit() else None
    return _Answer(response.status, total, begins, response)


def _refused(refusal: HTTPError, url: str) -> _Answer:
    if refusal.code == 416:
        body: http.client.HTTPResponse = refusal.fp  # type: ignore[assignment]
        return _Answer(416, None, 0, body)
    refusal.close()
    if refusal.code == 429 or refusal.code >= 500:
        raise _InterruptedError(why=f"HTTP {refusal.code}")
    raise RouteFailedError(why=f"{url}: HTTP {refusal.code}")


def _range_start(response: http.client.HTTPResponse) -> int:
    """Where a partial answer begins; -1 when its header is not one we understand."""
    span = response.headers.get("Content-Range", "").removeprefix("bytes ").partition("-")[0]
    return int(span) if span.isdigit() else -1


def _within(shop: Workshop, request: Request) -> http.client.HTTPResponse:
    """The answer, or a timeout: in a thread, since no socket timeout bounds the lookup of a name."""
    future: Future[http.client.HTTPResponse] = Future()

    def ask() -> None:
        try:
            future.set_result(urlopen(request, timeout=shop.limits.stall_s))
        except Exception as failure:
            future.set_exception(failure)

    threading.Thread(target=ask, daemon=True, name="download").start()
    try:
        return future.result(timeout=shop.limits.answer_s)
    except TimeoutError as failure:
        if future.done():
            raise
        future.add_done_callback(lambda late: None if late.exception() else late.result().close())
        late = f"no answer in {shop.limits.answer_s:g} s"
        raise TimeoutError(late) from failure


def _words(failure: BaseException) -> str:
    """What happened, without Python's wrapping."""
    reason = getattr(failure, "reason", failure)
    return getattr(reason, "strerror", None) or str(reason) or type(reason).__name__


def _unpack(part: Path, download: Download, staging: Path, program: Program) -> dict[Path, Path]:
    """The files taken out of the download, executable, by the place they go to."""
    staging.mkdir(parents=True, exist_ok=True)
    if not download.members:
        staged = staging / program.name
        shutil.copyfile(part, staged)
        taken = [staged]
    else:
        taken = _members(part, download.members, staging)
    for staged in taken:
        staged.chmod(0o755)
    files = {store.home(program) / "bin" / staged.name: staged for staged in taken}
    if store.location(program) not in files:
        raise RouteFailedError(why=f"{part.name.removesuffix('.part')} holds no {program.name}")
    return files


def _members(part: Path, patterns: tuple[str, ...], staging: Path) -> list[Path]:
    """The wanted plain files, under their last name only: no path or link of the archive is followed."""
    taken = []
    try:
        with tarfile.open(part) as archive:
            for member in archive:
                source = archive.extractfile(member) if member.isreg() else None
                if source is not None and routes.wanted(member.name, patterns):
                    taken.append(_copy(source, staging / Path(member.name).name))
    except (tarfile.TarError, EOFError) as failure:
        raise RouteFailedError(why=f"{part.name.removesuffix('.part')} cannot be unpacked: {failure}") from failure
    return taken


def _copy(source: IO[bytes], target: Path) -> Path:
    with source, target.open("wb") as file:
        shutil.copyfileobj(source, file)
    return target
