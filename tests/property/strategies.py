"""
Applications of every shape the model knows, for properties of the model and of what is made from it.

    @given(applications())
    def test_...(application): ...
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from hanzo_iac.model.application import Application, Build, Git, Replicas, Scaling, Service
from hanzo_iac.model.configuration import Health, SecretReference
from hanzo_iac.model.resources import (
    CpuPool,
    GpuPool,
    LlmGateway,
    ObjectStore,
    Postgres,
    Resource,
    Valkey,
    VectorStore,
)
from hanzo_iac.model.scaling import Nodes, Objectives, Window
from hanzo_iac.model.values import looks_secret
from hanzo_iac.units import Cpu, Money, Size

GPUS = ("l40s", "a10g", "h100", "rtx6000-ada", "mi300x")

names = st.from_regex("[a-z]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True)
variables = st.from_regex("[A-Z][A-Z0-9_]{0,10}", fullmatch=True)
hosts = st.builds("{}.{}.example".format, names, names)
runtimes = st.sampled_from(("python-3.12", "node-22", "go-1.25.4", "rust"))
sizes = st.integers(1, 4 * 1024**2).map(Size)
money = st.decimals("0.01", 1_000_000, places=2).map(Money)
cpus = st.integers(1, 64_000).map(Cpu)
plain_values = st.text(max_size=40).filter(lambda text: "\0" not in text and not looks_secret(text))
gpus = st.one_of(st.sampled_from(GPUS), st.lists(st.sampled_from(GPUS), min_size=1, max_size=3, unique=True).map(tuple))
crons = st.builds(
    "{} {} * * {}".format, st.integers(0, 59), st.integers(0, 23), st.sampled_from(("*", "1-5", "mon,thu"))
)
secrets = st.dictionaries(
    variables.map("S_{}".format), variables.map(lambda key: SecretReference(secret=key)), max_size=3
)


def _some(**optional: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Any selection of the keys: what is left out is left out of the file too."""
    return st.fixed_dictionaries({}, optional=optional)


@st.composite
def _bounds(draw: st.DrawFn, kind: Any) -> Any:
    low = draw(st.integers(0, 8))
    return kind(min=low, max=draw(st.integers(max(low, 1), 12)))


replicas = _bounds(Replicas)

builds = _some(
    context=st.sampled_from((".", "web", "../shared")),
    dockerfile=st.sampled_from(("Dockerfile", "deploy/web.Dockerfile")),
    args=st.dictionaries(variables, plain_values, max_size=2),
).map(lambda keys: Build(**keys))
gits = _some(ref=st.sampled_from(("main", "v1.2", "0f3a9c")), path=st.sampled_from((".", "web"))).map(
    lambda keys: Git(url="https://github.com/acme/app.git", **keys)
)
images = st.sampled_from(("nginx:1.29.3", "ghcr.io/acme/web:1.4.2", "localhost:5000/a@sha256:" + "0f" * 32))
sources = st.one_of(
    builds.map(lambda build: {"build": build}),
    gits.map(lambda git: {"git": git}),
    images.map(lambda image: {"image": image}),
)

windows = st.builds(Window, start=crons, end=crons, min=st.just(1), timezone=st.sampled_from(("UTC", "Europe/Zurich")))
objectives = st.builds(Objectives, ttft_ms=st.integers(1, 10_000))
metrics = st.sampled_from(("tokens_per_second", "queue_depth", "requests_per_second", "concurrency"))
targets = st.one_of(st.integers(1, 10**6), st.floats(min_value=0.001, max_value=1e20))
scalings = st.builds(
    lambda keys, more: Scaling(**keys, **more),
    st.fixed_dictionaries({"metric": metrics, "target": targets}),
    _some(schedule=st.lists(windows, min_size=1, max_size=2).map(tuple), objectives=objectives),
)


