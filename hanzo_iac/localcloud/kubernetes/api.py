"""A Kubernetes API server as the local cloud controller speaks to it: paths and plain objects, no models."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests

Json = dict[str, Any]

OWNER = "hanzo-local-cloud"
TIMEOUT_S = 10.0
# A watch with no news is ended by the server after this long and begun again.
WATCH_S = 300


class Refused(Exception):  # noqa: N818  # the server said no; it is caught by status, not shown to people
    """The server answered, and the answer is no."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status} {message}")
        self.status = status


class Api:
    """One API server. May be used from several threads: each has connections of its own."""

    def __init__(self, url: str, *, authority: Path, certificate: Path, key: Path) -> None:
        self.url = url
        self._verify = str(authority)
        self._cert = (str(certificate), str(key))
        self._thread = threading.local()

    def get(self, path: str) -> Json:
        """The object, or the list, at this path."""
        return self._call("GET", path)

    def find(self, path: str) -> Json | None:
        """The object at this path; None when there is none."""
        try:
            return self._call("GET", path)
        except Refused as refused:
            if refused.status == 404:
                return None
            raise

    def ready(self) -> bool:
        """Whether the server serves."""
        try:
            answer = self._session().get(f"{self.url}/readyz", timeout=TIMEOUT_S)
        except requests.RequestException:
            return False
        return answer.status_code == 200

    def create(self, path: str, body: Json) -> Json | None:
        """The object created in the collection; None when one of that name is there."""
        try:
            return self._call("POST", path, body)
        except Refused as refused:
            if refused.status == 409:
                return None
            raise

    def apply(self, path: str, body: Json | bytes) -> Json:
        """The object with these fields, by server-side apply; bytes are YAML as it stands."""
        return self._call("PATCH", f"{path}?fieldManager={OWNER}&force=true", body, kind="apply-patch+yaml")

    def merge(self, path: str, body: Json) -> Json | None:
        """The object with these fields changed; None when it is gone."""
        try:
            return self._call("PATCH", path, body, kind="merge-patch+json")
        except Refused as refused:
            if refused.status == 404:
                return None
            raise

    def delete(self, path: str, body: Json | None = None) -> None:
        """It is deleted, or was not there."""
        try:
            self._call("DELETE", path, body)
        except Refused as refused:
            if refused.status != 404:
                raise

    def watch(self, path: str, version: str) -> Iterator[Json]:
        """Events since that version, until the server ends the watch."""
        words = f"watch=true&resourceVersion={version}&allowWatchBookmarks=true&timeoutSeconds={WATCH_S}"
        answer = self._session().get(f"{self.url}{path}?{words}", stream=True, timeout=(TIMEOUT_S, WATCH_S + 30))
        with answer:
            if answer.status_code != 200:
                raise Refused(answer.status_code, answer.text[:500])
            for line in answer.iter_lines(chunk_size=None):
                if line:
                    yield json.loads(line)

    def _call(self, method: str, path: str, body: Json | bytes | None = None, *, kind: str = "json") -> Json:
        answer = self._session().request(
            method,
            self.url + path,
            data=json.dumps(body).encode() if isinstance(body, dict) else body,
            headers={"content-type": f"application/{kind}"},
            timeout=TIMEOUT_S,
        )
        if answer.status_code >= 400:
            raise Refused(answer.status_code, _message(answer))
        value: Json = answer.json()
        return value

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._thread, "session", None)
        if session is None:
            session = self._thread.session = requests.Session()
            session.verify, session.cert = self._verify, self._cert
            # A proxy named in the environment has no business on loopback.
            session.trust_env = False
        return session


def _message(answer: requests.Response) -> str:
    try:
        return str(answer.json()["message"])
    except (ValueError, KeyError, TypeError):
        return answer.text[:500]
