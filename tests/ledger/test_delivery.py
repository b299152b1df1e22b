"""What a message's reports come to, whatever order they come in."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations
from random import Random
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from ledger.delivery import FAILED, RANKS, Projection, Reported, project

T: Final = datetime(2026, 10, 5, 14, 30, tzinfo=UTC)
SECOND: Final = timedelta(seconds=1)
KINDS: Final = (
    *RANKS, "opened", "clicked", "viewed", "complained", "unsubscribed", "group_unsubscribed", "account_changed",
    "unknown",
)  # fmt: skip
REPORTS: Final = st.lists(
    st.builds(
        Reported,
        kind=st.sampled_from(KINDS),
        at=st.integers(0, 5).map(lambda n: T + n * SECOND),
        machine=st.booleans(),
        failure=st.sampled_from([None, "reputation", "content"]),
        content=st.sampled_from("abc"),
    ),
    max_size=8,
)
WORDS: Final = st.lists(
    st.builds(
        Reported,
        kind=st.sampled_from(["delivered", "undelivered"]),
        at=st.integers(0, 5).map(lambda n: T + n * SECOND),
        provider=st.just("staff"),
        content=st.sampled_from("abc"),
    ),
    max_size=3,
)


def at(kind: str, seconds: int = 0, **fields: Any) -> Reported:
    return Reported(kind, T + seconds * SECOND)._replace(**fields)


def test_nothing_reported_is_nothing_said() -> None:
    assert project([]) == Projection()


def test_an_ordinary_message_is_delivered_then_opened_then_clicked() -> None:
    said = project(
        [at("processed"), at("delivered", 1), at("opened", 2, machine=True), at("opened", 9), at("clicked", 8)]
    )
    assert said == Projection(
        delivery="delivered",
        delivered_at=T + SECOND,
        machine_opened_at=T + 2 * SECOND,
        opened_at=T + 9 * SECOND,
        clicked_at=T + 8 * SECOND,
    )


def test_in_one_second_a_bounce_outdoes_a_delivery_in_either_order() -> None:
    for reports in permutations([at("processed"), at("delivered"), at("bounced", failure="invalid_address")]):
        said = project(reports)
        assert (said.delivery, said.failure) == ("bounced", "invalid_address")


def test_a_late_delivery_hides_no_bounce_and_both_instants_stay() -> None:
    said = project([at("bounced", 5, failure="content"), at("delivered", 900)])
    assert (said.delivery, said.failed_at, said.delivered_at) == ("bounced", T + 5 * SECOND, T + 900 * SECOND)


def test_a_deferral_that_comes_after_the_delivery_takes_nothing_back() -> None:
    assert project([at("delivered"), at("deferred", 5)]).delivery == "delivered"


def test_a_complaint_is_no_failure_of_delivery() -> None:
    said = project([at("delivered"), at("complained", 60)])
    assert (said.delivery, said.failure, said.complained_at) == ("delivered", None, T + 60 * SECOND)


def test_the_last_word_of_staff_counts_more_than_what_providers_report() -> None:
    heard = [at("delivered"), at("undelivered", 60, provider="staff")]
    assert project(heard).delivery == "undelivered"
    assert project([*heard, at("delivered", 90, provider="staff")]).delivery == "delivered"
    bounced = project([at("bounced"), at("delivered", 90, provider="staff")])
    assert (bounced.delivery, bounced.delivered_at) == ("delivered", T + 90 * SECOND)


@given(REPORTS, WORDS, st.randoms(use_true_random=False))
def test_order_and_copies_change_nothing(reports: list[Reported], words: list[Reported], random: Random) -> None:
    shuffled = [*reports, *words, *reports[:3], *words]
    random.shuffle(shuffled)
    assert project(shuffled) == project([*reports, *words])


@given(REPORTS, REPORTS)
def test_what_is_reported_later_takes_nothing_back(first: Sequence[Reported], more: Sequence[Reported]) -> None:
    before, after = project(first), project([*first, *more])
    order = (None, *RANKS)
    assert order.index(after.delivery) >= order.index(before.delivery)
    for name in Projection._fields:
        was, is_ = getattr(before, name), getattr(after, name)
        if name.endswith("_at") and was is not None:
            assert is_ is not None
            assert is_ <= was


@given(REPORTS)
def test_a_class_of_failure_stands_only_beside_a_failure(reports: list[Reported]) -> None:
    said = project(reports)
    assert said.failure is None or said.delivery in FAILED
    assert (said.failed_at is not None) == (said.delivery in FAILED)
