"""One good resource of every type, in an emulated account whose answers are checked against DigitalOcean's OpenAPI."""

from __future__ import annotations

import datetime
import json
import os
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from doubles.rehearsal import Ref, Wanted
from doubles.servers import NoClusters, NoDatabases
from hanzo_iac.localcloud.digitalocean import Cloud, create_app
from hanzo_iac.localcloud.digitalocean import Settings as AccountSettings
from hanzo_iac.localcloud.digitalocean import State as AccountState

DATA = Path(os.environ.get("HANZO_DATA", Path(__file__).resolve().parents[3] / "shared" / "data")) / "digitalocean"
SPECIFICATION = DATA / "DigitalOcean-infra-subset.json"
VERSION = "1.36.1-do.0"


def token(name: str) -> str:
    return f"digitalocean:index/{name[0].lower()}{name[1:]}:{name}"


def wanted(name: str, kind: str, /, **inputs: Any) -> Wanted:
    return Wanted(name, token(kind), inputs)


def account(*, validate: bool = False, **settings: float) -> Cloud:
    """An empty account; answers are checked when asked and where the specification is at hand."""
    checked = SPECIFICATION if validate and SPECIFICATION.exists() else None
    waits = AccountSettings.instant(validate=checked)
    app = create_app(
        AccountState(),
        clusters=NoClusters(),
        databases=NoDatabases(),
        settings=AccountSettings(**{**vars(waits), **settings}),
    )
    cloud: Cloud = app.state.cloud
    return cloud


