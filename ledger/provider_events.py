"""Takes what is reported of messages: kept once each, matched to its message, and made to count, in one transaction.

Events come before our own commit, late, doubled under other ids, out of order, and without ids. What cannot be matched
is kept, and looked at again by `rematch`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, Literal, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from ledger import audit, delivery, evidence, mail_tables, matching, suppressions
from ledger.evidence import Proof
from ledger.identifiers import uuid7
from ledger.matching import Match, NewEvent
from ledger.suppressions import Cause

__all__ = ["NewEvent", "Recorded", "note", "record", "rematch", "say"]

TABLE: Final = mail_tables.provider_event
MESSAGE: Final = mail_tables.message
OUR_ID: Final = "mid"  # the name under which a provider gives our id back, in `raw`
AT_ONCE: Final = 400
REMATCHED: Final = timedelta(days=5)

# A block is about a message or about us, never about the address: the next message is tried.
CAUSES: Final[Mapping[str, Cause]] = {
    "bounced": "bounced",
    "complained": "complained",
    "unsubscribed": "unsubscribed",
}
DROPPED: Final[Mapping[str, Cause]] = {
    "bounced_address": "bounced",
    "invalid": "invalid",
    "spam_reporting_address": "complained",
    "unsubscribed_address": "unsubscribed",
}
Said = Literal["delivered", "undelivered"]


class Recorded(NamedTuple):
    """How many events were new, and how many of these are known to be a message's."""

    new: int
    matched: int


def record(connection: Connection, post_id: str | None, events: Sequence[NewEvent], now: datetime) -> Recorded:
    """Keeps the events that were not known, and does everything that follows from them."""
    messages = matching.known(connection, {event.message_id for event in events if event.message_id})
    given: dict[str, tuple[NewEvent, Match]] = {}
    for event in sorted(events, key=lambda each: each.content):  # as in every other post that holds the same
        given[uuid7()] = event, matching.match(connection, event, messages)
    new = _insert(
        connection,
        [
            {"id": id_, **_values(event), **match._asdict(), "post_id": post_id, "received_at": now}
            for id_, (event, match) in given.items()
        ],
    )
    fresh = [given[id_] for id_ in given if id_ in new]
    _suppress(connection, fresh, now)
    _count(connection, fresh, now)
    return Recorded(len(fresh), sum(match.message_id is not None for _, match in fresh))


def rematch(connection: Connection, now: datetime, limit: int = 1000) -> list[str]:
    """Looks again for the messages of events that had none, for five days; the ids of what was found.

    What names somebody else's message is never looked at again, however much of that there is.
    """
    unmatched = sa.and_(TABLE.c.message_id.is_(None), TABLE.c.matched.is_(None), TABLE.c.received_at > now - REMATCHED)
    ours = TABLE.c.raw[OUR_ID].as_string()
    nameless = sa.and_(ours.is_(None), TABLE.c.provider_message_id.is_(None), TABLE.c.address.is_not(None))
    hopeful = sa.or_(ours.in_(sa.select(MESSAGE.c.id)), nameless)
    query = sa.select(TABLE).where(unmatched, hopeful).order_by(TABLE.c.received_at.desc(), TABLE.c.id).limit(limit)
    rows = connection.execute(query).mappings().all()
    events = {
        row["id"]: NewEvent(**{name: row[name] for name in NewEvent.model_fields if name in row} | _ours(row["raw"]))
        for row in rows
    }
    messages = matching.known(connection, {event.message_id for event in events.values() if event.message_id})
    found: dict[str, tuple[NewEvent, Match]] = {}
    for id_, event in events.items():
        match = matching.match(connection, event, messages)
        if match.matched is not None:
            connection.execute(sa.update(TABLE).where(TABLE.c.id == id_).values(**match._asdict()))
            found[id_] = event, match
    _count(connection, found.values(), now)
    return list(found)


def note(
    connection: Connection,
    message_id: str,
    provider: str,
    kind: str,
    by: str,
    now: datetime,
    said: str | None = None,
    attempt: int | None = None,
) -> None:
    """An event of ours: what staff say of a message, or what its reader does on a page of ours. It proves nothing."""
    content = sha256(f"{message_id}\x1f{kind}\x1f{by}\x1f{now.isoformat()}".encode()).hexdigest()
    event = NewEvent(
        provider=provider,
        content=content,
        kind=kind,
        provider_kind=kind,
        message_id=message_id,
        attempt=attempt,
        at=now,
        reason=said,
        raw={"by": by},
    )
    row = {"id": uuid7(), **_values(event), "matched": "id", "post_id": None, "received_at": now}
    if _insert(connection, [row]):
        delivery.update(connection, [message_id], now)


def say(connection: Connection, message_id: str, said: Said, by: str, now: datetime, why: str | None = None) -> bool:
    """A member of staff knows that the reader has it, or has not. Audited. False: it was never sent at all."""
    sent = sa.select(MESSAGE.c.id).where(MESSAGE.c.id == message_id, MESSAGE.c.state == "accepted")
    if connection.execute(sent).first() is None:
        return False
    note(connection, message_id, delivery.STAFF, said, by, now, why)
    audit.record(connection, by, "delivery_said", message_id, {"said": said}, now)
    return True


def _values(event: NewEvent) -> dict[str, object]:
    return {name: value for name, value in event if name != "hand_over_id"}


def _ours(raw: Mapping[str, object]) -> dict[str, str]:
    """The message that an unmatched event names; its column holds none, for it refers to messages of this ledger."""
    named = raw.get(OUR_ID)
    return {"message_id": named} if isinstance(named, str) else {}


def _insert(connection: Connection, rows: Sequence[Mapping[str, object]]) -> frozenset[str]:
    """The ids of those that were not known by their id or their content."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    query = insert(TABLE).on_conflict_do_nothing().returning(TABLE.c.id)
    new: set[str] = set()
    for begin in range(0, len(rows), AT_ONCE):
        new.update(connection.execute(query, list(rows[begin : begin + AT_ONCE])).scalars())
    return frozenset(new)


def _count(connection: Connection, events: Iterable[tuple[NewEvent, Match]], now: datetime) -> None:
    """Proof for their attempts, and what their messages' rows say. An address alone proves nothing."""
    matched = [(match.message_id, match.matched, event) for event, match in events if match.message_id]
    proofs = [Proof(id_, event.attempt, event.hand_over_id) for id_, how, event in matched if how == "id"]
    evidence.prove(connection, proofs, now)
    delivery.update(connection, {id_ for id_, _, _ in matched}, now)


def _suppress(connection: Connection, events: Iterable[tuple[NewEvent, Match]], now: datetime) -> None:
    """Addresses that are not written to from now on; everybody who has one is looked at again."""
    stopped = []
    for event, match in sorted(events, key=lambda each: (each[0].address or "", each[0].kind)):
        cause = DROPPED.get(event.failure or "") if event.kind == "dropped" else CAUSES.get(event.kind)
        if cause is None or event.address is None:
            continue
        if suppressions.lifted_since(connection, event.address, cause, event.at):
            continue  # of before, and come late: somebody has cleared the address since
        detail, by = event.reason or event.response, event.provider
        if suppressions.suppress(connection, event.address, cause, "event", by, now, match.message_id, detail):
            stopped.append(event.address)
    if stopped:
        suppressions.look_again(connection, stopped, "suppressed", now)
