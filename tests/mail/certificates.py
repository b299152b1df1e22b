"""A certificate authority that nobody trusts unless told to, and a server's certificate of it."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

AUTHORITY = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority of the tests")])


@dataclass(frozen=True)
class Encryption:
    """What a server encrypts with, and the file that makes its certificate trusted."""

    server: ssl.SSLContext
    authority: Path


def certified(folder: Path, address: str = "127.0.0.1") -> Encryption:
    """Encryption of a server whose certificate is for `address`, an IP address."""
    key = ec.generate_private_key(ec.SECP256R1())
    own = ec.generate_private_key(ec.SECP256R1())
    authority, certificate, private = folder / "authority.pem", folder / "server.pem", folder / "server.key"
    usage = x509.BasicConstraints(ca=True, path_length=None)
    authority.write_bytes(_pem(_builder(key.public_key(), AUTHORITY).add_extension(usage, critical=True), key))
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a server of the tests")])
    valid_for = x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))])
    certificate.write_bytes(_pem(_builder(own.public_key(), name).add_extension(valid_for, critical=False), key))
    private.write_bytes(
        own.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(certificate, private)
    return Encryption(server, authority)


def _builder(public: ec.EllipticCurvePublicKey, name: x509.Name) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(AUTHORITY)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
    )


def _pem(builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey) -> bytes:
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
