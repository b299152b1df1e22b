"""What the shipped program's e-mails say on the day that they leave: dates to act by, new last days, what is left."""

from typing import Final

import pytest
from pydantic import JsonValue

from tests.programs.published import Told
from tests.programs.shipped import (
    ASKED_AGAIN,
    ENOUGH,
    EXPIRES,
    FINDING_ANSWERED,
    SUBMITTED,
    UNANSWERED,
    text_of,
    walked,
)

THIRTIETH: Final = "Thursday, 30 December 2027 at 11:59 pm Eastern Standard Time"


def test_whoever_has_the_application_back_reads_the_one_date_that_counts() -> None:
    walk = walked("application", *UNANSWERED)
    returned = text_of(walk, "returned", "2027-11-30")
    assert f"Please answer by: {THIRTIETH}" in returned
    assert f"Please submit it by: {THIRTIETH}" in text_of(walk, "answer_reminder", "2027-12-16")
    assert "(7 days left)" in text_of(walk, "answer_reminder", "2027-12-23").splitlines()[0]
    assert f"It was to be submitted by: {THIRTIETH}" in text_of(walk, "closed", "2027-12-31")


def test_a_question_asked_while_the_applicant_has_it_names_no_date_behind_the_closing() -> None:
    walk = walked("application", *ASKED_AGAIN)
    assert "Please answer by: Wednesday, 19 January 2028" in text_of(walk, "additional_information", "2027-12-20")
    assert "Please submit it by: Wednesday, 19 January 2028" in text_of(walk, "answer_reminder", "2028-01-05")


def test_the_last_warnings_say_until_when_and_what_it_costs() -> None:
    walk = walked("application")
    warning = text_of(walk, "grace_reminder", "2028-10-30")
    assert warning.startswith("Submit by 31 October 2028, or your application lapses (1 day left)")
    assert "225.00 USD in all" in warning
    assert "until: Tuesday, 31 October 2028 at 11:59 pm" in text_of(walk, "lapsed", "2028-11-01")


VALID: Final = Told("told", "2028-01-29", None, {"valid_until": "2030-12-31"})


@pytest.mark.parametrize(("told", "shown"), [((VALID,), True), ((), False)])
def test_a_renewal_s_new_last_day_is_the_one_that_was_told_for_it(told: tuple[Told, ...], shown: bool) -> None:
    walk = walked("renewal", EXPIRES, Told("submitted", "2028-01-15"), *told, Told("approved", "2028-01-29"))
    text = text_of(walk, "renewal_approved", "2028-01-29")
    assert ("now valid until: 31 December 2030" in text) == shown
    assert ("valid until" in text) == shown
    assert "2027" not in text


@pytest.mark.parametrize(("told", "shown"), [({"valid_until": "2030-11-30"}, True), (None, False)])
def test_a_new_certificate_s_last_day_too(told: dict[str, JsonValue] | None, shown: bool) -> None:
    news = [Told("told", "2027-10-29", None, told)] if told else []
    walk = walked("application", SUBMITTED, *news, Told("approved", "2027-10-30"))
    assert ("valid until: 30 November 2030" in text_of(walk, "approved", "2027-10-30")) == shown


DUE: Final = "Friday, 31 December 2027 at 11:59 pm Eastern Standard Time"


@pytest.mark.parametrize(
    ("notification", "event", "item", "data", "words"),
    [
        ("activity_approved", "activity_approved", "course-1", {}, f"further activities until {DUE}"),
        ("activity_rejected", "activity_rejected", "course-1", {}, f"another one in its place until {DUE}"),
        ("congratulations", "told", None, ENOUGH, f"Submit your renewal by: {DUE}"),
        ("renewal_withdrawn", "withdrawn", None, {}, f"Your certification expires: {DUE}"),
    ],
)
def test_a_date_that_has_gone_by_is_named_to_nobody(
    notification: str, event: str, item: str | None, data: dict[str, JsonValue], words: str
) -> None:
    for on, named in (("2027-11-15", True), ("2028-01-15", False)):
        told = Told(event, on, item, data)
        text = text_of(walked("renewal", EXPIRES, told), notification, on)
        assert (words in text) == named
        assert ("31 December 2027" in text) == named


@pytest.mark.parametrize("notification", ["activity_approved", "congratulations", "renewal_withdrawn"])
def test_a_renewal_whose_last_day_nobody_told_can_still_be_written_to(notification: str) -> None:
    story = {
        "activity_approved": Told("activity_approved", "2027-10-15", "course-1"),
        "congratulations": Told("told", "2027-10-15", None, ENOUGH),
        "renewal_withdrawn": Told("withdrawn", "2027-10-15"),
    }
    assert "until" not in text_of(
        walked("renewal", story[notification], until="2027-10-20"), notification, "2027-10-15"
    )


def test_an_auditor_reads_that_it_is_about_a_finding() -> None:
    assert "An answer to an audit finding has arrived for p1-1" in text_of(
        walked("application", *FINDING_ANSWERED), "audit_answer_arrived", "2027-11-15"
    )
