"""Whose a reported event is: of the message that it names, or of the only one that it can be about."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, NamedTuple

import sqlalchemy as sa
from pydantic import JsonValue
from sqlalchemy import Connection

from ledger import mail_tables, suppressions

MESSAGE: Final = mail_tables.message
AT_ONCE: Final = 400
ELSEWHERE: Final = "elsewhere"
BOUNCES_WITHIN: Final = timedelta(days=5)  # a server gives up after that long (RFC 5321, 4.5.4.1)
CLOCKS: Final = timedelta(hours=1)  # how far the provider's and ours may differ
# The instants from which both can still be counted: a provider may write any.
FIRST: Final = datetime.min.replace(tzinfo=UTC) + BOUNCES_WITHIN
LAST: Final = datetime.max.replace(tzinfo=UTC) - CLOCKS


class NewEvent(NamedTuple):
    """An event as a provider reports it, in our words. `at` is the provider's clock.

    `message_id` and `attempt` are ours as the provider gave them back. `hand_over_id`: its own word for the hand-over.
    A tuple, since a post holds hundreds.
    """

    provider: str
    content: str
    kind: str
    provider_kind: str
    at: datetime
    event_id: str | None = None
    attempt: int | None = None
    address: str | None = None  # in small letters
    machine: bool = False
    failure: str | None = None
    status: str | None = None
    reason: str | None = None
    response: str | None = None
    url: str | None = None
    hand_over_id: str | None = None
    message_id: str | None = None
    raw: Mapping[str, JsonValue] | None = None


class Match(NamedTuple):
    """By our own id it is certain, by the address probable; `several`: it may concern any message to the address.

    `elsewhere`: of a message that somebody else sent by the same account, and never looked at again.
    """

    message_id: str | None = None
    matched: Literal["id", "address", "several", "elsewhere"] | None = None


def known(connection: Connection, ids: Collection[str]) -> frozenset[str]:
    """Which of the ids are messages of this ledger."""
    return _there(connection, ids, sa.select(MESSAGE.c.id))


def held(connection: Connection, ids: Collection[str]) -> frozenset[str]:
    """The same, and their rows are this transaction's until its end.

    Taken before anything is written and in their order: two posts about the same messages, or a post and the hand-over
    that it speaks of, wait for each other instead of failing.
    """
    return _there(connection, ids, sa.select(MESSAGE.c.id).order_by(MESSAGE.c.id).with_for_update(key_share=True))


def is_another_s(event: NewEvent) -> bool:
    """Whether it names a message of the provider's and none of ours, as reports of other mail by the account do."""
    return event.message_id is None and event.hand_over_id is not None


def match(connection: Connection, event: NewEvent, messages: Collection[str]) -> Match:
    """`messages`: those of `held`. One without any is of the only message that its address was sent lately."""
    if event.message_id is not None:
        return Match(event.message_id, "id") if event.message_id in messages else Match()
    if is_another_s(event):
        return Match(None, ELSEWHERE)
    if event.address is None:
        return Match()
    reader = MESSAGE.c.person_id.in_(suppressions.readers(connection, event.address))
    address = sa.func.lower(MESSAGE.c.address) == event.address
    mine = sa.or_(MESSAGE.c.address == event.address, sa.and_(reader, address))
    since, until = max(event.at, FIRST) - BOUNCES_WITHIN, min(event.at, LAST) + CLOCKS
    lately = MESSAGE.c.sent_at.between(since, until)
    query = sa.select(MESSAGE.c.id).where(mine, lately).order_by(MESSAGE.c.id).limit(2)
    candidates = list(connection.execute(query).scalars())
    if len(candidates) == 1:
        return Match(candidates[0], "address")
    return Match(None, "several") if candidates else Match()


def _there(connection: Connection, ids: Collection[str], query: sa.Select[Any]) -> frozenset[str]:
    found: set[str] = set()
    wanted = sorted(ids)
    for begin in range(0, len(wanted), AT_ONCE):
        found.update(connection.execute(query.where(MESSAGE.c.id.in_(wanted[begin : begin + AT_ONCE]))).scalars())
    return frozenset(found)
