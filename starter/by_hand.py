"""Messages that staff write to one person, and notes of what reached somebody by other ways than ours."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, JsonValue
from sqlalchemy import Connection

from ledger import audit, by_hand, copies, messages, people, texts
from ledger.case import readers
from ledger.engine import Ledger
from ledger.identifiers import uuid7
from ledger.message_rows import Channel, MessageRow, NewMessage, Source
from ledger.people import PersonRow
from mail.merge import BadLink, MissingField, merge
from mail.plain import as_html, written
from mail.template import Template, names
from plan.alone import catalogue_alone, fields_alone
from plan.model import Plan
from plan.problem import instead
from plan.reachable import out_of_reach
from starter.ids import check_message, check_person, check_staff
from starter.plans import current_plan
from starter.refusal import Refused
from starter.texts import LONGEST

RULE: Final = "adhoc"
TO: Final = "applicant"
LONGEST_SUBJECT: Final = 200  # characters; inboxes show half of that


class ByHand(BaseModel):
    """What staff say to a person. With an `id` saying it twice is harmless; `by` is seen in the log."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    person: str
    program: str
    subject: str
    text: str
    by: str
    id: str | None = None


class Note(ByHand):
    """What reached them already, `at` that time: said by us, or by a system `outside`."""

    channel: Channel
    at: AwareDatetime | None = None
    outside: bool = False


class Written(BaseModel):
    """The row, `new` or there already; `waits_for`: what keeps it from leaving, as far as it is known at once."""

    model_config = ConfigDict(frozen=True)

    row: MessageRow
    new: bool
    waits_for: str | None = None


def write(ledger: Ledger, given: ByHand) -> Written:
    """Writes down a message to be sent. Raises Refused with what is wrong in it; nothing is written then."""
    now = datetime.now(UTC)
    with ledger.write() as connection:
        plan, person = _checked(connection, given)
        reader = readers(connection, given.program, [person])[person.id]
        if reader.deceased:
            raise Refused(f"{person.id} has died; nothing is sent to them")
        _check_text(plan, given, fields_alone(plan, person.id, reader, person.name))
        obstacle = out_of_reach(reader)
        waits_for = (obstacle[1] or obstacle[0].replace("_", " ")) if obstacle else None
        new = _new(connection, plan, given, "staff", "email", now)
        there = _same(connection, new)
        if there is not None:
            return Written(row=there, new=False, waits_for=waits_for)
        row = messages.queue(connection, new)
        audit.record(connection, given.by, "message_written", row.id, {"person": person.id}, now)
    return Written(row=row, new=True, waits_for=waits_for)


def note(ledger: Ledger, given: Note) -> Written:
    """Writes down what was said elsewhere; it is never sent. Raises Refused."""
    now = datetime.now(UTC)
    if given.at is not None and given.at > now:
        raise Refused("a note is of what has happened; --at lies ahead")
    if given.channel == "email" and not given.outside:
        raise Refused("Waypost keeps its own e-mails itself; one that another system sent is noted with --outside")
    source: Source = "outside" if given.outside else "staff"
    with ledger.write() as connection:
        plan, person = _checked(connection, given)
        new = _new(connection, plan, given, source, given.channel, now)
        there = _same(connection, new)
        if there is not None:
            return Written(row=there, new=False)
        html = as_html(given.text)
        row = by_hand.noted(connection, new, given.subject, html, given.text, given.at or now, now)
        audit.record(connection, given.by, "message_noted", row.id, {"person": person.id}, now)
    return Written(row=row, new=True)


def _checked(connection: Connection, given: ByHand) -> tuple[Plan, PersonRow]:
    check_person(given.person)
    check_staff(given.by)
    plan = current_plan(connection, given.program)
    person = people.person(connection, given.person)
    if person is None:
        raise Refused(
            f"nobody is known as {given.person}; run first: waypost person set {given.person} --email ADDRESS"
        )
    if person.merged_into is not None:
        raise Refused(f"{person.id} was merged into {person.merged_into}; write to {person.merged_into}")
    for what, text, longest in (("text", given.text, LONGEST), ("subject", given.subject, LONGEST_SUBJECT)):
        if not text.strip():
            raise Refused(f"the {what} is empty")
        if len(text) > longest:
            raise Refused(f"the {what} is longer than {longest:,} characters")
    return plan, person


def _check_text(plan: Plan, given: ByHand, values: Mapping[str, str]) -> None:
    template = written(given.subject, given.text)
    if not isinstance(template, Template):
        where = f"line {template.line} of the text" if template.line else "the subject or the text"
        raise Refused(f"{where}: {template.sentence}")
    known = catalogue_alone(plan)
    for use in names(template):
        if use.name not in known:
            sentence = f"[[{use.name}]] is nothing that a message without a journey can say"
            raise Refused(f"{sentence}: {instead(use.name, known)}")
    for part in (template.subject, template.body):
        merged = merge(part, values)
        if isinstance(merged, MissingField):
            block = f"[[if {merged.name}]] … [[end]]"
            raise Refused(f"[[{merged.name}]] is not known of {given.person}; put what needs it into {block}")
        if isinstance(merged, BadLink):
            raise Refused(merged.sentence)


def _new(
    connection: Connection, plan: Plan, given: ByHand, source: Source, channel: Channel, now: datetime
) -> NewMessage:
    message = uuid7()
    kept: dict[str, JsonValue] = {
        "subject": texts.put(connection, given.subject, now),
        "text": texts.put(connection, given.text, now),
    }
    return NewMessage(
        id=message,
        program=given.program,
        journey_id=None,
        key=f"{RULE}#{check_message(given.id) if given.id is not None else message}",
        source=source,
        channel=channel,
        by=given.by,
        rule=RULE,
        purpose="announcement",
        to=TO,
        person_id=given.person,
        plan_version=plan.version,
        fields=kept,
        queued_at=now,
    )


def _same(connection: Connection, new: NewMessage) -> MessageRow | None:
    """The message of this id, if it was written already. Raises Refused when it said something else."""
    there = copies.by_hand(connection, new.key)
    if there is None:
        return None
    for name in ("program", "person_id", "source", "channel", "fields"):
        if getattr(there, name) != getattr(new, name):
            raise Refused(f"the id {new.key.partition('#')[2]} was used for a message that said something else")
    return there
