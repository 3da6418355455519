"""R: GPU pools. One for each service that needs GPUs, unless it names one; each can grow from and shrink to no node."""

from __future__ import annotations

from collections.abc import Sequence

from hanzo_iac.catalogue import Catalogue, Gpu, Size
from hanzo_iac.errors import Fault, InputError
from hanzo_iac.model.application import Service
from hanzo_iac.model.resources import GpuPool
from hanzo_iac.names import physical_name
from hanzo_iac.plan.cpu_pools import POOL_NAME_LIMIT
from hanzo_iac.plan.findings import Findings
from hanzo_iac.plan.ground import POOL_LABEL, Ground
from hanzo_iac.plan.priced import priced
from hanzo_iac.plan.scaling import Bounds
from hanzo_iac.plan.seat import Seat
from hanzo_iac.plan.spec import GpuPoolSpec
from hanzo_iac.record import Record

BRAND_LABEL = "doks.digitalocean.com/gpu-brand"
# Set by DOKS. The values of its gpu-model label are unpublished for most models, so the brand and our own label select.


class Tenant(Record):
    """A service of a pool, its GPUs a replica and its replicas."""

    key: str
    gpus: int
    bounds: Bounds

    def nodes(self, size: Size, replicas: int) -> int:
        """Nodes of this size for so many replicas; one replica's GPUs never lie on two nodes."""
        return -(-replicas // (size.gpus // self.gpus))


class Planner(Record):
    """What choosing a GPU needs to see."""

    ground: Ground
    findings: Findings

    def own_pool(self, service: Service, tenant: Tenant) -> GpuPoolSpec:
        """
        The pool of one service.

        Raises:
            InputError: the GPU is not known, not sold, or not sold with so many a node.
        """
        where = f"services/{tenant.key}"
        gpu = self._chosen(service.gpu or "", f"{where}/gpu")
        size = self._node(gpu, tenant.gpus, f"{where}/gpus")
        low, high = tenant.nodes(size, tenant.bounds.low), tenant.nodes(size, tenant.bounds.high)
        return self._spec(tenant.key, (size, low, high), min_nodes=0, because=f"{where}/gpu")

    def written_pool(self, key: str, pool: GpuPool, tenants: Sequence[Tenant]) -> GpuPoolSpec:
        """
        A pool the user wrote, with the nodes the user wrote.

        Raises:
            InputError: as above, or its services need more nodes than it may have.
        """
        where = f"resources/{key}"
        gpu = self._chosen(pool.gpu, f"{where}/gpu")
        size = self._node(gpu, max((tenant.gpus for tenant in tenants), default=1), f"{where}/gpu")
        low = sum(tenant.nodes(size, tenant.bounds.low) for tenant in tenants)
        high = sum(tenant.nodes(size, tenant.bounds.high) for tenant in tenants)
        if high > pool.nodes.max:
            what = f"its services need {high} nodes at most replicas, it may have {pool.nodes.max}"
            raise InputError(Fault(f"{where}/nodes/max", what, f"write max: {high}"))
        nodes = (size, max(low, pool.nodes.min), pool.nodes.max)
        return self._spec(key, nodes, min_nodes=pool.nodes.min, because=where)

    def _chosen(self, written: str | Sequence[str], where: str) -> Gpu:
        wanted = [
            self.ground.catalogue.gpu(name, where=where)
            for name in ([written] if isinstance(written, str) else written)
        ]
        sold = [gpu for gpu in wanted if self.ground.catalogue.gpu_sizes(gpu.name)]
        here = [gpu for gpu in sold if self._is_offered(gpu)]
        chosen = next(iter(here or sold), None) or self.ground.catalogue.nearest_gpu(wanted[0])
        if chosen is None:
            raise InputError(_nothing_like(wanted[0], where, self.ground.catalogue))
        if not sold:
            self.findings.notice(
                where,
                f"{wanted[0].model} is not sold on DigitalOcean Kubernetes; {chosen.model} is taken, the smallest "
                f"{chosen.brand.upper()} GPU sold with at least {wanted[0].vram_gb} GB ({chosen.vram_gb} GB)",
                f"write gpu: {chosen.name} to say so yourself",
            )
        if len(wanted) > 1:
            self.findings.notice(where, f"of {len(wanted)} GPUs only {chosen.name} is used by this version")
        self._check_region(chosen, where)
        return chosen

    def _is_offered(self, gpu: Gpu) -> bool:
        return gpu.regions is None or self.ground.environment.region in gpu.regions

    def _check_region(self, gpu: Gpu, where: str) -> None:
        if not self._is_offered(gpu):
            region, known = self.ground.environment.region, ", ".join(gpu.regions or ())
            self.findings.notice(
                where,
                f"{gpu.model} is not known to be offered in {region} ({gpu.source}, {gpu.as_of})",
                f"it is known in {known}",
            )

    def _node(self, gpu: Gpu, gpus: int, where: str) -> Size:
        sizes = self.ground.catalogue.gpu_sizes(gpu.name)
        fitting = [size for size in sizes if size.gpus >= gpus]
        if not fitting:
            counts = " or ".join(str(size.gpus) for size in sizes)
            large = dict.fromkeys(
                size.gpu for size in self.ground.catalogue.sizes.values() if self._sold_with(size, gpus)
            )
            hint = f"sold with {gpus} or more: {', '.join(large)}" if large else "8 is the most a node has"
            raise InputError(Fault(where, f"a node has {counts} {gpu.model}, one replica asks for {gpus}", hint))
        size = fitting[0]
        if size.gpus % gpus:
            self.findings.notice(
                where,
                f"nodes have 1 or 8 GPUs: of each {size.slug}, {size.gpus % gpus} stay unused and are paid for",
                "1, 2, 4 or 8 GPUs a replica fill a node",
            )
        return size

    def _sold_with(self, size: Size, gpus: int) -> bool:
        return size.gpus >= gpus and size.market == "on-demand"

    def _spec(self, key: str, nodes: tuple[Size, int, int], *, min_nodes: int, because: str) -> GpuPoolSpec:
        size, low, high = nodes
        return GpuPoolSpec(
            name=physical_name(self.ground.name(key), limit=POOL_NAME_LIMIT),
            size=size.slug,
            gpu=size.gpu,
            brand=size.brand,
            gpus_per_node=size.gpus,
            min_nodes=min_nodes,
            max_nodes=max(high, 1),
            labels={POOL_LABEL: key},
            # DOKS taints GPU nodes itself; a taint written here would be a second one.
            taints=(),
            tags=self.ground.tags,
            cost=(priced(size.price, low, high, because=because),),
            because=because,
        )


def gpu_seat(key: str, spec: GpuPoolSpec, gpus: int, catalogue: Catalogue) -> Seat:
    """A place in that pool for a pod with so many GPUs."""
    return Seat(
        pool=key,
        size=catalogue.sizes[spec.size],
        gpus=gpus,
        node_selector={BRAND_LABEL: spec.brand, POOL_LABEL: key},
        toleration_keys=(f"{spec.brand}.com/gpu",),
    )


def _nothing_like(asked: Gpu, where: str, catalogue: Catalogue) -> Fault:
    sold = [gpu for gpu in catalogue.gpus.values() if catalogue.gpu_sizes(gpu.name)]
    what = f"DigitalOcean Kubernetes sells no {asked.brand.upper()} GPU with {asked.vram_gb} GB or more ({asked.model})"
    return Fault(where, what, "it sells " + ", ".join(f"{gpu.name} ({gpu.vram_gb} GB)" for gpu in sold))
