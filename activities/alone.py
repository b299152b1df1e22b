"""Messages that no plan calls for: text that staff wrote, and copies of a journey's messages that they send again."""

from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from activities.compose import Composed, Held, NotNow, Writing, addressed, compose
from ledger import people, texts
from ledger.anew import anew, as_it_was
from ledger.case import readers
from ledger.message_rows import MessageRow
from ledger.people import PersonRow
from mail.message import Mailbox
from mail.plain import written
from mail.template import Template
from plan.alone import fields_alone
from plan.facts import Person
from plan.model import Plan
from plan.reachable import SUPPRESSED

WHY: Final = "You receive this because you take part in {program}."
LANGUAGE: Final = "en"
# What holds a planned message and no copy that a member of staff sends: it leaves at once.
NOT_OF_A_COPY: Final = frozenset({"quiet_hours", "settling", "clock_paused"})
NO_OVERRULING: Final = frozenset({"deceased", "duplicate_journey"})


def alone(
    conn: Connection, plan: Plan, row: MessageRow, clock: datetime, public_url: str | None
) -> Composed | Held | NotNow:
    """The message of `row` as it reads at `clock`, or what keeps it from leaving. Quiet hours are no reason."""
    person = people.person(conn, row.person_id) if row.person_id else None
    known = readers(conn, row.program, [person]) if person else {}
    reader = known.get(row.person_id or "")
    if row.person_id is not None and (obstacle := _obstacle(reader)) is not None:
        return obstacle
    if row.journey_id is not None:
        return _copy(conn, plan, row, clock, public_url)
    return _by_hand(conn, plan, row, person, reader, public_url)


def _obstacle(reader: Person | None) -> Held | NotNow | None:
    if reader is None:
        return Held("no_address", "the directory does not know this person")
    if reader.deceased:
        return NotNow("deceased", for_good=True)
    if reader.on_hold:
        return Held("on_hold", "every message to this person is held")
    if reader.address_digest is None:
        return Held("no_address", "this person has no address")
    if reader.suppressed is not None:
        return Held("address_suppressed", SUPPRESSED[reader.suppressed])
    return None


def _copy(
    conn: Connection, plan: Plan, row: MessageRow, clock: datetime, public_url: str | None
) -> Composed | Held | NotNow:
    """The plan's message again, true at `clock`: its template, its fields, the days that are left now."""
    judged = anew(conn, plan, row, clock)
    if judged is None:
        return Held("template_error", "the plan has the process of this message no more")
    occurrence = judged.occurrence
    reason = occurrence.reason or occurrence.outcome
    if occurrence.outcome == "skipped" and (reason in NO_OVERRULING or not row.fields.get("anyway")):
        return NotNow(reason, for_good=True)
    if occurrence.outcome == "held" and reason not in NOT_OF_A_COPY and not row.fields.get("anyway"):
        return Held(reason, occurrence.detail or reason)
    if occurrence.notification not in plan.rules:
        return Held("template_error", f"the plan has no notification {occurrence.notification} any more")
    again = as_it_was(row, occurrence)
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
        why=WHY.format(program=plan.title),
        optional=False,
    )
    return addressed(conn, plan, row, (Mailbox(name=person.name or "", email=person.email),), writing, public_url)
