"""Messages that may have left, and whose sender is gone."""

from datetime import UTC, datetime
from typing import Final

from ledger import sending, uncertain
from ledger.engine import Ledger
from ledger.message_rows import MessageRow
from ledger.uncertain import Patience

LOST: Final = "nobody is left who knows how its hand-over ended"


def settled(ledger: Ledger, row: MessageRow, patience: Patience, *, sendable: bool) -> str | None:
    """What was made of a row on the wire or unknown; None: nothing, since its lease or its wait is not over.

    `sendable`: somebody is there who would send it again.
    """
    now = datetime.now(UTC)
    with ledger.write() as conn:
        if row.state == "unknown":
            if uncertain.left(conn, row):
                return None
            return uncertain.settle(conn, row, patience, now, sendable=sendable)
        if sending.busy(conn, row).left:
            return None
        handed = uncertain.last_attempt(conn, row)
        wait = uncertain.first_wait(row, handed.evidence if handed else "none", patience)
        written = sending.unknown(conn, row.id, row.attempt, "lost_attempt", LOST, now, wait)
        return "unknown" if written else None
