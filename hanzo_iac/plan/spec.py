"""
Everything a plan can hold: one frozen, flat, fully decided record for each thing that will exist.

No defaults and no callables: a value that is not written here was not decided. What only the cloud knows (ids, hosts,
passwords) is not here either; components wire it. Every spec says where it came from (`because`, a path in the
application or environment file) and every spec that costs money carries its cost lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from hanzo_iac.record import Record


class CostLine(Record):
    """One line of the monthly bill, in US dollars: what it costs at minimum and at maximum replicas."""

    item: str
    """What is paid for, as the cloud names it: `gpu-l40sx1-48gb`, `db-s-1vcpu-2gb`."""
    quantity_low: int
    quantity_high: int
    unit_usd: Decimal | None
    """USD a month for one; None when no published price is known. Never zero for unknown."""
    source: str
    """Where the unit price was read, and when."""
    because: str


class Notice(Record):
    """Something the user did not write and should know: a substitution, a rounding, a part that is not deployed yet."""

    where: str
    what: str
    hint: str


class ProjectSpec(Record):
    """The DigitalOcean project that groups one application in one environment."""

    name: str
    description: str
    purpose: str
    environment: str
    """DigitalOcean's word: Development, Staging or Production."""
    because: str


class TagSpec(Record):
    """A DigitalOcean tag; all resources of the stack carry it, and re-creation after a crash finds them by it."""

    name: str
    because: str


class VpcSpec(Record):
    """A private network."""

    name: str
    region: str
    ip_range: str
    delete_timeout: str
    """Go duration. A VPC refuses to go while members leave it."""
    because: str


class SystemPoolSpec(Record):
    """The cluster's inline pool. Small and never changed: changing it replaces the whole cluster."""

    name: str
    size: str
    count: int
    labels: Mapping[str, str]


class ClusterSpec(Record):
    """A DOKS cluster."""

    name: str
    region: str
    version: str
    """DigitalOcean's version slug, such as `1.36.1-do.0`."""
    ha: bool
    auto_upgrade: bool
    surge_upgrade: bool
    cluster_subnet: str
    service_subnet: str
    system_pool: SystemPoolSpec
    expanders: tuple[str, ...]
    kubeconfig_expire_s: int
    tags: tuple[str, ...]
    protect: bool
    cost: tuple[CostLine, ...]
    because: str


class TaintSpec(Record):
    """A custom node taint. GPU taints are DigitalOcean's own and never stand here."""

    key: str
    value: str
    effect: str


class CpuPoolSpec(Record):
    """A DOKS node pool without GPUs."""

    name: str
    size: str
    min_nodes: int
    max_nodes: int
    labels: Mapping[str, str]
    taints: tuple[TaintSpec, ...]
    tags: tuple[str, ...]
    cost: tuple[CostLine, ...]
    because: str


class GpuPoolSpec(Record):
    """A DOKS node pool with GPUs, scaled by the cluster autoscaler from `min_nodes` (0) to `max_nodes`."""

    name: str
    size: str
    gpu: str
    """The catalogue's name: `l40s`."""
    brand: str
    """`nvidia` or `amd`: decides the device resource and the toleration."""
    gpus_per_node: int
    min_nodes: int
    max_nodes: int
    labels: Mapping[str, str]
    taints: tuple[TaintSpec, ...]
    tags: tuple[str, ...]
    cost: tuple[CostLine, ...]
    because: str


class RegistrySpec(Record):
    """The container registry."""

    name: str
    region: str
    tier: str
    cost: tuple[CostLine, ...]
    because: str


class PostgresSpec(Record):
    """A managed PostgreSQL cluster with its databases, users and one firewall that lets only the cluster in."""

    name: str
    region: str
    version: str
    size: str
    node_count: int
    storage_mib: int
    databases: tuple[str, ...]
    users: tuple[str, ...]
    tags: tuple[str, ...]
    protect: bool
    cost: tuple[CostLine, ...]
    because: str


class ValkeySpec(Record):
    """A managed Valkey cluster (the successor of managed Redis) and its firewall."""

    name: str
    region: str
    version: str
    size: str
    node_count: int
    eviction_policy: str
    tags: tuple[str, ...]
    protect: bool
    cost: tuple[CostLine, ...]
    because: str


class VectorStoreSpec(Record):
    """pgvector in a managed PostgreSQL: a Job in the cluster runs the SQL, because the database lets nobody else in."""

    name: str
    namespace: str
    postgres: str
    """Key of the PostgresSpec that holds it."""
    database: str
    user: str
    dimensions: int
    job: str
    """Name of the Job; carries a hash of the SQL, so that changed SQL is a new Job."""
    image: str
    sql: str
    because: str


class NamespaceSpec(Record):
    """A Kubernetes namespace with restricted pod security, and a NetworkPolicy that denies all but DNS."""

    name: str
    labels: Mapping[str, str]
    policies: tuple[NetworkPolicySpec, ...]
    because: str


class PeerSpec(Record):
    """
    One end of an allowed flow: `namespace` (with pod labels, empty = all pods) or `cidr`; neither is anybody.

    Anybody is for a client that Kubernetes has no words for, such as Cilium's own gateway.
    """

    namespace: str
    pod_labels: Mapping[str, str]
    cidr: str
    except_cidrs: tuple[str, ...]


class PortSpec(Record):
    """A port and its protocol, `TCP` or `UDP`."""

    port: int
    protocol: str


