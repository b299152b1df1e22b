"""The shipped program's journeys: what each person gets on which day, worked out by hand with a calendar."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import pytest

from tests.programs.published import Told
from tests.programs.shipped import (
    ASKED_AGAIN,
    AUDITED,
    ENOUGH,
    EXPIRES,
    FINDING_ANSWERED,
    SUBMITTED,
    UNANSWERED,
    gone,
    walked,
)


class Case(NamedTuple):
    """A story, and what leaves from its `since` on."""

    process: str
    story: Sequence[Told]
    since: str
    leaves: Sequence[str]


CASES: Final = {
    "a returned application whose questions are overdue has days of its own, is reminded, and only then closed": Case(
        "application",
        UNANSWERED,
        "2027-11-26",
        [
            "2027-11-27 desk_unanswered_notice to certification_desk",
            "2027-11-30 returned",
            "2027-12-16 answer_reminder",
            "2027-12-23 answer_reminder",
            "2027-12-29 answer_reminder",
            "2027-12-31 closed",
        ],
    ),
    "a returned application that is submitted again is reminded of nothing": Case(
        "application",
        (*UNANSWERED, Told("submitted", "2027-12-20")),
        "2027-11-28",
        ["2027-11-30 returned", "2027-12-16 answer_reminder", "2027-12-20 submission_confirmation"],
    ),
    "a further question to whoever has the application moves its closing behind the answer's date": Case(
        "application",
        ASKED_AGAIN,
        "2027-11-26",
        [
            "2027-11-30 returned",
            "2027-12-16 answer_reminder",
            "2027-12-20 additional_information",
            "2028-01-05 answer_reminder",
            "2028-01-12 answer_reminder",
            "2028-01-18 answer_reminder",
            "2028-01-20 closed",
        ],
    ),
    "the last document answered hands a returned application back too": Case(
        "application",
        (
            SUBMITTED,
            Told("document_insufficient", "2027-11-30", "diploma"),
            Told("returned", "2027-11-30"),
            Told("applicant_answered", "2027-12-10", "diploma"),
        ),
        "2027-11-26",
        [
            "2027-11-30 clarification",
            "2027-11-30 returned",
            "2027-12-10 answer_arrived to certification_desk",
        ],
    ),
    "a finding that nobody answered closes no returned application at once": Case(
        "application",
        (*AUDITED, Told("returned", "2027-11-30"), Told("submitted", "2027-12-10")),
        "2027-11-19",
        ["2027-11-30 returned", "2027-12-10 submission_confirmation"],
    ),
    "whoever lets the grace period go by is warned shortly before its end, and told what happened then": Case(
        "application",
        (),
        "2028-08-31",
        [
            "2028-08-31 due_reminder",
            "2028-09-02 desk_past_due_notice to certification_desk",
            "2028-09-02 past_due",
            "2028-09-15 past_due",
            "2028-10-01 past_due",
            "2028-10-24 grace_reminder",
            "2028-10-30 grace_reminder",
            "2028-11-01 lapsed",
        ],
    ),
    "a denial is told": Case(
        "application", (SUBMITTED, Told("denied", "2027-11-02")), "2027-10-16", ["2027-11-02 denied"]
    ),
    "questions are not reminded of after the approval": Case(
        "application",
        (
            SUBMITTED,
            Told("document_insufficient", "2027-12-03", "diploma"),
            Told("approved", "2027-12-20"),
        ),
        "2027-12-01",
        ["2027-12-03 clarification", "2027-12-19 clarification_reminder", "2027-12-20 approved"],
    ),
    "nor after the denial, neither they nor findings": Case(
        "application",
        (
            *AUDITED,
            Told("document_insufficient", "2027-10-20", "diploma"),
            Told("denied", "2027-11-02"),
        ),
        "2027-10-19",
        ["2027-10-20 audit_finding", "2027-10-20 clarification", "2027-11-02 denied"],
    ),
    "an auditor's finding is reminded of after the approval, and the answer goes to the auditor": Case(
        "application",
        FINDING_ANSWERED,
        "2027-10-19",
        [
            "2027-10-20 audit_finding",
            "2027-11-02 approved",
            "2027-11-05 finding_reminder",
            "2027-11-12 finding_reminder",
            "2027-11-15 audit_answer_arrived to auditor.rev2",
        ],
    ),
    "answers about documents and inquiries go to the reviewer": Case(
        "application",
        (
            SUBMITTED,
            Told("reviewer_assigned", "2027-10-16", None, {"reviewer": "rev1"}),
            Told("document_insufficient", "2027-10-20", "diploma"),
            Told("applicant_answered", "2027-10-21", "diploma"),
            Told("information_requested", "2027-10-22", "question-1"),
            Told("applicant_answered", "2027-10-23", "question-1"),
        ),
        "2027-10-21",
        [
            "2027-10-21 answer_arrived to reviewer.rev1",
            "2027-10-22 additional_information",
            "2027-10-23 answer_arrived to reviewer.rev1",
        ],
    ),
    "an activity that was begun is asked about after 14, 28 and 42 days": Case(
        "application",
        (Told("activity_begun", "2027-10-05", "course-1"), Told("withdrawn", "2027-11-28")),
        "2027-10-02",
        [
            "2027-10-19 inactivity",
            "2027-11-02 inactivity",
            "2027-11-16 inactivity",
            "2027-11-28 withdrawn_confirmation",
        ],
    ),
    "one that was removed is not asked about again": Case(
        "application",
        (
            Told("activity_begun", "2027-10-05", "course-1"),
            Told("activity_dropped", "2027-10-25", "course-1"),
            Told("withdrawn", "2027-12-31"),
        ),
        "2027-10-02",
        ["2027-10-19 inactivity", "2027-11-30 in_progress_prompt", "2027-12-31 withdrawn_confirmation"],
    ),
    "none is asked about once the application was submitted": Case(
        "application", (Told("activity_begun", "2027-10-05", "course-1"), SUBMITTED), "2027-10-16", []
    ),
    "nor once it was withdrawn": Case(
        "application",
        (Told("activity_begun", "2027-10-05", "course-1"), Told("withdrawn", "2027-10-15")),
        "2027-10-02",
        ["2027-10-15 withdrawn_confirmation"],
    ),
    "a new last day is no new due date of a renewal that is decided": Case(
        "renewal",
        (
            EXPIRES,
            Told("submitted", "2027-10-15"),
            Told("approved", "2027-10-29"),
            Told("told", "2027-10-30", None, {"expires_on": "2030-12-31"}),
        ),
        "2027-10-03",
        ["2027-10-15 submission_confirmation", "2027-10-29 renewal_approved"],
    ),
    "it is one while the renewal is open": Case(
        "renewal",
        (
            EXPIRES,
            Told("told", "2027-10-30", None, {"expires_on": "2028-01-31"}),
            Told("submitted", "2027-10-31"),
        ),
        "2027-10-03",
        ["2027-10-30 deadline_changed", "2027-10-31 submission_confirmation"],
    ),
    "an activity that was returned is the applicant's again": Case(
        "renewal",
        (
            EXPIRES,
            Told("activity_submitted", "2027-10-04", "talk"),
            Told("activity_returned", "2027-10-08", "talk"),
            Told("activity_submitted", "2027-10-10", "talk"),
            Told("withdrawn", "2027-10-12"),
        ),
        "2027-10-03",
        ["2027-10-08 activity_returned", "2027-10-12 renewal_withdrawn"],
    ),
    "a renewal that is withdrawn is over": Case(
        "renewal",
        (EXPIRES, Told("withdrawn", "2027-10-15")),
        "2027-10-03",
        ["2027-10-15 renewal_withdrawn"],
    ),
    "a renewal hears nothing that is said of applications": Case(
        "renewal",
        (
            EXPIRES,
            Told("submitted", "2027-10-15"),
            *(Told(name, "2027-10-20") for name in ("returned", "denied")),
            *(Told(name, "2027-10-20", "x") for name in ("document_insufficient", "information_requested")),
        ),
        "2027-10-16",
        [],
    ),
    "enough credits are celebrated as long as the renewal is still to be submitted": Case(
        "renewal",
        (EXPIRES, Told("told", "2027-10-15", None, ENOUGH), Told("submitted", "2027-10-16")),
        "2027-10-03",
        ["2027-10-15 congratulations", "2027-10-16 submission_confirmation"],
    ),
    "also late": Case(
        "renewal",
        (EXPIRES, Told("told", "2028-01-05", None, ENOUGH), Told("submitted", "2028-01-06")),
        "2028-01-02",
        ["2028-01-05 congratulations", "2028-01-06 submission_confirmation"],
    ),
    "and nobody is told to submit what they have submitted": Case(
        "renewal",
        (EXPIRES, Told("submitted", "2027-10-15"), Told("told", "2027-10-16", None, ENOUGH)),
        "2027-10-03",
        ["2027-10-15 submission_confirmation"],
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_journey(case: Case) -> None:
    assert gone(walked(case.process, *case.story), case.since) == list(case.leaves)
