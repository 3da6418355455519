"""Certificates for load balancers."""

from __future__ import annotations

import hashlib
import ssl

from hanzo_iac.errors import Fault, InputError
from hanzo_iac.localcloud.provider.api import ApiError
from hanzo_iac.localcloud.provider.call import Call
from hanzo_iac.localcloud.provider.check import Failure
from hanzo_iac.localcloud.provider.fields import State, bag, text
from hanzo_iac.localcloud.provider.resource import Json, Resource, only_named

CERTIFICATES = "/v2/certificates"

# How long DigitalOcean may still call a certificate used after its load balancer has gone; as the official provider.
IN_USE_S = 30.0


def find_certificate(call: Call, inputs: State) -> Json | None:
    """The certificate of that name."""
    return only_named(call.api.pages(CERTIFICATES, "certificates", name=inputs["name"]), inputs["name"])


def post_certificate(call: Call, inputs: State) -> Json:
    """Create it."""
    keys = {
        "privateKey": "private_key",
        "leafCertificate": "leaf_certificate",
        "certificateChain": "certificate_chain",
        "domains": "dns_names",
    }
    body: Json = {"name": inputs["name"], "type": inputs["type"]}
    body |= {key: inputs[name] for name, key in keys.items() if inputs.get(name)}
    return dict(call.api.post(CERTIFICATES, body)["certificate"])


def settle_certificate(call: Call, name: str, inputs: State) -> None:
    """Wait until it is verified."""

    def look() -> Json:
        certificate = find_certificate(call, inputs)
        if certificate is None:
            raise ApiError(404, "not_found", f"there is no certificate {name!r}", f"GET {CERTIFICATES}")
        call.say(f"waiting for the certificate: {certificate.get('state')}")
        if certificate.get("state") == "error":
            raise InputError(
                Fault("", "DigitalOcean could not verify it", "check that its domains are in this account")
            )
        return certificate

    call.until("the certificate was not verified", look, lambda certificate: certificate.get("state") == "verified")


def read_certificate(call: Call, name: str, known: State) -> State | None:
    """What it is now; keys and certificates are never said again."""
    certificate = find_certificate(call, {"name": name})
    if certificate is None:
        return None
    state: State = {
        "name": certificate["name"],
        "type": certificate["type"],
        "uuid": certificate["id"],
        "state": certificate.get("state") or "",
        "notAfter": certificate.get("not_after") or "",
        "sha1Fingerprint": certificate.get("sha1_fingerprint") or "",
        "domains": sorted(certificate.get("dns_names") or []),
    }
    written = ("privateKey", "leafCertificate", "certificateChain")
    state |= {name: known[name] for name in written if known.get(name)}
    if known.get("leafCertificate") and not is_of(known["leafCertificate"], state["sha1Fingerprint"]):
        state["leafCertificate"] = f"another certificate ({state['sha1Fingerprint']})"
    return state


def is_of(pem: str, fingerprint: str) -> bool:
    """Whether a fingerprint is this certificate's, as far as both can be read."""
    try:
        return hashlib.sha1(ssl.PEM_cert_to_DER_cert(pem), usedforsecurity=False).hexdigest() == fingerprint.lower()
    except ValueError:
        return True


def delete_certificate(call: Call, name: str, _state: State) -> None:
    """Delete it, as soon as nothing uses it."""
    certificate = find_certificate(call, {"name": name})
    if certificate is None:
        return

    def is_gone() -> bool:
        try:
            call.api.delete(f"{CERTIFICATES}/{certificate['id']}")
        except ApiError as error:
            if error.status not in (403, 409):
                raise
            return False
        return True

    call.until("it is still in use", is_gone, bool)


def certificate_rules(inputs: State) -> list[Failure]:
    """What each type of certificate must and must not have."""
    if inputs.get("type") == "lets_encrypt":
        missing = [] if inputs.get("domains") else [Failure("domains", "missing; a Let's Encrypt certificate has some")]
        extra = [name for name in ("privateKey", "leafCertificate", "certificateChain") if inputs.get(name)]
        return missing + [Failure(name, "a Let's Encrypt certificate has none") for name in extra]
    wanted = ("privateKey", "leafCertificate")
    return [Failure(name, "missing; a custom certificate has one") for name in wanted if not inputs.get(name)]


CERTIFICATE = Resource(
    token="digitalocean:index/certificate:Certificate",  # noqa: S106
    word="certificate",
    inputs={
        "name": text(replace=True),
        "type": text(default="custom", replace=True, choices=("custom", "lets_encrypt")),
        "domains": bag(text(), replace=True, computed=True),
        "privateKey": text(replace=True),
        "leafCertificate": text(replace=True),
        "certificateChain": text(replace=True),
    },
    outputs=("notAfter", "sha1Fingerprint", "state", "uuid"),
    secrets=("privateKey",),
    rules=certificate_rules,
    find=find_certificate,
    post=post_certificate,
    identify=lambda certificate, _: certificate["name"],
    settle=settle_certificate,
    read=read_certificate,
    delete=delete_certificate,
    delete_s=IN_USE_S,
)
