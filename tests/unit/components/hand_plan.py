"""A plan written by hand: every kind of spec once, small, with numbers that are easy to find again in what is made."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hanzo_iac.plan import spec

POD_LABELS = {"app.kubernetes.io/name": "web", "app.kubernetes.io/instance": "rag-dev-web"}
GATEWAY_LABELS = {"app.kubernetes.io/name": "llm", "app.kubernetes.io/instance": "rag-dev-llm"}

LINE = spec.CostLine(
    item="gpu-l40sx1-48gb",
    quantity_low=1,
    quantity_high=8,
    unit_usd=Decimal("1168.08"),
    source="catalogue, 2026-10-08",
    because="services/web/gpu",
)

TAG = spec.TagSpec(name="hanzo-rag-dev", because="name")

VPC = spec.VpcSpec(name="rag-dev", region="nyc2", ip_range="10.10.0.0/20", delete_timeout="20m", because="region")

CLUSTER = spec.ClusterSpec(
    name="rag-dev",
    region="nyc2",
    version="1.36.1-do.0",
    keep_version=False,
    ha=False,
    auto_upgrade=True,
    surge_upgrade=True,
    cluster_subnet="10.20.0.0/16",
    service_subnet="10.30.0.0/19",
    system_pool=spec.SystemPoolSpec(name="system", size="s-2vcpu-4gb", count=2, labels={"hanzo.ai/pool": "system"}),
    expanders=("priority", "random"),
    kubeconfig_expire_s=3600,
    registry_integration=False,
    tags=("hanzo-rag-dev",),
    protect=False,
    cost=(),
    because="environment",
)

CPU_POOL = spec.CpuPoolSpec(
    name="rag-dev-cpu",
    size="s-4vcpu-8gb",
    min_nodes=1,
    max_nodes=3,
    labels={"hanzo.ai/pool": "cpu"},
    taints=(spec.TaintSpec(key="hanzo.ai/batch", value="", effect="NoSchedule"),),
    tags=("hanzo-rag-dev",),
    cost=(),
    because="services/worker",
)

GPU_POOL = spec.GpuPoolSpec(
    name="rag-dev-l40s",
    size="gpu-l40sx1-48gb",
    gpu="l40s",
    brand="nvidia",
    gpus_per_node=1,
    min_nodes=0,
    max_nodes=8,
    labels={"hanzo.ai/pool": "l40s"},
    taints=(),
    tags=("hanzo-rag-dev",),
    cost=(LINE,),
    because="services/web/gpu",
)

REGISTRY = spec.RegistrySpec(
    name="rag-dev", region="nyc3", tier="basic", protect=False, cost=(), because="services/web/build"
)

POSTGRES = spec.PostgresSpec(
    name="rag-dev-db",
    region="nyc2",
    version="18",
    keep_version=False,
    size="db-s-1vcpu-2gb",
    node_count=1,
    storage_mib=30720,
    databases=("app", "vector"),
    users=("web", "jobs"),
    pools=(spec.PoolingSpec(name="app_pool", database="app", mode="transaction", size=10),),
    replicas=(spec.ReplicaSpec(name="rag-dev-db-read-1", size="db-s-1vcpu-2gb"),),
    growth=None,
    maintenance=spec.MaintenanceSpec(day="sunday", hour="03:00"),
    settings={"work_mem": 16},
    restore=None,
    tags=("hanzo-rag-dev",),
    protect=False,
    cost=(),
    because="resources/db",
)

VALKEY = spec.ValkeySpec(
    name="rag-dev-cache",
    region="nyc2",
    version="8",
    size="db-s-1vcpu-2gb",
    node_count=1,
    eviction_policy="allkeys_lru",
    persistence="off",
    maintenance=spec.MaintenanceSpec(day="sunday", hour="03:00"),
    tags=("hanzo-rag-dev",),
    protect=False,
    cost=(),
    because="resources/cache",
)

DENY = spec.NetworkPolicySpec(
    name="deny-all",
    namespace="rag",
    pod_labels={},
    direction="Both",
    peers=(),
    ports=(),
    because="environment",
)

DNS = spec.NetworkPolicySpec(
    name="allow-dns",
    namespace="rag",
    pod_labels={},
    direction="Egress",
    peers=(spec.PeerSpec(namespace="kube-system", pod_labels={"k8s-app": "kube-dns"}, cidr="", except_cidrs=()),),
    ports=(spec.PortSpec(port=53, protocol="UDP"), spec.PortSpec(port=53, protocol="TCP")),
    because="environment",
)

TO_DATABASE = spec.NetworkPolicySpec(
    name="web-to-db",
    namespace="rag",
    pod_labels=POD_LABELS,
    direction="Egress",
    peers=(spec.PeerSpec(namespace="", pod_labels={}, cidr="10.10.0.0/20", except_cidrs=("10.10.0.1/32",)),),
    ports=(spec.PortSpec(port=25060, protocol="TCP"),),
    because="resources/db",
)

NAMESPACE = spec.NamespaceSpec(
    name="rag",
    labels={"pod-security.kubernetes.io/enforce": "restricted"},
    quota={"requests.cpu": "2", "pods": "5"},
    pod_limits={"default": {"cpu": "500m"}, "defaultRequest": {"cpu": "100m"}, "max": {"cpu": "1"}},
    policies=(DENY, DNS),
    egress=(
        spec.EgressSpec(
            name="web-out",
            namespace="rag",
            pod_labels=POD_LABELS,
            hosts=("api.example.com", "*.example.org"),
            port=443,
            because="services/web/egress",
        ),
    ),
    because="name",
)

POD_RESOURCES = spec.PodResourcesSpec(
    cpu_request_m=500,
    cpu_limit_m=1000,
    memory_mib=2048,
    ephemeral_storage_mib=1024,
    gpu_resource="",
    gpus=0,
)

VECTOR_STORE = spec.VectorStoreSpec(
    name="rag-dev-vector",
    namespace="rag",
    postgres="db",
    database="vector",
    user="doadmin",
    dimensions=1024,
    job="vector-setup-0a1b2c3d",
    image="postgres:18-alpine",
    sql="CREATE EXTENSION IF NOT EXISTS vector;\n",
    tries=6,
    resources=POD_RESOURCES,
    pod_labels={"app.kubernetes.io/component": "vector-store"},
    because="resources/vector",
)

QDRANT = spec.QdrantSpec(
    name="docs",
    namespace="rag",
    image=spec.ImageSpec(reference="qdrant/qdrant:v1", digest="", built_from=""),
    port=6333,
    dimensions=1024,
    distance="Cosine",
    storage_gib=10,
    storage_class="do-block-storage",
    snapshots_kept=7,
    snapshot_schedule="15 3 * * *",
    snapshot_image=spec.ImageSpec(reference="curl:8", digest="", built_from=""),
    resources=POD_RESOURCES,
    pool="cpu",
    node_selector={"hanzo.ai/pool": "cpu"},
    labels={},
    pod_labels={"hanzo.ai/service": "docs"},
    snapshot_labels={"app.kubernetes.io/component": "qdrant-snapshot"},
    cost=(),
    because="resources/docs",
)

WEAVIATE = spec.WeaviateSpec(
    name="rag-dev-graph",
    region="nyc2",
    size="small",
    dimensions=1024,
    distance="cosine",
    tags=("hanzo-rag-dev",),
    protect=False,
    cost=(),
    because="resources/graph",
)

BUCKET = spec.BucketSpec(
    name="rag-dev-files",
    region="nyc3",
    acl="public-read",
    versioning=True,
    lifecycle=(spec.LifecycleSpec(name="rule-1", prefix="tmp/", expire_days=7, old_versions_days=30),),
    cors=(spec.CorsSpec(origins=("https://app.example.com",), methods=("GET", "PUT"), max_age_s=600),),
    cdn=spec.CdnSpec(ttl_s=3600, domain=""),
    users=("web",),
    protect=False,
    cost=(),
    because="resources/files",
)

FILE_SHARE = spec.FileShareSpec(
    name="rag-dev-weights",
    region="nyc2",
    size_gib=100,
    tier="standard",
    namespace="rag",
    claim="weights-share",
    protect=False,
    cost=(),
    because="resources/weights",
)

LLM_GATEWAY = spec.LlmGatewaySpec(
    name="llm",
    namespace="rag-llm",
    image=spec.ImageSpec(reference="ghcr.io/berriai/litellm-non_root:v1", digest="", built_from=""),
    port=4000,
    replicas=2,
    models=("gpt-4o",),
    budget_usd=Decimal(500),
    config="model_list: []\n",
    provider_keys_secret="llm-provider-keys",
    resources=POD_RESOURCES,
    node_selector={"hanzo.ai/pool": "system"},
    startup_probe=spec.ProbeSpec(path="/health/readiness", port=4000, period_s=5, timeout_s=5, failure_threshold=60),
    readiness_probe=spec.ProbeSpec(path="/health/readiness", port=4000, period_s=5, timeout_s=5, failure_threshold=3),
    liveness_probe=spec.ProbeSpec(path="", port=4000, period_s=20, timeout_s=5, failure_threshold=6),
    labels={"hanzo.ai/resource": "llm"},
    pod_labels=GATEWAY_LABELS,
    cost=(),
    because="resources/llm",
)

SERVICE = spec.ServiceSpec(
    name="web",
    namespace="rag",
    kind="web",
    workload="web",
    schedule="",
    tries=0,
    image=spec.ImageSpec(reference="registry.example/rag/web:1", digest="sha256:ab12", built_from="."),
    command=("python", "-m", "web"),
    port=8000,
    replicas_min=2,
    replicas_max=8,
    max_surge=1,
    max_unavailable="13%",
    start_timeout_s=2100,
    resources=replace(POD_RESOURCES, gpu_resource="nvidia.com/gpu", gpus=1),
    pool="l40s",
    node_selector={"hanzo.ai/pool": "l40s"},
    toleration_keys=("nvidia.com/gpu",),
    environment={"LOG_LEVEL": "info"},
    mounts=(),
    secret_files=True,
    startup_probe=spec.ProbeSpec(path="/health", port=8000, period_s=10, timeout_s=5, failure_threshold=120),
    readiness_probe=spec.ProbeSpec(path="/health", port=8000, period_s=5, timeout_s=5, failure_threshold=3),
    liveness_probe=spec.ProbeSpec(path="", port=8000, period_s=20, timeout_s=5, failure_threshold=6),
    pre_stop_sleep_s=20,
    grace_period_s=600,
    labels={"app.kubernetes.io/version": "1"},
    pod_labels=POD_LABELS,
    because="services/web",
)

_ENDS = {
    "port": 0,
    "replicas_min": 0,
    "replicas_max": 1,
    "tries": 3,
    "startup_probe": None,
    "readiness_probe": None,
    "liveness_probe": None,
    "pre_stop_sleep_s": 0,
    "pod_labels": {"hanzo.ai/service": "train"},
}
JOB = replace(
    SERVICE,
    name="train",
    kind="job",
    workload="train-0a1b2c3d",
    mounts=(spec.MountSpec(claim="weights-share", path="/mnt/share", read_only=True),),
    **_ENDS,
)
CRON = replace(JOB, name="nightly", kind="cron", workload="nightly", schedule="0 3 * * *")

DATABASE_BINDING = spec.BindingSpec(
    name="web-db",
    service="web",
    resource="db",
    resource_kind="postgres",
    variables={"DATABASE_NAME": "app"},
    secrets={"DATABASE_URL": "url"},
    database="app",
    user="web",
    secret_name="web-db",
    namespace="rag",
    policies=(TO_DATABASE,),
    egress=(),
    because="resources/db",
)

VECTOR_BINDING = replace(
    DATABASE_BINDING,
    name="web-vector",
    resource="vector",
    resource_kind="pgvector",
    variables={},
    secrets={"VECTOR_DB_URL": "url"},
    database="vector",
    secret_name="web-vector",
    policies=(replace(TO_DATABASE, name="web-to-vector"),),
)

CACHE_BINDING = replace(
    VECTOR_BINDING,
    name="web-cache",
    resource="cache",
    resource_kind="cache",
    secrets={"REDIS_URL": "url"},
    database="",
    user="",
    secret_name="web-cache",
    policies=(replace(TO_DATABASE, name="web-to-cache"),),
)

LLM_BINDING = replace(
    CACHE_BINDING,
    name="web-llm",
    resource="llm",
    resource_kind="llm",
    variables={"OPENAI_BASE_URL": "http://llm.rag-llm:4000/v1"},
    secrets={"OPENAI_API_KEY": "api_key"},
    secret_name="web-llm",
    policies=(
        replace(TO_DATABASE, name="web-to-llm"),
        replace(TO_DATABASE, name="from-web", namespace="rag-llm", direction="Ingress", pod_labels=GATEWAY_LABELS),
    ),
)

BUCKET_BINDING = replace(
    CACHE_BINDING,
    name="web-files",
    resource="files",
    resource_kind="bucket",
    variables={"S3_BUCKET": "rag-dev-files"},
    secrets={"AWS_SHARED_CREDENTIALS": "credentials_file"},
    secret_name="web-files",
    policies=(),
    egress=(
        spec.EgressSpec(
            name="web-files-out",
            namespace="rag",
            pod_labels=POD_LABELS,
            hosts=("nyc3.digitaloceanspaces.com",),
            port=443,
            because="services/web/uses/files",
        ),
    ),
)

QDRANT_BINDING = replace(
    CACHE_BINDING,
    name="web-docs",
    resource="docs",
    resource_kind="qdrant",
    secrets={"QDRANT_API_KEY": "api_key"},
    secret_name="web-docs",
    policies=(),
)

WEAVIATE_BINDING = replace(
    CACHE_BINDING,
    name="web-graph",
    resource="graph",
    resource_kind="weaviate",
    secrets={"WEAVIATE_URL": "url"},
    secret_name="web-graph",
    policies=(),
)

SHARE_BINDING = replace(
    CACHE_BINDING,
    name="web-weights",
    resource="weights",
    resource_kind="share",
    variables={"SHARE_PATH": "/mnt/share"},
    secrets={},
    secret_name="web-weights",
    policies=(),
)

GATEWAY = spec.GatewaySpec(
    name="rag",
    namespace="rag",
    gateway_class="cilium",
    listeners=(spec.ListenerSpec(name="http", port=80, protocol="HTTP", hostname="", tls_secret=""),),
    cost=(),
    because="services/web/port",
)

ROUTE = spec.RouteSpec(
    name="web",
    namespace="rag",
    gateway="rag",
    hostnames=(),
    path_prefix="/",
    service="web",
    port=8000,
    request_timeout="0s",
    because="services/web/port",
)

PLAN = spec.Plan(
    labels={"app.kubernetes.io/part-of": "rag", "app.kubernetes.io/instance": "rag-dev"},
    application="rag",
    environment="dev",
    region="nyc2",
    project=spec.ProjectSpec(
        name="rag-dev", description="rag in dev", purpose="Service or API", environment="Development", because="name"
    ),
    tag=TAG,
    vpc=VPC,
    cluster=CLUSTER,
    cpu_pools={"cpu": CPU_POOL},
    gpu_pools={"l40s": GPU_POOL},
    registry=REGISTRY,
    postgres={"db": POSTGRES},
    valkey={"cache": VALKEY},
    vector_stores={"vector": VECTOR_STORE},
    qdrants={"docs": QDRANT},
    weaviates={"graph": WEAVIATE},
    buckets={"files": BUCKET},
    file_shares={"weights": FILE_SHARE},
    namespaces={
        "rag": NAMESPACE,
        "rag-llm": replace(NAMESPACE, name="rag-llm", policies=(replace(DENY, namespace="rag-llm"),)),
    },
    llm_gateways={"llm": LLM_GATEWAY},
    services={"web": SERVICE, "train": JOB, "nightly": CRON},
    bindings={
        "web-db": DATABASE_BINDING,
        "web-vector": VECTOR_BINDING,
        "web-cache": CACHE_BINDING,
        "web-llm": LLM_BINDING,
        "web-files": BUCKET_BINDING,
        "web-docs": QDRANT_BINDING,
        "web-graph": WEAVIATE_BINDING,
        "web-weights": SHARE_BINDING,
    },
    gateway=GATEWAY,
    routes={"web": ROUTE},
    budget=spec.BudgetSpec(
        ceiling_usd=Decimal(10000),
        ceiling_because="environment",
        may_pass_ceiling=False,
        llm_budget_usd=Decimal(500),
        max_gpu_nodes=8,
    ),
    notices=(),
)
