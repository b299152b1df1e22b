"""What the tests of this room begin with: a person, a journey, a message. Fixed instants, invented people."""

from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from ledger import journeys, messages, people, sending
from ledger.identifiers import uuid7
from ledger.journeys import JourneyRow
from ledger.message_rows import Claimed, MessageRow, NewMessage
from ledger.people import PersonRow

NOW: Final = datetime(2026, 10, 5, 14, 30, 0, 123456, tzinfo=UTC)
CLOCK: Final = datetime(2027, 3, 1, 8, tzinfo=UTC)  # a fast-forwarded journey's
LATER: Final = NOW + timedelta(minutes=10)
LIVE: Final = timedelta(minutes=10)
OVER: Final = timedelta(seconds=-1)
JOURNEY: Final = "journey:cwe:ada:application:1"
KEY: Final = "due_reminder:P7D@2027-03-08>applicant"


def a_person(connection: Connection, person: str = "ada", email: str | None = "ada@example.org") -> PersonRow:
    row = PersonRow(id=person, email=email, name="Ada Example", zone="Europe/Berlin", attributes={"member": True})
    assert people.set_person(connection, row, "desk", NOW)
    return row


def a_journey(connection: Connection, journey: str = JOURNEY) -> JourneyRow:
    """An enrolled journey; its person is added when unknown."""
    _, program, person, process, cycle = journey.split(":")
    if people.person(connection, person) is None:
        a_person(connection, person)
    row = JourneyRow(
        id=journey,
        program=program,
        process=process,
        cycle=cycle,
        person_id=person,
        created_at=CLOCK,
        arrived_at=NOW,
        told={"credits": {"earned": 3, "required": 40}},
        roles={"reviewer": ("rex", "ruth")},
    )
    assert journeys.enroll(connection, row) == "enrolled"
    return row


def new_message(key: str = KEY, journey: str = JOURNEY) -> NewMessage:
    return NewMessage(
        id=uuid7(),
        program=journey.split(":")[1],
        journey_id=journey,
        key=key,
        rule="due_reminder",
        purpose="reminder",
        to="applicant",
        person_id="ada",
        plan_version="v1",
        planned_at=CLOCK,
        not_after=CLOCK + timedelta(days=1),
        fields={"deadline": "2027-03-08", "days": 7},
        when_unknown="resend",
        queued_at=NOW,
    )


def a_message(connection: Connection, key: str = KEY) -> MessageRow:
    """A queued message; its journey is enrolled when unknown."""
    if journeys.journey(connection, JOURNEY) is None:
        a_journey(connection)
    return messages.queue(connection, new_message(key))


def a_claimed_message(connection: Connection, key: str = KEY, lease: timedelta = LIVE) -> MessageRow:
    row = a_message(connection, key)
    claimed = sending.claim(connection, row.id, row.fence, lease, CLOCK, NOW)
    assert isinstance(claimed, Claimed)
    return claimed.row


def to_wire(
    connection: Connection, row: MessageRow, plan_version: str = "v1", request: timedelta = timedelta(0)
) -> bool:
    return sending.to_wire(
        connection,
        row.id,
        row.fence,
        row.attempt,
        address="ada@example.org",
        subject="Seven days left",
        plan_version=plan_version,
        template_version="t1",
        transport="folder",
        evidence="repeatable",
        clock=CLOCK,
        now=NOW,
        request=request,
    )


def a_message_on_wire(connection: Connection, key: str = KEY) -> MessageRow:
    row = a_claimed_message(connection, key)
    assert to_wire(connection, row)
    return present(connection, row.id)


def present(connection: Connection, message_id: str) -> MessageRow:
    """The row as it is now."""
    row = messages.row(connection, message_id)
    assert row is not None
    return row
