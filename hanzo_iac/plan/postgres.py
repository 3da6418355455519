"""R: managed PostgreSQL, and the size a database gets."""

from __future__ import annotations

from hanzo_iac.catalogue import Catalogue, DatabaseSize
from hanzo_iac.errors import Fault, InputError
from hanzo_iac.model.database import Maintenance
from hanzo_iac.model.resources import Postgres
from hanzo_iac.plan.findings import Findings
from hanzo_iac.plan.ground import Ground
from hanzo_iac.plan.priced import priced
from hanzo_iac.plan.spec import (
    CostLine,
    GrowthSpec,
    MaintenanceSpec,
    PoolingSpec,
    PostgresSpec,
    ReplicaSpec,
    RestoreSpec,
)
from hanzo_iac.record import Record

ENGINE = "pg"
PORT = 25060
# Where DigitalOcean's PostgreSQL listens. Source: DigitalOcean's OpenAPI, 2026-08.

STANDBY_MIB = 2048
# The smallest node that may have a standby. Source: DigitalOcean's pricing page, 2026-08.

MAINTENANCE = MaintenanceSpec(day="sunday", hour="03:00")
# When few work. Arbitrary: DigitalOcean would choose a time of its own, and nobody would know it.

_MIB_PER_GIB = 1024


class Wanted(Record):
    """What decides the size of a PostgreSQL cluster."""

    where: str
    storage_mib: int
    nodes: int
    size: str
    """A slug that was written; empty to choose."""


def sql_name(key: str) -> str:
    """
    A key as SQL writes names without quotes.

    >>> sql_name("my-db")
    'my_db'
    """
    return key.replace("-", "_")


def plan_postgres(
    key: str, resource: Postgres, users: tuple[str, ...], ground: Ground, findings: Findings
) -> PostgresSpec:
    """
    The database cluster of a `postgres` resource, with one database called after it.

    Services connect as the cluster's own admin: DigitalOcean gives a user it makes no right to create tables, and only
    SQL run inside the network could. Users of their own come with rotation.

    Raises:
        InputError: the version has ended, or no size holds the storage.
    """
    where = f"resources/{key}"
    standby = ground.environment.postgres.standby if resource.standby is None else resource.standby
    with findings.gathering():
        if resource.version is not None:
            ground.catalogue.engine_version(ENGINE, resource.version, where=f"{where}/version")
    wanted = Wanted(where=where, storage_mib=resource.storage.mib, nodes=2 if standby else 1, size=resource.size or "")
    size = choose_size(wanted, ground.catalogue)
    storage = max(wanted.storage_mib, size.disk_min_mib)
    return PostgresSpec(
        name=ground.name(key),
        region=ground.environment.region,
        version=resource.version or ground.catalogue.newest_version(ENGINE).version,
        keep_version=resource.version is None,
        size=size.slug,
        node_count=wanted.nodes,
        storage_mib=storage,
        databases=(sql_name(key),),
        users=tuple(sql_name(user) for user in users),
        pools=_pools(key, resource),
        replicas=tuple(
            ReplicaSpec(name=ground.name(f"{key}-read-{number + 1}"), size=size.slug)
            for number in range(resource.read_replicas)
        ),
        growth=_growth(resource),
        maintenance=maintenance(resource.maintenance),
        settings=dict(resource.settings),
        restore=_restore(resource),
        tags=ground.tags,
        protect=ground.environment.protect,
        cost=database_cost(size, wanted.nodes + resource.read_replicas, storage, where, ground.catalogue),
        because=where,
    )


def pool_name(key: str) -> str:
    """
    The pool of a database, which clients name where they would name the database.

    >>> pool_name("my-db")
    'my_db_pool'
    """
    return f"{sql_name(key)}_pool"


def maintenance(written: Maintenance | None) -> MaintenanceSpec:
    """The window that is written, else early on Sunday."""
    return MaintenanceSpec(day=written.day, hour=f"{written.hour:02}:00") if written else MAINTENANCE


def _pools(key: str, resource: Postgres) -> tuple[PoolingSpec, ...]:
    if resource.pooling is None:
        return ()
    pooling = resource.pooling
    return (PoolingSpec(name=pool_name(key), database=sql_name(key), mode=pooling.mode, size=pooling.size),)


def _growth(resource: Postgres) -> GrowthSpec | None:
    growth = resource.autoscale
    if growth is None:
        return None
    return GrowthSpec(threshold_percent=growth.threshold, increment_gib=growth.increment.mib // _MIB_PER_GIB)


def _restore(resource: Postgres) -> RestoreSpec | None:
    wanted = resource.restore
    return RestoreSpec(cluster=wanted.cluster, at=wanted.at or "") if wanted else None


def choose_size(wanted: Wanted, catalogue: Catalogue) -> DatabaseSize:
    """
    The cheapest size whose disk may be that large and that may have a standby where one is wanted.

    Raises:
        InputError: there is none, or the written one is not enough.
    """
    if wanted.size:
        size = catalogue.database_size(ENGINE, wanted.size, where=f"{wanted.where}/size")
        if not _enough(size, wanted):
            what = f"{size.slug} holds {size.disk_max_mib // _MIB_PER_GIB}GB and {_standby(size)}"
            raise InputError(Fault(f"{wanted.where}/size", what, "leave size out to take the cheapest that is enough"))
        return size
    for size in catalogue.sizes_of_engine(ENGINE):
        if _enough(size, wanted):
            return size
    most = catalogue.sizes_of_engine(ENGINE)[-1].disk_max_mib // _MIB_PER_GIB
    what = f"{wanted.storage_mib // _MIB_PER_GIB}GB is more than a managed PostgreSQL holds, {most}GB"
    raise InputError(Fault(f"{wanted.where}/storage", what, f"write {most}GB or less"))


def database_cost(
    size: DatabaseSize, nodes: int, storage_mib: int, where: str, catalogue: Catalogue
) -> tuple[CostLine, ...]:
    """The nodes, and the storage above what the size has anyway, whose price is unknown."""
    line = priced(size.price, nodes, because=where)
    extra_gib = -(-(storage_mib - size.disk_min_mib) // _MIB_PER_GIB)
    if extra_gib <= 0:
        return (line,)
    return (line, priced(catalogue.price("pg-extra-storage-gib"), extra_gib * nodes, because=f"{where}/storage"))


def _enough(size: DatabaseSize, wanted: Wanted) -> bool:
    return size.disk_max_mib >= wanted.storage_mib and (wanted.nodes == 1 or size.memory_mib >= STANDBY_MIB)


def _standby(size: DatabaseSize) -> str:
    return "may have a standby" if size.memory_mib >= STANDBY_MIB else "may not have a standby"
