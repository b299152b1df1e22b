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


class Known(NamedTuple):
    """Of an attempt: whether the provider spoke of it before, and whether its message's row says that it was taken."""

    spoken_of: bool
    expected: bool


SPOKEN_OF: Final = Known(spoken_of=True, expected=True)


def prove(connection: Connection, proofs: Collection[Proof], now: datetime) -> None:
    """Every attempt that was not known to be taken is, and its journey looks again where the row said otherwise.

    The messages' rows are this transaction's already (`matching.known`), so what is read of them here stays true.
    """
    messages = sorted({proof.message_id for proof in proofs})
    for begin in range(0, len(messages), AT_ONCE):
        page = frozenset(messages[begin : begin + AT_ONCE])
        attempts = _attempts(connection, page)
        expected: list[str] = []
        for proof in sorted({proof for proof in proofs if proof.message_id in page}, key=str):
            made = attempts.get(proof.message_id, {})
            attempt = next(iter(made)) if proof.attempt is None and len(made) == 1 else proof.attempt
            if attempt is None or attempt not in made or made[attempt].spoken_of:
                continue
            if len(made) == 1 and made[attempt].expected:
                expected.append(proof.message_id)
            else:
                _prove(connection, proof.message_id, attempt, proof.hand_over_id, now)
            made[attempt] = SPOKEN_OF
        _as_expected(connection, expected, now)


def _attempts(connection: Connection, messages: Collection[str]) -> dict[str, dict[int, Known]]:
    """Message → attempt → what is known of it."""
    whose = (ATTEMPT.c.message_id, ATTEMPT.c.attempt)
    taken = sa.and_(MESSAGE.c.state == "accepted", MESSAGE.c.provider_id.is_not(None))
    query = sa.select(*whose, ATTEMPT.c.evidence_at.is_not(None), taken).join(MESSAGE)
    found: dict[str, dict[int, Known]] = {}
    for message, attempt, spoken_of, expected in connection.execute(query.where(whose[0].in_(messages))):
        found.setdefault(message, {})[attempt] = Known(spoken_of, expected)
    return found


def _as_expected(connection: Connection, messages: Collection[str], now: datetime) -> None:
    """The only attempts of messages whose rows say that they were taken, and as what: nothing follows from it."""
    if messages:
        update = sa.update(ATTEMPT).where(ATTEMPT.c.message_id.in_(messages))
        ended = sa.func.coalesce(ATTEMPT.c.ended_at, now)
        connection.execute(update.values(outcome="accepted", ended_at=ended, evidence_at=now))


def _prove(connection: Connection, message: str, attempt: int, hand_over_id: str | None, now: datetime) -> None:
    taken(connection, message, attempt, now)
    if hand_over_id:
        unnamed = sa.and_(MESSAGE.c.id == message, MESSAGE.c.provider_id.is_(None))
        connection.execute(sa.update(MESSAGE).where(unnamed).values(provider_id=hand_over_id))


def taken(connection: Connection, message: str, attempt: int, now: datetime, *, by_provider: bool = True) -> None:
    """One attempt was taken, whoever knows that; its journey looks again where the row said otherwise.

    The message before its attempt, as every other transaction locks them.
    """
    mine = sa.select(MESSAGE.c.journey_id).where(MESSAGE.c.id == message).with_for_update(key_share=True)
    journey = connection.execute(mine).scalar_one()
    if uncertain.prove(connection, message, attempt, now, by_provider=by_provider) and journey is not None:
        wake_ups.add(connection, journey, uuid7(), "proved", now)
