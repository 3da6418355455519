"""The application: Listing 1, every short spelling, and that Python and YAML give equal objects."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from hanzo_iac.errors import InputError
from hanzo_iac.model.application import (
    Application,
    Build,
    CpuPool,
    Git,
    GpuPool,
    Image,
    LlmGateway,
    ObjectStore,
    Postgres,
    Replicas,
    Scaling,
    Service,
    Valkey,
    VectorStore,
)
from hanzo_iac.model.configuration import Configuration, Health, SecretReference
from hanzo_iac.model.scaling import Nodes, Objectives, ScalingPolicy, Window
from hanzo_iac.units import Cpu, Money, Size

LISTING = Path(__file__).parents[3] / "examples" / "my-rag-app" / "hanzo.yaml"
GOOD = Path(__file__).with_name("good.yaml")


def service(text: str) -> Service:
    return Application.loads(f"name: a\nservices: {{s: {{build: ., port: 80, {text}}}}}").services["s"]


def resource(text: str) -> object:
    return Application.loads(f"name: a\nresources: {{r: {{{text}}}}}").resources["r"]


def test_listing_1_is_the_same_in_python():
    assert Application.load(LISTING) == Application(
        name="my-rag-app",
        runtime="python-3.12",
        services={
            "web": Service(
                build=".",
                port=8000,
                gpu="a10g",
                replicas=Replicas(min=1, max=8),
                scaling=Scaling(metric="tokens_per_second", target=1000),
            )
        },
        resources={
            "llm": LlmGateway(models=["claude-3.5-sonnet", "gpt-4o"], budget="$500/month"),
            "vector": VectorStore(engine="pgvector", dimensions=1024, storage="50GB"),
            "db": Postgres(storage=Size(20 * 1024)),
            "cache": Valkey(engine="redis", memory="2GB"),
        },
    )


def test_listing_1_is_dumped_as_it_was_written():
    assert yaml.safe_load(Application.load(LISTING).dump()) == yaml.safe_load(LISTING.read_text())


def test_a_folder_stands_for_the_file_in_it():
    assert Application.load(LISTING.parent) == Application.load(str(LISTING))


def test_the_tuple():
    app = Application.loads(GOOD.read_text())
    assert app.source == {
        "web": Build(context="."),
        "worker": Image("ghcr.io/acme/worker:1.4.2"),
        "nightly": Git(url="https://github.com/acme/nightly.git"),
    }
    assert app.resources == {
        "llm": LlmGateway(models=("gpt-4o",), budget=Money(Decimal(500))),
        "vector": VectorStore(dimensions=1024, storage=Size(51200)),
        "db": Postgres(storage=Size(20480)),
        "cache": Valkey(engine="redis", memory=Size(2048)),
        "files": ObjectStore(),
        "batch": CpuPool(size="s-4vcpu-8gb", nodes=Nodes(min=1, max=3)),
    }
    assert app.configuration["web"] == Configuration(
        env={"LOG_LEVEL": "info"},
        secrets={"API_KEY": SecretReference(secret="API_KEY")},
        domains=("rag.example.com",),
        health=Health(path="/healthz"),
        inject="file",
        egress=(),
        uses=("db", "llm"),
    )
    assert app.scaling == {
        "web": ScalingPolicy(
            replicas=Replicas(min=1, max=4),
            scaling=Scaling(metric="tokens_per_second", target=1000),
            capacity="on-demand",
        ),
        "worker": ScalingPolicy(replicas=Replicas(min=1, max=1), scaling=None, capacity="on-demand"),
        "nightly": ScalingPolicy(replicas=Replicas(min=1, max=1), scaling=None, capacity="on-demand"),
    }


def test_authoring_order_is_kept():
    app = Application.loads(GOOD.read_text())
    assert list(app.resources) == ["llm", "vector", "db", "cache", "files", "batch"]


SHORT = [
    ("replicas: 3", "replicas", Replicas(min=3, max=3)),
    ("replicas: {min: 3}", "replicas", Replicas(min=3, max=3)),
    ("replicas: {max: 3}", "replicas", Replicas(min=1, max=3)),
    ("replicas: {min: 0}", "replicas", Replicas(min=0, max=1)),
    ("cpu: 2", "cpu", Cpu(2000)),
    ("cpu: 0.25", "cpu", Cpu(250)),
    ("memory: 512MB", "memory", Size(512)),
    ("gpu: l40s", "gpu", "l40s"),
    ("gpu: [l40s, h100]", "gpu", ("l40s", "h100")),
    ("command: [python, worker.py]", "command", ("python", "worker.py")),
    ("secrets: [A]", "secrets", {"A": SecretReference(secret="A")}),
    ("secrets: {A: B}", "secrets", {"A": SecretReference(secret="B")}),
    ("secrets: {A: {secret: B}}", "secrets", {"A": SecretReference(secret="B")}),
    ("env: {A: no}", "env", {"A": "no"}),
    ("env: {A: 12:30}", "env", {"A": "12:30"}),
    ("env: {A: 2026-01-01}", "env", {"A": "2026-01-01"}),
    ("uses: []", "uses", ()),
    ("domains: ['*.example.com']", "domains", ("*.example.com",)),
    (
        "scaling: {objectives: {ttft_ms: 500}, schedule: [{start: '0 8 * * mon-fri', end: '0 20 * * 1-5', min: 1}]}",
        "scaling",
        Scaling(
            objectives=Objectives(ttft_ms=500), schedule=[Window(start="0 8 * * mon-fri", end="0 20 * * 1-5", min=1)]
        ),
    ),
]


@pytest.mark.parametrize(("text", "field", "expected"), SHORT, ids=[case[0] for case in SHORT])
def test_a_spelling_of_a_service(text, field, expected):
    assert getattr(service(text), field) == expected


RESOURCES = [
    ("engine: postgres", Postgres(storage="10GB")),
    ("engine: postgres, version: 17", Postgres(version="17")),
    ("engine: valkey", Valkey(engine="valkey", memory="1GB", eviction="noeviction")),
    ("engine: qdrant, dimensions: 3072", VectorStore(engine="qdrant", dimensions=3072, distance="cosine")),
    ("engine: s3, versioning: false", ObjectStore(engine="s3", versioning=False, public=False)),
    ("provider: hanzo-gateway, models: [gpt-4o]", LlmGateway(models=["gpt-4o"], budget=None)),
    ("engine: cpu, size: c-4, nodes: 2", CpuPool(size="c-4", nodes={"min": 2, "max": 2})),
    ("engine: gpu, gpu: [l40s, h100]", GpuPool(gpu=["l40s", "h100"], nodes={"min": 0, "max": 1})),
]


@pytest.mark.parametrize(("text", "expected"), RESOURCES, ids=[case[0] for case in RESOURCES])
def test_a_resource_of_each_type(text, expected):
    assert resource(text) == expected


def test_gpu_choices_are_a_tuple_whatever_was_written():
    assert [service(text).gpu_choices for text in ("env: {}", "gpu: l40s", "gpu: [l40s, h100]")] == [
        (),
        ("l40s",),
        ("l40s", "h100"),
    ]
    assert GpuPool(gpu="l40s").gpu_choices == ("l40s",)


def test_nothing_of_an_application_can_be_changed():
    app = Application.load(LISTING)
    with pytest.raises(TypeError, match="never changed"):
        app.services["web"] = app.services["web"]  # type: ignore[index]
    with pytest.raises(TypeError, match="never changed"):
        app.services.update({})  # type: ignore[attr-defined]
    with pytest.raises(Exception, match="frozen"):
        app.name = "other"  # type: ignore[misc]


def test_a_mapping_given_in_python_is_copied():
    env = {"A": "1"}
    made = Service(build=".", port=80, env=env)
    env["B"] = "2"
    assert made.env == {"A": "1"}


def test_python_values_are_as_strict_as_yaml():
    with pytest.raises(InputError) as raised:
        Service(build=".", port="80", gpus=True, command="run")
    assert [fault.where for fault in raised.value.faults] == ["command", "port", "gpus"]


def test_a_service_without_a_public_side_needs_no_port():
    app = Application(name="a", services={"w": Service(kind="worker", build=".")})
    assert app.services["w"].port is None
