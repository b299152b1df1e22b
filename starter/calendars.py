"""Which versions of the world's calendars dates are worked out with: written down whenever others come into use."""

from datetime import UTC, datetime
from importlib.metadata import version
from typing import Final

from ledger import audit
from ledger.engine import Ledger

PACKAGES: Final = ("holidays", "tzdata")  # office calendars; time zones and their changes
SUBJECT: Final = "calendars"
IN_USE: Final = "calendars_in_use"


def calendars() -> dict[str, str]:
    """The version of each package in this environment."""
    return {package: version(package) for package in PACKAGES}


def note_calendars(ledger: Ledger, by: str) -> bool:
    """An audit row from which on a decision's dates come from these calendars. False: the last row says so already."""
    with ledger.write() as connection:
        before = audit.last(connection, SUBJECT)
        if before is not None and before.detail == calendars():
            return False
        audit.record(connection, by, IN_USE, SUBJECT, {**calendars()}, datetime.now(UTC))
        return True
