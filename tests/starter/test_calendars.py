"""Which calendars dates come from is written down."""

from importlib.metadata import version

from ledger import audit
from starter.calendars import SUBJECT, calendars, note_calendars
from starter.client import Waypost
from tests.starter.conftest import Run
from tests.starter.house import House


async def test_16_a_worker_writes_down_its_calendars_when_they_are_others(waypost: Waypost) -> None:
    with waypost.ledger.read() as connection:
        found = audit.last(connection, SUBJECT)
    assert found is not None  # the house's worker began with these
    assert (found.by, found.detail) == ("worker", {"holidays": version("holidays"), "tzdata": version("tzdata")})
    assert not note_calendars(waypost.ledger, "worker")
    with waypost.ledger.write() as connection:
        audit.record(connection, "worker", "calendars_in_use", SUBJECT, {"tzdata": "2001a"}, found.at)
    assert note_calendars(waypost.ledger, "worker")


def test_16_the_version_names_the_calendars_too(run: Run, house: House) -> None:
    lines = run("--version").out.splitlines()
    assert lines == [f"waypost {version('waypost')}", *(f"{name} {number}" for name, number in calendars().items())]
    assert house.folder.exists()
