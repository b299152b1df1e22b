"""The shipped program's journeys: what each person gets on which day, and what the texts say on that day.

The dates were worked out by hand from the plan and a calendar. Everything happens at noon in New York.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from pydantic import JsonValue

from mail.render import Letterhead, Rendered, render
from mail.template import Template, parse
from plan.agenda import Occurrence
from plan.decide import decide
from plan.load import load
from plan.merge import fields
from plan.model import Plan
from tests.plan.walk import Walk, at, begin, local
from tests.programs.published import Told

CWE: Final = Path(__file__).parents[2] / "programs/cwe"
LETTERHEAD: Final = Letterhead(
    program_title="Certified Widget Engineer",
    sender_name="CWE Certification",
    help_address="help@example.org",
    footer=("You have an application with the program.",),
)
EXPIRES: Final = Told("told", "2027-09-01", None, {"expires_on": "2027-12-31"})
ENOUGH: Final[dict[str, JsonValue]] = {"credits": {"earned": 40, "required": 40}}


def shipped() -> Plan:
    plan = load((CWE / "plan.yaml").read_text(encoding="utf-8"), "plan.yaml")
    assert isinstance(plan, Plan), "\n".join(map(str, plan))
    return plan


PLAN: Final = shipped()


def walked(process: str, *told: Told, until: str = "2029-06-01") -> Walk:
    """A journey that began on 1 September 2027, lived to its end."""
    walk = begin(PLAN, "2027-09-01 12:00", process=process)
    for one in told:
        walk.tell(one.type, at(f"{one.on} 12:00"), item=one.item, said=one.data)
    walk.run(at(until))
    return walk


def said(walk: Walk, now: datetime, occurrence: Occurrence) -> Rendered:
    """The message as it left."""
    facts = [fact for fact in walk.known if fact.heard_at <= now]
    agenda = decide(PLAN, walk.journey, facts, walk.people, [], now)
    person = walk.people.people["p1"]
    values = fields(PLAN, walk.journey, facts, agenda, occurrence, person, now, {}, "Rosa Aldana")
    file = f"{PLAN.template_of(occurrence.notification)}.en.html"
    template = parse((CWE / "templates" / file).read_text(encoding="utf-8"), file)
    assert isinstance(template, Template), str(template)
    found = render(template, values, LETTERHEAD)
    assert isinstance(found, Rendered), (file, found)
    return found


def text_of(walk: Walk, notification: str, on: str) -> str:
    """Subject and words of the one message of a notification that left on a day."""
    [found] = [
        said(walk, now, occurrence)
        for now, occurrence in walk.log
        if occurrence.notification == notification and local(now).startswith(on)
    ]
    return f"{found.subject}\n{' '.join(found.text.split())}"


def gone(walk: Walk, since: str) -> list[str]:
    """`day notification`, and to whom if not the applicant, of all that left from a day on; every one can be read."""
    for now, occurrence in walk.log:
        said(walk, now, occurrence)
    lines = [f"{local(now)[:10]} {o.notification}{'' if o.to == 'applicant' else f' to {o.to}'}" for now, o in walk.log]
    return [line for line in lines if line >= since]


class Case(NamedTuple):
    """A story, and what leaves from its `since` on."""

    process: str
    story: Sequence[Told]
    since: str
    leaves: Sequence[str]


SUBMITTED: Final = Told("submitted", "2027-10-15")
UNANSWERED: Final = (
    SUBMITTED,
    Told("document_insufficient", "2027-10-20", "diploma"),
    Told("document_insufficient", "2027-10-27", "passport"),
    Told("returned", "2027-11-30"),
)
AUDITED: Final = (
    SUBMITTED,
    Told("audit_selected", "2027-10-16", "audit-1", {"auditor": "rev2"}),
    Told("audit_finding", "2027-10-20", "audit-1"),
)

CASES: Final = {
    "a returned application whose questions are overdue has days of its own, is reminded, and only then closed": Case(
        "application",
        UNANSWERED,
        "2027-11-26",
        [
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
        "2027-11-26",
        ["2027-11-30 returned", "2027-12-16 answer_reminder", "2027-12-20 submission_confirmation"],
    ),
    "a further question to whoever has the application moves its closing behind the answer's date": Case(
        "application",
        (SUBMITTED, Told("returned", "2027-11-30"), Told("information_requested", "2027-12-20", "question-1")),
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
        (
            *AUDITED,
            Told("approved", "2027-11-02"),
            Told("applicant_answered", "2027-11-15", "audit-1"),
        ),
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


THIRTIETH: Final = "Thursday, 30 December 2027 at 11:59 pm Eastern Standard Time"


def test_whoever_has_the_application_back_reads_the_one_date_that_counts() -> None:
    walk = walked("application", *UNANSWERED)
    returned = text_of(walk, "returned", "2027-11-30")
    assert f"Please answer by: {THIRTIETH}" in returned
    assert f"Please submit it by: {THIRTIETH}" in text_of(walk, "answer_reminder", "2027-12-16")
    assert "(7 days left)" in text_of(walk, "answer_reminder", "2027-12-23").splitlines()[0]
    assert f"It was to be submitted by: {THIRTIETH}" in text_of(walk, "closed", "2027-12-31")


def test_a_question_asked_while_the_applicant_has_it_names_no_date_behind_the_closing() -> None:
    asked = CASES["a further question to whoever has the application moves its closing behind the answer's date"]
    walk = walked(asked.process, *asked.story)
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
    story = CASES["an auditor's finding is reminded of after the approval, and the answer goes to the auditor"].story
    assert "An answer to an audit finding has arrived for p1-1" in text_of(
        walked("application", *story), "audit_answer_arrived", "2027-11-15"
    )