class NetworkPolicySpec(Record):
    """A Kubernetes NetworkPolicy of one direction. No peers = the direction is denied."""

    name: str
    namespace: str
    pod_labels: Mapping[str, str]
    """The pods it is about; empty = every pod of the namespace."""
    direction: str
    """`Ingress`, `Egress` or `Both` (only to deny)."""
    peers: tuple[PeerSpec, ...]
    ports: tuple[PortSpec, ...]
    because: str


class ImageSpec(Record):
    """The image a container runs. `digest` is empty while the exact tag has not been resolved."""

    reference: str
    digest: str
    built_from: str
    """The build context; empty for an image that is pulled as it is."""


class ProbeSpec(Record):
    """A container probe. `path` empty = a TCP probe. Seconds."""

    path: str
    port: int
    period_s: int
    timeout_s: int
    failure_threshold: int


class PodResourcesSpec(Record):
    """What one pod asks for and may use."""

    cpu_request_m: int
    """Thousandths of a CPU."""
    cpu_limit_m: int
    memory_mib: int
    ephemeral_storage_mib: int
    gpu_resource: str
    """`nvidia.com/gpu`, `amd.com/gpu`, or empty."""
    gpus: int


class ServiceSpec(Record):
    """One service of the application: its ServiceAccount, Deployment, Service, PodDisruptionBudget."""

    name: str
    namespace: str
    kind: str
    """`web` (has a port) or `worker` (has none)."""
    image: ImageSpec
    command: tuple[str, ...]
    port: int
    """0 for a worker."""
    replicas_min: int
    replicas_max: int
    resources: PodResourcesSpec
    pool: str
    """Key of the node pool it runs on; empty = the system pool."""
    node_selector: Mapping[str, str]
    toleration_keys: tuple[str, ...]
    environment: Mapping[str, str]
    secret_files: bool
    """True: bound secrets are mounted as files and NAME_FILE says where; False: they are environment variables."""
    startup_probe: ProbeSpec | None
    readiness_probe: ProbeSpec | None
    liveness_probe: ProbeSpec | None
    pre_stop_sleep_s: int
    grace_period_s: int
    labels: Mapping[str, str]
    pod_labels: Mapping[str, str]
    """The few labels that select its pods; never change."""
    because: str


class LlmGatewaySpec(Record):
    """The LLM gateway: LiteLLM in a namespace of its own; provider keys exist nowhere else."""

    name: str
    namespace: str
    image: ImageSpec
    port: int
    replicas: int
    models: tuple[str, ...]
    budget_usd: Decimal | None
    """Monthly cap on LLM spend; None = no cap was written."""
    config: str
    """The proxy's configuration file, YAML."""
    provider_keys_secret: str
    """Secret in the gateway's namespace that holds the provider keys. Made by an operator, never by the plan."""
    resources: PodResourcesSpec
    labels: Mapping[str, str]
    pod_labels: Mapping[str, str]
    cost: tuple[CostLine, ...]
    because: str


class BindingSpec(Record):
    """One service bound to one resource (Algorithm 3): what is injected, and the flow that is opened."""

    name: str
    """`web-db`."""
    service: str
    resource: str
    resource_kind: str
    """`postgres`, `vector`, `cache` or `llm`."""
    variables: Mapping[str, str]
    """Plain variable -> value known already, such as OPENAI_BASE_URL."""
    secrets: Mapping[str, str]
    """Secret variable -> which value of the resource it takes: `url`, `api_key`."""
    database: str
    user: str
    secret_name: str
    namespace: str
    policies: tuple[NetworkPolicySpec, ...]
    because: str


class ListenerSpec(Record):
    """A port of the public gateway."""

    name: str
    port: int
    protocol: str
    hostname: str
    tls_secret: str


class GatewaySpec(Record):
    """The public entrance: a Gateway API Gateway behind a load balancer."""

    name: str
    namespace: str
    gateway_class: str
    listeners: tuple[ListenerSpec, ...]
    cost: tuple[CostLine, ...]
    because: str


class RouteSpec(Record):
    """An HTTPRoute from the gateway to a service. `request_timeout` is `0s` where answers stream."""

    name: str
    namespace: str
    gateway: str
    hostnames: tuple[str, ...]
    path_prefix: str
    service: str
    port: int
    request_timeout: str
    because: str


class BudgetSpec(Record):
    """The ceilings the plan was held against."""

    ceiling_usd: Decimal
    ceiling_because: str
    llm_budget_usd: Decimal | None
    max_gpu_nodes: int


class Plan(Record):
    """Everything that will exist for one application in one environment, in authoring order."""

    application: str
    environment: str
    region: str
    project: ProjectSpec
    tag: TagSpec
    vpc: VpcSpec
    cluster: ClusterSpec
    cpu_pools: Mapping[str, CpuPoolSpec]
    gpu_pools: Mapping[str, GpuPoolSpec]
    registry: RegistrySpec | None
    postgres: Mapping[str, PostgresSpec]
    valkey: Mapping[str, ValkeySpec]
    vector_stores: Mapping[str, VectorStoreSpec]
    namespaces: Mapping[str, NamespaceSpec]
    llm_gateways: Mapping[str, LlmGatewaySpec]
    services: Mapping[str, ServiceSpec]
    bindings: Mapping[str, BindingSpec]
    gateway: GatewaySpec | None
    routes: Mapping[str, RouteSpec]
    budget: BudgetSpec
    notices: tuple[Notice, ...]
