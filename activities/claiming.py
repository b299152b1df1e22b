"""Claims a message for one attempt, or says what keeps it: another attempt, its rest, its end, or a channel not up."""

from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import Connection

from ledger import channels, messages, sending, uncertain
from ledger.channels import ChannelRow, Probe
from ledger.message_rows import Busy, Claimed, Gone, MessageRow
from ledger.uncertain import Patience
from mail.transport import Transport
from workflows.wire import SendRequest

LOST: Final = "an attempt ended without an answer after its hand-over had begun"
ANSWERS: Final = {
    "accepted": "sent",
    "failed": "failed",
    "unknown": "unknown",
    "review": "unknown",
    "cancelled": "cancelled",
    "expired": "missed",
    "missing": "cancelled",
}


class Turn(NamedTuple):
    """A message that this attempt may send; `probe`: by a channel that is not up, which it tries for all."""

    row: MessageRow
    probe: Probe | None = None


class Claiming(NamedTuple):
    """How attempts of one kind claim: for a channel, under such a lease, and as patient with a doubt."""

    transport: Transport
    lease: timedelta
    patience: Patience

    def claimed(self, conn: Connection, request: SendRequest, clock: datetime) -> Turn | Busy | Gone | ChannelRow:
        """The message that is free, while its channel is up, costs one statement; anything else is looked at then."""
        message, fence = request.message_id, request.fence or None
        row = sending.take(conn, message, fence, self.lease, clock, _wall(), while_up=self.transport.name)
        return Turn(row) if row is not None else self._looked_at(conn, request, clock)

    def _looked_at(self, conn: Connection, request: SendRequest, clock: datetime) -> Turn | Busy | Gone | ChannelRow:
        row = messages.row(conn, request.message_id)
        fence = request.fence or (row.fence if row else 0)
        mine = row is not None and row.fence == fence
        if row is not None and mine and row.state in {"on_wire", "unknown"}:
            doubt = self._settled(conn, row)
            if doubt is not None:
                return doubt
        elif row is not None and mine and row.state in ANSWERS:
            return Gone(state=row.state, row=row)
        closed = channels.shut(conn, self.transport.name)
        probe = channels.probe(conn, closed) if closed is not None else None
        if closed is not None and probe is None:
            return closed
        claim = sending.claim(conn, request.message_id, fence, self.lease, clock, _wall())
        if isinstance(claim, Claimed):
            return Turn(claim.row, probe)
        if probe is not None:
            channels.give_back(conn, probe)
        return claim

    def _settled(self, conn: Connection, row: MessageRow) -> Busy | Gone | None:
        """What holds for a message that may have been taken; None: it may be sent again."""
        if row.state == "on_wire":  # the attempt before this one died between its last commit and its answer
            alive = sending.busy(conn, row)
            if alive.left > timedelta(0):
                return alive
            handed = uncertain.last_attempt(conn, row)
            wait = uncertain.first_wait(row, handed.evidence if handed else "none", self.patience)
            sending.unknown(conn, row.id, row.attempt, "lost_attempt", LOST, _wall(), wait)
            row = messages.row(conn, row.id) or row
        settled = uncertain.settle(conn, row, self.patience, _wall())
        if settled == "wait":
            return sending.busy(conn, messages.row(conn, row.id) or row)
        return None if settled == "resend" else Gone(state="review", row=row)


def _wall() -> datetime:
    return datetime.now(UTC)
