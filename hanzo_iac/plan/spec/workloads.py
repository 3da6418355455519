"""What runs: services, the LLM gateway, and what binds them to resources."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from hanzo_iac.plan.spec.money import CostLine
from hanzo_iac.plan.spec.network import EgressSpec, NetworkPolicySpec
from hanzo_iac.plan.spec.storage import MountSpec
from hanzo_iac.record import Record


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
    """One service of the application: its account, and a Deployment, a Job or a CronJob with what belongs to it."""

    name: str
    namespace: str
    kind: str
    """`web` (has a port), `worker` (has none), `job` (runs once) or `cron` (runs by `schedule`)."""
    workload: str
    """Name of the Deployment, Job or CronJob. A Job's carries a hash: it cannot be changed, only made anew."""
    schedule: str
    """Cron, UTC; empty for what is no cron."""
    tries: int
    """Of a job, before it counts as failed; 0 for what runs on."""
    image: ImageSpec
    command: tuple[str, ...]
    port: int
    """0 for a worker."""
    replicas_min: int
    replicas_max: int
    max_surge: int
    """Pods more than wanted while an update runs; 0 where the pool has no room for one."""
    max_unavailable: int | str
    """Pods fewer than wanted while an update runs: a number, or a percentage of the replicas, rounded down."""
    start_timeout_s: int
    """How long a deployment waits for its pods, a node that must be made first included."""
    resources: PodResourcesSpec
    pool: str
    """Key of the node pool it runs on; empty = the system pool."""
    node_selector: Mapping[str, str]
    toleration_keys: tuple[str, ...]
    environment: Mapping[str, str]
    mounts: tuple[MountSpec, ...]
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
    node_selector: Mapping[str, str]
    startup_probe: ProbeSpec
    readiness_probe: ProbeSpec
    liveness_probe: ProbeSpec
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
    """What it is, in one word: `postgres`, `qdrant`, `bucket`."""
    variables: Mapping[str, str]
    """Plain variable -> value known already, such as OPENAI_BASE_URL."""
    secrets: Mapping[str, str]
    """Variable -> which value of the resource, known to the cloud alone, it takes: `url`, `api_key`."""
    database: str
    user: str
    secret_name: str
    namespace: str
    policies: tuple[NetworkPolicySpec, ...]
    egress: tuple[EgressSpec, ...]
    because: str
