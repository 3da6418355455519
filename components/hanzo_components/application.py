"""
A whole plan made real, in the plan's own order: ground, pools, data, project, namespaces, workloads, entrance.

The only component that makes a provider: the one for the Kubernetes cluster it has just made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NotRequired, TypedDict

import pulumi
from pulumi_kubernetes import Provider as KubernetesProvider

from hanzo_components.binding import Binding
from hanzo_components.bucket import Bucket
from hanzo_components.cluster import Cluster
from hanzo_components.component import Component, ComponentError, Transform, after
from hanzo_components.cpu_pool import CpuPool
from hanzo_components.declared import declared, parts
from hanzo_components.file_share import FileShare
from hanzo_components.gateway import Gateway
from hanzo_components.gpu_pool import GpuPool
from hanzo_components.llm_gateway import LlmGateway
from hanzo_components.namespace import Namespace
from hanzo_components.postgres import Postgres
from hanzo_components.project import Project
from hanzo_components.qdrant import Qdrant
from hanzo_components.registry import Registry
from hanzo_components.route import Route
from hanzo_components.service import Service
from hanzo_components.tag import Tag
from hanzo_components.valkey import Valkey
from hanzo_components.vector_store import VectorStore
from hanzo_components.vpc import Vpc
from hanzo_components.weaviate import Weaviate
from hanzo_iac.plan.spec import BindingSpec, Plan, RouteSpec, ServiceSpec

QUERIES_PER_SECOND = 50
QUERY_BURST = 120
"""With the Kubernetes client's own limits, 5 and 10, a stack of fifty objects waits for itself."""


class ApplicationArgs(TypedDict):
    plan: Plan
    transform: NotRequired[Mapping[str, Mapping[str, Transform]]]
    """Part of the plan (`postgres/db`) -> child -> change."""


