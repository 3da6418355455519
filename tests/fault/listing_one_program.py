"""The DigitalOcean resources of the paper's Listing 1 as a program for the rehearsal, and what they leave behind."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping

from doubles.rehearsal import Ref, Wanted
from doubles.servers import NoClusters, NoDatabases

from hanzo_iac.localcloud.digitalocean import Cloud, create_app
from hanzo_iac.localcloud.digitalocean import Settings as AccountSettings
from hanzo_iac.localcloud.digitalocean import State as AccountState

VERSION, NEWER_VERSION = "1.36.0-do.0", "1.36.1-do.0"
TAGS = ["hanzo", "my-rag-app", "prod"]


def token(name: str) -> str:
    return f"digitalocean:index/{name[0].lower()}{name[1:]}:{name}"


def database(name: str, engine: str = "pg", version: str = "17", size: str = "db-s-1vcpu-2gb") -> Wanted:
    inputs = {
        "name": f"rag-{name}",
        "engine": engine,
        "version": version,
        "size": size,
        "region": "nyc2",
        "nodeCount": 1,
        "privateNetworkUuid": Ref("net"),
        "tags": TAGS,
    }
    if engine == "valkey":
        inputs["evictionPolicy"] = "allkeys_lru"
    return Wanted(name, token("DatabaseCluster"), inputs)


def inside(cluster: str, rules: int = 1) -> list[Wanted]:
    sources = [{"type": "k8s", "value": Ref("cluster")}, {"type": "ip_addr", "value": "203.0.113.7"}]
    return [
        Wanted(f"{cluster}-app", token("DatabaseDb"), {"clusterId": Ref(cluster), "name": "app"}),
        Wanted(f"{cluster}-user", token("DatabaseUser"), {"clusterId": Ref(cluster), "name": "app"}),
        firewall(cluster, sources[:rules]),
    ]


def firewall(cluster: str, rules: list[dict[str, object]] | None = None) -> Wanted:
    rules = rules or [{"type": "k8s", "value": Ref("cluster")}]
    return Wanted(f"{cluster}-wall", token("DatabaseFirewall"), {"clusterId": Ref(cluster), "rules": rules})


def listing_one(change: Mapping[str, int] | None = None) -> list[Wanted]:
    """The program; with `change`, the same application after its owner has changed a little of everything."""
    changed = bool(change)
    system = {"name": "system", "size": "s-2vcpu-4gb", "nodeCount": 3 if changed else 2}
    cluster = {
        "name": "rag",
        "region": "nyc2",
        "version": NEWER_VERSION if changed else VERSION,
        "vpcUuid": Ref("net"),
        "nodePool": system,
        "tags": [*TAGS, "more"] if changed else TAGS,
        "clusterSubnet": "10.20.0.0/16",
        "serviceSubnet": "10.21.0.0/16",
    }
    gpu = {
        "name": "rag-gpu",
        "clusterId": Ref("cluster"),
        "size": "gpu-l40sx1-48gb",
        "autoScale": True,
        "minNodes": 0,
        "maxNodes": 8 if changed else 4,
        "labels": {"hanzo.ai/pool": "gpu"},
        "tags": TAGS,
    }
    network = {"name": "rag", "region": "nyc2", "ipRange": "10.10.0.0/16", "description": "grown" if changed else ""}
    project = {"name": "my-rag-app", "environment": "Production", "purpose": "Service or API"}
    members = [Ref("cluster", "clusterUrn"), Ref("db", "clusterUrn"), Ref("vectors", "clusterUrn")]
    return [
        *[Wanted(f"tag-{tag}", token("Tag"), {"name": tag}) for tag in TAGS],
        Wanted("net", token("Vpc"), network),
        Wanted("cluster", token("KubernetesCluster"), cluster),
        Wanted("gpu", token("KubernetesNodePool"), gpu),
        database("db", version="18" if changed else "17", size="db-s-2vcpu-4gb" if changed else "db-s-1vcpu-2gb"),
        *inside("db", rules=2 if changed else 1),
        database("vectors"),
        *inside("vectors"),
        database("cache", "valkey", "8"),
        firewall("cache"),
        Wanted("registry", token("ContainerRegistry"), {"name": "rag-images", "subscriptionTierSlug": "basic"}),
        Wanted("project", token("Project"), project),
        Wanted("members", token("ProjectResources"), {"project": Ref("project"), "resources": members}),
    ]


def account() -> Cloud:
    """An empty account where nothing has to be waited for."""
    return make_account(lambda: 0.0, AccountSettings.instant())


def slow_account() -> Cloud:
    """An empty account where everything takes a few looks to be ready, and to be gone."""
    seconds = itertools.count(1_795_262_400.0, 0.25)
    waits = AccountSettings(
        cluster_s=4, upgrade_s=4, node_s=2, database_s=4, resize_s=4, load_balancer_s=2, share_s=2, vpc_release_s=3
    )
    return make_account(lambda: next(seconds), waits)


def make_account(clock: Callable[[], float], settings: AccountSettings) -> Cloud:
    app = create_app(AccountState(), clusters=NoClusters(), databases=NoDatabases(), clock=clock, settings=settings)
    cloud: Cloud = app.state.cloud
    return cloud


def census(cloud: Cloud) -> dict[str, list[str]]:
    """Everything in the account that somebody made, by kind and name; what is there twice stands there twice."""
    tables = cloud.state.dump()["tables"]

    def names(table: str) -> list[str]:
        return sorted(str(record["name"]) for record in tables.get(table, {}).values())

    databases = tables.get("databases", {}).values()
    return {
        "vpcs": sorted(vpc["name"] for vpc in tables.get("vpcs", {}).values() if not vpc["default"]),
        "clusters": names("clusters"),
        "pools": sorted(pool["name"] for one in tables.get("clusters", {}).values() for pool in one["node_pools"]),
        "databases": names("databases"),
        "dbs": sorted(f"{one['name']}/{name}" for one in databases for name in one["dbs"]),
        "users": sorted(f"{one['name']}/{user}" for one in databases for user in one["users"]),
        "registries": names("registries"),
        "projects": sorted(one["name"] for one in tables.get("projects", {}).values() if not one["is_default"]),
    }
