"""The certificates of one control plane: an authority of its own, and everything it signed, made once."""

from __future__ import annotations

import datetime
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from hanzo_iac.localcloud.places import write_whole

# Longer than any local cloud lives.
VALID = datetime.timedelta(days=3650)

# Common name, groups: who each client certificate is for.
CLIENTS = {
    "admin": ("hanzo-admin", "system:masters"),
    "etcd-client": ("etcd-client", ""),
    "front-proxy": ("front-proxy-client", ""),
}
SERVERS = {
    "apiserver": ("kube-apiserver", ("kubernetes", "kubernetes.default", "kubernetes.default.svc", "localhost")),
    "etcd": ("etcd", ("localhost",)),
}

Key = ec.EllipticCurvePrivateKey


def make(folder: Path, service_address: str) -> None:
    """
    `ca.crt`, and `<name>.crt` with `<name>.key` for every client and server; `service-accounts.key` and `.pub`.

    What is there already stays: the marker `made` is written last.
    """
    if (folder / "made").exists():
        return
    authority_key = ec.generate_private_key(ec.SECP256R1())
    authority = _sign(_subject("local cloud"), authority_key, authority_key.public_key(), None, _authority_extensions())
    _write(folder / "ca.crt", _pem(authority))
    addresses = ("127.0.0.1", service_address)
    for name, (common_name, group) in CLIENTS.items():
        _issue(folder / name, _subject(common_name, group), (authority, authority_key), _client_extensions())
    for name, (common_name, hosts) in SERVERS.items():
        extensions = _server_extensions(hosts, addresses)
        _issue(folder / name, _subject(common_name), (authority, authority_key), extensions)
    accounts = ec.generate_private_key(ec.SECP256R1())
    _write(folder / "service-accounts.key", _key_pem(accounts))
    public = accounts.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    _write(folder / "service-accounts.pub", public)
    _write(folder / "made", b"")


Extensions = list[tuple[x509.ExtensionType, bool]]


def _authority_extensions() -> Extensions:
    return [(x509.BasicConstraints(ca=True, path_length=None), True), (_usage(signs_certificates=True), True)]


def _client_extensions() -> Extensions:
    return [(_usage(), True), (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False)]


def _server_extensions(hosts: tuple[str, ...], addresses: tuple[str, ...]) -> Extensions:
    names: list[x509.GeneralName] = [x509.DNSName(host) for host in hosts]
    names += [x509.IPAddress(ipaddress.ip_address(address)) for address in addresses]
    # etcd's gateway is its own client, with the server's certificate.
    uses = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
    return [(_usage(), True), (uses, False), (x509.SubjectAlternativeName(names), False)]


def _usage(*, signs_certificates: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _subject(common_name: str, group: str = "") -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    if group:
        attributes.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, group))
    return x509.Name(attributes)


def _issue(path: Path, subject: x509.Name, authority: tuple[x509.Certificate, Key], extensions: Extensions) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _sign(subject, authority[1], key.public_key(), authority[0], extensions)
    _write(path.with_name(f"{path.name}.key"), _key_pem(key))
    _write(path.with_name(f"{path.name}.crt"), _pem(certificate))


def _sign(
    subject: x509.Name,
    signer: Key,
    public_key: ec.EllipticCurvePublicKey,
    authority: x509.Certificate | None,
    extensions: Extensions,
) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(authority.subject if authority else subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        # A clock that is set back a little must not make it invalid.
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + VALID)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(signer, hashes.SHA256())


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: Key) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, content: bytes) -> None:
    write_whole(path, content.decode())
