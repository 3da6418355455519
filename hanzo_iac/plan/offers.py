"""
What each type of resource offers to the services bound to it: the variables, by the names its clients look for.

One row a type. Bindings, flows and the explanation read it; a new type of resource is a row here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hanzo_iac.model.resources import (
    FileShare,
    LlmGateway,
    ObjectStore,
    Postgres,
    Resource,
    Valkey,
    VectorStore,
)


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What one type of resource offers."""

    kind: str
    family: str = ""
    """What clients take it for, where several kinds set the same variables; empty = its kind."""
    plain: tuple[str, ...] = ()
    """Variables whose values are known before anything exists."""
    secrets: Mapping[str, str] = field(default_factory=dict)
    """Variable -> which value of the resource, known to the cloud alone, it takes."""
    secrets_in_environment: Mapping[str, str] | None = None
    """The same where a service wants variables and not files, when that makes a difference."""

    def secrets_for(self, *, files: bool) -> Mapping[str, str]:
        """Variable -> value, for a service that takes secrets as files or as variables."""
        if files or self.secrets_in_environment is None:
            return self.secrets
        return self.secrets_in_environment


OFFERS = {
    offer.kind: offer
    for offer in (
        Offer(kind="postgres", secrets={"DATABASE_URL": "url"}),
        Offer(kind="pgvector", family="vector", secrets={"VECTOR_DB_URL": "url"}),
        Offer(
            kind="qdrant", family="vector", plain=("VECTOR_DB_URL", "QDRANT_URL"), secrets={"QDRANT_API_KEY": "api_key"}
        ),
        Offer(
            kind="weaviate",
            family="vector",
            secrets={"VECTOR_DB_URL": "url", "WEAVIATE_URL": "url", "WEAVIATE_API_KEY": "api_key"},
        ),
        Offer(kind="cache", secrets={"REDIS_URL": "url"}),
        Offer(
            kind="bucket",
            plain=("S3_BUCKET", "AWS_ENDPOINT_URL_S3", "AWS_REGION"),
            # AWS's own clients look for AWS_SHARED_CREDENTIALS_FILE, which is what a secret of this name becomes.
            secrets={"AWS_SHARED_CREDENTIALS": "credentials_file"},
            secrets_in_environment={"AWS_ACCESS_KEY_ID": "access_key", "AWS_SECRET_ACCESS_KEY": "secret_key"},
        ),
        Offer(kind="share", plain=("SHARE_PATH",)),
        Offer(kind="llm", plain=("OPENAI_BASE_URL",), secrets={"OPENAI_API_KEY": "api_key"}),
    )
}
"""Kind -> offer."""


def kind_of(resource: Resource) -> str | None:
    """The kind of a resource that services are bound to; None for a pool, which they run on."""
    if isinstance(resource, VectorStore):
        return resource.engine
    kinds = {Postgres: "postgres", Valkey: "cache", ObjectStore: "bucket", FileShare: "share", LlmGateway: "llm"}
    return kinds.get(type(resource))
