"""
Vector databases: what DigitalOcean calls managed Weaviate. No Weaviate runs behind them: the endpoints are words.

Their hosts have the documented form under `.localhost`, a name that never leaves the machine: no client sends a token
to a stranger. The token is answered by the credentials alone.
"""

from __future__ import annotations

import re
import secrets
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from hanzo_iac.localcloud.digitalocean import belongings, errors
from hanzo_iac.localcloud.digitalocean.api import Answer, Call, Routes, created, no_content, ok, text, texts
from hanzo_iac.localcloud.digitalocean.resources import Resource
from hanzo_iac.localcloud.digitalocean.services.projects import OWNER
from hanzo_iac.localcloud.digitalocean.shapes import fit
from hanzo_iac.localcloud.digitalocean.state import Json

if TYPE_CHECKING:
    from hanzo_iac.localcloud.digitalocean.cloud import Cloud

routes = Routes()

# Sizes from small to large, and how long backups are kept. Source: DigitalOcean's OpenAPI, August 2026, and
# docs.digitalocean.com/products/vector-databases/weaviate (features, availability, API errors), read 2026-11-25.
SIZES = ("small", "medium", "large")
REGIONS = ("ams3", "atl1", "ric1", "tor1")
QUANTIZATIONS = ("rq", "pq", "bq", "sq")
WEAVIATE = "1.37.4"
NAME = re.compile(r"[a-z][a-z0-9-]{2,29}")
NAME_RULE = (
    "name must be 3-30 characters, start with a letter, and contain only lowercase letters, numbers, and hyphens"
)
KEPT_BACKUPS = 7
DAY_S = timedelta(days=1).total_seconds()

# The most on a page here. Source: github.com/digitalocean-labs/mcp-digitalocean (pkg/registry/vectordb), 2026-11-25.
LARGEST_PAGE = 50

CONFIG = {"default_quantization": str, "enable_auto_schema": bool, "weaviate_version": str}
OWN = ("since", "token")


def _shown(cloud: Cloud, record: Json) -> Json:
    host = f"{record['name']}-{record['region']}-{record['id'][:8]}"
    active = cloud.passed(record["since"], cloud.settings.vector_database_s)
    return {
        **{name: value for name, value in record.items() if name not in OWN},
        "status": "active" if active else "creating",
        "endpoints": {
            "http": f"https://{host}.weaviate.localhost",
            "grpc": f"{host}-grpc.weaviate.localhost:443",
        },
    }


VECTORS = Resource(
    path="/v2/vector-databases",
    parameter="id",
    table="vector_databases",
    one="vector_db",
    many="vector_dbs",
    shown=_shown,
)
routes("GET", VECTORS.item)(VECTORS.read)


@routes("GET", VECTORS.path)
def listing(call: Call) -> Answer:
    """A page of them with the total, and no links."""
    every = [_shown(call.cloud, record) for record in VECTORS.records(call).values()]
    page, size = call.number("page", 1), min(call.number("per_page", 20), LARGEST_PAGE)
    return ok({"vector_dbs": every[(page - 1) * size : page * size], "total": len(every)})


@routes("POST", VECTORS.path)
def create(call: Call) -> Answer:
    """A new one, creating."""
    cloud, body, key = call.cloud, call.body, str(uuid.uuid4())
    belongings.within_quota(cloud, "vector_databases", len(VECTORS.records(call)) + 1, "vector database limit exceeded")
    tags = texts(body, "tags")
    record = {
        "id": key,
        "owner_uuid": OWNER,
        "name": _name(text(body, "name")),
        "region": _region(text(body, "region")),
        "size": _size(text(body, "size")),
        "project_id": _project(cloud, text(body, "project_id")),
        "tags": tags,
        "config": {"default_quantization": "rq", "enable_auto_schema": True, "weaviate_version": WEAVIATE},
        "created_at": cloud.stamp(),
        "updated_at": cloud.stamp(),
        "since": cloud.now(),
        "token": secrets.token_urlsafe(32),
    }
    belongings.use_tags(cloud, tags)
    VECTORS.records(call)[key] = record
    return created({"vector_db": _shown(cloud, record)})


def _name(name: str) -> str:
    if not NAME.fullmatch(name):
        raise errors.bad_request(NAME_RULE)
    return name


