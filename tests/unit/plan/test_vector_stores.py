from __future__ import annotations

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