NET = wanted("net", "Vpc", name="net", region="nyc2", ipRange="10.10.0.0/16", description="the network")
ANNEX = wanted("annex", "Vpc", name="annex", region="nyc2", ipRange="10.11.0.0/16")
CLUSTER = wanted(
    "cluster",
    "KubernetesCluster",
    name="main",
    region="nyc2",
    version=VERSION,
    vpcUuid=Ref("net"),
    tags=["prod", "hanzo"],
    nodePool={"name": "system", "size": "s-2vcpu-4gb", "nodeCount": 2, "labels": {"role": "system"}},
    maintenancePolicy={"day": "monday", "startTime": "04:00"},
    routingAgent={"enabled": True},
    controlPlaneFirewall={"enabled": True, "allowedAddresses": ["203.0.113.0/24"]},
)
POOL = wanted(
    "pool",
    "KubernetesNodePool",
    name="gpu",
    clusterId=Ref("cluster"),
    size="gpu-h100x1-80gb",
    autoScale=True,
    minNodes=0,
    maxNodes=3,
    labels={"hanzo.ai/pool": "gpu"},
    tags=["hanzo"],
    taints=[{"key": "only", "value": "gpu", "effect": "NoSchedule"}],
)
DATABASE = wanted(
    "db",
    "DatabaseCluster",
    name="db",
    engine="pg",
    version="17",
    size="db-s-1vcpu-2gb",
    region="nyc2",
    nodeCount=1,
    privateNetworkUuid=Ref("net"),
    tags=["prod", "hanzo"],
    maintenanceWindows=[{"day": "sunday", "hour": "02:00"}],
)
CACHE = wanted(
    "cache",
    "DatabaseCluster",
    name="cache",
    engine="valkey",
    version="8",
    size="db-s-1vcpu-1gb",
    region="nyc2",
    nodeCount=1,
    privateNetworkUuid=Ref("net"),
    evictionPolicy="allkeys_lru",
)
PROGRAM = [
    NET,
    ANNEX,
    CLUSTER,
    POOL,
    DATABASE,
    CACHE,
    wanted(
        "restored",
        "DatabaseCluster",
        name="restored",
        engine="pg",
        version="18",
        size="db-s-1vcpu-2gb",
        region="nyc2",
        nodeCount=1,
        privateNetworkUuid=Ref("net"),
        backupRestore={"databaseName": Ref("db", "name")},
    ),
    wanted("app", "DatabaseDb", clusterId=Ref("db"), name="app"),
    wanted("user", "DatabaseUser", clusterId=Ref("db"), name="app"),
    wanted("wall", "DatabaseFirewall", clusterId=Ref("db"), rules=[{"type": "k8s", "value": Ref("cluster")}]),
    wanted(
        "pgpool",
        "DatabaseConnectionPool",
        clusterId=Ref("db"),
        name="app-pool",
        dbName="app",
        user="app",
        mode="transaction",
        size=5,
    ),
    wanted(
        "replica",
        "DatabaseReplica",
        clusterId=Ref("db"),
        name="copy",
        region="nyc2",
        size="db-s-1vcpu-2gb",
        privateNetworkUuid=Ref("net"),
    ),
    wanted("pgconf", "DatabasePostgresqlConfig", clusterId=Ref("db"), workMem=16, pgbouncers=[{"minPoolSize": 3}]),
    wanted("vkconf", "DatabaseValkeyConfig", clusterId=Ref("cache"), ioThreads=2, timeout=600),
    wanted("registry", "ContainerRegistry", name="images", subscriptionTierSlug="basic", region="nyc3"),
    wanted("login", "ContainerRegistryDockerCredentials", registryName=Ref("registry"), write=True, expirySeconds=3600),
    wanted("tag", "Tag", name="blue"),
    wanted("project", "Project", name="rag", environment="production", description="all of it"),
    wanted("members", "ProjectResources", project=Ref("project"), resources=[Ref("cluster", "clusterUrn")]),
    wanted("domain", "Domain", name="example.com"),
    wanted("record", "DnsRecord", domain=Ref("domain"), type="CNAME", name="www", value="web.example.com.", ttl=300),
    wanted("proof", "DnsRecord", domain=Ref("domain"), type="TXT", name="@", value="v=spf1 -all"),
    wanted(
        "issuer",
        "DnsRecord",
        domain=Ref("domain"),
        type="CAA",
        name="@",
        value="letsencrypt.org.",
        flags=0,
        tag="issue",
    ),
    wanted(
        "wild",
        "DnsRecord",
        domain=Ref("domain"),
        type="CAA",
        name="@",
        value="letsencrypt.org.",
        flags=0,
        tag="issuewild",
    ),
    wanted(
        "chat",
        "DnsRecord",
        domain=Ref("domain"),
        type="SRV",
        name="_chat._tcp",
        value="web.example.com.",
        port=5222,
        priority=0,
        weight=5,
    ),
    wanted("cert", "Certificate", name="web", type="lets_encrypt", domains=["example.com"]),
    wanted(
        "balancer",
        "LoadBalancer",
        name="web",
        region="nyc2",
        vpcUuid=Ref("net"),
        forwardingRules=[
            {"entryPort": 80, "entryProtocol": "http", "targetPort": 8080, "targetProtocol": "http"},
            {
                "entryPort": 443,
                "entryProtocol": "https",
                "targetPort": 8080,
                "targetProtocol": "http",
                "certificateName": Ref("cert", "name"),
            },
        ],
        healthcheck={"port": 8080, "protocol": "http", "path": "/healthz"},
    ),
    wanted(
        "cdn",
        "Cdn",
        origin="rag-uploads.nyc3.digitaloceanspaces.com",
        ttl=600,
        customDomain="static.example.com",
        certificateName=Ref("cert", "name"),
    ),
    wanted("check", "UptimeCheck", name="home", target="https://example.com", regions=["us_east", "eu_west"]),
    wanted(
        "alert",
        "UptimeAlert",
        checkId=Ref("check"),
        name="slow",
        type="latency",
        threshold=300,
        comparison="greater_than",
        period="2m",
        notifications=[{"emails": ["a@example.com"], "slacks": [{"channel": "ops", "url": "https://example.com/x"}]}],
    ),
    wanted("share", "Nfs", name="weights", region="nyc2", size=100, vpcId=Ref("net")),
    wanted("reach", "NfsAttachment", shareId=Ref("share"), vpcId=Ref("annex"), region="nyc2"),
    wanted(
        "vector",
        "VectorDatabase",
        name="docs",
        region="tor1",
        size="small",
        tags=["prod", "hanzo"],
        config={"defaultQuantization": "pq"},
    ),
    wanted("key", "SpacesKey", name="uploads", grants=[{"bucket": "uploads", "permission": "readwrite"}]),
]
"""Every type of DigitalOcean's API that the provider knows, in an order that can be made."""

