"""
A new cluster made from another one's backup: what it may be made from, and what it has from there.

The copy is of the moment at which it is made, not of the time that was asked for: nothing here keeps old states.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from hanzo_iac.localcloud.digitalocean import errors
from hanzo_iac.localcloud.digitalocean.shapes import fit
from hanzo_iac.localcloud.digitalocean.state import Json

if TYPE_CHECKING:
    from hanzo_iac.localcloud.digitalocean.cloud import Cloud

# How far back a cluster can be restored. Source: DigitalOcean facts of this project, 2026-11-21.
KEPT = timedelta(days=7)

SHAPE = {"database_name!": str, "backup_created_at": str}


def source_of(cloud: Cloud, body: Json, engine: str) -> Json | None:
    """
    The record of the cluster that a new one is restored from; None for a new one that starts empty.

    Raises:
        ApiError: There is no such cluster, or no backup of it at that time.
    """
    if not body.get("backup_restore"):
        return None
    asked = fit(body["backup_restore"], SHAPE, "backup_restore")
    if engine != "pg":
        raise errors.not_emulated(f"a database cluster of engine {engine} restored from a backup")
    records = cloud.state.table("databases").values()
    source = next((record for record in records if record["name"] == asked["database_name"]), None)
    if source is None:
        raise errors.unprocessable(f"backup_restore: database cluster {asked['database_name']} does not exist")
    if source["engine"] != engine:
        raise errors.unprocessable("backup_restore: the engine must be that of the backup")
    if cloud.databases.address(source["id"]) is None:
        raise errors.unprocessable(f"backup_restore: {source['name']} has no backup yet")
    if asked.get("backup_created_at"):
        _refuse_time(cloud, source, asked["backup_created_at"])
    return source


def _refuse_time(cloud: Cloud, source: Json, asked: str) -> None:
    try:
        at = datetime.fromisoformat(asked)
    except ValueError as error:
        raise errors.unprocessable("backup_created_at is not a time such as 2026-11-21T12:00:00Z") from error
    at_s = (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    earliest_s = max(source["since"], cloud.now() - KEPT.total_seconds())
    # Times are written without fractions of a second.
    if not int(earliest_s) <= at_s <= cloud.now():
        raise errors.unprocessable(
            f"backup_created_at must be between {cloud.stamp(earliest_s)} and {cloud.stamp()}: "
            f"{source['name']} can be restored to no other time"
        )


def refuse_older(source: Json, version: str) -> None:
    """
    Nothing, when the new cluster's version can read the backup.

    Raises:
        ApiError: It is older than the source's.
    """
    if int(version) < int(source["version"]):
        raise errors.unprocessable(f"backup_restore: version must be at least that of the backup, {source['version']}")


def inherited(source: Json, password: str) -> Json:
    """Databases, and users with their passwords; the admin gets a new one. Rules, pools and settings stay behind."""
    users = {
        name: {**user, "password": password} if user["role"] == "primary" else dict(user)
        for name, user in source["users"].items()
    }
    return {"users": users, "dbs": list(source["dbs"]), "restored_from": source["id"]}
