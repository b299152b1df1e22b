"""Whether a program is open, and since when its rules speak."""

from ledger import Ledger, audit, journeys, plans, programs
from tests.ledger.given import LATER, NOW, a_journey


def test_a_program_is_closed_once_and_opened_again(ledger: Ledger) -> None:
    with ledger.write() as connection:
        assert not programs.close(connection, "cwe", "cli", None, NOW)  # nothing was published for it
        plans.publish(connection, "cwe", "v1", "source", {}, "cli", NOW)
        assert programs.close(connection, "cwe", "cli", "merged_bodies", NOW)
        assert not programs.close(connection, "cwe", "cli", None, LATER)
        closed = programs.program(connection, "cwe")
        assert closed is not None
        assert (closed.version, closed.closed_at, closed.reopened_at) == ("v1", NOW, None)
        assert programs.reopen(connection, "cwe", "cli", None, LATER)
        assert not programs.reopen(connection, "cwe", "cli", None, LATER)
        opened = programs.program(connection, "cwe")
        assert opened is not None
        assert (opened.closed_at, opened.reopened_at) == (None, LATER)
        actions = [row.action for row in audit.entries(connection, "cwe")]
        assert actions == ["plan_published", "program_closed", "program_reopened"]


def test_the_launches_of_a_program_are_kept_with_its_current_plan(ledger: Ledger) -> None:
    with ledger.write() as connection:
        plans.publish(connection, "cwe", "v1", "source", {}, "cli", NOW)
        programs.launch(connection, "cwe", {"welcome": LATER})
    with ledger.read() as connection:
        found = programs.program(connection, "cwe")
        assert found is not None
        assert found.launched == {"welcome": LATER}
        assert programs.program(connection, "other") is None


def test_a_journey_is_read_together_with_its_program(ledger: Ledger) -> None:
    with ledger.write() as connection:
        journey = a_journey(connection)
        assert programs.of_journey(connection, journey.id) is None  # nothing was published for its program
        for name in ("club", "cwe"):
            plans.publish(connection, name, f"{name}-1", "source", {}, "cli", NOW)
        programs.launch(connection, "cwe", {"welcome": LATER})
        programs.close(connection, "cwe", "cli", None, NOW)
        both = programs.of_journey(connection, journey.id)
        assert both == (programs.program(connection, "cwe"), journeys.journey(connection, journey.id))
        assert programs.of_journey(connection, "no-such-journey") is None


def test_the_last_line_about_a_subject_is_found(ledger: Ledger) -> None:
    with ledger.write() as connection:
        assert audit.last(connection, "calendars") is None
        for number in ("1", "2"):
            audit.record(connection, "worker", "calendars_in_use", "calendars", {"tzdata": number}, NOW)
        found = audit.last(connection, "calendars")
        assert found is not None
        assert found.detail == {"tzdata": "2"}
