"""Why each field of each spec is what it is: sentences only, the rules themselves stand in the planning modules."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """Where a value comes from and why it is so."""

    origin: str
    why: str
    path: str = ""
    """Its place in hanzo.yaml, when it can be written there; what is not written is a default."""
    otherwise: str = ""
    """Where it comes from when it is not what stands in hanzo.yaml."""


def _fixed(why: str) -> Reason:
    return Reason("fixed", why)


def _derived(why: str) -> Reason:
    return Reason("derived", why)


def _environment(why: str) -> Reason:
    return Reason("environment", why)


def _catalogue(why: str) -> Reason:
    return Reason("catalogue", why)


def _written(path: str, why: str = "", *, otherwise: str = "") -> Reason:
    return Reason("written", why, path, otherwise)


NAME = _derived("application, environment and key, cut to what is allowed")
STACK = _derived("application and environment")
REGION = _environment("region of the environment")
TAGS = _derived("everything of a stack carries its tag")
PROTECT = _environment("whether deleting it is refused")
NAMESPACE = _derived("the stack's namespace")
POOL_LABELS = _derived("pods select their pool by it")
NO_TAINTS = _fixed("DOKS taints GPU nodes itself; nothing else is taken apart")
LABELS = _derived("who it belongs to")

REASONS: dict[str, dict[str, Reason]] = {
    "ProjectSpec": {
        "name": STACK,
        "description": STACK,
        "purpose": _fixed("one of DigitalOcean's words"),
        "environment": _environment("DigitalOcean's word for it"),
    },
    "TagSpec": {"name": TAGS},
    "VpcSpec": {
        "name": STACK,
        "region": REGION,
        "ip_range": _environment("private addresses of the stack"),
        "delete_timeout": _fixed("members leave minutes after their own deletion"),
    },
    "ClusterSpec": {
        "name": STACK,
        "region": REGION,
        "version": _catalogue("the environment's version, else the default of DigitalOcean Kubernetes"),
        "keep_version": _environment("without a version in the environment a cluster keeps the one it has"),
        "ha": _environment("a highly available control plane; cannot be turned off again"),
        "auto_upgrade": _fixed("who owns the stack upgrades it"),
        "surge_upgrade": _fixed("a new node is there before the old one goes"),
        "cluster_subnet": _environment("addresses of pods"),
        "service_subnet": _environment("addresses of services"),
        "system_pool": _environment("small and fixed: changing it would replace the cluster"),
        "expanders": _fixed("pools by priority, then by what is wasted"),
        "kubeconfig_expire_s": _fixed("DigitalOcean's default; programs ask for a fresh credential"),
        "registry_integration": _derived("where an image is built, nodes must be let into the registry"),
        "tags": TAGS,
        "protect": PROTECT,
    },
    "CpuPoolSpec": {
        "name": NAME,
        "size": _catalogue("the cheapest size that holds the largest pod, unless a pool is written"),
        "min_nodes": _derived("nodes for all pods at minimum replicas, unless a pool is written"),
        "max_nodes": _derived("nodes for all pods at maximum replicas, unless a pool is written"),
        "labels": POOL_LABELS,
        "taints": NO_TAINTS,
        "tags": TAGS,
    },
    "GpuPoolSpec": {
        "name": NAME,
        "size": _catalogue("the smallest node with this GPU and enough of them for one replica"),
        "gpu": _catalogue("the GPU asked for, else the smallest of its brand that is large enough and sold"),
        "brand": _catalogue("who makes the GPU"),
        "gpus_per_node": _catalogue("GPUs a node of this size has"),
        "min_nodes": _derived("no pod, no node: the autoscaler adds the first; unless a pool is written"),
        "max_nodes": _derived("nodes for all replicas at their maximum, unless a pool is written"),
        "labels": POOL_LABELS,
        "taints": NO_TAINTS,
        "tags": TAGS,
    },
    "RegistrySpec": {
        "name": _environment("what it says, else application and environment"),
        "region": _catalogue("the environment's region, else the first that has registries"),
        "tier": _fixed("the smallest with more than one repository"),
        "protect": PROTECT,
    },
    "PostgresSpec": {
        "name": NAME,
        "region": REGION,
        "version": _written("resources/{key}/version", "else the newest that is still mended", otherwise="catalogue"),
        "keep_version": _derived("without a written version a database keeps the one it has"),
        "size": _written(
            "resources/{key}/size", "else the cheapest whose disk holds the storage", otherwise="catalogue"
        ),
        "node_count": _environment("2 with a standby, which the resource may say too"),
        "storage_mib": _written("resources/{key}/storage", "at least what the size has", otherwise="catalogue"),
        "databases": _derived("called after the resource"),
        "users": _derived("one for each service of a vector store; else the admin of the cluster is used"),
        "pools": _written("resources/{key}/pooling", "connections that clients share"),
        "replicas": _written("resources/{key}/read_replicas", "copies that answer reading queries"),
        "growth": _written("resources/{key}/autoscale", "storage that grows by itself"),
        "maintenance": _written("resources/{key}/maintenance", "else early on Sunday", otherwise="default"),
        "settings": _written("resources/{key}/settings", "PostgreSQL's own"),
        "restore": _written("resources/{key}/restore", "the data a new cluster begins with"),
        "tags": TAGS,
        "protect": PROTECT,
    },
    "ValkeySpec": {
        "name": NAME,
        "region": REGION,
        "version": _catalogue("the only one offered; what redis becomes"),
        "size": _catalogue("the cheapest size with the memory"),
        "node_count": _environment("2 with a standby"),
        "eviction_policy": _written("resources/{key}/eviction", "what happens when memory is full"),
        "persistence": _written("resources/{key}/persistence", "whether a restart loses data"),
        "maintenance": _fixed("early on Sunday"),
        "tags": TAGS,
        "protect": PROTECT,
    },
    "VectorStoreSpec": {
        "name": NAME,
        "namespace": NAMESPACE,
        "postgres": _written(
            "resources/{key}/database", "else one of its own: building an index takes all memory", otherwise="derived"
        ),
        "database": _derived("called after the PostgreSQL's resource"),
        "user": _fixed("only the admin may create extensions"),
        "dimensions": _written("resources/{key}/dimensions"),
        "job": _derived("carries a hash of the SQL, so that changed SQL runs again"),
        "image": _fixed("holds psql"),
        "sql": _derived("see it with `hanzo plan --json`"),
        "tries": _fixed("about ten minutes, longer than a failover"),
        "resources": _fixed("psql waits for the database and holds nothing"),
        "pod_labels": _fixed("the flow to the database is opened for them"),
    },
    "QdrantSpec": {
        "name": _derived("its key"),
        "namespace": NAMESPACE,
        "image": _fixed("Qdrant, the newest known, without root"),
        "port": _fixed("Qdrant's own"),
        "dimensions": _written("resources/{key}/dimensions"),
        "distance": _derived("Qdrant's word for the distance"),
        "storage_gib": _derived("the storage that is written"),
        "storage_class": _fixed("DigitalOcean's block storage"),
        "snapshots_kept": _fixed("a week of nights"),
        "snapshot_schedule": _fixed("every night"),
        "snapshot_image": _fixed("holds curl"),
        "resources": _fixed("the graph of about a million vectors"),
        "pool": _fixed("the pool that services share"),
        "node_selector": _derived("its pool"),
        "labels": LABELS,
        "pod_labels": _derived("selects its pod"),
        "snapshot_labels": _fixed("the flow to it is opened for them"),
    },
    "WeaviateSpec": {
        "name": NAME,
        "region": REGION,
        "size": _derived("by the storage that is written"),
        "dimensions": _written("resources/{key}/dimensions"),
        "distance": _derived("Weaviate's word for the distance"),
        "tags": TAGS,
        "protect": PROTECT,
    },
    "BucketSpec": {
        "name": _written("resources/{key}/bucket", "else application, environment and key", otherwise="derived"),
        "region": _catalogue("the environment's region, else the first that has Spaces"),
        "acl": _derived("public says it"),
        "versioning": _written("resources/{key}/versioning", "overwritten and deleted files are kept"),
        "lifecycle": _written("resources/{key}/lifecycle", "what is deleted by itself"),
        "cors": _written("resources/{key}/cors", "pages that may use it"),
        "cdn": _written("resources/{key}/cdn", "copies near its readers"),
        "users": _derived("the services that use it, each with a key of its own"),
        "protect": PROTECT,
    },
    "FileShareSpec": {
        "name": NAME,
        "region": REGION,
        "size_gib": _derived("the storage that is written"),
        "tier": _fixed("DigitalOcean's usual"),
        "namespace": NAMESPACE,
        "claim": _derived("what pods mount"),
        "protect": PROTECT,
    },
    "NamespaceSpec": {
        "name": _derived("application and environment; an LLM gateway has one of its own"),
        "labels": _fixed("restricted pods only"),
        "quota": _derived("what the plan asks for at most, and one pod more of each service"),
        "pod_limits": _fixed("for a container that says nothing; at most the largest of the plan"),
        "policies": _derived("closed in both directions but for these flows and those of bindings"),
        "egress": _derived("ways out, by name"),
    },
    "LlmGatewaySpec": {
        "name": _derived("called after the resource"),
        "namespace": _derived("its own: provider keys exist nowhere else"),
        "image": _fixed("LiteLLM, the newest known"),
        "port": _fixed("LiteLLM's own"),
        "replicas": _environment("2 with a highly available control plane"),
        "models": _written("resources/{key}/models"),
        "budget_usd": _written("resources/{key}/budget", "cap on LLM spend a month"),
        "config": _derived("see it with `hanzo plan --json`"),
        "provider_keys_secret": _derived("made by you, never by the plan"),
        "resources": _fixed("measured at rest, with room for requests"),
        "node_selector": _fixed("the system pool: other pools are sized for the services alone"),
        "startup_probe": _fixed("time to start, measured and multiplied"),
        "readiness_probe": _fixed("LiteLLM's own path"),
        "liveness_probe": _fixed("TCP: a busy program is not a dead one"),
        "labels": LABELS,
        "pod_labels": _derived("selects its pods"),
    },
    "ServiceSpec": {
        "name": _derived("its key"),
        "namespace": NAMESPACE,
        "kind": _written("services/{key}/kind"),
        "workload": _derived("its key; a job's carries a digest of what it runs"),
        "schedule": _written("services/{key}/schedule"),
        "tries": _fixed("of a job"),
        "image": _derived("as written, else from the stack's own registry"),
        "command": _written("services/{key}/command", "empty: what the image starts"),
        "port": _written("services/{key}/port"),
        "replicas_min": _written(
            "services/{key}/replicas/min", "at most max_replicas of the environment", otherwise="environment"
        ),
        "replicas_max": _written(
            "services/{key}/replicas/max", "at most max_replicas of the environment", otherwise="environment"
        ),
        "max_surge": _derived("the pool has room for one more pod only below the most replicas"),
        "max_unavailable": _derived("at the most replicas one pod goes before its successor comes; else none"),
        "start_timeout_s": _derived("a node's start and all tries of the startup probe"),
        "resources": _derived("as written; else 250m and 512MB, or its share of a GPU node"),
        "pool": _derived("its own with a GPU, the one it names, or the shared one"),
        "node_selector": _derived("its pool"),
        "toleration_keys": _catalogue("DOKS keeps pods without GPUs off GPU nodes by it"),
        "environment": _written("services/{key}/env", "what is written, and PORT"),
        "mounts": _derived("the shares it uses"),
        "secret_files": _written("services/{key}/inject", "files by default: NAME_FILE says where NAME lies"),
        "startup_probe": _written("services/{key}/health", "time to start; TCP without a health path"),
        "readiness_probe": _written("services/{key}/health", "whether it gets requests; TCP without a health path"),
        "liveness_probe": _fixed("TCP: a busy program is not a dead one"),
        "pre_stop_sleep_s": _fixed("time for proxies to stop sending"),
        "grace_period_s": _fixed("more than the longest answer"),
        "labels": LABELS,
        "pod_labels": _derived("selects its pods"),
    },
    "BindingSpec": {
        "name": _derived("service and resource"),
        "service": _written("services"),
        "resource": _written("resources"),
        "resource_kind": _derived("what the resource is"),
        "variables": _derived("known before anything exists"),
        "secrets": _derived("variables whose values only the cloud knows"),
        "database": _derived("called after the resource"),
        "user": _derived("the service's own in a vector store, else the admin of the cluster"),
        "secret_name": _derived("the Secret that carries them"),
        "namespace": NAMESPACE,
        "policies": _derived("the flow that is opened"),
        "egress": _derived("the way out that is opened, by name"),
    },
    "GatewaySpec": {
        "name": _fixed("one for the stack"),
        "namespace": NAMESPACE,
        "gateway_class": _environment("which controller makes it"),
        "listeners": _derived("HTTP only until certificates are made"),
    },
    "RouteSpec": {
        "name": _derived("its service"),
        "namespace": NAMESPACE,
        "gateway": _fixed("one for the stack"),
        "hostnames": _written("services/{key}/domains", "else below the environment's domain, else any host"),
        "path_prefix": _derived("/ for the first web service and for domains of its own"),
        "service": _derived("its key"),
        "port": _written("services/{key}/port"),
        "request_timeout": _fixed("none: answers of models stream for minutes"),
    },
    "BudgetSpec": {
        "ceiling_usd": _environment("the lower of the environment's ceiling and the application's budget"),
        "ceiling_because": _derived("which of the two it is"),
        "may_pass_ceiling": _environment("whether a plan above it is refused or only said to be"),
        "llm_budget_usd": _derived("sum over the LLM gateways"),
        "max_gpu_nodes": _environment("GPUs all pools together may grow to"),
    },
}