@st.composite
def services(draw: st.DrawFn, *, reachable: tuple[str, ...] = (), pools: tuple[str, ...] = ()) -> Service:
    """A service of any kind; `reachable` are the names it may use, `pools` those it may run on."""
    kind = draw(st.sampled_from(("web", "worker", "job", "cron")))
    keys = draw(sources) | draw(
        _some(
            runtime=runtimes,
            command=st.lists(st.text(max_size=10), max_size=3).map(tuple),
            cpu=cpus,
            memory=sizes,
            env=st.dictionaries(variables.map("E_{}".format), plain_values, max_size=3),
            secrets=secrets,
            inject=st.sampled_from(("file", "env")),
        )
    )
    if reachable:
        keys |= draw(_some(uses=st.lists(st.sampled_from(reachable), unique=True).map(tuple)))
    keys |= draw(st.one_of(st.just({}), _gpu_keys, *([_pool_keys(pools)] if pools else [])))
    if kind in ("web", "worker"):
        keys |= draw(_some(replicas=replicas, scaling=scalings))
        if "scaling" in keys and "replicas" not in keys:
            keys["replicas"] = draw(replicas)
    if kind == "web":
        keys |= {"port": draw(st.integers(1, 65535))}
        keys |= draw(_some(public=st.just(True)))
        keys |= draw(
            _some(domains=st.lists(hosts, unique=True, max_size=2).map(tuple), health=st.just(Health(path="/up")))
        )
    if kind == "cron":
        keys |= {"schedule": draw(crons)}
    return Service(kind=kind, **keys)


_gpu_keys = st.builds(
    lambda gpu, more: {"gpu": gpu, **more},
    gpus,
    _some(gpus=st.integers(1, 8), capacity=st.sampled_from(("on-demand", "spot"))),
)


def _pool_keys(pools: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
    return st.sampled_from(pools).map(lambda pool: {"pool": pool})


postgres = _some(
    storage=sizes, version=st.sampled_from(("16", "17")), size=st.just("db-s-1vcpu-2gb"), standby=st.booleans()
).map(lambda keys: Postgres(**keys))
valkeys = _some(memory=sizes, eviction=st.sampled_from(("noeviction", "allkeys_lru"))).flatmap(
    lambda keys: st.sampled_from(("redis", "valkey")).map(lambda engine: Valkey(engine=engine, **keys))
)
vector_stores = st.builds(
    lambda engine, dimensions, keys: VectorStore(engine=engine, dimensions=dimensions, **keys),
    st.sampled_from(("pgvector", "qdrant", "weaviate")),
    st.integers(1, 2000),
    _some(storage=sizes, distance=st.sampled_from(("cosine", "l2", "ip"))),
)
object_stores = _some(storage=sizes, versioning=st.booleans(), public=st.booleans()).flatmap(
    lambda keys: st.sampled_from(("spaces", "s3")).map(lambda engine: ObjectStore(engine=engine, **keys))
)
gateways = st.builds(
    lambda models, keys: LlmGateway(models=models, **keys),
    st.lists(st.sampled_from(("gpt-4o", "claude-3.5-sonnet", "llama3:8b")), min_size=1, unique=True).map(tuple),
    _some(budget=money),
)
cpu_pools = st.builds(CpuPool, size=st.sampled_from(("s-4vcpu-8gb", "c-4")), nodes=_bounds(Nodes))
gpu_pools = st.builds(GpuPool, gpu=gpus, nodes=_bounds(Nodes))
resources: st.SearchStrategy[Resource] = st.one_of(
    postgres, valkeys, vector_stores, object_stores, gateways, cpu_pools, gpu_pools
)


@st.composite
def applications(draw: st.DrawFn) -> Application:
    """Any application the model accepts, with one to three services and up to four resources."""
    words = draw(st.lists(names, min_size=1, max_size=7, unique=True))
    split = draw(st.integers(1, min(3, len(words))))
    named = {word: draw(resources) for word in words[split:]}
    pools = tuple(word for word, resource in named.items() if isinstance(resource, CpuPool | GpuPool))
    taken: set[str] = set()
    running = {}
    for word in words[:split]:
        service = draw(services(reachable=tuple(other for other in words if other != word), pools=pools))
        if not taken.isdisjoint(service.domains):
            service = service.model_copy(update={"domains": ()})
        taken |= set(service.domains)
        running[word] = service
    deaf = {word for word, service in running.items() if service.port is None}
    for word, service in running.items():
        if service.uses and not deaf.isdisjoint(service.uses):
            heard = tuple(other for other in service.uses if other not in deaf)
            running[word] = service.model_copy(update={"uses": heard})
    keys = draw(_some(runtime=runtimes, budget=money))
    return Application(name=draw(names), services=running, resources=named, **keys)
