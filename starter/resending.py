"""Copies of messages that staff send again, and which of those that never arrived are worth it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

from pydantic import AwareDatetime, BaseModel, ConfigDict
from sqlalchemy import Connection

from ledger import audit, copies, journeys, messages, people, sending
from ledger.anew import anew, objection
from ledger.case import BY_STAFF, readers
from ledger.engine import Ledger
from ledger.identifiers import uuid7
from ledger.message_rows import MessageRow, NewMessage, original
from ledger.row_machine import MOVES
from plan.model import Plan
from plan.reachable import out_of_reach
from starter.ids import check_staff
from starter.plans import current_plan
from starter.refusal import Refused

OVER: Final = frozenset({"accepted", "failed", "cancelled", "expired"})
DOUBTFUL: Final = frozenset({"unknown", "review"})
ENDED: Final = "journey_ended"


class Objection(NamedTuple):
    """Why not to send a copy, as a sentence; `final`: whoever insists."""

    sentence: str
    final: bool


class NotWorthSending(Refused):
    """A copy would not say what is true, or not reach its reader."""

    def __init__(self, against: Objection) -> None:
        self.against = against
        insist = "" if against.final else "; --anyway sends it all the same"
        super().__init__(f"not worth sending: {against.sentence}{insist}")


class WorthSending(BaseModel):
    """A message that did not arrive, `why`, and that still says what is true."""

    model_config = ConfigDict(frozen=True)

    message: str
    notification: str
    key: str
    journey: str | None
    failed_at: AwareDatetime | None
    why: str | None


def copy(ledger: Ledger, message: str, by: str, *, anyway: bool = False) -> MessageRow:
    """A copy to be sent to the address that holds now; the one under way, if there is one. Raises Refused."""
    check_staff(by)
    now = datetime.now(UTC)
    with ledger.write() as connection:
        row = found(connection, message)
        if row.journey_id is not None:
            journeys.lock(connection, row.journey_id)
        return copied(connection, row, by, now, anyway=anyway)


def copied(connection: Connection, row: MessageRow, by: str, now: datetime, *, anyway: bool = False) -> MessageRow:
    """The same in a transaction that has locked the message's journey, if it has one."""
    if row.channel != "email":
        raise Refused(f"{row.id} was no e-mail but a {row.channel}; there is nothing to send again")
    if row.source == "outside":
        raise Refused(f"{row.id} was sent by another system, which alone can send it again")
    family = copies.family(connection, row)
    if under_way := [one for one in family if one.source != "plan" and one.state not in OVER]:
        if under_way[-1].state in DOUBTFUL:
            raise Refused(_doubtful(under_way[-1]))
        return under_way[-1]
    if row.state in DOUBTFUL:
        raise Refused(_doubtful(row))
    if row.state not in OVER:
        raise Refused(_open(connection, row))
    plan = current_plan(connection, row.program)
    against = _objection(connection, plan, row, now)
    if against is not None and (against.final or not anyway):
        raise NotWorthSending(against)
    new = messages.queue(connection, _copy_of(plan, row, family, by, now, anyway=anyway))
    audit.record(connection, by, "message_sent_again", new.id, {"of": row.id, "anyway": anyway}, now)
    return new


def in_its_place(ledger: Ledger, message: str, by: str) -> MessageRow | None:
    """A copy of what an ended journey left unsent, which is taken back; None: it is not worth sending, or not left."""
    now = datetime.now(UTC)
    with ledger.write() as connection:
        row = found(connection, message)
        if row.journey_id is None or not _left_behind(connection, row):
            return None
        worth_it = _objection(connection, current_plan(connection, row.program), row, now) is None
        messages.cancel(connection, row.id, BY_STAFF if worth_it else ENDED, now)  # else reopening would send it too
        return copied(connection, found(connection, message), by, now) if worth_it else None