class Application(Component):
    """Everything of one plan. Policies read the ceilings and the bill from its inputs."""

    children = ("kubernetes",)

    def __init__(self, name: str, args: ApplicationArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        self._plan = args["plan"]
        self._change = args.get("transform", {})
        self._check_parts(name)
        super().__init__(name, {}, opts, inputs=declared(self._plan))
        self._labels = dict(self._plan.labels)
        self._tag: Tag = self._part(Tag, "tag", spec=self._plan.tag)
        self._vpc: Vpc = self._part(Vpc, "vpc", opts=after(self._tag), spec=self._plan.vpc)
        self._registry = self._image_store()
        self._cluster = self._control_plane()
        self._pools = self._node_pools()
        self._postgres = self._databases()
        self._valkey = self._caches()
        self._buckets = self._each(Bucket, "buckets", lambda _: {})
        self._project = self._grouping()
        self._weaviates = self._each(Weaviate, "weaviates", lambda _: {"project_id": self._project.project_id})
        self._kubernetes = self._cluster_access()
        self._namespaces = self._spaces()
        self._file_shares = self._shares()
        self._vector_stores = self._vectors()
        self._qdrants = self._in_cluster_vectors()
        self._llm_gateways = self._model_gateways()
        self._bindings = self._arrows()
        self._services = self._workloads()
        self._gateway = self._entrance()
        self._routes = self._ways_in()
        self.cluster_id: pulumi.Output[str] = self._cluster.cluster_id
        self.vpc_id: pulumi.Output[str] = self._vpc.vpc_id
        self.urls: dict[str, pulumi.Output[str]] = self._addresses()
        """Route -> where a client reaches it."""
        self.register_outputs({**declared(self._plan), "clusterId": self.cluster_id, "vpcId": self.vpc_id})

    def _image_store(self) -> Registry | None:
        spec = self._plan.registry
        return None if spec is None else self._part(Registry, "registry", spec=spec)

    def _control_plane(self) -> Cluster:
        # The tag and the registry are named, not referred to, so the order must be said.
        before = after(self._tag, *([self._registry] if self._registry else []))
        cluster: Cluster = self._part(
            Cluster,
            "cluster",
            opts=before,
            spec=self._plan.cluster,
            vpc_id=self._vpc.vpc_id,
        )
        return cluster

    def _node_pools(self) -> dict[str, CpuPool | GpuPool]:
        cluster_id = self._cluster.cluster_id
        return {
            **self._each(CpuPool, "cpu_pools", lambda _: {"cluster_id": cluster_id}),
            **self._each(GpuPool, "gpu_pools", lambda _: {"cluster_id": cluster_id}),
        }

    def _databases(self) -> dict[str, Postgres]:
        return self._each(Postgres, "postgres", lambda _: self._private())

    def _caches(self) -> dict[str, Valkey]:
        return self._each(Valkey, "valkey", lambda _: self._private())

    def _private(self) -> dict[str, Any]:
        return {"vpc_id": self._vpc.vpc_id, "cluster_id": self._cluster.cluster_id}

    def _grouping(self) -> Project:
        members = [
            self._cluster.cluster_urn,
            *(database.cluster_urn for database in self._postgres.values()),
            *(cache.cluster_urn for cache in self._valkey.values()),
            *(bucket.bucket_urn for bucket in self._buckets.values()),
        ]
        project: Project = self._part(Project, "project", spec=self._plan.project, resources=members)
        return project

    def _cluster_access(self) -> KubernetesProvider:
        inputs = {
            "kubeconfig": self._cluster.kubeconfig,
            # Says which cluster this is, so that a rewritten kubeconfig never replaces everything that lies in it.
            "cluster_identifier": self._cluster.cluster_id,
            "enable_server_side_apply": True,
            # Names are fixed, so without these a changed value would delete the object before making it again.
            "enable_config_map_mutable": True,
            "enable_secret_mutable": True,
            "kube_client_settings": {"qps": QUERIES_PER_SECOND, "burst": QUERY_BURST},
        }
        return self._make("kubernetes", KubernetesProvider, inputs)

    def _spaces(self) -> dict[str, Namespace]:
        return self._each(Namespace, "namespaces", lambda _: {"labels": self._labels}, self._inside())

    def _vectors(self) -> dict[str, VectorStore]:
        made: dict[str, VectorStore] = {}
        for key, spec in self._plan.vector_stores.items():
            database = self._postgres[spec.postgres]
            url = database.url(user=spec.user, database=spec.database)
            # The whole database: before its firewall is in place the Job could not connect.
            made[key] = self._part(
                VectorStore,
                "vector_stores",
                key,
                opts=self._inside(*self._namespaces.values(), database),
                spec=spec,
                database_url=url,
                labels=self._labels,
            )
        return made

    def _shares(self) -> dict[str, FileShare]:
        there = self._inside(*self._namespaces.values())
        more = {"vpc_id": self._vpc.vpc_id, "labels": self._labels}
        return self._each(FileShare, "file_shares", lambda _: more, there)

    def _in_cluster_vectors(self) -> dict[str, Qdrant]:
        there = self._inside(*self._namespaces.values(), *self._pools.values())
        return self._each(Qdrant, "qdrants", lambda _: {"labels": self._labels}, there)

    def _model_gateways(self) -> dict[str, LlmGateway]:
        there = self._inside(*self._namespaces.values())
        return self._each(LlmGateway, "llm_gateways", lambda _: {"labels": self._labels}, there)

    def _arrows(self) -> dict[str, Binding]:
        there = self._inside(*self._namespaces.values())
        return self._each(
            Binding, "bindings", lambda spec: {"values": self._offered(spec), "labels": self._labels}, there
        )

    def _offered(self, spec: BindingSpec) -> dict[str, pulumi.Output[str]]:
        """What the bound resource has for its users, by the plan's word for it."""
        key, user = spec.resource, spec.service
        if spec.resource_kind == "bucket":
            bucket = self._buckets[key]
            known = {"credentials_file": bucket.credentials_file, "access_key": bucket.access_key}
            known["secret_key"] = bucket.secret_key
            return {value: known[value](user) for value in spec.secrets.values()}
        if spec.resource_kind == "pgvector":
            key = self._plan.vector_stores[key].postgres
        if spec.resource_kind in {"postgres", "pgvector"}:
            return {"url": self._postgres[key].url(user=spec.user, database=spec.database)}
        by_kind: dict[str, Callable[[], dict[str, pulumi.Output[str]]]] = {
            "cache": lambda: {"url": self._valkey[key].url},
            "llm": lambda: {"api_key": self._llm_gateways[key].api_key},
            "qdrant": lambda: {"api_key": self._qdrants[key].api_key},
            "weaviate": lambda: {"url": self._weaviates[key].url},
        }
        return by_kind[spec.resource_kind]() if spec.resource_kind in by_kind else {}

    def _workloads(self) -> dict[str, Service]:
        made: dict[str, Service] = {}
        for key, spec in self._plan.services.items():
            bound = {name: binding for name, binding in self._plan.bindings.items() if binding.service == key}
            made[key] = self._part(
                Service,
                "services",
                key,
                opts=self._inside(*self._needs(spec, bound)),
                spec=spec,
                bindings=tuple(bound.values()),
                labels=self._labels,
            )
        return made

    def _needs(self, spec: ServiceSpec, bound: Mapping[str, BindingSpec]) -> list[pulumi.Resource]:
        """What must be there before the service starts, and must outlive it when the stack is destroyed."""
        stores = [binding.resource for binding in bound.values() if binding.resource_kind == "pgvector"]
        shares = [binding.resource for binding in bound.values() if binding.resource_kind == "share"]
        return [
            *self._namespaces.values(),
            *(self._bindings[name] for name in bound),
            *(self._vector_stores[store] for store in stores),
            *(self._file_shares[share] for share in shares),
            *([self._pools[spec.pool]] if spec.pool else []),
        ]

    def _entrance(self) -> Gateway | None:
        if self._plan.gateway is None:
            return None
        gateway: Gateway = self._part(
            Gateway,
            "gateway",
            opts=self._inside(*self._namespaces.values()),
            spec=self._plan.gateway,
            route_namespaces=sorted({route.namespace for route in self._plan.routes.values()}),
            labels=self._labels,
        )
        return gateway

    def _ways_in(self) -> dict[str, Route]:
        if self._plan.gateway is None or self._gateway is None:
            return {}
        home = self._plan.gateway.namespace
        there = self._inside(self._gateway, *self._services.values())
        return self._each(Route, "routes", lambda _: {"gateway_namespace": home, "labels": self._labels}, there)

    def _addresses(self) -> dict[str, pulumi.Output[str]]:
        gateway, spec = self._gateway, self._plan.gateway
        if gateway is None or spec is None:
            return {}
        scheme = "https" if any(listener.tls_secret for listener in spec.listeners) else "http"

        def url(route: RouteSpec) -> pulumi.Output[str]:
            host = pulumi.Output.from_input(route.hostnames[0]) if route.hostnames else gateway.address
            return pulumi.Output.concat(scheme, "://", host, route.path_prefix)

        return {key: url(route) for key, route in self._plan.routes.items()}

    def _inside(self, *before: pulumi.Resource) -> pulumi.ResourceOptions:
        """Options of what lives in the cluster."""
        return pulumi.ResourceOptions(providers=[self._kubernetes], depends_on=list(before))

    def _each(
        self,
        component: Any,
        part: str,
        more: Callable[[Any], Mapping[str, Any]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> dict[str, Any]:
        """Key -> component, one for each spec of this part of the plan; `more` gives its arguments beside the spec."""
        specs = getattr(self._plan, part)
        return {
            key: self._part(component, part, key, opts=opts, spec=spec, **more(spec)) for key, spec in specs.items()
        }

    def _part(
        self, component: Any, part: str, key: str = "", *, opts: pulumi.ResourceOptions | None = None, **args: Any
    ) -> Any:
        """One component, named after the application and its key, or its part where the plan has only one."""
        # A namespace's key is its name in the cluster, which starts with the application's already.
        name = key if part == "namespaces" else f"{self._name_prefix}-{key or part}"
        change = self._change.get(f"{part}/{key}" if key else part, {})
        options = pulumi.ResourceOptions.merge(pulumi.ResourceOptions(parent=self), opts)
        return component(name, {**args, "transform": change}, options)

    def _check_parts(self, name: str) -> None:
        known = parts(self._plan)
        unknown = sorted(set(self._change) - set(known))
        if unknown:
            raise ComponentError(
                name,
                f"transform names {', '.join(unknown)}, which the plan does not hold",
                f"it holds {', '.join(known)}",
            )
