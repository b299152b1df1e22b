"""From an occurrence to an e-mail: who gets it, what it says at this instant, and what keeps it from leaving."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple

from pydantic import ValidationError
from sqlalchemy import Connection

from ledger import opt_outs, page_tokens, plans, suppressions
from ledger.case import Case
from ledger.message_rows import MessageRow
from ledger.people import PersonRow
from ledger.wording import values
from mail.merge import BadLink, MissingField
from mail.message import Email, Mailbox, as_name
from mail.reader_links import Page, ReaderLinks
from mail.render import Letterhead, Rendered, render
from mail.template import Template, parse
from plan.agenda import Agenda, Occurrence
from plan.facts import Person
from plan.footers import why
from plan.model import Plan

LEFT_OUT: Final = "not sent to {} of {} recipients, since their addresses are suppressed; the others have it"
MANDATORY: Final[tuple[Page, ...]] = ("view",)
OPTIONAL: Final[tuple[Page, ...]] = ("view", "preferences", "unsubscribe")


class Held(NamedTuple):
    """What must change before the message can leave: a reason of plan.outcomes, and a sentence that names nobody.

    `basis`: the state of the world on which that rests, as the transaction that found it saw it.
    """

    reason: str
    detail: str
    basis: str = "-"


class NotNow(NamedTuple):
    """Why the message does not leave at this instant; `for_good`: nor later, and its row ends."""

    reason: str
    for_good: bool


class Writing(NamedTuple):
    """What a message says, before it is anybody's: its text, the values of its fields, and why its reader gets it."""

    template: Template
    version: str | None
    locale: str
    values: Mapping[str, str]
    why: str
    optional: bool


class Composed(NamedTuple):
    """An e-mail ready to leave, and what the ledger keeps of it. `bypassed`: the provider's list that it passes by.

    `remark` says what is not as the plan asks: an address of a desk left out.
    """

    email: Email
    template_version: str | None
    links: ReaderLinks | None
    bypassed: str | None
    remark: str | None = None


def compose(
    conn: Connection,
    plan: Plan,
    case: Case,
    agenda: Agenda,
    occurrence: Occurrence,
    row: MessageRow,
    clock: datetime,
    public_url: str | None,
) -> Composed | Held:
    """The message of `row` as it reads at `clock`. Every attempt to send it has the same id, date and name.

    Without `public_url` nobody could open a page of ours, so the message has no links to any.
    """
    person = case.persons.get(occurrence.person_id or "")
    to = _recipients(plan, occurrence, person)
    if isinstance(to, Held):
        return to
    if not to:
        return Held("no_address", f"{occurrence.to} has no address")
    optional = plan.rules[occurrence.notification].optional
    reached = _reached(conn, to, optional=optional) if occurrence.person_id is None else to
    if not reached:
        return Held("address_suppressed", f"nothing is sent to any address of {occurrence.to}")
    name = plan.template_of(occurrence.notification)
    stored = plans.template(conn, plan.program, name, person.locale if person else None)
    template = parse(stored.source, stored.name) if stored else None
    if stored is None or not isinstance(template, Template):
        return Held("template_error", f"the template {name} is missing or cannot be read")
    writing = Writing(
        template=template,
        version=stored.version,
        locale=stored.locale,
        values=values(conn, plan, case, agenda, occurrence, clock),
        why=why(plan, case.journey.process),
        optional=optional,
    )
    reader = case.people.people.get(occurrence.person_id or "")
    composed = addressed(conn, plan, row, reached, reader, writing, public_url)
    if isinstance(composed, Held) or len(reached) == len(to):
        return composed
    return composed._replace(remark=LEFT_OUT.format(len(to) - len(reached), len(to)))


def addressed(
    conn: Connection,
    plan: Plan,
    row: MessageRow,
    to: tuple[Mailbox, ...],
    reader: Person | None,
    writing: Writing,
    public_url: str | None,
) -> Composed | Held:
    """The e-mail of `row` that says this, in the program's layout, with the links that its reader may follow.

    `reader` as deciding knows them in this transaction; None: a desk.
    """
    letterhead = Letterhead(
        program_title=plan.title,
        sender_name=plan.sender.name,
        help_address=plan.sender.reply_to or plan.sender.email,
        locale=writing.locale,
        footer=(writing.why,),
    )
    links = _links(row, public_url, optional=writing.optional)
    rendered = render(writing.template, writing.values, letterhead, links)
    if isinstance(rendered, MissingField | BadLink):
        return Held("template_error", rendered.sentence)
    bypassed = None if writing.optional else _bypassed(conn, to, reader)
    try:
        email = _email(plan, row, to, rendered, links, bypass_unsubscribe=bypassed is not None)
    except ValidationError as error:
        return Held("template_error", _misfit(error))
    return Composed(email, writing.version, links, bypassed)


