"""What is settled of a message once and for all is what judging it says at every instant."""

from datetime import timedelta
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plan import companions, judgement
from plan.arrows import arrows_of
from plan.case import Case
from plan.judgement import Candidate
from plan.model import SendWindow
from plan.outlook import Outlook, outlook
from tests.plan.journeys import CREATED, WINDOWS, Happening, happenings, smooth
from tests.plan.walk import State, Walk, at, begin, outcome
from tests.plan.written import loaded

HOURS: Final = st.lists(st.integers(1, 200 * 24), min_size=2, max_size=5)


def ahead_of(way: Walk) -> Outlook:
    return outlook(way.plan, way.journey, way.facts(), way.people, (), way.now)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.sampled_from(WINDOWS), happenings(), HOURS, HOURS)
def test_what_is_foregone_is_so_whenever_it_is_judged(
    window: SendWindow, happened: list[Happening], heard_until: list[int], asked_at: list[int]
) -> None:
    way = smooth(window, happened)
    for hour in heard_until:
        way.now = CREATED + timedelta(hours=hour)
        ahead = ahead_of(way)
        for later in asked_at:
            now = CREATED + timedelta(hours=later)
            case = Case(way.plan, ahead.life, arrows_of(way.plan, way.journey.process), way.people, {}, now)
            for key, settled in ahead.prospects.foregone.items():
                said = settled.occurrence
                candidate = Candidate(*ahead.drafts[key])
                candidate.not_after = said.not_after
                judgement.for_good(candidate, case)
                if candidate.outcome is None:
                    judgement.by_stage(candidate, case)
                assert (candidate.outcome, candidate.reason, candidate.because) == (
                    said.outcome,
                    said.reason,
                    said.because,
                )


def test_an_answer_after_its_moment_is_the_reason_where_the_stage_was_one_before() -> None:
    way = begin(loaded(), "2026-09-01 10:00")
    way.tell("document_insufficient", at("2026-09-02 10:00"), item="doc-1")
    leaves = at("2026-09-25 12:00")  # the reminder of that morning has no stage to be in
    assert outcome(way.agenda(leaves), "answer_due:P7D") == ("skipped", "stage_left")
    way.tell("applicant_answered", leaves, item="doc-1")
    assert outcome(way.agenda(leaves), "answer_due:P7D") == ("skipped", "answered")


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("open", ("skipped", "stage_left")),
        ("cancelled", ("skipped", "cancelled_by_staff")),
        ("on_wire", ("sent",)),
        ("sent", ("sent",)),
        ("failed", ("failed", "refused")),
    ],
)
def test_the_ledger_has_the_last_word_about_what_is_foregone(state: State, said: tuple[str, ...]) -> None:
    way = begin(loaded(), "2026-09-01 10:00")
    way.tell("submitted", at("2026-09-02 10:00"))
    way.now = at("2026-09-03 10:00")
    [reminder] = [key for key in ahead_of(way).prospects.foregone if key.startswith("due_reminder:P7D")]
    way.mark(reminder, state, reason="refused" if state == "failed" else None)
    assert outcome(way.agenda(), reminder) == said


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.sampled_from(WINDOWS), happenings(), HOURS)
def test_what_fits_has_no_stage_against_it_until_it_should_have_left(
    window: SendWindow, happened: list[Happening], heard_until: list[int]
) -> None:
    way = smooth(window, happened)
    for hour in heard_until:
        way.now = CREATED + timedelta(hours=hour)
        ahead = ahead_of(way)
        for key in ahead.prospects.fitting:
            candidate = Candidate(*ahead.drafts[key])
            assert candidate.times is not None
            for now in (CREATED, candidate.times.leave_at):
                case = Case(way.plan, ahead.life, arrows_of(way.plan, way.journey.process), way.people, {}, now)
                judgement.by_stage(candidate, case)
                assert candidate.outcome is None


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.sampled_from(WINDOWS), happenings(), HOURS)
def test_of_messages_that_are_apart_none_speaks_for_another(
    window: SendWindow, happened: list[Happening], heard_until: list[int]
) -> None:
    way = smooth(window, happened)
    for hour in heard_until:
        way.now = CREATED + timedelta(hours=hour)
        ahead = ahead_of(way)
        candidates = [Candidate(*ahead.drafts[key]) for key in ahead.prospects.worth_until]
        companions.merge(candidates, companions.as_planned)
        merged = any(candidate.outcome is not None or candidate.items for candidate in candidates)
        assert not (ahead.prospects.apart and merged)
