"""The account's own certificate authority, made when first asked for and kept in the state."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hanzo_iac.localcloud.digitalocean.state import State

TEN_YEARS = timedelta(days=3650)


def authority_pem(state: State) -> str:
    """Its certificate, PEM. Nothing is signed with it yet: the servers on this machine speak without TLS."""
    kept = state.table("authority").get("certificate")
    if kept is None:
        kept = state.table("authority").setdefault("certificate", {"pem": _new_certificate()})
    return str(kept["pem"])


def _new_certificate() -> str:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hanzo local project CA")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + TEN_YEARS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