def _misfit(error: ValidationError) -> str:
    """Which part of the message no e-mail can have, without its value."""
    part = error.errors(include_url=False, include_context=False, include_input=False)[0]["loc"][0]
    if part == "subject":
        return "with its values in it the subject is longer than 600 characters"
    return f"the {part} of the message cannot stand in an e-mail: look at the sender in the plan"


def _recipients(plan: Plan, occurrence: Occurrence, person: PersonRow | None) -> tuple[Mailbox, ...] | Held:
    if occurrence.person_id is None:
        return mailboxes(occurrence.to, *(("", address) for address in plan.staff.get(occurrence.to, ())))
    if person is None or person.email is None:
        return ()
    return mailboxes(occurrence.to, (person.name or "", person.email))


def mailboxes(role: str, *readers: tuple[str, str]) -> tuple[Mailbox, ...] | Held:
    """The readers in that role, given by name and address; an address twice, in whatever letters, is one reader.

    SendGrid refuses a message for good that names one twice.
    """
    once: dict[str, tuple[str, str]] = {}
    for name, address in readers:
        once.setdefault(address.casefold(), (name, address))
    try:
        return tuple(Mailbox(name=as_name(name), email=address) for name, address in once.values())
    except ValidationError:
        return Held("no_address", f"an address of {role} is none that e-mail can be sent to")


def _reached(conn: Connection, desk: tuple[Mailbox, ...], *, optional: bool) -> tuple[Mailbox, ...]:
    """Those of a desk that may be written to; of persons deciding has said so already."""
    against = suppressions.active(conn, [mailbox.email for mailbox in desk])
    stopping = {*suppressions.STOPS_ALL, *(("unsubscribed",) if optional else ())}
    stopped = {address for address, rows in against.items() if any(row.cause in stopping for row in rows)}
    return tuple(mailbox for mailbox in desk if mailbox.email.casefold() not in stopped)


def _links(row: MessageRow, public_url: str | None, *, optional: bool) -> ReaderLinks | None:
    """Of one person's message alone: a desk has several readers, and nothing to choose."""
    if public_url is None or row.person_id is None:
        return None
    pages = OPTIONAL if optional else MANDATORY
    return ReaderLinks(public_url=public_url, tokens={page: page_tokens.new_token() for page in pages})


def _bypassed(conn: Connection, to: tuple[Mailbox, ...], reader: Person | None) -> str | None:
    """A mandatory message reaches also who unsubscribed with the provider, who would drop it without a word."""
    if reader is not None and opt_outs.ALL not in reader.opted_out:
        return None  # whoever unsubscribed anywhere has opted out of everything optional
    found = suppressions.active(conn, [mailbox.email for mailbox in to])
    causes = {row.cause for rows in found.values() for row in rows}
    return "unsubscribed" if "unsubscribed" in causes else None


def _email(
    plan: Plan,
    row: MessageRow,
    to: tuple[Mailbox, ...],
    rendered: Rendered,
    links: ReaderLinks | None,
    *,
    bypass_unsubscribe: bool,
) -> Email:
    sender = plan.sender
    return Email(
        id=row.id,
        message_id_header=f"<{row.id}@{sender.email.rpartition('@')[2]}>",
        date=row.planned_at or row.queued_at,
        sender=Mailbox(name=as_name(sender.name), email=sender.email),
        reply_to=Mailbox(email=sender.reply_to) if sender.reply_to else None,
        to=to,
        subject=rendered.subject,
        html=rendered.html,
        text=rendered.text,
        headers={
            "X-Waypost-Notification": row.rule,
            "X-Waypost-Journey": row.journey_id or "-",
            "X-Waypost-Key": row.key,
            "X-Waypost-Plan": plan.version,
            **(links.headers if links else {}),
        },
        bypass_unsubscribe=bypass_unsubscribe,
    )
