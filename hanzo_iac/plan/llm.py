"""R: the LLM gateway, LiteLLM in a namespace of its own, and its configuration file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hanzo_iac.catalogue import Catalogue, ModelProvider
from hanzo_iac.errors import Fault, InputError
from hanzo_iac.model.application import Application
from hanzo_iac.model.resources import LlmGateway
from hanzo_iac.plan import network
from hanzo_iac.plan.findings import Findings
from hanzo_iac.plan.ground import POOL_LABEL, SYSTEM, Ground
from hanzo_iac.plan.spec import ImageSpec, LlmGatewaySpec, PodResourcesSpec, ProbeSpec

PORT = 4000
# LiteLLM's own default.

IMAGE = "ghcr.io/berriai/litellm-non_root:v1.109.1"
# The newest on 2026-11-21. Never below 1.83.10: CVE-2026-42208 and others.

REQUEST_TIMEOUT_S = 600
# LiteLLM's own default is 6000: a hanging provider would hold a connection for 100 minutes.

RESOURCES = PodResourcesSpec(
    cpu_request_m=250,
    cpu_limit_m=1000,
    # It takes 377 MB at rest (measured with 1.106.2); the rest is for requests under way.
    memory_mib=1024,
    ephemeral_storage_mib=1024,
    gpu_resource="",
    gpus=0,
)

STARTUP_TRIES = 60
# Times 5 s. A start took 35 s on a busy two-core machine (measured 2026-11); five minutes is ample.

SYSTEM_CPU_M, SYSTEM_MIB = 500, 512
# What DOKS's own pods take of a system node, about: Cilium, CoreDNS, drivers. Own knowledge, 2026-11: verify.

_CLAUDE_3 = re.compile(r"claude-3(?:[.-]\d)?-[a-z]+")


@dataclass(frozen=True)
class Model:
    """A model as services call it and as LiteLLM does."""

    name: str
    called: str
    key_variable: str


def gateway_namespace(key: str, ground: Ground) -> str:
    """The namespace of a gateway: its own, because provider keys exist nowhere else."""
    return ground.name(key)


def base_url(key: str, ground: Ground) -> str:
    """Where services of the stack reach the gateway, in the form OpenAI's clients want."""
    return f"http://{key}.{gateway_namespace(key, ground)}.svc.cluster.local:{PORT}/v1"


def ways_to_providers(key: str, application: Application, ground: Ground) -> network.WayOut:
    """The gateway's way out, to the providers of its models and nobody else."""
    gateway = application.resources[key]
    models = gateway.models if isinstance(gateway, LlmGateway) else ()
    hosts = dict.fromkeys(
        host for name in models if (known := _provider(name, ground.catalogue)) for host in known.hosts
    )
    opening = network.Opening(name=f"{key}-to-providers", port=443, because=f"resources/{key}/models")
    gateways = network.pods(gateway_namespace(key, ground), network.pods_of(key))
    return network.way_out(opening, gateways, tuple(hosts), ground.environment)


def plan_llm_gateway(key: str, resource: LlmGateway, ground: Ground, findings: Findings) -> LlmGatewaySpec:
    """
    The gateway of an `llm` resource.

    Raises:
        InputError: it is not known which provider has one of the models.
    """
    models = _models(key, resource.models, ground.catalogue)
    secret = f"{key}-provider-keys"
    namespace = gateway_namespace(key, ground)
    keys = list(dict.fromkeys(model.key_variable for model in models))
    findings.notice(
        f"resources/{key}/models",
        f"models answer once {' and '.join(keys)} {'is' if len(keys) == 1 else 'are'} in Secret {secret} of namespace "
        f"{namespace}",
        f"kubectl -n {namespace} create secret generic {secret} "
        + " ".join(f"--from-literal={name}=..." for name in keys)
        + f", then kubectl -n {namespace} rollout restart deployment/{key}: keys are read at start",
    )
    if resource.budget is not None:
        findings.notice(
            f"resources/{key}/budget",
            f"the cap of {resource.budget} is LiteLLM's own and soft: each replica counts what it has seen since it "
            "started",
            "set a hard limit at the providers too",
        )
    return LlmGatewaySpec(
        name=key,
        namespace=namespace,
        image=ImageSpec(reference=IMAGE, digest="", built_from=""),
        port=PORT,
        replicas=2 if ground.environment.cluster.ha else 1,
        models=tuple(resource.models),
        budget_usd=resource.budget.usd if resource.budget else None,
        config=proxy_config(models, resource.budget.usd if resource.budget else None),
        provider_keys_secret=secret,
        resources=RESOURCES,
        node_selector={POOL_LABEL: SYSTEM},
        startup_probe=_health(STARTUP_TRIES),
        readiness_probe=_health(3),
        liveness_probe=ProbeSpec(path="", port=PORT, period_s=20, timeout_s=5, failure_threshold=6),
        labels=ground.labels,
        pod_labels=network.pods_of(key),
        cost=(),
        because=f"resources/{key}",
    )


