"""A key pair of SendGrid's event webhook, for tests."""

import base64
from functools import cached_property

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mail.sendgrid_signature import SIGNATURE, TIMESTAMP


class Signer:
    """Signs as SendGrid does."""

    def __init__(self) -> None:
        self._private = ec.generate_private_key(ec.SECP256R1())

    @cached_property
    def public_key(self) -> str:
        """As SendGrid shows it: base64 of SubjectPublicKeyInfo, without PEM's lines."""
        der = self._private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(der).decode()

    def headers(self, body: bytes, at: int | str) -> dict[str, str]:
        """What a post of this body carries; `at` in seconds since 1970."""
        signature = self._private.sign(str(at).encode() + body, ec.ECDSA(SHA256()))
        return {SIGNATURE: base64.b64encode(signature).decode(), TIMESTAMP: str(at)}
