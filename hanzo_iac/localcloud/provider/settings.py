"""
Configuration and environment -> where the API is, with which token, and with how much patience.

Same names and defaults as the official provider, so a stack moves between the two without a change. One setting is
ours: `HANZO_DO_POLL_SECONDS`, the pause between two looks at something that is still being made.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from hanzo_iac.localcloud.provider.check import Failure, as_kind
from hanzo_iac.localcloud.provider.values import UNKNOWN

API = "https://api.digitalocean.com"
TOKEN_VARIABLES = ("DIGITALOCEAN_TOKEN", "DIGITALOCEAN_ACCESS_TOKEN")
LOOPBACK = ("localhost", "127.0.0.1", "::1")

# The official provider looks every 5 (NFS) to 15 (databases) seconds; on loopback a look costs nothing.
POLL_S = 5.0
LOCAL_POLL_S = 0.2

# Longer than DigitalOcean's slowest answers (creating a cluster takes some 10 s); arbitrary otherwise.
TIMEOUT_S = 60.0

KINDS = {
    "token": "text",
    "apiEndpoint": "text",
    "spacesEndpoint": "text",
    "spacesAccessId": "text",
    "spacesSecretKey": "text",
    "requestsPerSecond": "number",
    "httpRetryMax": "integer",
    "httpRetryWaitMin": "number",
    "httpRetryWaitMax": "number",
}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything a call needs to know about the other side."""

    token: str = field(default="", repr=False)
    api: str = API
    """Scheme, host and port; paths start with `/v2`."""
    spaces: str = "https://{{.Region}}.digitaloceanspaces.com"
    """Address of object storage, a template of the region."""
    spaces_access_id: str = ""
    spaces_secret_key: str = field(default="", repr=False)
    requests_per_second: float = 0.0
    """0 is no limit of our own."""
    retries: int = 4
    """How often a call is repeated before its failure counts."""
    retry_min_s: float = 1.0
    retry_max_s: float = 30.0
    poll_s: float = POLL_S
    timeout_s: float = TIMEOUT_S

    @property
    def is_local(self) -> bool:
        """Whether the API is on this machine."""
        return urlsplit(self.api).hostname in LOOPBACK


def faults(config: Mapping[str, Any]) -> list[Failure]:
    """What is wrong with a configuration, property by property."""
    found = []
    for key, value in config.items():
        if key in KINDS and value is not UNKNOWN and as_kind(KINDS[key], value) is None:
            found.append(Failure(key, f"expected {'text' if KINDS[key] == 'text' else 'a number'}"))
    address = config.get("apiEndpoint")
    if isinstance(address, str) and urlsplit(address).scheme not in ("http", "https"):
        found.append(Failure("apiEndpoint", f"got {address!r}; expected an address such as {API}"))
    return found


def from_config(config: Mapping[str, Any], env: Mapping[str, str] = os.environ) -> Settings:
    """The settings that a provider's configuration and the environment mean together; configuration wins."""
    known = {key: as_kind(KINDS[key], value) for key, value in config.items() if key in KINDS and value is not UNKNOWN}
    token = known.get("token") or next((env[name] for name in TOKEN_VARIABLES if env.get(name)), "")
    api = str(known.get("apiEndpoint") or env.get("DIGITALOCEAN_API_URL") or API).rstrip("/").removesuffix("/v2")
    bare = Settings(api=api)
    # An empty variable counts as absent, as everywhere else.
    poll = env.get("HANZO_DO_POLL_SECONDS") or (LOCAL_POLL_S if bare.is_local else POLL_S)
    return Settings(
        token=token,
        api=api,
        spaces=str(known.get("spacesEndpoint") or env.get("SPACES_ENDPOINT_URL") or bare.spaces),
        spaces_access_id=str(known.get("spacesAccessId") or env.get("SPACES_ACCESS_KEY_ID") or ""),
        spaces_secret_key=str(known.get("spacesSecretKey") or env.get("SPACES_SECRET_ACCESS_KEY") or ""),
        requests_per_second=float(known.get("requestsPerSecond") or env.get("DIGITALOCEAN_REQUESTS_PER_SECOND") or 0),
        retries=int(whole(known.get("httpRetryMax"), env.get("DIGITALOCEAN_HTTP_RETRY_MAX"), bare.retries)),
        retry_min_s=whole(known.get("httpRetryWaitMin"), env.get("DIGITALOCEAN_HTTP_RETRY_WAIT_MIN"), bare.retry_min_s),
        retry_max_s=whole(known.get("httpRetryWaitMax"), env.get("DIGITALOCEAN_HTTP_RETRY_WAIT_MAX"), bare.retry_max_s),
        poll_s=float(poll),
        timeout_s=float(env.get("HANZO_DO_TIMEOUT_SECONDS") or TIMEOUT_S),
    )


def whole(configured: Any, variable: str | None, otherwise: float) -> float:
    """The first of the three that is there; 0 counts as there."""
    if configured is not None:
        return float(configured)
    return float(variable) if variable else otherwise
