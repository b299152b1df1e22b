"""What staff are told, a line of a table a case; and the evidence that it rests on."""

from datetime import timedelta
from typing import Any

import pytest

from ledger.why import Known, explain, in_order
from ledger.why.answer import CASES
from tests.ledger.why.given import (
    HOUR,
    SENT,
    Told,
    a_report,
    a_row,
    accepted,
    an_occurrence,
    known,
    minutes,
    suppressed,
)
from tests.ledger.why.never_made import NEVER_MADE
from tests.ledger.why.reached import REACHED
from tests.ledger.why.undelivered import UNDELIVERED
from tests.ledger.why.waiting import WAITING

TABLE = {**REACHED, **UNDELIVERED, **WAITING, **NEVER_MADE}


@pytest.mark.parametrize("name", TABLE)
def test_staff_are_told(name: str) -> None:
    given, told = TABLE[name]
    answer = explain(given)
    assert Told(answer.case, answer.certainty, answer.headline, answer.next_step) == told


def test_the_table_has_a_row_for_every_case() -> None:
    elsewhere = {"by_post", "noted"}  # test_otherwise
    assert {told.case for _, told in TABLE.values()} | elsewhere == set(CASES)


def evidence(given: Known) -> list[str]:
    return [told.sentence for told in explain(given).evidence]


def test_the_evidence_of_a_bounce_is_told_in_order_of_time_and_ends_with_what_has_no_date() -> None:
    row = accepted(delivery="bounced", failure="invalid_address", failed_at=SENT + HOUR)
    given = known(
        row,
        an_occurrence("sent", clock="due", clock_at=SENT + timedelta(days=7)),
        reports=(a_report("processed"), a_report("bounced", HOUR, status="5.1.1", reason="550 no such user")),
        suppressions=(suppressed("bounced", since=SENT + HOUR, message_id="m1"),),
    )
    assert evidence(given) == [
        "It was to leave, counted from due on 2026-10-12 10:02 EDT.",
        "Queued as message m1.",
        "Attempt 1, handed to sendgrid for ada@example.org: taken, and called x-77 by it.",
        "The provider says that it took the message.",
        "Their mail server refused it for good: ‹5.1.1 550 no such user›.",
        "Mail to ada@example.org came back (list event, by webhook, after message m1).",
        "Its Message-ID is <m1@mail.example.org>.",
    ]


def test_delivered_is_never_called_read() -> None:
    told = evidence(known(accepted(delivery="delivered", delivered_at=SENT, machine_opened_at=SENT + HOUR)))
    assert "Its image was loaded by a mail proxy or scanner, which does not show that anybody read it." in told
    assert any("no proof that it is in the inbox" in sentence for sentence in told)


def test_two_copies_are_owned_up_to() -> None:
    assert "Two copies left: both were reported on." in evidence(known(accepted(doubled=True)))


def test_a_report_without_our_ids_may_concern_it() -> None:
    told = evidence(known(accepted(), perhaps=(a_report("bounced", HOUR, message_id=None, attempt=None),)))
    assert any(sentence.startswith("A report that names no message but this address") for sentence in told)


def test_a_status_of_policy_points_at_our_authentication() -> None:
    given = known(accepted(delivery="blocked", failure="reputation"), reports=(a_report("blocked", status="5.7.515"),))
    assert any("SPF, DKIM or DMARC" in sentence for sentence in evidence(given))


def test_why_a_day_had_passed_is_told_besides() -> None:
    told = evidence(known(occurrence=an_occurrence("skipped", "already_past", because="deadline_moved")))
    assert "The deadline was moved so near that this day had passed." in told


def test_the_values_of_a_condition_are_told() -> None:
    told = evidence(known(occurrence=an_occurrence("skipped", "condition_false", detail="person.member: it is false")))
    assert "Person.member: it is false." in told


@pytest.mark.parametrize(("count", "lines"), [(12, 12), (40, 13)])
def test_many_reports_are_told_one_by_one_up_to_a_dozen(count: int, lines: int) -> None:
    many = tuple(a_report("opened", minutes(n)) for n in range(count))
    told = [s for s in evidence(known(accepted(), reports=many)) if "image was loaded" in s]
    assert len(told) == lines


def test_what_needs_somebody_comes_first_and_of_that_the_latest() -> None:
    def of(**more: Any) -> Known:
        return known(accepted(delivery="bounced", failed_at=SENT, **more))

    older = of(id="m0", queued_at=SENT - timedelta(days=9))
    newer = of()
    fine = known(accepted(delivery="delivered", delivered_at=SENT))
    coming = known(occurrence=an_occurrence("scheduled"))
    waiting = known(a_row("queued"))
    answers = [explain(each) for each in (coming, fine, older, waiting, newer)]
    assert [answer.standing for answer in in_order(answers)] == ["act", "act", "wait", "sent", "to_come"]
