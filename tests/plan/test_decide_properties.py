"""What holds for every journey, whatever is told when, whatever befalls people, plan and messages (plan.md A to F)."""

import os
from collections.abc import Hashable
from datetime import datetime, timedelta
from random import Random
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plan.agenda import Agenda, Occurrence
from plan.facts import Fact
from plan.judgement import SETTLED
from plan.lifecycle import fold
from plan.model import SendWindow
from plan.outcomes import BECAUSE, HELD, OUTCOMES, SKIPPED
from plan.send_window import Hours, is_open
from tests.plan.journeys import (
    CREATED,
    ENDINGS,
    KINDS,
    SENT,
    WEEKDAYS,
    WINDOWS,
    Ending,
    Happening,
    Misfortune,
    Rough,
    Trouble,
    happenings,
    misfortunes,
    rough,
    smooth,
)
from tests.plan.walk import ZONE, Walk, at

SOAK: Final = 20 if os.environ.get("SOAK") == "1" else 1
pytestmark = pytest.mark.timeout(120 * SOAK)
UNTIL: Final = CREATED + timedelta(days=160)
EARLY_KINDS: Final = tuple(k for k in KINDS if k not in {"told", "extension_granted", "stage_set", "retracted"})


def examples(count: int) -> settings:
    return settings(
        max_examples=count * SOAK,
        deadline=None,
        derandomize=SOAK == 1,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


windows = st.sampled_from(WINDOWS)


def well_formed(agenda: Agenda, now: datetime) -> None:
    """One decision a key, with a reason from the closed list, and the next look in the future."""
    keys = [o.key for o in agenda.occurrences if o.key is not None]
    assert len(keys) == len(set(keys))
    assert agenda.next_at is None or agenda.next_at > now
    for o in agenda.occurrences:
        assert o.outcome in OUTCOMES
        assert (o.key is None) == (o.outcome == "not_triggered")
        match o.outcome:
            case "skipped":
                assert o.reason in SKIPPED
                assert (o.because in BECAUSE) == (o.reason == "already_past")
            case "held":
                assert o.reason in HELD
                assert agenda.next_at is not None
                assert agenda.next_at <= now + timedelta(days=1)
            case "ready" | "scheduled" | "sent":
                assert o.reason is None
            case _:
                assert o.reason is not None


def rightly_sent(way: Walk, agenda: Agenda, now: datetime, o: Occurrence) -> None:
    """Not before its instant, not in quiet hours, not where its stage has been left, not when it is too late."""
    rule = way.plan.rules[o.notification]
    assert o.at is not None
    assert o.leave_at is not None
    assert o.at <= o.leave_at <= now
    assert o.not_after is None or now <= o.not_after
    assert rule.ignores_window or is_open(now, Hours(way.plan.window, ZONE))
    assert rule.while_ is None or agenda.stage in rule.while_
    if rule.before is not None:
        assert rule.purpose != "reminder" or (o.clock_at is not None and now < o.clock_at + timedelta(seconds=1))
    clock = next((c for c in agenda.clocks if c.name == o.clock and c.item == o.item), None)
    if rule.before is not None and clock is not None:
        assert clock.ended_by is None


def in_order(way: Walk) -> None:
    """Of offsets counted from one date none leaves after a later one has left."""
    last: dict[Hashable, datetime] = {}
    for _, o in way.log:
        family = o.notification, o.clock, o.clock_at, o.fact_id, o.item, o.to
        assert o.at is not None
        assert o.key is not None
        if way.rows[o.key].state in SETTLED:
            assert o.at >= last.get(family, o.at)
            last[family] = o.at


def told(*story: tuple[str, str, str | None, int]) -> list[Happening]:
    """Kind, local instant, item and pick of each, heard when it happens."""
    return [Happening(kind, at(instant), timedelta(0), item, pick) for kind, instant, item, pick in story]


def troubled(what: str, begins: str, ends: str, *endings: Ending, told: bool = False) -> Misfortune:
    """One trouble, and the ways in which messages end in turn."""
    picks = tuple(ENDINGS.index(ending) for ending in endings or (SENT,))
    return Misfortune([Trouble(what, at(begins), at(ends))], picks, told, moved=False, late_start=timedelta(0))


QUESTION: Final = told(
    ("document_insufficient", "2026-09-04 10:00", "doc-1", 0),
    ("document_insufficient", "2026-09-04 11:00", "doc-2", 0),
    ("applicant_answered", "2026-09-24 10:00", "doc-1", 0),
)
MOVED: Final = told(
    ("told", "2026-09-02 10:00", None, 4),
    ("document_insufficient", "2026-09-03 21:00", "doc-3", 0),
    ("retracted", "2026-09-03 22:00", None, 1),
    ("told", "2026-10-13 10:00", None, 3),
    ("told", "2026-10-20 10:00", None, 1),
    ("submitted", "2026-10-27 10:00", None, 0),
    ("document_insufficient", "2026-10-27 21:00", "doc-1", 0),
    ("withdrawn", "2026-10-27 22:00", None, 0),
)
EXTENDED: Final = told(("extension_granted", "2026-11-02 12:00", None, 3))
DOWN: Final[tuple[Ending, ...]] = (("held", "channel_down"), SENT, ("held", "address_not_allowed"), SENT)
KEPT: Final = told(
    ("touched", "2026-09-04 10:00", None, 0),
    ("document_insufficient", "2026-09-04 11:00", "doc-1", 0),
    ("applicant_answered", "2026-09-05 11:00", "doc-1", 0),
    ("document_insufficient", "2026-09-06 11:00", "doc-1", 0),
    ("submitted", "2026-09-09 11:00", None, 0),
)
LEAVE: Final = told(
    ("leave_begun", "2026-11-14 10:00", None, 0),
    ("document_insufficient", "2026-11-15 09:00", "doc-1", 0),
    ("document_insufficient", "2026-11-15 09:01", "doc-2", 0),
    ("applicant_answered", "2026-11-16 10:00", "doc-1", 0),
    ("applicant_answered", "2026-11-16 11:00", "doc-2", 0),
)
STORIES: Final[tuple[tuple[SendWindow, list[Happening], Misfortune], ...]] = (
    (WINDOWS[0], QUESTION, Misfortune([], (0,), told=False, moved=False, late_start=timedelta(days=70))),
    (WINDOWS[0], QUESTION, troubled("no_address", "2026-09-01 10:00", "2026-09-02 10:00", SENT)),
    (WINDOWS[0], QUESTION, troubled("suppressed", "2026-09-01 10:00", "2026-09-02 10:00", SENT)),
    (WINDOWS[0], KEPT, troubled("opted_out", "2026-09-01 10:00", "2027-12-02 10:00", SENT)),
    (WINDOWS[0], QUESTION, troubled("twins", "2026-09-01 10:00", "2026-09-30 10:00", *ENDINGS)),
    (WINDOWS[0], QUESTION, troubled("no_reviewer", "2026-09-01 10:00", "2026-09-30 10:00", *reversed(ENDINGS))),
    (WINDOWS[0], [], troubled("next_version", "2026-12-02 12:00", "2026-12-02 13:00", ("held", "template_error"))),
    (WEEKDAYS, EXTENDED, troubled("away", "2026-10-02 08:00", "2026-10-02 18:00")),
    (WINDOWS[0], EXTENDED, troubled("on_hold", "2026-11-24 08:00", "2026-12-20 18:00", *DOWN)),
    (WINDOWS[0], LEAVE, troubled("twins", "2026-09-01 10:00", "2026-09-02 10:00")),
    (WINDOWS[0], KEPT, troubled("twins", "2026-09-01 10:00", "2026-09-02 10:00", ("cancelled", "cancelled_by_staff"))),
    (WINDOWS[0], KEPT, troubled("on_hold", "2026-09-03 08:00", "2026-09-08 18:00")),
    (WINDOWS[0], QUESTION, troubled("closed", "2026-09-04 08:00", "2026-09-20 18:00")),
    (WINDOWS[0], QUESTION, troubled("merged", "2026-09-04 08:00", "2026-09-20 18:00")),
    (WINDOWS[0], MOVED, troubled("deceased", "2026-12-01 08:00", "2027-12-02 18:00", told=True)),
)


def test_every_outcome_and_every_reason_of_the_closed_list_comes_up() -> None:
    seen: set[str] = set()
    for window, happened, more in STORIES:
        keeps_every_promise(rough(window, happened, more), seen)
    assert {*OUTCOMES, *SKIPPED, *HELD, *BECAUSE} - seen == set()
    assert not seen - {*OUTCOMES, *SKIPPED, *HELD, *BECAUSE}


@examples(25)
@given(windows, happenings(), misfortunes())
def test_a_rough_way_keeps_every_promise(window: SendWindow, happened: list[Happening], more: Misfortune) -> None:
    keeps_every_promise(rough(window, happened, more), set())


def keeps_every_promise(way: Rough, seen: set[str]) -> None:
    gone: list[str] = []
    for agenda in way.steps(UNTIL):
        well_formed(agenda, way.now)
        assert way.agenda() == agenda  # deciding again changes nothing
        for occurrence in agenda.due():
            rightly_sent(way, agenda, way.now, occurrence)
            gone.append(occurrence.key or "")
        outcomes = {o.key: o.outcome for o in agenda.occurrences}
        for row in way.rows.values():
            if row.state in SETTLED:
                assert outcomes[row.key] == SETTLED[row.state]
                assert gone.count(row.key) <= 2  # given back once, at most
        for o in agenda.occurrences:
            seen.update({o.outcome, o.because or o.outcome})
            if o.outcome in {"skipped", "held"}:
                seen.add(o.reason or "")
    in_order(way)


@examples(15)
@given(windows, happenings())
def test_a_key_is_sent_once_for_ever(window: SendWindow, happened: list[Happening]) -> None:
    way = smooth(window, happened)
    way.run(UNTIL)
    assert len(way.gone()) == len(set(way.gone()))


@examples(60)
@given(happenings(within=70), st.randoms(use_true_random=False))  # before any journey can end: late events are late
def test_01_the_order_of_arrival_does_not_change_the_stage(happened: list[Happening], luck: Random) -> None:
    way = smooth(WINDOWS[0], [h for h in happened if h.kind != "retracted"])
    orders = list(range(len(way.known)))
    luck.shuffle(orders)
    other = [f.model_copy(update={"order": n}) for f, n in zip(way.known, orders, strict=True)]
    assert stages(way, other) == stages(way, way.known)


def stages(way: Walk, facts: list[Fact]) -> list[tuple[datetime, str]]:
    life = fold(way.plan, way.journey, facts)
    return [(visit.at, visit.stage) for visit in life.track.visits]


@examples(12)
@given(windows, happenings(), st.lists(st.integers(1, 159 * 24), max_size=8))
def test_looking_early_or_in_two_steps_sends_the_same(
    window: SendWindow, happened: list[Happening], hours: list[int]
) -> None:
    prompt = smooth(window, happened)
    prompt.run(UNTIL)
    early = smooth(window, happened)
    for hour in sorted(hours):
        early.run(CREATED + timedelta(hours=hour))
    early.run(UNTIL)
    assert early.sent() == prompt.sent()
    in_order(early)


@examples(12)
@given(windows, happenings(kinds=EARLY_KINDS, within=20), st.lists(st.integers(1, 90), min_size=1, max_size=5))
def test_26_looking_late_sends_the_same_less_what_is_too_late_or_merged(
    window: SendWindow, happened: list[Happening], delays: list[int]
) -> None:
    happened = [h for h in happened if h.delay < timedelta(days=5)]
    prompt = smooth(window, happened)
    agenda = prompt.run(UNTIL)
    late = smooth(window, happened)
    late.run(CREATED + timedelta(days=25))
    for n in range(400):
        agenda = late.wake()
        if agenda.next_at is None or agenda.next_at > UNTIL:
            break
        waits = any(o.outcome == "held" for o in agenda.occurrences)  # for the window: that is no lateness
        late.now = agenda.next_at + timedelta(hours=0 if waits else delays[n % len(delays)])
    agenda = late.run(UNTIL + timedelta(days=5))
    in_order(late)
    assert set(late.gone()) <= set(prompt.gone())
    reasons = {o.key: o.reason for o in agenda.occurrences}
    missing = [key for key in prompt.gone() if key not in late.gone()]
    assert {reasons[key] for key in missing} <= {"too_late", "merged_same_day", "no_opening_left"}
