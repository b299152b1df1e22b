"""The activity `withdraw`: a message of its own is taken back, unless it has left."""

from datetime import UTC, datetime
from typing import Final

from pydantic import JsonValue
from temporalio import activity

from activities.edge import edge
from ledger import Ledger, audit, messages
from workflows import wire
from workflows.wire import Outcome, SendRequest

REASON: Final = "cancelled_by_staff"
ENDS: Final = {"accepted": "sent", "failed": "failed", "cancelled": "cancelled", "expired": "missed"}


class Withdraw:
    """Cancels the row; asked again, it answers the same."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @activity.defn(name=wire.WITHDRAW)
    @edge
    def withdraw(self, request: SendRequest) -> dict[str, JsonValue]:
        """How the message ended; given back when it is on the wire, where nobody can take it back."""
        now = datetime.now(UTC)
        with self._ledger.write() as conn:
            if messages.cancel(conn, request.message_id, REASON, now):
                audit.record(conn, "engine", "message_withdrawn", request.message_id, {}, now)
            row = messages.row(conn, request.message_id)
        state = row.state if row else "cancelled"
        outcome = Outcome(key=request.key, result=ENDS.get(state, "given_back"), reason=row.reason if row else None)
        return outcome.model_dump(mode="json", exclude_defaults=True)
