"""Access keys of Spaces. The secret is answered once, when the key is made."""

from __future__ import annotations

import secrets
import string

from hanzo_iac.localcloud.digitalocean import errors
from hanzo_iac.localcloud.digitalocean.api import Answer, Call, Routes, created, ok, require, text
from hanzo_iac.localcloud.digitalocean.resources import Resource
from hanzo_iac.localcloud.digitalocean.shapes import fit
from hanzo_iac.localcloud.digitalocean.state import Json

routes = Routes()

GRANT = {"bucket": str, "permission": str}
SCOPED = ("read", "readwrite")
PERMISSIONS = (*SCOPED, "fullaccess", "")
ALPHABET = string.ascii_uppercase + string.digits

KEYS = Resource(path="/v2/spaces/keys", parameter="access_key", table="spaces_keys", one="key", many="keys")
routes("DELETE", KEYS.item)(KEYS.delete)


def _grants(body: Json) -> list[Json]:
    grants = [{"bucket": "", "permission": "", **one} for one in fit(body.get("grants") or [], [GRANT], "grants")]
    wrong = [grant for grant in grants if grant["permission"] not in PERMISSIONS]
    if wrong:
        raise errors.bad_request(f"invalid permission {wrong[0]['permission']}")
    nowhere = [grant for grant in grants if not grant["bucket"] and grant["permission"] in SCOPED]
    if nowhere:
        raise errors.bad_request(f"permission {nowhere[0]['permission']} needs a bucket")
    # DigitalOcean gives full access where it stands beside others.
    return [grant for grant in grants if _is_full(grant)] or grants


def _is_full(grant: Json) -> bool:
    return bool(grant["permission"] == "fullaccess")


@routes("GET", KEYS.path)
def listing(call: Call) -> Answer:
    """Every key, without its secret; of one name, bucket or permission when the query says so."""
    keys = [key for key in KEYS.records(call).values() if call.query.get("name") in (None, "", key["name"])]
    for field in ("bucket", "permission"):
        asked = call.query.get(field)
        keys = [key for key in keys if not asked or any(grant[field] == asked for grant in key["grants"])]
    return call.page("keys", keys)


@routes("POST", KEYS.path)
def create(call: Call) -> Answer:
    """A new key with its secret."""
    require(call.body, "name")
    key = "DO00" + "".join(secrets.choice(ALPHABET) for _ in range(16))
    record = {
        "name": text(call.body, "name"),
        "grants": _grants(call.body),
        "access_key": key,
        "created_at": call.cloud.stamp(),
    }
    KEYS.records(call)[key] = record
    return created({"key": {**record, "secret_key": secrets.token_urlsafe(32)}})


@routes("GET", KEYS.item)
def read(call: Call) -> Answer:
    """One key. DigitalOcean's clients read `key`, its OpenAPI says `keys`: both are answered."""
    record = KEYS.find(call)
    return ok({"key": record, "keys": [record]})


@routes("PUT", KEYS.item)
@routes("PATCH", KEYS.item)
def update(call: Call) -> Answer:
    """A key's name and grants; one for everything never becomes one for some buckets, nor the other way round."""
    record = KEYS.find(call)
    grants = _grants(call.body) if "grants" in call.body else record["grants"]
    if any(map(_is_full, grants)) != any(map(_is_full, record["grants"])):
        raise errors.bad_request("a fullaccess key cannot be converted to a scoped key or vice versa")
    record |= {"name": text(call.body, "name", record["name"]), "grants": grants}
    return ok({"key": record})
