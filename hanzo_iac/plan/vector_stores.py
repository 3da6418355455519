"""R: a pgvector store: a managed PostgreSQL of its own, and the SQL that makes it one."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from hanzo_iac.model.application import Application
from hanzo_iac.model.resources import VectorStore
from hanzo_iac.names import physical_name
from hanzo_iac.plan import network
from hanzo_iac.plan.ground import Ground
from hanzo_iac.plan.postgres import ENGINE, MAINTENANCE, PORT, Wanted, choose_size, database_cost, sql_name
from hanzo_iac.plan.spec import NetworkPolicySpec, PodResourcesSpec, PostgresSpec, VectorStoreSpec

ADMIN = "doadmin"
# The admin DigitalOcean makes in every PostgreSQL cluster; only it may create extensions.

PSQL_IMAGE = "docker.io/library/postgres:18.1-alpine"

TRIES = 6

RESOURCES = PodResourcesSpec(
    # psql waits for the database and holds nothing. Arbitrary: a tenth of it would do.
    cpu_request_m=50,
    cpu_limit_m=500,
    memory_mib=128,
    ephemeral_storage_mib=64,
    gpu_resource="",
    gpus=0,
)

INDEX_BY_DISTANCE = {"cosine": "hnsw vector_cosine_ops", "l2": "hnsw vector_l2_ops", "ip": "hnsw vector_ip_ops"}
# What services should index with; the model takes no more dimensions than such an index does.

_SQL = """\
-- Makes the vector store "{store}". May run again at any time.
CREATE EXTENSION IF NOT EXISTS vector;

CREATE TABLE IF NOT EXISTS hanzo_vector_store (
    name text PRIMARY KEY,
    dimensions integer NOT NULL,
    distance text NOT NULL,
    index_type text NOT NULL
);

DO $$
DECLARE
    made integer := (SELECT dimensions FROM hanzo_vector_store WHERE name = '{store}');
BEGIN
    IF made <> {dimensions} THEN
        RAISE EXCEPTION 'vector store {store} was made with % dimensions, not {dimensions}', made
            USING HINT = 'embeddings of another size need a store of another name';
    END IF;
END $$;

INSERT INTO hanzo_vector_store (name, dimensions, distance, index_type)
VALUES ('{store}', {dimensions}, '{distance}', '{index}')
ON CONFLICT (name) DO UPDATE SET distance = excluded.distance, index_type = excluded.index_type;
"""

_GRANTS = """
GRANT USAGE, CREATE ON SCHEMA public TO {user};
GRANT SELECT ON hanzo_vector_store TO {user};
"""


def holder_of(key: str, application: Application) -> str:
    """The PostgreSQL a resource lies in: itself, or the one that a vector store names."""
    resource = application.resources[key]
    return (resource.database if isinstance(resource, VectorStore) else None) or key


def plan_vector_postgres(key: str, store: VectorStore, users: tuple[str, ...], ground: Ground) -> PostgresSpec:
    """
    The PostgreSQL a vector store lives in. Apart from the other databases: building an index takes all of its memory.

    Raises:
        InputError: no size holds the storage.
    """
    where = f"resources/{key}"
    nodes = 2 if ground.environment.postgres.standby else 1
    size = choose_size(Wanted(where=where, storage_mib=store.storage.mib, nodes=nodes, size=""), ground.catalogue)
    storage = max(store.storage.mib, size.disk_min_mib)
    return PostgresSpec(
        name=ground.name(key),
        region=ground.environment.region,
        version=ground.catalogue.newest_version(ENGINE).version,
        keep_version=True,
        size=size.slug,
        node_count=nodes,
        storage_mib=storage,
        databases=(sql_name(key),),
        users=tuple(sql_name(user) for user in users),
        pools=(),
        replicas=(),
        growth=None,
        maintenance=MAINTENANCE,
        settings={},
        restore=None,
        tags=ground.tags,
        protect=ground.environment.protect,
        cost=database_cost(size, nodes, storage, where, ground.catalogue),
        because=where,
    )


def plan_vector_store(key: str, store: VectorStore, users: tuple[str, ...], ground: Ground) -> VectorStoreSpec:
    """The SQL of a vector store and the Job that runs it."""
    sql, holder = vector_sql(key, store, tuple(sql_name(user) for user in users)), store.database or key
    return VectorStoreSpec(
        name=ground.name(key),
        namespace=ground.stack,
        postgres=holder,
        database=sql_name(holder),
        user=ADMIN,
        dimensions=store.dimensions,
        job=physical_name(key, "setup", sha256(sql.encode()).hexdigest()[:8]),
        image=PSQL_IMAGE,
        sql=sql,
        tries=TRIES,
        resources=RESOURCES,
        pod_labels=network.SQL_JOB_LABELS,
        because=f"resources/{key}",
    )


def flows_to_stores(stores: Mapping[str, VectorStoreSpec], ground: Ground) -> tuple[NetworkPolicySpec, ...]:
    """The flow from the Jobs that set stores up to the databases; none without a store."""
    if not stores:
        return ()
    opening = network.Opening(name="vector-setup", port=PORT, because=next(iter(stores.values())).because)
    jobs = network.pods(ground.stack, network.SQL_JOB_LABELS)
    return (network.flow(opening, jobs, "Egress", network.addresses(ground.environment.ip_range)),)


def vector_sql(key: str, store: VectorStore, users: tuple[str, ...]) -> str:
    """
    SQL that may run any number of times and makes the store once.

    It fails, changing nothing, where the store was made with another number of dimensions. Users get the right to make
    tables: PostgreSQL 15 and later give it to the owner alone.
    """
    setup = _SQL.format(
        store=key,
        dimensions=store.dimensions,
        distance=store.distance,
        index=INDEX_BY_DISTANCE[store.distance],
    )
    return setup + "".join(_GRANTS.format(user=f'"{user}"') for user in users)