CHANGES = {
    "net": {"description": "another"},
    "cluster": {"tags": ["hanzo"], "surgeUpgrade": False, "maintenancePolicy": {"day": "friday", "startTime": "05:00"}},
    "pool": {"maxNodes": 5, "labels": {"a": "b"}, "taints": []},
    "db": {
        "size": "db-s-2vcpu-4gb",
        "nodeCount": 2,
        "tags": ["prod", "more"],
        "version": "18",
        "maintenanceWindows": [{"day": "monday", "hour": "05:00"}],
        "storageAutoscale": {"enabled": True, "thresholdPercent": 80, "incrementGib": 20},
    },
    "cache": {"evictionPolicy": "noeviction"},
    "replica": {"size": "db-s-2vcpu-4gb", "storageSizeMib": "81920"},
    "wall": {"rules": [{"type": "ip_addr", "value": "203.0.113.9"}, {"type": "k8s", "value": Ref("cluster")}]},
    "pgconf": {"workMem": 32, "pgbouncers": [{"minPoolSize": 4, "ignoreStartupParameters": ["search_path"]}]},
    "vkconf": {"timeout": 300, "persistence": "off"},
    "registry": {"subscriptionTierSlug": "professional"},
    "project": {"description": "more", "environment": "staging"},
    "members": {"resources": [Ref("cluster", "clusterUrn"), Ref("db", "clusterUrn")]},
    "record": {"ttl": 60, "value": "other.example.com."},
    "proof": {"value": "v=spf1 include:example.net -all"},
    "wild": {"value": "sectigo.com."},
    "chat": {"port": 5269, "weight": 1},
    "balancer": {"redirectHttpToHttps": True, "sizeUnit": 2},
    "cdn": {"ttl": 3600, "customDomain": None, "certificateName": None},
    "check": {"target": "https://www.example.com", "enabled": False, "regions": ["us_west"]},
    "alert": {"name": "slower", "threshold": None, "period": "5m", "notifications": [{"emails": ["b@example.com"]}]},
    "share": {"size": 200, "performanceTier": "high"},
    "key": {"grants": [{"bucket": "uploads", "permission": "read"}]},
    "login": {"expirySeconds": 7200},
    "vector": {"size": "large", "tags": ["more"], "config": {"enableAutoSchema": False}},
}
"""Name -> inputs that are changed in place."""

BUCKET = wanted(
    "bucket",
    "SpacesBucket",
    name="rag-uploads",
    region="nyc3",
    versioning={"enabled": True},
    forceDestroy=True,
    lifecycleRules=[
        {"enabled": True, "prefix": "tmp/", "expiration": {"days": 7}, "abortIncompleteMultipartUploadDays": 1},
        {"enabled": False, "id": "old", "noncurrentVersionExpiration": {"days": 30}},
    ],
)
PAGES = wanted(
    "pages",
    "SpacesBucketCorsConfiguration",
    bucket=Ref("bucket"),
    region="nyc3",
    corsRules=[
        {
            "allowedMethods": ["GET", "PUT"],
            "allowedOrigins": ["https://example.com"],
            "allowedHeaders": ["*"],
            "exposeHeaders": ["ETag"],
            "maxAgeSeconds": 600,
        }
    ],
)
READERS = wanted(
    "readers",
    "SpacesBucketPolicy",
    bucket=Ref("bucket"),
    region="nyc3",
    policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "public",
                    "Effect": "Allow",
                    "Principal": "*",
                    "Action": ["s3:GetObject"],
                    "Resource": ["arn:aws:s3:::rag-uploads/public/*"],
                }
            ],
        }
    ),
)
STORED = (BUCKET, PAGES, READERS)
"""The types that need object storage."""


def self_signed() -> tuple[str, str]:
    """A new private key and a certificate for it, as PEM texts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "example.com")])
    start = datetime.datetime(2026, 11, 21, tzinfo=datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    built = builder.not_valid_before(start).not_valid_after(start + datetime.timedelta(days=3650))
    leaf = built.sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return private.decode(), leaf.public_bytes(pem).decode()
