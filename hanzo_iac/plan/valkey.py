"""R: managed Valkey, which is what `engine: redis` becomes."""

from __future__ import annotations

from hanzo_iac.errors import Fault, InputError
from hanzo_iac.model.resources import Valkey
from hanzo_iac.plan.findings import Findings
from hanzo_iac.plan.ground import Ground
from hanzo_iac.plan.postgres import MAINTENANCE, STANDBY_MIB
from hanzo_iac.plan.priced import priced
from hanzo_iac.plan.spec import ValkeySpec

ENGINE = "valkey"
PORT = 25061
# Where DigitalOcean's Valkey listens. Source: DigitalOcean's OpenAPI, 2026-08.


def plan_valkey(key: str, resource: Valkey, ground: Ground, findings: Findings) -> ValkeySpec:
    """
    The cache cluster of a `valkey` or `redis` resource.

    Raises:
        InputError: no size has that much memory.
    """
    where = f"resources/{key}"
    version = ground.catalogue.newest_version(ENGINE).version
    if resource.engine == "redis":
        findings.notice(
            f"{where}/engine",
            f"DigitalOcean ended managed Redis on 2025-06-30: Valkey {version}, of the same protocol, is taken",
            "write engine: valkey to say so yourself",
        )
    nodes = 2 if ground.environment.valkey.standby else 1
    least = max(resource.memory.mib, STANDBY_MIB if nodes > 1 else 0)
    sizes = ground.catalogue.sizes_of_engine(ENGINE)
    size = next((size for size in sizes if size.memory_mib >= least), None)
    if size is None:
        most = sizes[-1].memory_mib // 1024
        what = f"{resource.memory} is more than a managed Valkey has, {most}GB"
        raise InputError(Fault(f"{where}/memory", what, f"write {most}GB or less"))
    return ValkeySpec(
        name=ground.name(key),
        region=ground.environment.region,
        version=version,
        size=size.slug,
        node_count=nodes,
        eviction_policy=resource.eviction,
        persistence="rdb" if resource.persistence else "off",
        maintenance=MAINTENANCE,
        tags=ground.tags,
        protect=ground.environment.protect,
        cost=(priced(size.price, nodes, because=where),),
        because=where,
    )
