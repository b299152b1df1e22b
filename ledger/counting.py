"""Makes kept events count: they prove attempts, say what became of messages, and stop addresses that fail.

Apart from keeping them, so that a provider is answered at once however much follows from what it said. Each post counts
in one transaction, once; who dies before it leaves the post uncounted, and whoever comes next counts it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection, RowMapping

from ledger import delivery, evidence, mail_tables, matching, suppressions, webhook_posts
from ledger.evidence import Proof
from ledger.matching import Match, NewEvent
from ledger.suppressions import Cause

TABLE: Final = mail_tables.provider_event
MESSAGE: Final = mail_tables.message
OUR_ID: Final = "mid"  # the name under which a provider gives our id back, in `raw`
REMATCHED: Final = timedelta(days=5)
COLUMNS: Final = [TABLE.c[name] for name in ("id", "matched", *NewEvent._fields)]

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
Matched = tuple[NewEvent, Match]


def count(connection: Connection, post_id: str, now: datetime) -> bool:
    """Does everything that follows from the events of this post. False: it has been done, or there is no such post."""
    if not webhook_posts.claim(connection, post_id, now):
        return False
    query = sa.select(*COLUMNS).where(webhook_posts.holds(post_id)).order_by(TABLE.c.content)
    rows = connection.execute(query).mappings().all()
    events = _whose(connection, rows).values()
    _suppress(connection, events, now)
    _apply(connection, events, now)
    return True


def rematch(connection: Connection, now: datetime, limit: int = 1000) -> list[str]:
    """Looks again for the messages of events that had none, for five days; the ids of what was found."""
    unmatched = sa.and_(TABLE.c.message_id.is_(None), TABLE.c.matched.is_(None), TABLE.c.received_at > now - REMATCHED)
    ours = TABLE.c.raw[OUR_ID].as_string()
    nameless = sa.and_(ours.is_(None), TABLE.c.address.is_not(None))
    hopeful = sa.or_(ours.in_(sa.select(MESSAGE.c.id)), nameless)
    query = sa.select(*COLUMNS).where(unmatched, hopeful).order_by(TABLE.c.received_at.desc(), TABLE.c.id).limit(limit)
    rows = connection.execute(query).mappings().all()
    found = {id_: (event, match) for id_, (event, match) in _whose(connection, rows).items() if match.matched}
    _apply(connection, found.values(), now)
    return list(found)


def _whose(connection: Connection, rows: Sequence[RowMapping]) -> Mapping[str, Matched]:
    """Each event's message, as far as that can be known; what is found out now is kept. The messages' rows are locked.

    An event whose message was not known when it came has its name in `raw` alone.
    """
    events = {row["id"]: NewEvent(**{name: row[name] for name in NewEvent._fields}) for row in rows}
    named = {id_: event.message_id or _named(event.raw) for id_, event in events.items()}
    messages = matching.held(connection, {message for message in named.values() if message})
    whose = {
        id_: (event, matching.match(connection, event._replace(message_id=named[id_]), messages))
        for id_, event in events.items()
    }
    for row in rows:
        _, match = whose[row["id"]]
        if match.matched != row["matched"]:
            connection.execute(sa.update(TABLE).where(TABLE.c.id == row["id"]).values(**match._asdict()))
    return whose


def _named(raw: Mapping[str, object] | None) -> str | None:
    named = raw.get(OUR_ID) if raw else None
    return named if isinstance(named, str) else None


def _apply(connection: Connection, events: Iterable[Matched], now: datetime) -> None:
    """Proof for their attempts, and what their messages' rows say. An address alone proves nothing."""
    matched = [(match.message_id, match.matched, event) for event, match in events if match.message_id]
    proofs = [Proof(id_, event.attempt, event.hand_over_id) for id_, how, event in matched if how == "id"]
    evidence.prove(connection, proofs, now)
    delivery.update(connection, {id_ for id_, _, _ in matched}, now)


def _suppress(connection: Connection, events: Iterable[Matched], now: datetime) -> None:
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
