"""People for the tests of this room: each test takes its own, so that none meets another's journeys."""

from datetime import UTC, datetime
from itertools import count
from typing import Final

from ledger import people
from ledger.people import PersonRow
from starter.client import Waypost
from workflows.wire import journey_id

NUMBERS: Final = count(1)


def new_person(waypost: Waypost) -> str:
    """A person nobody knew before."""
    person = f"p-{next(NUMBERS)}"
    with waypost.ledger.write() as connection:
        row = PersonRow(id=person, email=f"{person}@example.org", name="Ada Lovelace")
        people.set_person(connection, row, "test", datetime.now(UTC))
    return person


async def new_journey(waypost: Waypost, process: str = "application") -> str:
    """The journey of a new person."""
    person = new_person(waypost)
    await waypost.enroll(person, "trial", process)
    return journey_id("trial", person, process, "1")
