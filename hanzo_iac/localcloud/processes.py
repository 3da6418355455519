"""
The programs behind the cloud as processes that outlive accidents.

A process is recorded before its program starts: a shell waits at a gate until the record is on disk, and ends when the
one who should open the gate dies first. So whoever comes after a kill -9 finds every process that runs, by its pid and
the moment it began, and can adopt it or end it; nothing is ever looked up by name.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

from hanzo_iac.localcloud.places import Places, read_json, write_whole

# Read one line, then become the program. At the end of the input, whoever held the gate is dead: so is this.
GATE = 'read -r go && exec "$@" </dev/null'

SUPERVISOR = "supervisor"
"""The name of the process that owns all others."""

LOG_BYTES = 8 << 20
"""A longer log is set aside when its program starts; the one before it is dropped. 8 MiB is arbitrary."""

# A program that ends this soon after its start has failed, and the next start waits a little longer.
SETTLED_S = 5.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 5.0
# One that failed so often in a row will not mend itself.
FAILURES = 3


@dataclass(frozen=True, kw_only=True)
class Program:
    """What to run. Two that are equal are the same process."""

    name: str
    """Unique in the cloud, and the name of its log."""
    argv: tuple[str, ...]
    folder: Path
    """Where it runs, and what it takes for its home and for temporary files."""
    env: Mapping[str, str] = field(default_factory=dict)
    stop_signal: int = signal.SIGTERM
    """Ends it in good order."""
    abandon_signal: int = signal.SIGKILL
    """Ends it at once, when its data is to be deleted."""
    inherits: tuple[int, ...] = ()
    """File descriptors it keeps."""

    @property
    def words(self) -> str:
        """A digest of everything that would make it another process."""
        text = json.dumps([self.argv, sorted(self.env.items()), str(self.folder)])
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Record:
    """A process as it was recorded."""

    name: str
    pid: int
    began: str
    words: str
    stop_signal: int
    abandon_signal: int

    @property
    def alive(self) -> bool:
        """Whether this very process, not a later one of the same number, still runs."""
        return began(self.pid) == self.began


def began(pid: int) -> str | None:
    """When the process began, in a form that a moved clock does not change; None when it does not run."""
    if sys.platform == "linux":
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
            boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        except OSError:
            return None
        # The second field is the program's name in brackets, which may hold anything.
        fields = stat.rpartition(")")[2].split()
        return None if fields[0] in "ZX" else f"{boot}/{fields[19]}"
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else f"{process.create_time():.2f}"
    except psutil.Error:
        return None


def records(places: Places) -> list[Record]:
    """Every process on record, alive or not."""
    found = []
    for path in sorted(places.processes.glob("*.json")):
        data = read_json(path)
        if data is not None:
            found.append(Record(**data))
    return found


def launch(places: Places, program: Program) -> subprocess.Popen[bytes]:
    """The program, started and recorded."""
    program.folder.mkdir(parents=True, exist_ok=True)
    env = {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "HOME": str(program.folder),
        "TMPDIR": str(program.folder),
        **program.env,
    }
    with _log(places, program.name) as log:
        process = subprocess.Popen(
            ["/bin/sh", "-c", GATE, program.name, *program.argv],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=program.folder,
            env=env,
            pass_fds=program.inherits,
            start_new_session=True,
        )
    assert process.stdin is not None
    with process.stdin as gate:
        record = Record(
            name=program.name,
            pid=process.pid,
            began=began(process.pid) or "",
            words=program.words,
            stop_signal=int(program.stop_signal),
            abandon_signal=int(program.abandon_signal),
        )
        write_whole(places.processes / f"{program.name}.json", json.dumps(asdict(record)))
        gate.write(b"go\n")
    return process


def end(found: Iterable[Record], *, abandon: bool = False, patience_s: float = 5.0) -> None:
    """None of these processes runs, nor any they started. In good order, or at once where `abandon` says so."""
    families = [(record, _family(record)) for record in found if record.alive]
    for record, family in families:
        _signal(family[:1], record.abandon_signal if abandon else record.stop_signal)
    everyone = [process for _, family in families for process in family]
    stubborn = _still_running(everyone, patience_s)
    _signal(stubborn, signal.SIGKILL)
    _still_running(stubborn, patience_s)


def kill_alone(record: Record, *, patience_s: float = 10.0) -> None:
    """The process does not run; those it started do."""
    if record.alive:
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(record.pid)
            _signal([process], signal.SIGKILL)
            _still_running([process], patience_s)


def _still_running(processes: list[psutil.Process], patience_s: float) -> list[psutil.Process]:
    """
    Those that run after that long, or none as soon as none does.

    A zombie does not run: some containers' first process takes seconds to collect one.
    """
    deadline = time.monotonic() + patience_s
    while (left := [process for process in processes if _runs(process)]) and time.monotonic() < deadline:
        time.sleep(0.01)
    return left


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def memory_mib(pid: int, *, alone: bool = False) -> float:
    """What the process and those it started hold, MiB: its share of what is shared where the system says it."""
    total = 0
    try:
        process = psutil.Process(pid)
        for member in (process, *([] if alone else process.children(recursive=True))):
            total += _bytes_of(member)
    except psutil.Error:
        pass
    return round(total / (1 << 20), 1)


def _bytes_of(process: psutil.Process) -> int:
    try:
        full = process.memory_full_info()
        return int(getattr(full, "pss", full.uss))
    except psutil.AccessDenied:
        return int(process.memory_info().rss)


def _family(record: Record) -> list[psutil.Process]:
    """The process first, then everything below it."""
    try:
        process = psutil.Process(record.pid)
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []


def _signal(processes: Iterable[psutil.Process], number: int) -> None:
    for process in processes:
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            continue


@contextmanager
def _log(places: Places, name: str) -> Iterator[int]:
    """The program's log, open for appending; a long one is set aside first."""
    path = places.logs / f"{name}.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


