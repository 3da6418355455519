"""R: a vector database that DigitalOcean manages."""

from __future__ import annotations

from hanzo_iac.model.resources import VectorStore
from hanzo_iac.plan.ground import Ground
from hanzo_iac.plan.priced import priced
from hanzo_iac.plan.spec import WeaviateSpec

PORT = 443
HOSTS = ("*.weaviate.ondigitalocean.com",)
# Where it answers. Source: the example of `vectordbVectorDBEndpoints` in DigitalOcean's OpenAPI, 2026-08.

WORD_BY_DISTANCE = {"cosine": "cosine", "l2": "l2-squared", "ip": "dot"}

_MOST_GIB = (("small", 50), ("medium", 200))
# Arbitrary: DigitalOcean publishes no sizes of its tiers. Storage up to this takes the tier, more takes `large`.


def plan_weaviate(key: str, store: VectorStore, ground: Ground) -> WeaviateSpec:
    """The Weaviate of a vector store."""
    where, gib = f"resources/{key}", -(-store.storage.mib // 1024)
    size = next((size for size, most in _MOST_GIB if gib <= most), "large")
    return WeaviateSpec(
        name=ground.name(key),
        region=ground.environment.region,
        size=size,
        dimensions=store.dimensions,
        distance=WORD_BY_DISTANCE[store.distance],
        tags=ground.tags,
        protect=ground.environment.protect,
        cost=(priced(ground.catalogue.price(f"weaviate-{size}"), 1, because=where),),
        because=where,
    )
