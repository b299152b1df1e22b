"""Every reason, outcome and state that there is has words: the closed lists are walked, and a missing one fails."""

from string import Formatter
from typing import get_args

import pytest

from ledger.delivery import FAILED, SAID
from ledger.messages import NOT_DELIVERED
from ledger.row_machine import State
from ledger.suppressions import Cause
from ledger.why import explain
from ledger.why.answer import CASES, CERTAINTIES, STANDINGS, Case
from ledger.why.words import ATTEMPTS, BECAUSE, FAILURES, HELD, REPORTS, RETRIED, SKIPPED, SUPPRESSED, TAKEN_BACK, Words
from mail.sendgrid_events import CLASSES, DROPS, NO_REASON, STATUSES, Kind
from plan.outcomes import BECAUSE as ALL_BECAUSE
from plan.outcomes import HELD as ALL_HELD
from plan.outcomes import OUTCOMES
from plan.outcomes import SKIPPED as ALL_SKIPPED
from tests.ledger.why.given import a_row, an_occurrence, known

FIELDS = {"person", "role", "program", "notification", "journey", "message", "address", "until"}
TABLES = (HELD, SKIPPED, TAKEN_BACK, RETRIED, FAILURES, SUPPRESSED)


def test_every_reason_has_its_own_words() -> None:
    assert set(HELD) == set(ALL_HELD)
    assert set(SKIPPED) == set(ALL_SKIPPED)
    assert set(BECAUSE) == set(ALL_BECAUSE)
    assert set(SUPPRESSED) == set(get_args(Cause))
    assert set(ATTEMPTS) == {None, "accepted", "failed", "unknown", "retry", "given_back"}
    for table in (HELD, SKIPPED):
        headlines = [words.headline for words in table.values()]
        assert len(set(headlines)) == len(headlines)


def test_every_class_and_kind_of_the_provider_has_words() -> None:
    assert {*CLASSES.values(), *STATUSES.values(), *DROPS.values(), NO_REASON} <= set(FAILURES)
    assert set(REPORTS) >= set(get_args(Kind)) - {"unknown"}
    assert set(REPORTS) >= set(SAID)
    assert {*NOT_DELIVERED} == {*FAILED}


@pytest.mark.parametrize("words", [words for table in TABLES for words in table.values()])
def test_words_are_whole_sentences_about_what_is_known(words: Words) -> None:
    assert words.standing in STANDINGS
    for text in filter(None, words[:2]):
        assert {name for _, name, _, _ in Formatter().parse(text) if name} <= FIELDS
    if words.standing == "act":
        assert words.next_step


@pytest.mark.parametrize(
    ("outcome", "reason"), [*(("held", r) for r in ALL_HELD), *(("skipped", r) for r in ALL_SKIPPED)]
)
def test_every_reason_is_told_as_a_sentence(outcome: str, reason: str) -> None:
    answer = explain(known(occurrence=an_occurrence(outcome, reason)))
    assert (answer.case, answer.reason) == (outcome, reason)
    assert answer.headline.endswith(".")
    assert "_" not in answer.headline.replace(answer.notification, "")
    assert "on record is" not in answer.headline


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_outcome_is_told(outcome: str) -> None:
    reason = {"skipped": "too_late", "held": "no_address", "not_triggered": "submitted"}.get(outcome)
    answer = explain(known(occurrence=an_occurrence(outcome, reason)))
    assert answer.headline.endswith(".")
    assert answer.case in CASES
    assert answer.certainty in CERTAINTIES


@pytest.mark.parametrize("state", get_args(State))
def test_every_state_of_a_row_is_told(state: str) -> None:
    answer = explain(known(a_row(state)))
    assert answer.headline.endswith((".", "›"))
    assert answer.message == "m1"
    assert (answer.next_step or "").count("{") == 0


@pytest.mark.parametrize("state", ["cancelled", "expired"])
@pytest.mark.parametrize("reason", [*ALL_SKIPPED, "missed"])
def test_whatever_took_a_message_back_is_told(state: str, reason: str) -> None:
    answer = explain(known(a_row(state, reason=reason)))
    assert (answer.case, answer.reason) == ("cancelled", reason)
    assert "on record is" not in answer.headline


def test_a_reason_of_a_later_version_is_told_raw_and_calls_for_somebody() -> None:
    answer = explain(known(occurrence=an_occurrence("skipped", "too_late")._replace(reason="full_moon")))
    assert answer.headline == "It was not sent, and the reason on record is full_moon."
    assert answer.standing == "act"


def test_every_case_is_one_that_an_answer_may_have() -> None:
    assert len(CASES) == len(set(CASES)) == len(get_args(Case))
