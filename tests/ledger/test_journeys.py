from datetime import timedelta
from typing import Any

import pytest

from ledger import Ledger, LedgerFault, journeys
from ledger.journeys import FenceRefused, JourneyRow
from tests.ledger.given import CLOCK, JOURNEY, LATER, NOW, a_journey, a_person


def read(ledger: Ledger, journey: str = JOURNEY) -> JourneyRow:
    with ledger.read() as connection:
        row = journeys.journey(connection, journey)
    assert row is not None
    return row


def test_an_enrolled_journey_is_read_as_it_was_written(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = a_journey(connection)
    assert read(ledger) == row
    with ledger.read() as connection:
        assert journeys.journey(connection, "journey:cwe:nobody:application:1") is None


@pytest.mark.parametrize(
    ("changed", "answer"),
    [
        ({}, "same"),
        ({"arrived_at": LATER}, "same"),
        ({"created_at": LATER}, "same"),  # not given: when this command happened to run
        ({"created_at": LATER, "created_given": True}, "different"),
        ({"created_at": CLOCK.astimezone(), "created_given": True}, "same"),
        ({"told": {}}, "different"),
        ({"told": {"credits": {"required": 40, "earned": 3}}}, "same"),
        ({"roles": {"reviewer": ("ruth", "rex")}}, "different"),
    ],
)
def test_enrolling_again_compares_the_data_and_changes_nothing(
    ledger: Ledger, changed: dict[str, Any], answer: str
) -> None:
    with ledger.write() as connection:
        row = a_journey(connection)
    with ledger.write() as connection:
        assert journeys.enroll(connection, row.model_copy(update=changed)) == answer
    assert read(ledger) == row


def test_nobody_unknown_is_enrolled(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = a_journey(connection)
    stranger = row.model_copy(update={"id": "journey:cwe:zoe:application:1", "person_id": "zoe"})
    refused = pytest.raises(LedgerFault, match=r"fk_journey_person_id|SQLITE_CONSTRAINT_FOREIGNKEY")
    with refused as raised, ledger.write() as connection:
        journeys.enroll(connection, stranger)
    assert "zoe" not in str(raised.value)


def test_each_run_of_a_journey_has_the_next_number_and_keeps_it(ledger: Ledger) -> None:
    with ledger.write() as connection:
        a_journey(connection)
        a_journey(connection, "journey:cwe:ada:renewal:1")
        runs = ["run-b", "run-a", "run-b", "run-c"]
        assert [journeys.epoch(connection, JOURNEY, run) for run in runs] == [1, 2, 1, 3]
        assert journeys.epoch(connection, "journey:cwe:ada:renewal:1", "run-c") == 1


FENCES = [(1, 1, 10), (1, 2, 5), (1, 2, 6), (2, 1, 3), (2, 2, 1)]


@pytest.mark.parametrize("kept", range(len(FENCES)))
def test_a_fence_is_set_unless_a_later_one_was(ledger: Ledger, kept: int) -> None:
    for given, fence in enumerate(FENCES):
        with ledger.write() as connection:
            journey = a_journey(connection, f"journey:cwe:ada:application:{given}").id
            journeys.set_fence(connection, journey, *FENCES[kept])
        if given < kept:
            with pytest.raises(FenceRefused), ledger.write() as connection:
                journeys.set_fence(connection, journey, *fence)
        else:
            with ledger.write() as connection:
                journeys.set_fence(connection, journey, *fence)
        row = read(ledger, journey)
        assert (row.epoch, row.wake, row.history_length) == FENCES[max(given, kept)]


def test_what_is_projected_is_read_back(ledger: Ledger) -> None:
    with ledger.write() as connection:
        row = a_journey(connection)
        shown: dict[str, Any] = {
            "stage": "in_progress",
            "entered_at": CLOCK,
            "next_at": CLOCK + timedelta(days=7),
            "status": "in progress, 7 days left",
            "flags": ("audit", "inquiry"),
            "plan_version": "v1",
            "decided_at": CLOCK,
        }
        journeys.project(connection, JOURNEY, **shown)
    assert read(ledger) == row.model_copy(update=shown)


def test_the_first_confirmed_start_is_kept(ledger: Ledger) -> None:
    with ledger.write() as connection:
        a_journey(connection)
        assert journeys.mark_started(connection, JOURNEY, NOW)
        assert not journeys.mark_started(connection, JOURNEY, LATER)
    assert read(ledger).started_at == NOW


def test_a_journey_ends_at_its_first_end_unless_it_is_opened_again(ledger: Ledger) -> None:
    with ledger.write() as connection:
        a_journey(connection)
        ended = []
        for at in (None, NOW, LATER, None, LATER):
            journeys.end(connection, JOURNEY, at)
            row = journeys.journey(connection, JOURNEY)
            assert row is not None
            ended.append(row.ended_at)
    assert ended == [None, NOW, NOW, None, LATER]


def test_journeys_are_found_by_what_is_asked_in_pages(ledger: Ledger) -> None:
    ids = [f"journey:{p}:{q}:application:1" for p in ("cwe", "nurse") for q in ("ada", "ben")]
    with ledger.write() as connection:
        for journey in reversed(ids):
            a_journey(connection, journey)
        projected: dict[str, Any] = {
            "entered_at": CLOCK,
            "next_at": None,
            "status": "",
            "flags": (),
            "decided_at": CLOCK,
        }
        journeys.project(connection, ids[1], stage="in_review", plan_version="v1", **projected)
        journeys.end(connection, ids[0], NOW)

    def found(**asked: Any) -> list[str]:
        with ledger.read() as connection:
            return [row.id for row in journeys.find(connection, **asked)]

    assert found() == ids
    assert found(program="cwe") == ids[:2]
    assert found(person="ben") == [ids[1], ids[3]]
    assert found(program="cwe", stage="in_review") == [ids[1]]
    assert found(open_only=True) == ids[1:]
    assert found(limit=3) == ids[:3]
    assert found(limit=3, after=ids[2]) == ids[3:]


def test_a_locked_journey_can_still_be_referred_to(ledger: Ledger) -> None:
    """On PostgreSQL: a wake-up may be written for a journey while it is being decided."""
    with ledger.write() as connection:
        a_person(connection)
        assert journeys.lock(connection, JOURNEY) is None
        a_journey(connection)
        assert journeys.lock(connection, JOURNEY) == journeys.journey(connection, JOURNEY)
