"""Whether a post of SendGrid's event webhook is SendGrid's: ECDSA over P-256 and SHA-256 of its bytes as they came.

Source: docs, Event Webhook security features. What is signed is the header's time and the raw body; JSON that was read
and written again has other bytes. (The package `sendgrid` checks text, and raises for a signature that is no base64.)
"""

import base64
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple, TypeAlias

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

SIGNATURE: Final = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP: Final = "X-Twilio-Email-Event-Webhook-Timestamp"
# SendGrid posts again for 24 hours and does not say whether it signs anew; a replay is harmless, since events are kept
# once each.
OLDEST: Final = timedelta(hours=25)
AHEAD: Final = timedelta(minutes=5)  # how far its clock and ours may differ
ARMOUR: Final = re.compile(r"-----(BEGIN|END) PUBLIC KEY-----|\s")

PublicKey: TypeAlias = ec.EllipticCurvePublicKey


class Signed(NamedTuple):
    """It is SendGrid's: when it was signed, and how much earlier than our clock that was."""

    at: datetime
    skew: timedelta


class NotSigned(NamedTuple):
    """Why it may be anybody's, in a sentence."""

    sentence: str


def read_key(text: str) -> PublicKey | None:
    """A public key as SendGrid shows it: base64, with or without PEM's lines around it; None: it is none of P-256."""
    try:
        key = load_der_public_key(base64.b64decode(ARMOUR.sub("", text), validate=True))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1) else None


def check(
    body: bytes, signature: bytes | None, timestamp: bytes | None, keys: Sequence[PublicKey], now: datetime
) -> Signed | NotSigned:
    """The two headers as they came, None where there is none. Any of the keys will do: two hold while one is changed.

    Nothing that anybody sends makes it raise.
    """
    if not keys:
        return NotSigned("no public key of SendGrid's event webhook is set (mail.sendgrid_webhook_keys)")
    if signature is None or timestamp is None:
        return NotSigned("the post carries no signature of SendGrid's event webhook")
    if not re.fullmatch(rb"[0-9]{1,11}", timestamp):
        return NotSigned("the time of the signature is no number of seconds")
    try:
        der = base64.b64decode(signature, validate=True)
    except ValueError:
        return NotSigned("the signature is no base64")
    if not any(_fits(key, der, timestamp + body) for key in keys):
        return NotSigned("the signature does not fit body, time and key")
    at = datetime.fromtimestamp(int(timestamp), UTC)
    skew = now - at
    if skew > OLDEST:
        return NotSigned("the post was signed more than 25 hours ago")
    if skew < -AHEAD:
        return NotSigned("the post was signed in the future; the clock of one of us is wrong")
    return Signed(at, skew)


def _fits(key: PublicKey, der: bytes, signed: bytes) -> bool:
    try:
        key.verify(der, signed, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True