def check_room(gateways: Mapping[str, LlmGatewaySpec], ground: Ground, findings: Findings) -> None:
    """A fault when the system pool, where gateways run, has no room for all of them."""
    pool = ground.cluster.system_pool
    size = ground.catalogue.sizes.get(pool.size)
    if size is None:
        return
    fit = min(
        (size.offered_cpu_m - SYSTEM_CPU_M) // RESOURCES.cpu_request_m,
        (size.offered_mib - SYSTEM_MIB) // RESOURCES.memory_mib,
    )
    wanted = sum(gateway.replicas for gateway in gateways.values())
    if wanted > max(fit, 0) * pool.count:
        findings.fault(
            "environment/cluster/system_size",
            f"{pool.count} x {pool.size} have room for {max(fit, 0) * pool.count} pods of LLM gateways, not {wanted}",
            "write a larger system_size or system_count",
        )


def proxy_config(models: Iterable[Model], budget_usd: object) -> str:
    """
    LiteLLM's configuration, YAML. Keys are names of environment variables, prompts are not logged.

    JSON's strings are YAML's, so quoting is JSON's.
    """
    lines = ["model_list:"]
    for model in models:
        lines += [
            f"  - model_name: {json.dumps(model.name)}",
            "    litellm_params:",
            f"      model: {json.dumps(model.called)}",
            f"      api_key: os.environ/{model.key_variable}",
        ]
    lines += [
        "litellm_settings:",
        "  drop_params: true",
        f"  request_timeout: {REQUEST_TIMEOUT_S}",
        "  telemetry: false",
        "  turn_off_message_logging: true",
    ]
    if budget_usd is not None:
        lines += [f"  max_budget: {budget_usd}", "  budget_duration: 30d"]
    lines += [
        "general_settings:",
        "  master_key: os.environ/LITELLM_MASTER_KEY",
        "  allow_requests_on_db_unavailable: false",
        "  store_model_in_db: false",
    ]
    return "\n".join(lines) + "\n"


def _health(tries: int) -> ProbeSpec:
    return ProbeSpec(path="/health/readiness", port=PORT, period_s=5, timeout_s=5, failure_threshold=tries)


def _models(key: str, names: Iterable[str], catalogue: Catalogue) -> list[Model]:
    models, faults = [], []
    for name in names:
        provider = _provider(name, catalogue)
        if provider is None:
            known = ", ".join(f"{known.prefix}*" for known in catalogue.model_providers)
            what = f"it is not known who provides {name!r}"
            hint = f"write <provider>/{name.rpartition('/')[2]}, such as openai/..., or a name like {known}"
            faults.append(Fault(f"resources/{key}/models", what, hint))
        else:
            models.append(Model(name, _called(name, provider), provider.key_variable))
    if faults:
        raise InputError(faults)
    return models


def _provider(name: str, catalogue: Catalogue) -> ModelProvider | None:
    written, slash, _ = name.partition("/")
    for known in catalogue.model_providers:
        if known.provider == written if slash else name.startswith(known.prefix):
            return known
    return None


def _called(name: str, provider: ModelProvider) -> str:
    """
    The provider's own name of a model.

    People write `claude-3.5-sonnet`; Anthropic's identifiers have dashes for dots, and until 3.7 a date or `-latest`.
    """
    if "/" in name:
        return name
    if provider.provider == "anthropic":
        dashed = name.replace(".", "-")
        name = f"{dashed}-latest" if _CLAUDE_3.fullmatch(dashed) else dashed
    return f"{provider.provider}/{name}"
