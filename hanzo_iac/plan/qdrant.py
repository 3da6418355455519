"""R: Qdrant in the cluster, one pod with a volume, and a snapshot every night."""

from __future__ import annotations

from hanzo_iac.model.resources import VectorStore
from hanzo_iac.plan import network
from hanzo_iac.plan.ground import Ground
from hanzo_iac.plan.priced import priced
from hanzo_iac.plan.seat import Seat
from hanzo_iac.plan.spec import ImageSpec, NetworkPolicySpec, PodResourcesSpec, QdrantSpec

PORT = 6333
IMAGE = "docker.io/qdrant/qdrant:v1.16.0-unprivileged"
SNAPSHOT_IMAGE = "docker.io/curlimages/curl:8.17.0"
# Own knowledge, 2026-11: `hanzo images check` will say whether the registries have them.

STORAGE_CLASS = "do-block-storage"
SNAPSHOTS_KEPT = 7
SNAPSHOT_SCHEDULE = "15 3 * * *"

RESOURCES = PodResourcesSpec(
    # Vectors lie in memory-mapped files; 2 GiB hold the graph of about a million of 1,024 dimensions. Arbitrary else.
    cpu_request_m=500,
    cpu_limit_m=1000,
    memory_mib=2048,
    ephemeral_storage_mib=1024,
    gpu_resource="",
    gpus=0,
)

WORD_BY_DISTANCE = {"cosine": "Cosine", "l2": "Euclid", "ip": "Dot"}
SNAPSHOT_LABELS = {"app.kubernetes.io/component": "qdrant-snapshot"}


def url(key: str, ground: Ground) -> str:
    """Where services of the stack reach it."""
    return f"http://{key}.{ground.stack}.svc.cluster.local:{PORT}"


def plan_qdrant(key: str, store: VectorStore, seat: Seat, ground: Ground) -> QdrantSpec:
    """The Qdrant of a vector store."""
    where = f"resources/{key}"
    gib = -(-store.storage.mib // 1024)
    return QdrantSpec(
        name=key,
        namespace=ground.stack,
        image=ImageSpec(reference=IMAGE, digest="", built_from=""),
        port=PORT,
        dimensions=store.dimensions,
        distance=WORD_BY_DISTANCE[store.distance],
        storage_gib=gib,
        storage_class=STORAGE_CLASS,
        snapshots_kept=SNAPSHOTS_KEPT,
        snapshot_schedule=SNAPSHOT_SCHEDULE,
        snapshot_image=ImageSpec(reference=SNAPSHOT_IMAGE, digest="", built_from=""),
        resources=RESOURCES,
        pool=seat.pool,
        node_selector=seat.node_selector,
        labels=ground.labels,
        pod_labels=network.pods_of(key),
        snapshot_labels=SNAPSHOT_LABELS,
        cost=(priced(ground.catalogue.price("volume-gib"), gib, because=f"{where}/storage"),),
        because=where,
    )


def flows_to_qdrant(key: str, ground: Ground) -> tuple[NetworkPolicySpec, ...]:
    """The flow from the pods that take snapshots."""
    opening = network.Opening(name=f"{key}-snapshot", port=PORT, because=f"resources/{key}")
    client = network.pods(ground.stack, SNAPSHOT_LABELS)
    return network.pair(opening, client, network.pods(ground.stack, network.pods_of(key)))
