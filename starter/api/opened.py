"""Whose message a token opens, and what stands against writing to its reader."""

from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection

from ledger import messages, page_tokens, people
from ledger.message_rows import MessageRow
from ledger.page_tokens import Purpose
from ledger.people import PersonRow
from ledger.suppressions import Cause
from starter import choices
from starter.api.forms import Form
from starter.api.surroundings import Surroundings
from starter.suppressing import clear


class Opened(NamedTuple):
    """What a token opened: a message as this attempt brought it, and whose it is now."""

    row: MessageRow
    person: PersonRow
    attempt: int


def opened_by(connection: Connection, token: str, purpose: Purpose) -> Opened | None:
    """None: the token opens no such page, or not any more."""
    found = page_tokens.find(connection, token, purpose, datetime.now(UTC))
    row = messages.row(connection, found.message_id) if found else None
    if found is None or row is None or row.person_id is None:
        return None
    person = people.standing_for(connection, [row.person_id]).get(row.person_id)
    return None if person is None else Opened(row, person, found.attempt)


def choices_of(connection: Connection, opened: Opened) -> choices.Choices:
    """What the reader may choose in the program of the message."""
    known_as = people.known_as(connection, opened.person.id)
    roles = messages.roles_of(connection, known_as, opened.row.program)
    return choices.choices(connection, opened.person.id, opened.row.program, roles)


def stopped(connection: Connection, opened: Opened) -> Cause | None:
    """What the reader alone can take back; but an old address says nothing of the one that the person has now."""
    address = opened.person.email
    if address is None or address.casefold() != (opened.row.address or "").casefold():
        return None
    return choices.standing_against(connection, address)


def asked_for_mail(form: Form) -> bool:
    """Whether the reader says that mail to the address is wanted again."""
    return form.get("again") == ("yes",)


def let_go(surroundings: Surroundings, token: str, purpose: Purpose) -> bool:
    """Takes the reader off the provider's lists, or mail to them would be dropped there. False: not possible now."""
    with surroundings.ledger.read() as connection:
        opened = opened_by(connection, token, purpose)
        if opened is None or stopped(connection, opened) is None:
            return True
    return clear(surroundings.lists, opened.row.address or "", choices.LIFTED) is None


def welcome_back(connection: Connection, opened: Opened, form: Form) -> bool:
    """Whether the reader asked for mail again and something stood against it, which is lifted now."""
    if not asked_for_mail(form) or stopped(connection, opened) is None:
        return False
    return choices.welcome_back(connection, opened.row.address or "", datetime.now(UTC))