def _region(region: str) -> str:
    if region not in REGIONS:
        raise errors.bad_request(f"region '{region}' is not available for vector databases")
    return region


def _size(size: str) -> str:
    if size not in SIZES:
        raise errors.bad_request(f"size must be one of {', '.join(SIZES)}")
    return size


def _project(cloud: Cloud, project_id: str) -> str:
    if project_id and project_id not in cloud.state.table("projects"):
        raise errors.bad_request("project_id is invalid")
    return project_id or belongings.default_project(cloud)


def _changed(call: Call, record: Json, changes: Json) -> Answer:
    record |= {**changes, "updated_at": call.cloud.stamp()}
    return ok({"vector_db": _shown(call.cloud, record)})


@routes("PUT", VECTORS.item)
def update(call: Call) -> Answer:
    """Its configuration and its project; what is left out stays. DigitalOcean alone upgrades Weaviate."""
    record, asked = VECTORS.find(call), fit(call.body.get("config") or {}, CONFIG, "config")
    if asked.get("weaviate_version") not in (None, "", record["config"]["weaviate_version"]):
        raise errors.bad_request("weaviate_version cannot be changed")
    config = {name: value for name, value in asked.items() if value != ""}
    if config.get("default_quantization", "rq") not in QUANTIZATIONS:
        raise errors.bad_request(f"default_quantization must be one of {', '.join(QUANTIZATIONS)}")
    project_id = _project(call.cloud, text(call.body, "project_id", record["project_id"]))
    return _changed(call, record, {"config": {**record["config"], **config}, "project_id": project_id})


@routes("DELETE", VECTORS.item)
def delete(call: Call) -> Answer:
    """Gone with its data."""
    del VECTORS.records(call)[VECTORS.find(call)["id"]]
    return no_content()


@routes("POST", VECTORS.item + "/resize")
def resize(call: Call) -> Answer:
    """Creating again, in a larger size."""
    record, size = VECTORS.find(call), _size(text(call.body, "size"))
    if SIZES.index(size) <= SIZES.index(record["size"]):
        message = f"cannot resize from '{record['size']}' to '{size}'; only upgrades are supported"
        raise errors.bad_request(message)
    return _changed(call, record, {"size": size, "since": call.cloud.now()})


@routes("PUT", VECTORS.item + "/tags")
def retag(call: Call) -> Answer:
    """These tags and no others."""
    record, tags = VECTORS.find(call), texts(call.body, "tags")
    belongings.use_tags(call.cloud, tags)
    return _changed(call, record, {"tags": tags})


@routes("GET", VECTORS.item + "/credentials")
def credentials(call: Call) -> Answer:
    """The admin's user and token."""
    record = VECTORS.find(call)
    return ok({"user_id": "admin", "api_token": record["token"]})


@routes("GET", VECTORS.item + "/backups")
def backups(call: Call) -> Answer:
    """One for each full day of its life, the last seven. No copy is really made here."""
    record = VECTORS.find(call)
    born_s = datetime.fromisoformat(record["created_at"]).timestamp()
    days = int((call.cloud.now() - born_s) // DAY_S)
    kept = range(max(0, days - KEPT_BACKUPS) + 1, days + 1)
    return ok({"backups": [_backup(call.cloud, record["id"], born_s + day * DAY_S) for day in kept]})


def _backup(cloud: Cloud, key: str, at_s: float) -> Json:
    moment = datetime.fromtimestamp(at_s, UTC)
    return {
        "backup_id": f"vectordb-{key}-{moment:%Y%m%d-%H%M%S}",
        "started_at": cloud.stamp(at_s),
        "completed_at": cloud.stamp(at_s),
        "status": "SUCCESS",
    }


@routes("GET", VECTORS.item + "/backups/{backup_id}/restore")
def restored(call: Call) -> Answer:
    """Not there: nothing was ever restored."""
    VECTORS.find(call)
    raise errors.not_found()


@routes("POST", VECTORS.item + "/backups/{backup_id}/restore")
def restore(call: Call) -> Answer:
    """Refused: there is no data to restore."""
    VECTORS.find(call)
    raise errors.not_emulated("a vector database restored from a backup")
