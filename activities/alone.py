"""Messages that no plan calls for: text that staff wrote, and copies of a journey's messages that they send again."""

from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from activities.compose import Composed, Held, NotNow, Writing, addressed, compose, mailboxes
from ledger import people, texts
from ledger.anew import anew, as_it_was, objection
from ledger.case import readers
from ledger.message_rows import MessageRow
from ledger.people import PersonRow
from mail.plain import written
from mail.template import Template
from plan.alone import fields_alone
from plan.facts import Person
from plan.footers import why
from plan.model import Plan
from plan.reachable import out_of_reach

LANGUAGE: Final = "en"


def alone(
    conn: Connection, plan: Plan, row: MessageRow, clock: datetime, public_url: str | None
) -> Composed | Held | NotNow:
    """The message of `row` as it reads at `clock`, or what keeps it from leaving. Quiet hours are no reason."""
    person = people.standing_for(conn, [row.person_id]).get(row.person_id) if row.person_id else None
    reader = readers(conn, row.program, [person])[person.id] if person else None
    if row.person_id is not None and (obstacle := _obstacle(reader)) is not None:
        return obstacle
    if row.journey_id is not None:
        return _copy(conn, plan, row, clock, public_url)
    return _by_hand(conn, plan, row, person, reader, public_url)


def _obstacle(reader: Person | None) -> Held | NotNow | None:
    if reader is not None and reader.deceased:
        return NotNow("deceased", for_good=True)
    obstacle = out_of_reach(reader)
    return Held(obstacle[0], obstacle[1] or obstacle[0]) if obstacle is not None else None


def _copy(
    conn: Connection, plan: Plan, row: MessageRow, clock: datetime, public_url: str | None
) -> Composed | Held | NotNow:
    """The plan's message again, true at `clock`: its template, its fields, the days that are left now."""
    judged = anew(conn, plan, row, clock)
    if judged is None:
        return Held("template_error", "the plan has the process of this message no more")
    against = objection(plan, judged)
    if against is not None and (against.final or not row.fields.get("anyway")):
        return NotNow(against.reason, for_good=True) if against.for_good else Held(against.reason, against.detail)
    again = as_it_was(row, judged.occurrence)
    return compose(conn, plan, judged.case, judged.agenda, again, row, clock, public_url)


def _by_hand(
    conn: Connection,
    plan: Plan,
    row: MessageRow,
    person: PersonRow | None,
    reader: Person | None,
    public_url: str | None,
) -> Composed | Held:
    """What staff wrote, in the program's layout."""
    subject_id, text_id = str(row.fields.get("subject")), str(row.fields.get("text"))
    kept = texts.texts(conn, [subject_id, text_id])
    if person is None or person.email is None or subject_id not in kept or text_id not in kept:
        return Held("template_error", "the text of this message is not kept any more")
    template = written(kept[subject_id], kept[text_id])
    if not isinstance(template, Template):
        return Held("template_error", f"line {template.line}: {template.sentence}")
    writing = Writing(
        template=template,
        version=None,
        locale=LANGUAGE,
        values=fields_alone(plan, person.id, reader, person.name),
        why=why(plan, None),
        optional=False,
    )
    to = mailboxes(row.to, (person.name or "", person.email))
    return to if isinstance(to, Held) else addressed(conn, plan, row, to, reader, writing, public_url)
