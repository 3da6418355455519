"""
The cloud controller of one cluster: what DigitalOcean runs beside a control plane, played here.

It registers the nodes that were ordered, scales pools by the autoscaler's rule, gives Services and Gateways their
addresses, and executes the SQL of Jobs that ask for it. It looks at everything whenever anything changed.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

from hanzo_iac.localcloud.backends import Pool
from hanzo_iac.localcloud.keeper import Keeper
from hanzo_iac.localcloud.kubernetes import addresses, autoscale, nodes, sqljobs, volumes
from hanzo_iac.localcloud.kubernetes.api import Api, Json, Refused
from hanzo_iac.localcloud.kubernetes.mirror import Mirror
from hanzo_iac.localcloud.kubernetes.nodes import Fleet, Ordered
from hanzo_iac.localcloud.kubernetes.stages import EXECUTES

log = logging.getLogger("hanzo_iac.localcloud")

COLLECTIONS = {
    "Node": "/api/v1/nodes",
    "Pod": "/api/v1/pods",
    "Service": "/api/v1/services",
    "Namespace": "/api/v1/namespaces",
    "PersistentVolumeClaim": volumes.CLAIMS,
    **addresses.COLLECTIONS,
}

LOOK_S = 1.0
# The scheduler looks at a new node at once; until then pods it will place still count as waiting.
SEEN_AFTER_S = 3.0

# What a node was given from its pool and cluster: what these no longer say is taken away again.
GIVEN = "local.hanzo.ai/given"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the cluster should be."""

    name: str
    version: str
    """DOKS's slug: `1.36.1-do.0`."""
    region: str
    pools: tuple[Pool, ...]


