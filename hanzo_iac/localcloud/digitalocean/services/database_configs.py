"""
What each engine's configuration may hold, and the check of a request against it.

    (int, low, high)    a whole number within bounds; `float` any number; `str` a text of that many characters
    ("a", "b")          one of these texts
    bool, [shape]       true or false, a list of such values
    {"name": shape}     a block of its own

Source: DigitalOcean's OpenAPI, August 2026; a test holds the two against each other.
"""

from __future__ import annotations

from typing import Any

from hanzo_iac.localcloud.digitalocean import errors
from hanzo_iac.localcloud.digitalocean.shapes import WORDS
from hanzo_iac.localcloud.digitalocean.state import Json

Shape = Any

PGBOUNCER: dict[str, Shape] = {
    "autodb_idle_timeout": (int, 0, 86400),
    "autodb_max_db_connections": (int, 0, 2147483647),
    "autodb_pool_mode": ("session", "transaction", "statement"),
    "autodb_pool_size": (int, 0, 10000),
    "ignore_startup_parameters": [("extra_float_digits", "search_path")],
    "min_pool_size": (int, 0, 10000),
    "server_idle_timeout": (int, 0, 86400),
    "server_lifetime": (int, 60, 86400),
    "server_reset_query_always": bool,
}

TIMESCALEDB: dict[str, Shape] = {
    "max_background_workers": (int, 1, 4096),
}

PG: dict[str, Shape] = {
    "autovacuum_analyze_scale_factor": (float, 0, 1),
    "autovacuum_analyze_threshold": (int, 0, 2147483647),
    "autovacuum_freeze_max_age": (int, 200000000, 1500000000),
    "autovacuum_max_workers": (int, 1, 20),
    "autovacuum_naptime": (int, 0, 86400),
    "autovacuum_vacuum_cost_delay": (int, -1, 100),
    "autovacuum_vacuum_cost_limit": (int, -1, 10000),
    "autovacuum_vacuum_scale_factor": (float, 0, 1),
    "autovacuum_vacuum_threshold": (int, 0, 2147483647),
    "backup_hour": (int, 0, 23),
    "backup_minute": (int, 0, 59),
    "bgwriter_delay": (int, 10, 10000),
    "bgwriter_flush_after": (int, 0, 2048),
    "bgwriter_lru_maxpages": (int, 0, 1073741823),
    "bgwriter_lru_multiplier": (float, 0, 10),
    "deadlock_timeout": (int, 500, 1800000),
    "default_toast_compression": ("lz4", "pglz"),
    "idle_in_transaction_session_timeout": (int, 0, 604800000),
    "jit": bool,
    "log_autovacuum_min_duration": (int, -1, 2147483647),
    "log_error_verbosity": ("TERSE", "DEFAULT", "VERBOSE"),
    "log_line_prefix": (
        "pid=%p,user=%u,db=%d,app=%a,client=%h",
        "%m [%p] %q[user=%u,db=%d,app=%a]",
        "%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h",
    ),
    "log_min_duration_statement": (int, -1, 86400000),
    "max_connections": (int, 25, 2147483647),
    "max_failover_replication_time_lag": (int, 10, 9223372036854775807),
    "max_files_per_process": (int, 1000, 4096),
    "max_locks_per_transaction": (int, 64, 6400),
    "max_logical_replication_workers": (int, 4, 64),
    "max_parallel_workers": (int, 0, 96),
    "max_parallel_workers_per_gather": (int, 0, 96),
    "max_pred_locks_per_transaction": (int, 64, 640),
    "max_prepared_transactions": (int, 0, 10000),
    "max_replication_slots": (int, 8, 64),
    "max_slot_wal_keep_size": (int, -1, 2147483647),
    "max_stack_depth": (int, 2097152, 6291456),
    "max_standby_archive_delay": (int, 1, 43200000),
    "max_standby_streaming_delay": (int, 1, 43200000),
    "max_wal_senders": (int, 20, 64),
    "max_worker_processes": (int, 8, 96),
    "pg_partman_bgw.interval": (int, 3600, 604800),
    "pg_partman_bgw.role": (str, 0, 64),
    "pg_stat_statements.track": ("all", "top", "none"),
    "pgbouncer": PGBOUNCER,
    "shared_buffers_percentage": (float, 20, 60),
    "stat_monitor_enable": bool,
    "synchronous_replication": ("off", "quorum"),
    "temp_file_limit": (int, -1, 2147483647),
    "timescaledb": TIMESCALEDB,
    "timezone": (str, 0, 64),
    "track_activity_query_size": (int, 1024, 10240),
    "track_commit_timestamp": ("off", "on"),
    "track_functions": ("all", "pl", "none"),
    "track_io_timing": ("off", "on"),
    "wal_sender_timeout": (int, 0, 10800000),
    "wal_writer_delay": (int, 10, 200),
    "work_mem": (int, 1, 1024),
}

