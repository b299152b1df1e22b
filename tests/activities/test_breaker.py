"""The breaker: sick ones fail at once, the others do not notice."""

from collections.abc import Callable
from datetime import timedelta
from threading import Event, Thread

import pytest
from temporalio.exceptions import ApplicationError

from activities.breaker import Breaker
from ledger import LedgerAway


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(share=2, clock=clock, patience=timedelta(milliseconds=50))


def away() -> None:
    raise LedgerAway("the ledger is busy")


def works(breaker: Breaker, program: str) -> bool:
    try:
        with breaker.call(program):
            return True
    except ApplicationError:
        return False


def fails(breaker: Breaker, program: str, how: Callable[[], None]) -> None:
    with pytest.raises((LedgerAway, ValueError)), breaker.call(program):
        how()


def test_a_ledger_that_is_away_is_not_asked_again_for_ten_seconds(breaker: Breaker, clock: Clock) -> None:
    fails(breaker, "cwe", away)
    assert not works(breaker, "other")
    clock.now += 9.9
    assert not works(breaker, "cwe")
    clock.now += 0.2
    assert works(breaker, "cwe")


def test_a_program_that_hangs_is_left_alone_and_no_other_is(breaker: Breaker, clock: Clock) -> None:
    with breaker.call("cwe"):
        clock.now += 5
    assert not works(breaker, "cwe")
    assert works(breaker, "other")
    clock.now += 10
    assert works(breaker, "cwe")


def test_a_program_never_holds_more_than_its_share(breaker: Breaker) -> None:
    with breaker.call("cwe"), breaker.call("cwe"):
        assert not works(breaker, "cwe")
        assert works(breaker, "other")
    assert works(breaker, "cwe")


def test_an_ordinary_failure_opens_nothing(breaker: Breaker) -> None:
    def wrong() -> None:
        raise ValueError("a bug")

    fails(breaker, "cwe", wrong)
    assert works(breaker, "cwe")


def test_a_hanging_call_counts_before_it_comes_back(breaker: Breaker, clock: Clock) -> None:
    with breaker.call("cwe"):
        clock.now += 5
        assert not works(breaker, "cwe")


def test_a_call_beyond_the_share_waits_for_a_place(clock: Clock) -> None:
    breaker = Breaker(share=1, clock=clock, patience=timedelta(seconds=30))
    entered, may_go = Event(), Event()

    def occupy() -> None:
        with breaker.call("cwe"):
            entered.set()
            may_go.wait()

    first = Thread(target=occupy)
    first.start()
    entered.wait()
    outcome: list[bool] = []
    second = Thread(target=lambda: outcome.append(works(breaker, "cwe")))
    second.start()
    may_go.set()
    first.join()
    second.join()
    assert outcome == [True]


def test_after_a_time_out_one_call_tries_for_all(breaker: Breaker, clock: Clock) -> None:
    with breaker.call("cwe"):
        clock.now += 5
    clock.now += 10
    with breaker.call("cwe"):
        assert not works(breaker, "cwe")
    with breaker.call("cwe"):
        assert works(breaker, "cwe")
