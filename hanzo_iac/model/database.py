"""What may be said of a managed PostgreSQL beside its size: pooling, growth, maintenance, restoring, settings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, PlainValidator, WithJsonSchema

from hanzo_iac.model.values import ClusterName, SizeValue
from hanzo_iac.model.written import Frozen, Problem, Written, fault
from hanzo_iac.names import nearest
from hanzo_iac.units import Size, shown

Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class Pooling(Written):
    """Connections to the database that many clients share."""

    mode: Literal["transaction", "session", "statement"] = "transaction"
    """How long a client keeps a connection."""
    size: int = Field(default=10, ge=1, le=500)
    """Connections to the database."""


class Growth(Written):
    """Storage that grows by itself."""

    threshold: int = Field(default=80, ge=15, le=95)
    """Percent of the storage that are in use when it grows."""
    increment: SizeValue = Size(10 * 1024)
    """How much it grows by, 10GB to 500GB."""

    def problems(self) -> Iterable[Problem]:
        """An increment DigitalOcean does not take. Source of the bounds: its OpenAPI, 2026-08."""
        if not 10 * 1024 <= self.increment.mib <= 500 * 1024 or self.increment.mib % 1024:
            yield Problem(
                ("increment",), f"{self.increment} is not 10GB to 500GB in whole GB", "write for example 10GB"
            )


class Maintenance(Written):
    """When DigitalOcean may restart the database for updates."""

    day: Day = "sunday"
    """The day of the week."""
    hour: int = Field(default=3, ge=0, le=23)
    """The hour it begins, UTC."""


def _moment(value: Any) -> str:
    if isinstance(value, datetime):
        value = value.isoformat()
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise fault(f"{shown(value)} is not a moment with a time zone", "write for example 2026-11-24T03:00:00Z")
    return moment.isoformat().replace("+00:00", "Z")


Moment = Annotated[
    str, PlainValidator(_moment), WithJsonSchema({"type": "string", "examples": ["2026-11-24T03:00:00Z"]})
]
"""A moment as RFC 3339 writes it."""


class Restore(Written):
    """Another cluster's data to begin with. Only a new cluster is filled; one that exists stays as it is."""

    cluster: ClusterName = Field(examples=["my-rag-app-prod-db"])
    """The name DigitalOcean knows the other cluster by."""
    at: Moment | None = None
    """The moment whose data is wanted, at most seven days ago; left out, the newest backup is forked."""


# What Pulumi's DigitalOcean provider (4.84.1) lets be set of PostgreSQL, without what is a block of its own.
POSTGRES_SETTINGS = (
    "autovacuum_analyze_scale_factor",
    "autovacuum_analyze_threshold",
    "autovacuum_freeze_max_age",
    "autovacuum_max_workers",
    "autovacuum_naptime",
    "autovacuum_vacuum_cost_delay",
    "autovacuum_vacuum_cost_limit",
    "autovacuum_vacuum_scale_factor",
    "autovacuum_vacuum_threshold",
    "backup_hour",
    "backup_minute",
    "bgwriter_delay",
    "bgwriter_flush_after",
    "bgwriter_lru_maxpages",
    "bgwriter_lru_multiplier",
    "deadlock_timeout",
    "default_toast_compression",
    "idle_in_transaction_session_timeout",
    "jit",
    "log_autovacuum_min_duration",
    "log_error_verbosity",
    "log_line_prefix",
    "log_min_duration_statement",
    "max_files_per_process",
    "max_locks_per_transaction",
    "max_parallel_workers",
    "max_parallel_workers_per_gather",
    "max_pred_locks_per_transaction",
    "max_prepared_transactions",
    "max_replication_slots",
    "max_stack_depth",
    "max_standby_archive_delay",
    "max_standby_streaming_delay",
    "max_wal_senders",
    "max_worker_processes",
    "shared_buffers_percentage",
    "temp_file_limit",
    "timezone",
    "track_activity_query_size",
    "track_commit_timestamp",
    "track_functions",
    "track_io_timing",
    "wal_sender_timeout",
    "wal_writer_delay",
    "work_mem",
)


def _setting(name: str) -> str:
    if name not in POSTGRES_SETTINGS:
        near = nearest(name, POSTGRES_SETTINGS)
        raise fault("is not a setting DigitalOcean lets be made", f"did you mean {near}?" if near else "remove it")
    return name


def _plain(value: Any) -> Any:
    if not isinstance(value, str | int | float | bool):
        raise fault("must be text, a number, true or false", "write for example 64")
    return value


Settings = Annotated[
    Frozen[
        Annotated[str, AfterValidator(_setting)],
        Annotated[
            str | int | float | bool,
            PlainValidator(_plain),
            WithJsonSchema({"type": ["string", "number", "boolean"]}),
        ],
    ],
    PlainSerializer(dict),
]
"""Setting -> value, as DigitalOcean's API names them."""


def whole_growth(value: object) -> object:
    """`autoscale: true` as the usual growth."""
    return {} if value is True else None if value is False else value


GrowthValue = Annotated[Growth | None, BeforeValidator(whole_growth, json_schema_input_type=bool | Growth | None)]
"""`true`, or a mapping."""
