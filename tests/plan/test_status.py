"""What the engine's own pages say about a journey: short, and without names."""

from plan.model import Deadline, Rule
from plan.status import LINE, SENTENCE, sentence, upcoming
from tests.plan.programs import ANSWER_DUE, RULES, minimal, periods, program
from tests.plan.walk import Walk, at, begin


def said(way: Walk) -> str:
    return sentence(way.plan, way.agenda(), way.now)


def lines(way: Walk) -> tuple[str, ...]:
    return upcoming(way.plan, way.agenda())


def test_the_sentence_tells_stage_pressing_deadline_and_what_is_held() -> None:
    way = begin(program(), "2026-09-01 10:00")
    way.wake()
    assert said(way) == "in_progress since 2026-09-01; due 2026-12-31 23:59 EST, 121 days left"
    way.tell("document_insufficient", at("2026-09-02 10:00"), item="doc-1")
    way.tell("applicant_answered", at("2026-09-03 10:00"), item="doc-1")
    way.tell("document_insufficient", at("2026-09-04 10:00"), item="doc-1")
    way.run(at("2026-10-03 10:00"))
    assert said(way) == (
        "in_progress since 2026-09-01; response of doc-1 2026-10-04 23:59 EDT, 1 day left; 1 held; needs attention"
    )


def test_the_sentence_of_a_final_stage_names_no_deadline() -> None:
    way = begin(program(), "2026-09-01 10:00")
    way.tell("submitted", at("2026-09-02 10:00"))
    way.tell("denied", at("2026-09-03 10:00"))
    way.run(at("2026-09-04"))
    assert said(way) == "denied since 2026-09-03"
    way.run(at("2027-01-01"))
    assert said(way) == "ended: denied since 2026-09-03"


def test_the_sentence_names_a_deadline_without_a_date() -> None:
    way = begin(minimal(deadline=Deadline(name="due", told="expires_on")), "2026-09-01 10:00")
    assert said(way) == "open since 2026-09-01; due without a date; needs attention"


def test_the_next_five_actions_are_lines_in_order_of_time() -> None:
    way = begin(program(), "2026-11-15 10:00")
    assert lines(way) == (
        "now · new_application · on created → certification_desk",
        "now · welcome · on created",
        "2026-12-01 08:00 EST · due_reminder · 30 days before due",
        "2026-12-24 08:00 EST · due_reminder · 7 days before due",
        "2026-12-30 08:00 EST · due_reminder · 1 day before due",
    )


def test_a_line_tells_what_holds_a_message_and_the_items_it_is_about() -> None:
    rules = [
        ANSWER_DUE,
        *(r for r in RULES if r.name == "answer_arrived"),
        Rule(name="moved", purpose="announcement", to=("applicant",), moved="due"),
        Rule(
            name="nudge", purpose="announcement", to=("applicant",), on="submitted", offsets=periods("1 month 2 hours")
        ),
    ]
    way = begin(program(rules), "2026-09-01 10:00")
    for item in ("doc-1", "doc-2", "doc-3"):
        way.tell("document_insufficient", at("2026-09-02 10:00"), item=item)
    way.tell("applicant_answered", at("2026-09-02 11:00"), item="doc-3")
    way.tell("extension_granted", at("2026-09-02 21:00"), deadline="due", to="2027-01-31")
    way.tell("submitted", at("2026-09-02 21:10"))
    way.now = at("2026-09-02 21:30")
    assert lines(way) == (
        "held, no_recipient · answer_arrived · on applicant_answered · doc-3 → reviewer",
        "2026-09-03 08:00 EDT · moved · due moved",
        "2026-09-18 08:00 EDT · answer_due · 14 days before response · doc-1, doc-2",
        "2026-09-29 08:00 EDT · answer_due · 3 days before response · doc-1, doc-2",
        "2026-10-03 08:00 EDT · nudge · 1 month 2 hours after submitted",
    )


def test_nothing_grows_too_long() -> None:
    long = "n" * 70
    rule = Rule(name=long, purpose="announcement", to=("reviewer",), on="submitted")
    way = begin(minimal(rule, deadline=Deadline(name=long, told=long)), "2026-09-01 10:00")
    way.tell("submitted", at("2026-09-02 10:00"), fact_id="f" * 64)
    way.now = at("2026-09-02 10:00")
    assert [len(line) for line in lines(way)] == [LINE]
    way.known.clear()
    assert len(said(way)) <= SENTENCE


def test_a_clock_that_leads_nowhere_is_no_deadline_to_anybody() -> None:
    plan = program()
    opened = Deadline(name="opened", after=("created",))
    processes = {
        name: process.model_copy(update={"deadlines": {**process.deadlines, "opened": opened}})
        for name, process in plan.processes.items()
    }
    way = begin(plan.model_copy(update={"processes": processes}), "2026-09-01 10:00")
    assert said(way) == "in_progress since 2026-09-01; due 2026-12-31 23:59 EST, 121 days left"
