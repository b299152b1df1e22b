"""What staff know of a message: that it was taken or not, that it arrived."""

from datetime import UTC, datetime
from typing import Final, Literal

from sqlalchemy import Connection

from ledger import audit, provider_events, uncertain, wake_ups
from ledger.engine import Ledger
from ledger.identifiers import uuid7
from ledger.message_rows import MessageRow
from ledger.provider_events import Said
from starter.ids import check_staff
from starter.refusal import Refused
from starter.resending import found

Fate = Literal["sent", "not-sent", "resend"]
MOVES: Final = {"sent": uncertain.mark_sent, "not-sent": uncertain.drop, "resend": uncertain.resend}


def settle(ledger: Ledger, message: str, fate: Fate, why: str, by: str) -> MessageRow:
    """Says what became of a message whose fate nobody knows. Raises Refused when it is known."""
    check_staff(by)
    now = datetime.now(UTC)
    with ledger.write() as connection:
        row = found(connection, message)
        if not MOVES[fate](connection, row.id, now):
            raise Refused(f"{row.id} is {row.state.replace('_', ' ')}: there is nothing to settle")
        audit.record(connection, by, "message_settled", row.id, {"as": fate, "why": why}, now)
        _wake(connection, row, "settled", now)
        return found(connection, message)


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
