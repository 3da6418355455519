"""What Valkey is told, without a server."""

from __future__ import annotations

import hashlib

from hanzo_iac.localcloud.valkey import Valkey


def test_nobody_takes_the_keepers_name(tmp_path):
    server = Valkey(tmp_path, "database-1")
    server.program(20000)
    keeper = hashlib.sha256((tmp_path / "keeper").read_bytes()).hexdigest()
    given = hashlib.sha256(b"x").hexdigest()
    assert server._acl({"local-cloud": "x", "web": "x"}).splitlines() == [
        f"user local-cloud on #{keeper} ~* &* +@all",
        f"user web on #{given} ~* &* +@all",
        "user default off",
    ]
