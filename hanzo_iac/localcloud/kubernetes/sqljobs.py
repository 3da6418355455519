"""
Jobs whose SQL is really executed: what stands in a pod's ConfigMap, on the database its secret names.

A pod here runs no container. A pod labelled `local.hanzo.ai/executes: sql` says what its container would do: run the
`*.sql` files of its ConfigMap volumes, in order, on `DATABASE_URL`, which is an environment variable or a file of a
mounted Secret. The local cloud does that, and the pod then succeeds or fails as the container would.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

Json = dict[str, Any]

VARIABLE = "DATABASE_URL"

# Kubernetes keeps 4096 bytes of a termination message.
MESSAGE_CHARACTERS = 1000

Read = Callable[[str, str], Json | None]
"""(kind in plural, name) -> the ConfigMap or Secret in the pod's namespace."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """What a pod's container would do."""

    url: str = field(repr=False)
    statements: tuple[str, ...]


class NotRunnable(Exception):  # noqa: N818  # a sentence about the pod, which becomes its status
    """The pod's container could not start: something it refers to is not there."""


def work_of(pod: Json, read: Read) -> Work:
    """
    The pod's SQL and its database.

    Raises:
        NotRunnable: Says what is missing.
    """
    files = _files(pod, read)
    url = _variable(pod, read) or files.get(VARIABLE, "")
    if not url:
        raise NotRunnable(f"no {VARIABLE}: neither in the container's environment nor as a file of a mounted Secret")
    scripts = [text for name, text in sorted(files.items()) if name.endswith(".sql")]
    if not scripts:
        raise NotRunnable("no .sql file in the pod's ConfigMap volumes")
    return Work(url=url, statements=tuple(one for script in scripts for one in statements(script)))


def execute(work: Work) -> str:
    """A sentence about what was done; each statement is a transaction of its own, as in psql. Raises what failed."""
    # A server on this machine speaks no TLS, whatever the container would insist on.
    with psycopg.connect(_local(work.url), autocommit=True) as link:
        for statement in work.statements:
            link.execute(statement.encode())
    return f"executed {len(work.statements)} statements"


def without_password(message: str, url: str) -> str:
    """
    The message without the password in the address, nor a part of one that is not quoted as it should be.

    >>> without_password("failed to resolve host 'cret@db'", "postgres://web:se@cret@db/app")
    "failed to resolve host '***@db'"
    """
    secret = url.partition("//")[2].rpartition("@")[0].partition(":")[2]
    parts = {secret, unquote(secret), *re.split("[@:/?#]", secret)}
    for part in sorted((part for part in parts if len(part) > 3), key=len, reverse=True):
        message = message.replace(part, "***")
    return message


def statements(script: str) -> list[str]:
    r"""
    The statements of a script, without comments between them.

    >>> statements("CREATE EXTENSION vector; -- done; really\nSELECT ';', $$a;b$$;")
    ['CREATE EXTENSION vector', "SELECT ';', $$a;b$$"]
    """
    found, start, at = [], 0, 0
    while at < len(script):
        if script[at] == ";":
            found.append(script[start:at])
            at = start = at + 1
            continue
        at = _past(script, at)
    found.append(script[start:])
    return [text for one in found if (text := _bare(one))]


# What a semicolon ends nothing in: strings, quoted names, dollar quotes, comments.
_CLOSED = re.compile(
    r"""'(?:[^']|'')*'|"[^"]*"|--[^\n]*|/\*.*?\*/|(\$(?:[A-Za-z_]\w*)?\$).*?\1""",
    re.DOTALL,
)
_COMMENT = re.compile(r"\s+|--[^\n]*(?:\n|$)|/\*.*?\*/", re.DOTALL)


def _past(script: str, at: int) -> int:
    closed = _CLOSED.match(script, at)
    return closed.end() if closed else at + 1


def _bare(statement: str) -> str:
    """The statement without what stands before its first word."""
    at = 0
    while comment := _COMMENT.match(statement, at):
        at = comment.end()
    return statement[at:].rstrip()


def _local(url: str) -> str:
    words = {"connect_timeout": "10"}
    if conninfo_to_dict(url).get("host") in ("127.0.0.1", "localhost"):
        words |= {"sslmode": "disable", "gssencmode": "disable"}
    return make_conninfo(url, **words)


def _variable(pod: Json, read: Read) -> str:
    for container in pod["spec"]["containers"]:
        for entry in container.get("env", []):
            if entry["name"] != VARIABLE:
                continue
            reference = entry.get("valueFrom", {}).get("secretKeyRef")
            return _key(reference, read) if reference else str(entry.get("value", ""))
        for source in container.get("envFrom", []):
            secret = read("secrets", source["secretRef"]["name"]) if "secretRef" in source else None
            if secret and VARIABLE in secret.get("data", {}):
                return _decoded(secret["data"][VARIABLE])
    return ""


def _key(reference: Json, read: Read) -> str:
    secret = read("secrets", reference["name"])
    if secret is None:
        raise NotRunnable(f'secret "{reference["name"]}" not found')
    if reference["key"] not in secret.get("data", {}):
        raise NotRunnable(f"couldn't find key {reference['key']} in Secret {reference['name']}")
    return _decoded(secret["data"][reference["key"]])


def _files(pod: Json, read: Read) -> dict[str, str]:
    """File name -> text, of every ConfigMap and Secret that is mounted."""
    files: dict[str, str] = {}
    for volume in pod["spec"].get("volumes", []):
        sources = volume["projected"].get("sources", []) if "projected" in volume else [volume]
        for source in sources:
            if "configMap" in source:
                files |= _mounted("configmaps", source["configMap"], source["configMap"]["name"], read)
            if "secret" in source:
                words = source["secret"]
                files |= _mounted("secrets", words, words.get("secretName") or words["name"], read)
    return files


def _mounted(kind: str, words: Json, name: str, read: Read) -> dict[str, str]:
    found = read(kind, name)
    if found is None:
        if words.get("optional"):
            return {}
        raise NotRunnable(f'{kind.removesuffix("s")} "{name}" not found')
    texts = {key: _decoded(value) if kind == "secrets" else str(value) for key, value in found.get("data", {}).items()}
    items = words.get("items")
    return texts if not items else {item["path"]: texts[item["key"]] for item in items if item["key"] in texts}


def _decoded(value: str) -> str:
    return base64.b64decode(value).decode("utf-8", "replace")


def over(pod: Json, *, failed: bool, message: str, now: str) -> Json:
    """The status of the pod once its container has ended."""
    started = pod["status"].get("startTime", now)
    ended = {
        "exitCode": 1 if failed else 0,
        "reason": "Error" if failed else "Completed",
        "message": message[:MESSAGE_CHARACTERS],
        "startedAt": started,
        "finishedAt": now,
    }
    conditions = [
        {**condition, "status": "False", "reason": "PodFailed" if failed else "PodCompleted", "lastTransitionTime": now}
        if condition["type"] in ("Ready", "ContainersReady")
        else condition
        for condition in pod["status"].get("conditions", [])
    ]
    containers = [
        {**status, "ready": False, "started": False, "state": {"terminated": ended}}
        for status in pod["status"].get("containerStatuses", [])
    ]
    return {
        "phase": "Failed" if failed else "Succeeded",
        "message": message[:MESSAGE_CHARACTERS],
        "conditions": conditions,
        "containerStatuses": containers,
    }
