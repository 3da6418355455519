"""The SQL of a vector store, run by a real PostgreSQL with pgvector."""

from __future__ import annotations

import psycopg
import pytest
from localcloud_account import Account

from hanzo_iac.localcloud.kubernetes.sqljobs import statements
from hanzo_iac.model.resources import VectorStore
from hanzo_iac.plan.vector_stores import vector_sql


@pytest.fixture(scope="module")
def database(account: Account) -> dict:
    made = account.database("pg-vectors")
    made["web"] = account.call("POST", f"/v2/databases/{made['id']}/users", {"name": "web"})["user"]
    return made


@pytest.fixture
def admin(database):
    with psycopg.connect(database["connection"]["uri"], autocommit=True) as link:
        yield link
        link.execute("DROP TABLE IF EXISTS hanzo_vector_store, embeddings")


def sql(dimensions: int, distance: str = "cosine") -> str:
    return vector_sql("docs", VectorStore(engine="pgvector", dimensions=dimensions, distance=distance), ("web",))


def store(link):
    return link.execute("SELECT name, dimensions, distance, index_type FROM hanzo_vector_store").fetchall()


def test_it_may_run_again(admin):
    for _ in range(2):
        admin.execute(sql(3))
    assert store(admin) == [("docs", 3, "cosine", "hnsw vector_cosine_ops")]


def test_other_dimensions_are_refused_and_change_nothing(admin):
    admin.execute(sql(3))
    with pytest.raises(psycopg.errors.RaiseException, match="docs was made with 3 dimensions, not 4"):
        admin.execute(sql(4, "l2"))
    assert store(admin) == [("docs", 3, "cosine", "hnsw vector_cosine_ops")]


def test_the_local_cloud_runs_it_statement_by_statement(admin):
    for statement in statements(sql(3, "l2")):
        admin.execute(statement)
    assert store(admin) == [("docs", 3, "l2", "hnsw vector_l2_ops")]


def test_the_service_s_user_can_make_an_indexed_table_as_recorded(admin, database):
    admin.execute(sql(3))
    method, operators = store(admin)[0][3].split()
    where, user = database["connection"], database["web"]
    login = {"host": where["host"], "port": where["port"], "dbname": where["database"]}
    with psycopg.connect(**login, user=user["name"], password=user["password"], autocommit=True) as link:
        link.execute("CREATE TABLE embeddings (item text, vector vector(3))")
        link.execute(f"CREATE INDEX ON embeddings USING {method} (vector {operators})")
        link.execute("INSERT INTO embeddings VALUES ('near', '[1,0,0]'), ('far', '[0,1,0]')")
        nearest = link.execute("SELECT item FROM embeddings ORDER BY vector <=> '[1,0.1,0]' LIMIT 1").fetchone()
        link.execute("DROP TABLE embeddings")
    assert nearest == ("near",)
