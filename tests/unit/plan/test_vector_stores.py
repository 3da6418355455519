from __future__ import annotations

import pytest
from plan_cases import planned

SQL = """\
-- Makes the vector store "docs". May run again at any time.
CREATE EXTENSION IF NOT EXISTS vector;

CREATE TABLE IF NOT EXISTS hanzo_vector_store (
    name text PRIMARY KEY,
    dimensions integer NOT NULL,
    distance text NOT NULL,
    index_type text NOT NULL
);

DO $$
DECLARE
    made integer := (SELECT dimensions FROM hanzo_vector_store WHERE name = 'docs');
BEGIN
    IF made <> 768 THEN
        RAISE EXCEPTION 'vector store docs was made with % dimensions, not 768', made
            USING HINT = 'embeddings of another size need a store of another name';
    END IF;
END $$;

INSERT INTO hanzo_vector_store (name, dimensions, distance, index_type)
VALUES ('docs', 768, 'l2', 'hnsw vector_l2_ops')
ON CONFLICT (name) DO UPDATE SET distance = excluded.distance, index_type = excluded.index_type;

GRANT USAGE, CREATE ON SCHEMA public TO "web";
GRANT SELECT ON hanzo_vector_store TO "web";
"""

DOCS = {"engine": "pgvector", "dimensions": 768, "distance": "l2", "storage": "40GB"}


def test_a_vector_store_is_sql_run_by_the_admin():
    store = planned({"resources/docs": DOCS}).vector_stores["docs"]
    assert store.sql == SQL
    assert (store.namespace, store.postgres, store.database, store.user) == ("shop-test", "docs", "docs", "doadmin")


def test_a_vector_store_has_a_postgres_of_its_own_with_a_user_for_each_service():
    spec = planned({"resources/docs": DOCS}).postgres["docs"]
    assert (spec.name, spec.size, spec.storage_mib // 1024) == ("shop-test-docs", "db-s-1vcpu-2gb", 40)
    assert (spec.databases, spec.users) == (("docs",), ("web",))


def test_changed_sql_is_a_job_of_another_name():
    one = planned({"resources/docs": DOCS}).vector_stores["docs"]
    other = planned({"resources/docs": {**DOCS, "distance": "cosine"}}).vector_stores["docs"]
    assert one.job.startswith("docs-setup-")
    assert other.job.startswith("docs-setup-")
    assert one.job != other.job


def test_a_store_may_lie_in_a_database_that_is_there():
    plan = planned({"resources/db": {"engine": "postgres"}, "resources/docs": {**DOCS, "database": "db"}})
    assert list(plan.postgres) == ["db"]
    store = plan.vector_stores["docs"]
    assert (store.postgres, store.database, plan.postgres["db"].users) == ("db", "db", ("web",))
    assert (plan.bindings["web-docs"].database, plan.bindings["web-docs"].user) == ("db", "web")


def test_a_qdrant_is_a_pod_of_the_shared_pool_with_a_volume():
    plan = planned({"resources/docs": {"engine": "qdrant", "dimensions": 3, "storage": "30GB", "distance": "l2"}})
    qdrant = plan.qdrants["docs"]
    assert (qdrant.name, qdrant.namespace, qdrant.port, qdrant.distance) == ("docs", "shop-test", 6333, "Euclid")
    assert (qdrant.storage_gib, qdrant.storage_class, qdrant.pool) == (30, "do-block-storage", "shared")
    assert [(line.item, line.quantity_low, line.unit_usd) for line in qdrant.cost] == [("volume-gib", 30, None)]
    # 250m and 512 MiB of the service, 500m and 2048 MiB of Qdrant.
    assert (plan.cpu_pools["shared"].size, plan.cpu_pools["shared"].min_nodes) == ("s-2vcpu-4gb", 1)
    binding = plan.bindings["web-docs"]
    assert (dict(binding.variables), dict(binding.secrets)) == (
        dict.fromkeys(("VECTOR_DB_URL", "QDRANT_URL"), "http://docs.shop-test.svc.cluster.local:6333"),
        {"QDRANT_API_KEY": "api_key"},
    )


SIZES = [("50GB", "small"), ("51GB", "medium"), ("200GB", "medium"), ("201GB", "large")]


@pytest.mark.parametrize(("storage", "size"), SIZES)
def test_a_weaviate_has_the_tier_of_its_storage(storage, size):
    plan = planned({"resources/docs": {"engine": "weaviate", "dimensions": 3, "storage": storage}})
    weaviate = plan.weaviates["docs"]
    assert (weaviate.name, weaviate.region, weaviate.size) == ("shop-test-docs", "tor1", size)
    assert [(line.item, line.unit_usd) for line in weaviate.cost] == [(f"weaviate-{size}", None)]


def test_the_second_vector_store_of_a_service_puts_its_key_before_whatever_its_engine():
    stores = {"resources/a": DOCS, "resources/b": {"engine": "qdrant", "dimensions": 3}}
    binding = planned(stores).bindings["web-b"]
    assert list(binding.variables) == ["B_VECTOR_DB_URL", "B_QDRANT_URL"]