VALKEY: dict[str, Shape] = {
    "frequent_snapshots": bool,
    "valkey_acl_channels_default": ("allchannels", "resetchannels"),
    "valkey_active_expire_effort": (int, 1, 10),
    "valkey_io_threads": (int, 1, 32),
    "valkey_lfu_decay_time": (int, 1, 120),
    "valkey_lfu_log_factor": (int, 0, 100),
    "valkey_maxmemory_policy": (
        "noeviction",
        "allkeys_lru",
        "allkeys_random",
        "volatile_lru",
        "volatile_random",
        "volatile_ttl",
    ),
    "valkey_notify_keyspace_events": (str, 0, 32),
    "valkey_number_of_databases": (int, 1, 128),
    "valkey_persistence": ("off", "rdb"),
    "valkey_pubsub_client_output_buffer_limit": (int, 32, 512),
    "valkey_ssl": bool,
    "valkey_timeout": (int, 0, 31536000),
}

OPTIONS = {"pg": PG, "valkey": VALKEY}


def accepted(engine: str, asked: Json) -> Json:
    """
    The options that are given, each as it may be; null ones are left out.

    Raises:
        ApiError: One of them is unknown to the engine, or may not have its value.
    """
    return _block(OPTIONS[engine], asked, "")


def _block(shapes: dict[str, Shape], asked: Json, where: str) -> Json:
    given = {name: value for name, value in asked.items() if value is not None}
    unknown = sorted(set(given) - set(shapes))
    if unknown:
        raise errors.unprocessable(f"{where}{unknown[0]} is not a valid option")
    return {name: _value(shapes[name], value, f"{where}{name}") for name, value in given.items()}


def _value(shape: Shape, value: Any, where: str) -> Any:
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            raise errors.unprocessable(f"{where} must be an object")
        return _block(shape, value, f"{where}.")
    if isinstance(shape, list):
        if not isinstance(value, list):
            raise errors.unprocessable(f"{where} must be a list")
        return [_value(shape[0], item, where) for item in value]
    if isinstance(shape, tuple) and isinstance(shape[0], str):
        if value not in shape:
            raise errors.unprocessable(f"{where} must be one of {', '.join(shape)}")
        return value
    return _plain(shape, value, where)


def _plain(shape: Shape, value: Any, where: str) -> Any:
    kind, low, high = shape if isinstance(shape, tuple) else (bool, 0, 1)
    wanted = (int, float) if kind is float else kind
    if not isinstance(value, wanted) or (isinstance(value, bool) and kind is not bool):
        raise errors.unprocessable(f"{where} must be {WORDS[kind]}")
    if isinstance(value, str) and len(value) > high:
        raise errors.unprocessable(f"{where} must have at most {high} characters")
    if isinstance(value, int | float) and not low <= value <= high:
        raise errors.unprocessable(f"{where} must be between {low} and {high}")
    return value
