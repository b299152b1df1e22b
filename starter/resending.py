"""Copies of messages that staff send again, and which of those that never arrived are worth it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

from pydantic import AwareDatetime, BaseModel, ConfigDict
from sqlalchemy import Connection

from ledger import audit, copies, journeys, messages, people
from ledger.anew import anew, objection
from ledger.case import readers
from ledger.engine import Ledger
from ledger.identifiers import uuid7
from ledger.message_rows import MessageRow, NewMessage, original
from plan.model import Plan
from plan.reachable import out_of_reach
from starter.ids import check_staff
from starter.plans import current_plan
from starter.refusal import Refused

OVER: Final = frozenset({"accepted", "failed", "cancelled", "expired"})
DOUBTFUL: Final = frozenset({"unknown", "review"})


class Objection(NamedTuple):
    """Why not to send a copy, as a sentence; `final`: whoever insists."""

    sentence: str
    final: bool


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
        if row.channel != "email":
            raise Refused(f"{row.id} was no e-mail but a {row.channel}; there is nothing to send again")
        if row.source == "outside":
            raise Refused(f"{row.id} was sent by another system, which alone can send it again")
        if row.journey_id is not None:
            journeys.lock(connection, row.journey_id)
        family = copies.family(connection, row)
        if under_way := [one for one in family if one.source != "plan" and one.state not in OVER]:
            return under_way[-1]
        if row.state not in OVER:
            then = "say first what became of it: waypost message settle" if row.state in DOUBTFUL else "it will leave"
            raise Refused(f"{row.id} is {row.state.replace('_', ' ')}: {then}")
        plan = current_plan(connection, row.program)
        against = _objection(connection, plan, row, now)
        if against is not None and (against.final or not anyway):
            insist = "" if against.final else "; --anyway sends it all the same"
            raise Refused(f"not worth sending: {against.sentence}{insist}")
        new = messages.queue(connection, _copy_of(plan, row, family, by, now, anyway=anyway))
        audit.record(connection, by, "message_sent_again", new.id, {"of": row.id, "anyway": anyway}, now)
    return new


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
