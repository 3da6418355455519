"""
Every name that is made, in one place: a name is an identity, so two parts must never make it in two ways.

Names that Kubernetes or DigitalOcean see are DNS labels that begin with a letter (Kubernetes asks that of Services).
"""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Iterable

MAX_WRITTEN = 40
"""Characters a name in hanzo.yaml may have. Chosen: leaves 23 of a label's 63 for what is added to it."""

_LABEL = re.compile(r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_HOST_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_HEX_DIGITS = 8


def physical_name(*parts: str, limit: int = 63) -> str:
    """
    The parts joined by `-`: whole if that fits into `limit`, else its head, `-` and 8 hex digits of the whole.

    >>> physical_name("my-rag-app", "dev", "db")
    'my-rag-app-dev-db'
    >>> len(physical_name("a" * 80, limit=63))
    63
    """
    whole = "-".join(part for part in parts if part)
    if len(whole) <= limit:
        return whole
    digits = hashlib.sha256(whole.encode()).hexdigest()[:_HEX_DIGITS]
    head = whole[: limit - _HEX_DIGITS - 1].rstrip("-")
    return f"{head}-{digits}"


def is_dns_label(text: str) -> bool:
    """
    Whether the text is a DNS label that begins with a letter: what a Kubernetes Service may be called.

    >>> is_dns_label("my-rag-app"), is_dns_label("8ball"), is_dns_label("Web")
    (True, False, False)
    """
    return _LABEL.fullmatch(text) is not None


def is_host(text: str) -> bool:
    """
    Whether the text is a host name of at least two labels; the first may be `*`.

    >>> is_host("chat.example.com"), is_host("*.example.com"), is_host("example"), is_host("a..com")
    (True, True, False, False)
    """
    labels = text.removeprefix("*.").split(".")
    return len(text) <= 253 and len(labels) >= 2 and all(_HOST_LABEL.fullmatch(label) for label in labels)


def variable_name(name: str) -> str:
    """
    The environment variable's spelling of a name.

    >>> variable_name("vector-db")
    'VECTOR_DB'
    """
    return name.upper().replace("-", "_")


def secret_name(service: str, resource: str) -> str:
    """
    The Kubernetes Secret that carries one binding's values.

    >>> secret_name("web", "db")
    'web-db'
    """
    return physical_name(service, resource)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """
    The known word most like this one, or None when none is near; the first of equals.

    >>> nearest("replica", ["runtime", "replicas"]), nearest("xyz", ["runtime"])
    ('replicas', None)
    """
    found = difflib.get_close_matches(word.lower()[:80], list(known), n=1, cutoff=0.6)
    return found[0] if found else None