class Children:
    """The supervisor's processes: those it started and those it found running."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self._lock = threading.RLock()
        self._own: dict[str, subprocess.Popen[bytes]] = {}
        self._record_by_name = {record.name: record for record in records(places) if record.name != SUPERVISOR}
        self._starts: dict[str, tuple[float, int]] = {}
        """Name -> when it started last, and how many starts in a row it took, each soon after the one before."""

    def alive(self, name: str) -> bool:
        """Whether the process of this name runs."""
        with self._lock:
            own = self._own.get(name)
            if own is not None:
                return own.poll() is None
            record = self._record_by_name.get(name)
            return record is not None and record.alive

    def pid(self, name: str) -> int | None:
        """Its pid while it runs."""
        return self._record_by_name[name].pid if self.alive(name) else None

    def ensure(self, program: Program) -> bool:
        """
        Whether the program runs: left alone if it does, started if it does not, restarted if it should be another.

        False while one that keeps failing waits for its next start.
        """
        with self._lock:
            if self.alive(program.name):
                if self._record_by_name[program.name].words == program.words:
                    return True
                self.stop(program.name)
            if not self._due(program.name):
                return False
            self._own[program.name] = launch(self.places, program)
            record = read_json(self.places.processes / f"{program.name}.json")
            assert record is not None
            self._record_by_name[program.name] = Record(**record)
            return True

    def failing(self, *names: str) -> str:
        """Which of these keeps ending soon after its start, and where to look; empty for none."""
        with self._lock:
            for name in names:
                started, row = self._starts.get(name, (0.0, 0))
                settled = self.alive(name) and time.monotonic() - started > SETTLED_S
                if row > FAILURES and not settled:
                    return f"{name} ended within {SETTLED_S:.0f} s of its start, again and again: see the log {name}"
        return ""

    def run(self, program: Program, *, timeout_s: float) -> int:
        """The exit status of a program that ends by itself. Past its time it is ended, and the status is 124."""
        # One may still run on behalf of a supervisor that was killed.
        self.stop(program.name, abandon=True)
        with self._lock:
            process = self._own[program.name] = launch(self.places, program)
        try:
            return process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return 124
        finally:
            self._forget(program.name)

    def stop(self, name: str, *, abandon: bool = False) -> None:
        """It does not run, and its record is gone; a no-op when it was not there."""
        # Alone: one started in between would run without a record.
        with self._lock:
            record = self._record_by_name.get(name)
            if record is not None:
                end([record], abandon=abandon)
            self._forget(name)

    def stop_all(self) -> None:
        """None runs."""
        end(self._record_by_name.values())
        for name in [*self._record_by_name]:
            self._forget(name)

    def names(self) -> list[str]:
        """Every process on record, sorted."""
        with self._lock:
            return sorted(self._record_by_name)

    def _forget(self, name: str) -> None:
        with self._lock:
            own = self._own.pop(name, None)
            if own is not None:
                own.poll()
            self._record_by_name.pop(name, None)
            self._starts.pop(name, None)
            (self.places.processes / f"{name}.json").unlink(missing_ok=True)

    def _due(self, name: str) -> bool:
        """Whether it may start now; if so, it counts as started."""
        now = time.monotonic()
        started, row = self._starts.get(name, (now, 0))
        pause = min(FIRST_PAUSE_S * 2 ** (row - 1), LONGEST_PAUSE_S) if row else 0.0
        if now - started < pause:
            return False
        self._starts[name] = (now, 1 if now - started > SETTLED_S + pause else row + 1)
        return True
