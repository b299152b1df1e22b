"""What a provider says of an attempt proves that it was taken, whatever our own rows say of it."""

from collections.abc import Collection
from datetime import datetime
from typing import Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import mail_tables, uncertain, wake_ups
from ledger.identifiers import uuid7

MESSAGE: Final = mail_tables.message
ATTEMPT: Final = mail_tables.attempt
AT_ONCE: Final = 400


class Proof(NamedTuple):
    """`attempt` None: it does not say which. `hand_over_id`: the provider's word for the hand-over, if it is known."""

    message_id: str
    attempt: int | None
    hand_over_id: str | None


def prove(connection: Connection, proofs: Collection[Proof], now: datetime) -> None:
    """Every attempt that was not known to be taken is, and its journey looks again where the row said otherwise."""
    messages = sorted({proof.message_id for proof in proofs})
    for begin in range(0, len(messages), AT_ONCE):
        page = frozenset(messages[begin : begin + AT_ONCE])
        attempts = _attempts(connection, page)
        for proof in sorted({proof for proof in proofs if proof.message_id in page}, key=str):
            made = attempts.get(proof.message_id, {})
            attempt = next(iter(made)) if proof.attempt is None and len(made) == 1 else proof.attempt
            if attempt is not None and made.get(attempt) is False:
                _prove(connection, proof.message_id, attempt, proof.hand_over_id, now)
                made[attempt] = True


def _attempts(connection: Connection, messages: Collection[str]) -> dict[str, dict[int, bool]]:
    """Message → attempt → whether it was spoken of before."""
    columns = ATTEMPT.c.message_id, ATTEMPT.c.attempt, ATTEMPT.c.evidence_at
    found: dict[str, dict[int, bool]] = {}
    for message, attempt, evidence_at in connection.execute(sa.select(*columns).where(columns[0].in_(messages))):
        found.setdefault(message, {})[attempt] = evidence_at is not None
    return found


def _prove(connection: Connection, message: str, attempt: int, hand_over_id: str | None, now: datetime) -> None:
    told = uncertain.prove(connection, message, attempt, now)
    if hand_over_id:
        unnamed = sa.and_(MESSAGE.c.id == message, MESSAGE.c.provider_id.is_(None))
        connection.execute(sa.update(MESSAGE).where(unnamed).values(provider_id=hand_over_id))
    journey = connection.execute(sa.select(MESSAGE.c.journey_id).where(MESSAGE.c.id == message)).scalar_one()
    if told and journey is not None:
        wake_ups.add(connection, journey, uuid7(), "proved", now)
