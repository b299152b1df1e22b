"""What staff know of a message: that it was taken or not, that it arrived."""

from datetime import UTC, datetime
from typing import Final, Literal, NamedTuple

from sqlalchemy import Connection

from ledger import audit, journeys, provider_events, uncertain, wake_ups
from ledger.engine import Ledger
from ledger.identifiers import uuid7
from ledger.message_rows import MessageRow
from ledger.provider_events import Said
from starter.ids import check_staff
from starter.refusal import Refused
from starter.resending import NotWorthSending, copied, ended, found

Fate = Literal["sent", "not-sent", "resend"]
MOVES: Final = {"sent": uncertain.mark_sent, "not-sent": uncertain.drop, "resend": uncertain.resend}


class Settled(NamedTuple):
    """The message as it is now, and the copy that leaves in its place, if one does."""

    row: MessageRow
    copy: MessageRow | None = None


def settle(ledger: Ledger, message: str, fate: Fate, why: str, by: str) -> Settled:
    """Says what became of a message whose fate nobody knows. Raises Refused when it is known.

    A journey that has ended sends nothing again: in place of its message a copy leaves, which needs no journey.
    """
    check_staff(by)
    now = datetime.now(UTC)
    with ledger.write() as connection:
        row = found(connection, message)
        if row.journey_id is not None:
            journeys.lock(connection, row.journey_id)
        anew = fate == "resend" and ended(connection, row)
        move = uncertain.drop if anew else MOVES[fate]
        if not move(connection, row.id, now):
            raise Refused(f"{row.id} is {row.state.replace('_', ' ')}: there is nothing to settle")
        audit.record(connection, by, "message_settled", row.id, {"as": fate, "why": why}, now)
        _wake(connection, row, "settled", now)
        row = found(connection, message)
        return Settled(row, _copied(connection, row, by, now) if anew else None)


def _copied(connection: Connection, row: MessageRow, by: str, now: datetime) -> MessageRow:
    try:
        return copied(connection, row, by, now)
    except NotWorthSending as error:
        insist = "" if error.against.final else f", and waypost message resend {row.id} --anyway sends it all the same"
        sentence = f"its journey has ended, and a copy is not worth sending: {error.against.sentence}"
        raise Refused(f"{sentence}; settle it --as not-sent{insist}") from None


def say(ledger: Ledger, message: str, said: Said, by: str, why: str | None = None) -> MessageRow:
    """Notes that its reader has it, or has not. Clocks that wait for its arrival begin. Raises Refused."""
    check_staff(by)
    now = datetime.now(UTC)
    with ledger.write() as connection:
        row = found(connection, message)
        if row.delivery == said:
            return row
        if said == "delivered" and uncertain.mark_sent(connection, row.id, now):
            _wake(connection, row, "settled", now)
        if not provider_events.say(connection, row.id, said, by, now, why):
            raise Refused(f"{row.id} is {row.state.replace('_', ' ')}: it has not been sent")
        return found(connection, message)


def _wake(connection: Connection, row: MessageRow, cause: str, now: datetime) -> None:
    if row.journey_id is not None:
        wake_ups.add(connection, row.journey_id, uuid7(), cause, now)
