from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from workflows.pace import FLOOD, IDLE_ROUNDS, LONGEST_WAIT, Pace
from workflows.wire import Decision, Due, Judged, Outcome

NOW: Final = datetime(2026, 12, 1, 14, 0, tzinfo=UTC)
SECOND: Final = timedelta(seconds=1)
QUIET: Final = Decision(stage="open")
DUE: Final = Decision(stage="open", due=(Due(key="k"),))
PAST: Final = Decision(stage="open", next_at=NOW - SECOND)
FACT: Final = Decision(stage="open", judged=(Judged(n=1, verdict="accepted"),))
SENT: Final = (Outcome(key="k", result="sent"),)
GIVEN_BACK: Final = (Outcome(key="k", result="given_back"),)


def idle_pace() -> Pace:
    """A journey whose send comes back three times although it is due again each time."""
    pace = Pace("journey:p:x:a:1")
    for _ in range(IDLE_ROUNDS):
        pace.judged(NOW, QUIET, DUE, GIVEN_BACK)
    assert pace.idle
    return pace


def test_a_quiet_journey_waits_for_what_decide_says() -> None:
    pace = Pace("journey:p:x:a:1")
    pace.judged(NOW, QUIET, QUIET, ())

    assert pace.next_round(None) is None
    assert pace.next_round(NOW + SECOND) == NOW + SECOND
    assert pace.may_send(alarm_rang=False)


@pytest.mark.parametrize(("failures", "seconds"), [(1, 5), (2, 10), (3, 20), (7, 320), (8, 600), (200, 600)])
def test_after_a_failure_the_next_attempt_waits_twice_as_long_up_to_ten_minutes(failures: int, seconds: int) -> None:
    pace, now, waited = Pace("journey:p:x:a:1"), NOW, timedelta()
    for _ in range(failures):
        pace.failed(now)
        again = pace.next_round(None)
        assert again is not None
        waited, now = again - now, again

    assert 0.75 * seconds <= waited.total_seconds() <= 1.25 * seconds


def test_two_journeys_try_again_at_different_instants() -> None:
    paces = [Pace(f"journey:p:x{n}:a:1") for n in range(20)]
    for pace in paces:
        pace.failed(NOW)

    assert len({pace.next_round(None) for pace in paces}) > 15


def test_attempts_made_for_events_do_not_prolong_the_wait() -> None:
    pace = Pace("journey:p:x:a:1")
    pace.failed(NOW)
    first = pace.next_round(None)

    for second in range(3):
        pace.failed(NOW + second * SECOND)

    assert pace.next_round(None) == first


def test_one_decision_that_works_ends_the_wait() -> None:
    pace = Pace("journey:p:x:a:1")
    pace.failed(NOW)
    pace.judged(NOW + SECOND, QUIET, QUIET, ())

    assert pace.next_round(None) is None
    pace.failed(NOW + SECOND)
    again = pace.next_round(None)
    assert again is not None
    assert again - NOW < 8 * SECOND


@pytest.mark.parametrize(
    ("decision", "outcomes"),
    [(DUE, GIVEN_BACK), (DUE, SENT), (PAST, ())],
    ids=["given back and due again", "sent and due again", "always in the past"],
)
def test_three_rounds_in_circles_slow_the_journey_down(decision: Decision, outcomes: tuple[Outcome, ...]) -> None:
    pace, now, waits = Pace("journey:p:x:a:1"), NOW, []
    for _ in range(IDLE_ROUNDS + 8):
        assert pace.may_send(alarm_rang=False) == (not pace.idle)
        pace.judged(now, decision, decision, outcomes)
        after = pace.next_round(now)
        assert after is not None
        waits.append(after - now)
        now = after

    assert waits[:2] == [timedelta()] * 2
    assert waits[2:5] == [10 * SECOND, 20 * SECOND, 40 * SECOND]
    assert waits[-1] == LONGEST_WAIT
    assert pace.may_send(alarm_rang=True)
    assert not pace.may_send(alarm_rang=False)


@pytest.mark.parametrize(
    "outcomes", [(), SENT, GIVEN_BACK], ids=["nothing in flight", "another was sent", "another came back"]
)
def test_a_key_that_is_due_for_the_first_time_goes_in_no_circle(outcomes: tuple[Outcome, ...]) -> None:
    pace = Pace("journey:p:x:a:1")
    for n in range(9):
        pace.judged(NOW, QUIET, Decision(stage="open", due=(Due(key=f"k{n}"),)), outcomes)

    assert not pace.idle


@pytest.mark.parametrize(
    ("decision", "outcomes"),
    [(FACT, ()), (Decision(stage="closed"), ()), (QUIET, SENT)],
    ids=["a fact", "another stage", "something sent that is not due again"],
)
def test_whatever_moves_the_journey_ends_the_slowness(decision: Decision, outcomes: tuple[Outcome, ...]) -> None:
    pace = idle_pace()

    pace.judged(NOW + SECOND, QUIET, decision, outcomes)

    assert not pace.idle
    assert pace.next_round(None) is None


def test_a_nudge_does_not_prolong_the_slowness() -> None:
    pace = idle_pace()
    for second in range(1, 9):
        pace.judged(NOW + second * SECOND, DUE, DUE, ())

    assert pace.next_round(None) == NOW + 10 * SECOND


def test_while_slowed_down_another_key_still_gets_its_turn() -> None:
    pace = idle_pace()
    other = Decision(stage="open", due=(Due(key="other"),))

    pace.judged(NOW + 10 * SECOND, DUE, other, ())

    assert pace.next_round(None) is not None


def test_slowness_is_carried_into_the_next_run() -> None:
    assert Pace("journey:p:x:a:1", idle_pace().idle_rounds).idle


def test_above_sixty_decisions_a_minute_events_wait_until_the_minute_is_over() -> None:
    pace = Pace("journey:p:x:a:1")
    for n in range(FLOOD - 1):
        pace.judged(NOW + n * SECOND / 2, QUIET, FACT, ())
    assert pace.flooded_until(NOW + 30 * SECOND) is None

    pace.judged(NOW + 30 * SECOND, QUIET, FACT, ())

    assert pace.flooded_until(NOW + 30 * SECOND) == NOW + timedelta(minutes=1)
    assert pace.next_round(None) is None  # without an event there is nothing to wait for
    assert pace.flooded_until(NOW + timedelta(minutes=1)) is None


def test_attempts_that_fail_count_as_decisions() -> None:
    pace = Pace("journey:p:x:a:1")
    for _ in range(FLOOD):
        pace.failed(NOW)

    assert pace.flooded_until(NOW) == NOW + timedelta(minutes=1)
