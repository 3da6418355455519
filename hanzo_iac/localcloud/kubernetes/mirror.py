"""A copy of one kind of object, kept equal to the API server's by list and watch."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import requests

from hanzo_iac.localcloud.kubernetes.api import Api, Json, Refused

log = logging.getLogger("hanzo_iac.localcloud")

RETRY_S = 0.5


class Mirror:
    """`(namespace, name) -> object` of the collection at a path. `changed` is called after every change."""

    def __init__(self, api: Api, path: str, changed: Callable[[], None]) -> None:
        self.path = path
        self.listed = threading.Event()
        self._api = api
        self._changed = changed
        self._lock = threading.Lock()
        self._objects: dict[tuple[str, str], Json] = {}
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"mirror {path}", daemon=True)

    def start(self) -> Mirror:
        """Itself, at work. The copy is whole once `listed` is set."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """The copy is not kept any more. Its thread ends with its watch: nothing waits for it."""
        self._stopped.set()

    def all(self) -> list[Json]:
        """Every object, as last seen. They are shared: nobody changes them."""
        with self._lock:
            return [*self._objects.values()]

    def get(self, namespace: str, name: str) -> Json | None:
        """One object, as last seen; a cluster's own objects have the namespace `""`."""
        with self._lock:
            return self._objects.get((namespace, name))

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._follow(self._list())
            except (requests.RequestException, Refused, ValueError) as error:
                if not self._stopped.is_set():
                    log.debug("%s: %s", self.path, error)
                    self._stopped.wait(RETRY_S)

    def _list(self) -> str:
        answer = self._api.get(self.path)
        with self._lock:
            self._objects = {_key(item): item for item in answer["items"]}
        self.listed.set()
        self._changed()
        return str(answer["metadata"]["resourceVersion"])

    def _follow(self, version: str) -> None:
        while not self._stopped.is_set():
            for event in self._api.watch(self.path, version):
                if self._stopped.is_set():
                    return
                item = event["object"]
                if event["type"] == "ERROR":
                    # Too old a version: list anew.
                    return
                version = item["metadata"]["resourceVersion"]
                if event["type"] != "BOOKMARK":
                    self._take(event["type"], item)

    def _take(self, kind: str, item: Json) -> None:
        with self._lock:
            if kind == "DELETED":
                self._objects.pop(_key(item), None)
            else:
                self._objects[_key(item)] = item
        self._changed()


def _key(item: Json) -> tuple[str, str]:
    return item["metadata"].get("namespace", ""), item["metadata"]["name"]
