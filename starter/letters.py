"""Messages that go by post: printed from the plan's own template, and settled, so that the journey goes on."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection

from ledger import audit, bodies, by_hand, journeys, messages, plans, wake_ups
from ledger.case import Case, case
from ledger.engine import Ledger
from ledger.identifiers import uuid7
from ledger.message_rows import MessageRow, NewMessage
from ledger.planning import as_planned
from ledger.wording import values
from mail.letter import Printed, letter
from mail.merge import BadLink, MissingField
from mail.render import Letterhead
from mail.template import Template, parse
from plan.agenda import Agenda, Occurrence
from plan.calendar import local_date
from plan.decide import decide
from plan.footers import why
from plan.model import Plan
from plan.problem import instead
from plan.words import date_words
from starter.ids import check_staff
from starter.plans import current_plan
from starter.refusal import Refused

# What holds a message and no letter: the rest says that the message is not to be sent, or that nobody would get it.
OF_MAIL: Final = frozenset(
    {"no_address", "address_suppressed", "address_not_allowed", "quiet_hours", "channel_down", "channel_busy"}
)


class Letter(NamedTuple):
    """The row that is settled by it, and the file."""

    row: MessageRow
    html: str


def print_letter(ledger: Ledger, journey: str, what: str, by: str) -> Letter:
    """The due message of this key or notification as a letter; printed already, the same again. Raises Refused."""
    check_staff(by)
    now = datetime.now(UTC)
    with ledger.write() as connection:
        there = journeys.lock(connection, journey)
        if there is None:
            raise Refused(f"there is no journey {journey}")
        plan = current_plan(connection, there.program)
        clock = max(now, there.decided_at or now)
        known = case(connection, there, plan, clock)
        agenda = decide(plan, known.journey, known.facts, known.people, known.sent, clock)
        meant = [o for o in agenda.occurrences if o.key is not None and what in {o.key, o.notification}]
        due = [o for o in meant if o.outcome == "ready" or (o.outcome == "held" and o.reason in OF_MAIL)]
        printed = [row for row in known.rows.values() if row.channel == "letter" and what in {row.key, row.rule}]
        if not due and printed:
            return _again(connection, printed[-1])
        occurrence = _the_one(plan, what, due, meant)
        written = _written(connection, plan, known, agenda, occurrence, clock)
        row = known.rows.get(occurrence.key or "") or _queued(connection, plan, known, occurrence, now)
        version, page = written
        if not by_hand.printed(connection, row, by, page.subject, page.html, version, clock, now):
            raise Refused(f"{row.id} is {row.state.replace('_', ' ')}: mail has it in hand, so it cannot go by post")
        audit.record(connection, by, "message_printed", row.id, {"key": row.key}, now)
        wake_ups.add(connection, journey, uuid7(), "letter", now)
        return _again(connection, row)


def _again(connection: Connection, row: MessageRow) -> Letter:
    kept = bodies.body(connection, row.id)
    there = messages.row(connection, row.id)
    if kept is None or there is None:
        raise Refused(f"the letter {row.id} was printed, and its text is not kept any more")
    return Letter(there, kept.html)


def _the_one(plan: Plan, what: str, due: Sequence[Occurrence], meant: Sequence[Occurrence]) -> Occurrence:
    if len(due) > 1:
        raise Refused(f"{what} is due {len(due)} times; say which: {', '.join(str(o.key) for o in due[:5])}")
    if not due and not meant:
        if what in plan.rules:
            raise Refused(f"nothing has called for {what} yet")
        raise Refused(f"{what[:80]!r} is neither a key of this journey nor a notification: {instead(what, plan.rules)}")
    if not due:
        last = meant[-1]
        words = ": ".join(part for part in (last.outcome, (last.reason or "").replace("_", " "), last.detail) if part)
        raise Refused(f"{last.key} is not to be sent now; it is {words}")
    [one] = due
    if one.person_id is None:
        raise Refused(f"{one.key} goes to a desk; letters are for people")
    return one


def _written(
    connection: Connection, plan: Plan, known: Case, agenda: Agenda, occurrence: Occurrence, clock: datetime
) -> tuple[str, Printed]:
    """The version of the template, and the page."""
    person = known.persons.get(occurrence.person_id or "")
    name = plan.template_of(occurrence.notification)
    stored = plans.template(connection, plan.program, name, person.locale if person else None)
    template = parse(stored.source, stored.name) if stored else None
    if stored is None or not isinstance(template, Template):
        raise Refused(f"the template {name} is missing or cannot be read")
    letterhead = Letterhead(
        program_title=plan.title,
        sender_name=plan.sender.name,
        help_address=plan.sender.reply_to or plan.sender.email,
        locale=stored.locale,
        footer=(why(plan, known.journey.process),),
    )
    said = values(connection, plan, known, agenda, occurrence, clock)
    reader = (person.name if person else None) or occurrence.person_id or ""
    page = letter(template, said, letterhead, reader, date_words(local_date(clock, plan.timezone)))
    if isinstance(page, MissingField | BadLink):
        raise Refused(page.sentence)
    return stored.version, page


def _queued(connection: Connection, plan: Plan, known: Case, occurrence: Occurrence, now: datetime) -> MessageRow:
    """The row that deciding had no reason to make, since nothing could be sent."""
    new = NewMessage(
        id=uuid7(),
        program=plan.program,
        journey_id=known.journey.id,
        key=occurrence.key or "",
        rule=occurrence.notification,
        queued_at=now,
        **as_planned(plan, plan.processes[known.journey.process], occurrence),
    )
    return messages.queue(connection, new)
