"""
Engine settings of a database cluster.

The API has one set of settings a cluster: a change patches it, and deleting the resource unsets nothing, as with the
official provider. Settings that a program does not name stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from hanzo_iac.localcloud.provider.call import Call
from hanzo_iac.localcloud.provider.fields import Field, State, bag, block, flag, integer, many, number, parent, text
from hanzo_iac.localcloud.provider.resource import Json, Resource
from hanzo_iac.localcloud.provider.resources.databases import DATABASES

# Properties whose key in the API is not their name in snake case.
UNLIKE: Mapping[str, str] = {
    "pgStatStatementsTrack": "pg_stat_statements.track",
    "pgPartmanBgwInterval": "pg_partman_bgw.interval",
    "pgPartmanBgwRole": "pg_partman_bgw.role",
    "pgbouncers": "pgbouncer",
    "timescaledbs": "timescaledb",
    **{
        name: "valkey_" + re.sub(r"([A-Z])", r"_\1", name).lower()
        for name in (
            "aclChannelsDefault",
            "ioThreads",
            "lfuDecayTime",
            "lfuLogFactor",
            "notifyKeyspaceEvents",
            "numberOfDatabases",
            "persistence",
            "pubsubClientOutputBufferLimit",
            "ssl",
            "timeout",
        )
    },
}
BLOCKS = ("pgbouncers", "timescaledbs")
"""Lists of one block in the SDK, one object in the API."""


def key_of(name: str) -> str:
    """
    The API's key of a property.

    >>> key_of("workMem"), key_of("ioThreads"), key_of("pgbouncers")
    ('work_mem', 'valkey_io_threads', 'pgbouncer')
    """
    return UNLIKE.get(name) or re.sub(r"([A-Z])", r"_\1", name).lower()


def asked(inputs: State) -> Json:
    """Settings as the API wants them."""
    body: Json = {}
    for name, value in inputs.items():
        if name in BLOCKS:
            body[key_of(name)] = {key_of(inner): given for inner, given in value[0].items()} if value else {}
        elif name not in ("clusterId", "__defaults"):
            body[key_of(name)] = value
    return body


def told(fields: Mapping[str, Field], said: Json) -> State:
    """Settings as the SDK wants them."""
    state: State = {}
    for name, field in fields.items():
        value: Any = said.get(key_of(name))
        if value is not None and name in BLOCKS and field.item is not None:
            state[name] = [told(field.item.fields, value)]
        elif value is not None:
            state[name] = value
    return state


def config(token: str, word: str, suffix: str, settings: Mapping[str, Field]) -> Resource:
    """The resource type of one engine's settings."""

    def patch(call: Call, inputs: State) -> Json:
        with call.turns.of(inputs["clusterId"]):
            call.api.patch(f"{DATABASES}/{inputs['clusterId']}/config", {"config": asked(inputs)})
        return {}

    def read(call: Call, _id: str, known: State) -> State | None:
        found = call.api.find(f"{DATABASES}/{known['clusterId']}/config")
        return {"clusterId": known["clusterId"], **told(settings, found["config"])} if found else None

    def update(call: Call, _id: str, _olds: State, news: State) -> None:
        patch(call, news)

    return Resource(
        token=token,
        word=word,
        inputs={"clusterId": parent(), **settings},
        post=patch,
        identify=lambda _, inputs: f"{inputs['clusterId']}/{suffix}",
        read=read,
        update=update,
        delete=lambda _call, _id, _state: None,
        locate=lambda _call, given: (f"{given}/{suffix}", {"clusterId": given}),
    )


def integers(*names: str) -> dict[str, Field]:
    """Whole numbers the cloud has values of its own for."""
    return {name: integer(computed=True) for name in names}


def numbers(*names: str) -> dict[str, Field]:
    """Numbers the cloud has values of its own for."""
    return {name: number(computed=True) for name in names}


def texts(*names: str) -> dict[str, Field]:
    """Strings the cloud has values of its own for."""
    return {name: text(computed=True) for name in names}


LOG_PREFIXES = (
    "pid=%p,user=%u,db=%d,app=%a,client=%h",
    "%m [%p] %q[user=%u,db=%d,app=%a]",
    "%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h",
)

POSTGRES = config(
    "digitalocean:index/databasePostgresqlConfig:DatabasePostgresqlConfig",
    "PostgreSQL settings",
    "postgresql-config",
    {
        **numbers("autovacuumAnalyzeScaleFactor", "autovacuumVacuumScaleFactor", "bgwriterLruMultiplier"),
        "sharedBuffersPercentage": number(computed=True, low=20, high=60),
        **integers(
            "autovacuumAnalyzeThreshold", "autovacuumFreezeMaxAge", "autovacuumMaxWorkers", "autovacuumNaptime",
            "autovacuumVacuumCostDelay", "autovacuumVacuumCostLimit", "autovacuumVacuumThreshold", "backupHour",
            "backupMinute", "bgwriterDelay", "bgwriterFlushAfter", "bgwriterLruMaxpages", "deadlockTimeout",
            "idleInTransactionSessionTimeout", "logAutovacuumMinDuration", "logMinDurationStatement",
            "maxFilesPerProcess", "maxLocksPerTransaction", "maxLogicalReplicationWorkers", "maxParallelWorkers",
            "maxParallelWorkersPerGather", "maxPredLocksPerTransaction", "maxPreparedTransactions",
            "maxReplicationSlots", "maxStackDepth", "maxStandbyArchiveDelay", "maxStandbyStreamingDelay",
            "maxWalSenders", "maxWorkerProcesses", "pgPartmanBgwInterval", "tempFileLimit", "trackActivityQuerySize",
            "walSenderTimeout", "walWriterDelay", "workMem",
        ),
        **texts("pgPartmanBgwRole", "pgStatStatementsTrack", "timezone"),
        "defaultToastCompression": text(computed=True, choices=("lz4", "pglz")),
        "logErrorVerbosity": text(computed=True, choices=("TERSE", "DEFAULT", "VERBOSE")),
        "logLinePrefix": text(computed=True, choices=LOG_PREFIXES),
        "trackCommitTimestamp": text(computed=True, choices=("off", "on")),
        "trackFunctions": text(computed=True, choices=("all", "pl", "none")),
        "trackIoTiming": text(computed=True, choices=("off", "on")),
        "jit": flag(computed=True),
        "pgbouncers": many(
            block(
                {
                    **integers(
                        "autodbIdleTimeout", "autodbMaxDbConnections", "autodbPoolSize", "minPoolSize",
                        "serverIdleTimeout", "serverLifetime",
                    ),
                    **texts("autodbPoolMode"),
                    "ignoreStartupParameters": bag(text(), computed=True),
                    "serverResetQueryAlways": flag(computed=True),
                }
            ),
            computed=True,
        ),
        "timescaledbs": many(block(integers("maxBackgroundWorkers")), computed=True),
    },
)  # fmt: skip

VALKEY = config(
    "digitalocean:index/databaseValkeyConfig:DatabaseValkeyConfig",
    "Valkey settings",
    "valkey-config",
    {
        **integers(
            "ioThreads", "lfuDecayTime", "lfuLogFactor", "numberOfDatabases", "pubsubClientOutputBufferLimit",
            "timeout", "valkeyActiveExpireEffort",
        ),
        **texts("notifyKeyspaceEvents", "valkeyMaxmemoryPolicy"),
        "aclChannelsDefault": text(computed=True, choices=("allchannels", "resetchannels")),
        "persistence": text(computed=True, choices=("off", "rdb")),
        "frequentSnapshots": flag(computed=True),
        "ssl": flag(computed=True),
    },
)  # fmt: skip
