"""The resource types this provider knows, by token."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hanzo_iac.localcloud.provider.resource import Resource
from hanzo_iac.localcloud.provider.resources.bucket_settings import CORS, POLICY
from hanzo_iac.localcloud.provider.resources.cdns import CDN
from hanzo_iac.localcloud.provider.resources.certificates import CERTIFICATE
from hanzo_iac.localcloud.provider.resources.clusters import CLUSTER
from hanzo_iac.localcloud.provider.resources.database_configs import POSTGRES, VALKEY
from hanzo_iac.localcloud.provider.resources.database_parts import CONNECTION_POOL, DB, FIREWALL, USER
from hanzo_iac.localcloud.provider.resources.databases import CLUSTER as DATABASE
from hanzo_iac.localcloud.provider.resources.domains import DOMAIN, RECORD
from hanzo_iac.localcloud.provider.resources.load_balancers import BALANCER
from hanzo_iac.localcloud.provider.resources.node_pools import NODE_POOL
from hanzo_iac.localcloud.provider.resources.projects import PROJECT, PROJECT_RESOURCES
from hanzo_iac.localcloud.provider.resources.registries import CREDENTIALS, REGISTRY
from hanzo_iac.localcloud.provider.resources.replicas import REPLICA
from hanzo_iac.localcloud.provider.resources.share_attachments import ATTACHMENT
from hanzo_iac.localcloud.provider.resources.shares import SHARE
from hanzo_iac.localcloud.provider.resources.spaces_buckets import BUCKET
from hanzo_iac.localcloud.provider.resources.spaces_keys import KEY
from hanzo_iac.localcloud.provider.resources.tags import TAG
from hanzo_iac.localcloud.provider.resources.uptime import ALERT, CHECK
from hanzo_iac.localcloud.provider.resources.vectors import VECTOR
from hanzo_iac.localcloud.provider.resources.vpcs import VPC

ALL = (
    ALERT,
    ATTACHMENT,
    BALANCER,
    BUCKET,
    CDN,
    CERTIFICATE,
    CHECK,
    CLUSTER,
    CONNECTION_POOL,
    CORS,
    CREDENTIALS,
    DATABASE,
    DB,
    DOMAIN,
    FIREWALL,
    KEY,
    NODE_POOL,
    POLICY,
    POSTGRES,
    PROJECT,
    PROJECT_RESOURCES,
    RECORD,
    REGISTRY,
    REPLICA,
    SHARE,
    TAG,
    USER,
    VALKEY,
    VECTOR,
    VPC,
)

TABLE: Mapping[str, Resource] = MappingProxyType({resource.token: resource for resource in ALL})
"""Token -> resource type."""
