"""
TLS certificates: uploaded ones are read at once; Let's Encrypt ones are verified after a while.

The latter are only for names of domains of this account, where DigitalOcean proves that they are the customer's.
"""

from __future__ import annotations

import hashlib
import uuid
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from hanzo_iac.localcloud.digitalocean import errors
from hanzo_iac.localcloud.digitalocean.api import Answer, Call, Routes, created, one_of, require, text, texts
from hanzo_iac.localcloud.digitalocean.resources import Resource
from hanzo_iac.localcloud.digitalocean.state import Json

if TYPE_CHECKING:
    from hanzo_iac.localcloud.digitalocean.cloud import Cloud

routes = Routes()

# How long a Let's Encrypt certificate lasts. Source: letsencrypt.org, 2026-11.
LASTS_S = timedelta(days=90).total_seconds()


def _shown(cloud: Cloud, record: Json) -> Json:
    verified = record["type"] == "custom" or cloud.passed(record["since"], cloud.settings.certificate_s)
    shown = {name: value for name, value in record.items() if name != "since"}
    return {**shown, "state": "verified" if verified else "pending"}


CERTIFICATES = Resource(
    path="/v2/certificates",
    parameter="certificate_id",
    table="certificates",
    one="certificate",
    many="certificates",
    shown=_shown,
    filters={"name": "name"},
)
routes("GET", CERTIFICATES.path)(CERTIFICATES.listing)
routes("GET", CERTIFICATES.item)(CERTIFICATES.read)


@routes("DELETE", CERTIFICATES.item)
def delete(call: Call) -> Answer:
    """Gone, unless a load balancer or a CDN endpoint uses it."""
    key = CERTIFICATES.find(call)["id"]
    balancers = call.cloud.state.table("load_balancers").values()
    users = [one for balancer in balancers for one in (*balancer["forwarding_rules"], *balancer.get("domains", []))]
    users += call.cloud.state.table("cdn_endpoints").values()
    if any(user.get("certificate_id") == key for user in users):
        raise errors.forbidden("Make sure the certificate is not in use before deleting it")
    return CERTIFICATES.delete(call)


@routes("POST", CERTIFICATES.path)
def create(call: Call) -> Answer:
    """A new certificate, pending or uploaded."""
    cloud, body = call.cloud, call.body
    require(body, "name")
    name, kind = text(body, "name"), one_of(body, "type", ("lets_encrypt", "custom"), "custom")
    if any(record["name"] == name for record in CERTIFICATES.records(call).values()):
        raise errors.unprocessable("certificate name is already in use")
    key = str(uuid.uuid4())
    record = {
        "id": key,
        "name": name,
        "type": kind,
        "created_at": cloud.stamp(),
        "since": cloud.now(),
        **(_uploaded(body) if kind == "custom" else _issued(cloud, key, body)),
    }
    CERTIFICATES.records(call)[key] = record
    return created({"certificate": _shown(cloud, record)})


def _issued(cloud: Cloud, key: str, body: Json) -> Json:
    require(body, "dns_names")
    names, domains = texts(body, "dns_names"), cloud.state.table("domains")
    if not all(any(f".{name.lower()}".endswith(f".{domain}") for domain in domains) for name in names):
        raise errors.unprocessable("one or more of the domains are not managed by DigitalOcean")
    return {
        "dns_names": names,
        "not_after": cloud.stamp(cloud.now() + LASTS_S),
        "sha1_fingerprint": hashlib.sha1(key.encode(), usedforsecurity=False).hexdigest(),
    }


def _uploaded(body: Json) -> Json:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    require(body, "private_key", "leaf_certificate")
    try:
        leaf = x509.load_pem_x509_certificate(text(body, "leaf_certificate").encode())
    except ValueError as error:
        raise errors.unprocessable("leaf_certificate is not a PEM certificate") from error
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        dns_names = names.get_values_for_type(x509.DNSName)
    except x509.ExtensionNotFound:
        dns_names = []
    return {
        "dns_names": dns_names,
        "not_after": leaf.not_valid_after_utc.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "sha1_fingerprint": leaf.fingerprint(hashes.SHA1()).hex(),  # noqa: S303  it names, it does not protect
    }
