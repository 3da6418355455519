"""
A key that is drawn once and kept for good, with no provider of random numbers.

Drawn on every run and kept from the first one only: `ignore_changes` makes the engine put the stored value back, so the
key never changes, and it lies encrypted in the state.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Mapping
from typing import Any

import pulumi
from pulumi_kubernetes.core.v1 import Secret

KEY = "KEY"
"""Where in the Secret it lies."""


def drawn_key(make: Callable[..., Secret], metadata: Mapping[str, Any], *, key: str = KEY) -> Secret:
    """The Secret, made as the child `key` of the component whose `_make` this is."""
    fresh = base64.b64encode(f"sk-{secrets.token_urlsafe(32)}".encode()).decode()
    inputs = {"metadata": metadata, "data": {key: pulumi.Output.secret(fresh)}}
    return make("key", Secret, inputs, pulumi.ResourceOptions(ignore_changes=["data"]))


def decoded(value: str) -> str:
    """
    What a Secret's data says.

    >>> decoded("c2stMQ==")
    'sk-1'
    """
    return base64.b64decode(value).decode()