class Controller:
    """At work on one cluster until stopped."""

    def __init__(
        self, api: Api, fleet: Fleet, wanted: Callable[[], Wanted | None], *, boot_s: float, idle_s: float
    ) -> None:
        self.api = api
        self._fleet = fleet
        self._wanted = wanted
        self._boot_s = boot_s
        self._idle_s = idle_s
        self.keeper = Keeper(f"controller {api.url}", self._step)
        self.mirrors = {kind: Mirror(api, path, self.keeper.wake) for kind, path in COLLECTIONS.items()}
        self._idle_since: dict[str, float] = {}
        self._ready_since: dict[str, float] = {}
        self._refusal: Refused | None = None
        """Why a node of the last look is not as it should be; told when everything else has been done."""
        self._executing: set[str] = set()
        self._executing_lock = threading.Lock()
        self._verdicts: dict[str, tuple[str, bool]] = {}
        """The pod's uid -> what came of its SQL."""
        self._workers = ThreadPoolExecutor(max_workers=2, thread_name_prefix="sql")

    def start(self) -> Controller:
        """Itself, at work."""
        for mirror in self.mirrors.values():
            mirror.start()
        self.keeper.start()
        return self

    def stop(self) -> None:
        """At work no more."""
        for mirror in self.mirrors.values():
            mirror.stop()
        self.keeper.stop()
        self._workers.shutdown(wait=False, cancel_futures=True)

    def ready_nodes(self) -> set[str]:
        """Names of nodes that are ready."""
        return {node["metadata"]["name"] for node in self.mirrors["Node"].all() if _is_ready(node)}

    def _step(self) -> float:
        wanted = self._wanted()
        if wanted is None or not all(mirror.listed.is_set() for mirror in self.mirrors.values()):
            return LOOK_S
        self._fleet.settle(wanted.pools)
        pause_s = min(LOOK_S, self._settle_nodes(wanted))
        addresses.settle(self.api, self.mirrors)
        volumes.settle(self.api, self.mirrors["PersistentVolumeClaim"])
        self._execute_sql()
        self._scale(wanted)
        if self._refusal is not None:
            raise self._refusal
        return pause_s

    # Nodes

    def _settle_nodes(self, wanted: Wanted) -> float:
        """Nodes are registered and deleted as ordered. Seconds until the next boots."""
        pool_by_id = {pool.pool_id: pool for pool in wanted.pools}
        ordered = {node.name: node for node in self._fleet.nodes()}
        there = {node["metadata"]["name"]: node for node in self.mirrors["Node"].all()}
        for name, node in there.items():
            if nodes.POOL_ID in node["metadata"].get("labels", {}) and name not in ordered:
                self._delete_node(name)
        next_s, self._refusal = LOOK_S, None
        for name, order in ordered.items():
            if order.pool_id not in pool_by_id:
                continue
            fresh = _given(order, pool_by_id[order.pool_id], wanted)
            left_s = order.at_s + self._boot_s - time.time()
            try:
                if name in there:
                    self._refresh(there[name], fresh)
                elif left_s <= 0:
                    self.api.create("/api/v1/nodes", fresh)
                else:
                    next_s = min(next_s, left_s)
            except Refused as refusal:
                self._refusal = refusal
        return next_s

    def _refresh(self, node: Json, fresh: Json) -> None:
        """What changed about the pool or the cluster reaches the node; what somebody else put there stays."""
        before = node["metadata"].get("annotations", {}).get(GIVEN)
        if before == fresh["metadata"]["annotations"][GIVEN]:
            return
        old_labels, old_taints = _parse(before)
        labels = {key: None for key in old_labels if key not in fresh["metadata"]["labels"]}
        others = [taint for taint in node["spec"].get("taints", []) if taint["key"] not in old_taints]
        own = {taint["key"] for taint in fresh["spec"]["taints"]}
        taints = fresh["spec"]["taints"] + [taint for taint in others if taint["key"] not in own]
        meta = {"labels": {**labels, **fresh["metadata"]["labels"]}, "annotations": fresh["metadata"]["annotations"]}
        path = f"/api/v1/nodes/{fresh['metadata']['name']}"
        self.api.merge(f"{path}/status", {"status": {"nodeInfo": fresh["status"]["nodeInfo"]}})
        # Last, as it bears the note that all of it is done.
        self.api.merge(path, {"metadata": meta, "spec": {"taints": taints}})

    def _delete_node(self, name: str) -> None:
        """The Droplet is gone: so are the Node and, at once, its pods."""
        self.api.delete(f"/api/v1/nodes/{name}")
        for pod in self.mirrors["Pod"].all():
            if pod["spec"].get("nodeName") == name:
                meta = pod["metadata"]
                path = f"/api/v1/namespaces/{meta['namespace']}/pods/{meta['name']}"
                self.api.delete(path, {"kind": "DeleteOptions", "apiVersion": "v1", "gracePeriodSeconds": 0})

    # Autoscaling

    def _scale(self, wanted: Wanted) -> None:
        pods = self.mirrors["Pod"].all()
        self._note_idle(pods)
        views = [self._view(pool, wanted) for pool in wanted.pools if pool.auto_scale]
        for change in autoscale.decide(views, [pod for pod in pods if autoscale.is_waiting(pod)]):
            log.info("%s: pool %s gets %d nodes: %s", wanted.name, change.pool.name, change.size, change.because)
            self._fleet.scale(change.pool, to=change.size, without=change.without)
            self._fleet.settle(wanted.pools)
            self.keeper.wake()

    def _view(self, pool: Pool, wanted: Wanted) -> autoscale.PoolView:
        names = [node.name for node in self._fleet.nodes(pool.pool_id)]
        now = time.monotonic()
        seen = [name for name in names if now - self._ready_since.get(name, now) >= SEEN_AFTER_S]
        idle = {name: since for name, since in self._idle_since.items() if name in names}
        return autoscale.PoolView(
            pool=pool,
            template=nodes.template(pool, **_words(wanted)),
            size=len(names),
            coming=len(names) - len(seen),
            idle=autoscale.idle_nodes(idle, now_s=now, idle_s=self._idle_s),
        )

    def _note_idle(self, pods: list[Json]) -> None:
        now = time.monotonic()
        used = {pod["spec"]["nodeName"] for pod in pods if "nodeName" in pod["spec"] and autoscale.keeps_node(pod)}
        ready = self.ready_nodes()
        self._ready_since = {name: self._ready_since.get(name, now) for name in ready}
        self._idle_since = {name: self._idle_since.get(name, now) for name in ready - used}

    # SQL

    def _execute_sql(self) -> None:
        for pod in self.mirrors["Pod"].all():
            meta = pod["metadata"]
            if meta.get("labels", {}).get(EXECUTES) != "sql" or pod.get("status", {}).get("phase") != "Running":
                continue
            with self._executing_lock:
                if meta["uid"] in self._executing:
                    continue
                self._executing.add(meta["uid"])
            self._workers.submit(self._execute, pod)

    def _execute(self, pod: Json) -> None:
        meta = pod["metadata"]
        base = f"/api/v1/namespaces/{meta['namespace']}"
        try:
            if meta["uid"] not in self._verdicts:
                self._verdicts[meta["uid"]] = self._verdict(pod, base)
            message, failed = self._verdicts[meta["uid"]]
            status = sqljobs.over(pod, failed=failed, message=message, now=now_text())
            self.api.merge(f"{base}/pods/{meta['name']}/status", {"status": status})
        except Exception:
            log.exception("pod %s/%s", meta["namespace"], meta["name"])
            # It is told once more at the next look; the SQL is not executed again.
            with self._executing_lock:
                self._executing.discard(meta["uid"])

    def _verdict(self, pod: Json, base: str) -> tuple[str, bool]:
        """What came of the pod's SQL, in a sentence, and whether it failed."""
        url = ""
        try:
            work = sqljobs.work_of(pod, lambda kind, name: self.api.find(f"{base}/{kind}/{name}"))
            url = work.url
            message, failed = sqljobs.execute(work), False
        except Exception as error:
            message, failed = sqljobs.without_password(f"{type(error).__name__}: {error}".strip(), url), True
        log.info("SQL of pod %s/%s: %s", pod["metadata"]["namespace"], pod["metadata"]["name"], message)
        return message, failed


def now_text() -> str:
    """Now, as Kubernetes writes times."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _words(wanted: Wanted) -> dict[str, str]:
    return {"version": wanted.version, "region": wanted.region}


def _given(order: Ordered, pool: Pool, wanted: Wanted) -> Json:
    """The Node object with a note of its version and of the pool's name, labels and taints on it."""
    node = nodes.render(order, pool, **_words(wanted))
    taints = sorted(f"{taint.key}={taint.value}:{taint.effect}" for taint in pool.taints)
    labels = sorted(f"{key}={value}" for key, value in pool.labels.items())
    node["metadata"]["annotations"][GIVEN] = f"{wanted.version},{pool.name};{','.join(labels)};{','.join(taints)}"
    return node


def _parse(given: str | None) -> tuple[set[str], set[str]]:
    """The keys of the labels and of the taints in such a note."""
    *_, labels, taints = (given or ";").split(";")
    return _keys(labels), _keys(taints)


def _keys(words: str) -> set[str]:
    return {word.partition("=")[0] for word in words.split(",") if word}


def _is_ready(node: Json) -> bool:
    return any(
        condition["type"] == "Ready" and condition["status"] == "True"
        for condition in node.get("status", {}).get("conditions", [])
    )