def worth_sending(connection: Connection, person: str, now: datetime) -> Sequence[WorthSending]:
    """What never arrived, at another address than the present one, and is worth sending there."""
    reader = people.person(connection, person)
    if reader is None or reader.email is None:
        return []
    return [
        WorthSending(
            message=row.id,
            notification=row.rule,
            key=row.key,
            journey=row.journey_id,
            failed_at=row.failed_at,
            why=row.failure or row.delivery or row.reason,
        )
        for row in copies.undelivered(connection, person)
        if row.address is not None
        and row.address.casefold() != reader.email.casefold()
        and _objection(connection, current_plan(connection, row.program), row, now) is None
    ]


def found(connection: Connection, message: str) -> MessageRow:
    """The message of this id. Raises Refused."""
    row = messages.row(connection, message)
    if row is None:
        raise Refused(f"there is no message {message[:64]!r}; see: waypost messages --json")
    return row


def ended(connection: Connection, row: MessageRow) -> bool:
    """Whether this is a message of a journey's plan, and the journey is over: nobody sends it any more."""
    return row.source == "plan" and row.journey_id is not None and journeys.has_ended(connection, row.journey_id)


def _left_behind(connection: Connection, row: MessageRow) -> bool:
    """Under the lock of its journey: whether it may be taken back from a journey that is over."""
    if row.journey_id is not None:
        journeys.lock(connection, row.journey_id)
    there = messages.row(connection, row.id) or row
    held = there.state == "claimed" and sending.busy(connection, there).left
    return ended(connection, there) and there.state in MOVES["cancel"].sources and not held


def _doubtful(row: MessageRow) -> str:
    return f"{row.id} is {row.state}: say first what became of it: waypost message settle {row.id}"


def _open(connection: Connection, row: MessageRow) -> str:
    """Why no copy is made of a message that has not left."""
    state = row.state.replace("_", " ")
    if ended(connection, row):
        return f"{row.id} is {state}, and its journey has ended: waypost reconcile --repair sends what such a one left"
    return f"{row.id} is {state}: it will leave"


def _objection(connection: Connection, plan: Plan, row: MessageRow, now: datetime) -> Objection | None:
    if row.person_id is not None:
        person = people.standing_for(connection, [row.person_id]).get(row.person_id)
        reader = readers(connection, row.program, [person])[person.id] if person else None
        if reader is not None and reader.deceased:
            return Objection(f"{row.person_id} has died", final=True)
        if (obstacle := out_of_reach(reader)) is not None:
            complained = reader is not None and reader.suppressed == "complained"
            return Objection(obstacle[1] or obstacle[0].replace("_", " "), final=complained)
    if row.journey_id is None:
        return None
    journey = journeys.journey(connection, row.journey_id)
    clock = max(now, journey.decided_at or now) if journey else now
    judged = anew(connection, plan, row, clock)
    if judged is None:
        return Objection("the plan has the process of this message no more", final=True)
    against = objection(plan, judged)
    if against is None:
        return None
    words = against.reason.replace("_", " ")
    sentence = words if against.detail == against.reason else f"{words}: {against.detail}"
    return Objection(sentence, final=against.final)


def _copy_of(
    plan: Plan, row: MessageRow, family: Sequence[MessageRow], by: str, now: datetime, *, anyway: bool
) -> NewMessage:
    key = original(row.key)
    numbers = [int(one.key.removeprefix(f"{key}+")) for one in family if one.key != key]
    fields = {name: value for name, value in row.fields.items() if name != "anyway"}
    return NewMessage(
        id=uuid7(),
        program=row.program,
        journey_id=row.journey_id,
        key=f"{key}+{max(numbers, default=0) + 1}",
        source="staff",
        by=by,
        rule=row.rule,
        purpose=row.purpose,
        to=row.to,
        person_id=row.person_id,
        item=row.item,
        plan_version=plan.version,
        fields={**fields, "anyway": True} if anyway else fields,
        when_unknown=row.when_unknown,
        queued_at=now,
    )
