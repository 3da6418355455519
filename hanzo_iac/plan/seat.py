"""Where a service's pods run, and what they ask for there."""

from __future__ import annotations

from collections.abc import Mapping

from hanzo_iac.catalogue import Size
from hanzo_iac.errors import Fault, InputError
from hanzo_iac.model.application import Service
from hanzo_iac.plan.spec import PodResourcesSpec
from hanzo_iac.record import Record

CPU_REQUEST_M = 250
MEMORY_MIB = 512
# A small Python web server with a client library or two. Arbitrary: write cpu and memory to say better.

EPHEMERAL_MIB = 1024
GPU_EPHEMERAL_MIB = 8192
# Log and scratch space. Arbitrary; 8 GiB with a GPU because compiled kernels are cached on disk.

BURST = 2
# CPU limit over request: a request equal to the limit throttles tokenisation.

GPU_MEMORY_SHARE = (3, 4)
# Part of its share of a GPU node's memory that a pod takes; the rest is for exporters and a node's own caches.
_ROUND_MIB = 1024


class Seat(Record):
    """A place in a node pool."""

    pool: str
    size: Size
    gpus: int
    """GPUs of one replica; 0 without."""
    node_selector: Mapping[str, str]
    toleration_keys: tuple[str, ...]


def cpu_requests(service: Service) -> tuple[int, int]:
    """(thousandths of a CPU, MiB) that a pod without a GPU asks for."""
    cpu = service.cpu.milli if service.cpu else CPU_REQUEST_M
    return cpu, service.memory.mib if service.memory else MEMORY_MIB


def pod_resources(key: str, service: Service, seat: Seat) -> PodResourcesSpec:
    """
    What one pod asks for: what is written, else a small default, else its share of the GPU node.

    Raises:
        InputError: it asks for more than a node of its pool offers.
    """
    if not seat.gpus:
        cpu, memory = cpu_requests(service)
        limit, disk, device = cpu * BURST, EPHEMERAL_MIB, ""
    else:
        share, of = seat.gpus, seat.size.gpus
        offered = seat.size.offered_cpu_m * share // of
        cpu = service.cpu.milli if service.cpu else offered // BURST
        limit = min(cpu * BURST, max(offered, cpu))
        part = seat.size.offered_mib * share * GPU_MEMORY_SHARE[0] // (of * GPU_MEMORY_SHARE[1])
        memory = service.memory.mib if service.memory else part // _ROUND_MIB * _ROUND_MIB
        disk, device = GPU_EPHEMERAL_MIB, f"{seat.size.brand}.com/gpu"
    check_fit(key, (cpu, memory), seat.size)
    return PodResourcesSpec(
        cpu_request_m=cpu,
        cpu_limit_m=limit,
        memory_mib=memory,
        ephemeral_storage_mib=disk,
        gpu_resource=device,
        gpus=seat.gpus,
    )


def check_fit(key: str, asked: tuple[int, int], size: Size) -> None:
    """
    Nothing, when (thousandths of a CPU, MiB) fit on an empty node of this size.

    Raises:
        InputError: they do not.
    """
    cpu_m, memory_mib = asked
    hint = f"a node of {size.slug} offers {size.offered_cpu_m}m CPU and {size.offered_mib}MB to pods"
    faults = [
        Fault(f"services/{key}/{word}", f"{asked} is more than {size.slug} offers, {offered}", hint)
        for word, asked, offered, fits in (
            ("cpu", f"{cpu_m}m", f"{size.offered_cpu_m}m", cpu_m <= size.offered_cpu_m),
            ("memory", f"{memory_mib}MB", f"{size.offered_mib}MB", memory_mib <= size.offered_mib),
        )
        if not fits
    ]
    if faults:
        raise InputError(faults)
