"""When to look again, and what staff are shown (plan.md 8, 13, 26)."""

from datetime import timedelta
from typing import Literal

import pytest

from plan.model import Deadline
from plan.period import Period
from tests.plan.programs import RULES, SPREAD, minimal, process, program
from tests.plan.walk import PEOPLE, Walk, at, begin, find

HOUR = timedelta(hours=1)


def way(created: str = "2026-09-01 10:00") -> Walk:
    journey = begin(program(window=SPREAD), created)
    journey.wake()
    return journey


def test_the_next_look_is_at_the_next_message() -> None:
    journey = way()
    agenda = journey.agenda()
    assert agenda.next_at == find(agenda, "due_reminder:P90D").leave_at


def test_a_passing_that_only_moves_the_stage_may_be_seen_up_to_an_hour_later_and_keeps_its_instant() -> None:
    passing = at("2027-01-01 00:00")
    looks = set()
    for n in range(20):
        journey = begin(program(()), "2026-12-31 10:00")
        journey.journey = journey.journey.model_copy(update={"id": f"journey:cwe:p{n}:application:1"})
        agenda = journey.agenda()
        assert agenda.next_at is not None
        assert passing <= agenda.next_at < passing + HOUR
        assert journey.agenda(agenda.next_at).entered_at == passing
        looks.add(agenda.next_at)
    assert len(looks) > 15


def test_the_clock_of_a_final_journey_is_let_run_out_unseen_but_its_lingering_is_not() -> None:
    journey = way()
    journey.tell("submitted", at("2026-09-10 10:00"))
    journey.tell("denied", at("2026-12-20 10:00"))
    assert journey.run(at("2026-12-21")).next_at == at("2026-12-20 10:00") + timedelta(days=90)


def test_while_anything_is_held_the_next_look_is_at_most_a_day_away() -> None:
    journey = begin(
        minimal(*RULES[:1], deadline=Deadline(name="due", after=("created",), plus=Period(months=12))),
        "2026-09-01 10:00",
    )
    journey.people = PEOPLE.model_copy(update={"people": {}})
    agenda = journey.agenda()
    assert find(agenda, "welcome").outcome == "held"
    assert agenda.next_at == at("2026-09-02 10:00")


def test_a_ready_reminder_is_not_waited_for_since_its_send_reports_back() -> None:
    journey = way()
    agenda = journey.agenda(at("2026-10-02 12:00"))
    ready, later = find(agenda, "due_reminder:P90D"), find(agenda, "due_reminder:P60D")
    assert ready.outcome == "ready"
    assert agenda.next_at == later.leave_at


def test_without_clocks_only_a_fact_can_change_anything() -> None:
    of = process(deadlines=(), items=())
    journey = begin(program((), of=of), "2026-09-01 10:00")
    assert journey.agenda().next_at is None


@pytest.mark.parametrize(
    ("state", "reason", "sentences"),
    [
        (
            "unknown",
            "review",
            ("welcome#created>applicant may have reached its reader or not: look at the provider and say which.",),
        ),
        ("unknown", "no_answer", ()),  # being looked into
        ("failed", "bad_address", ("welcome#created>applicant was refused: bad_address.",)),
    ],
)
def test_staff_are_shown_messages_whose_fate_only_they_can_settle(
    state: Literal["unknown", "failed"], reason: str, sentences: tuple[str, ...]
) -> None:
    journey = way()
    journey.mark("welcome#created>applicant", state, reason=reason)
    assert journey.agenda().attention == sentences
