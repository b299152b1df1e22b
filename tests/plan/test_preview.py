"""One invented applicant's whole journey: what would go, what would not and why, in order of time."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plan.agenda import Agenda, Occurrence
from plan.facts import Fact, Journey
from plan.load import load
from plan.model import Plan, SendWindow
from plan.preview import Invented, everybody, preview
from tests.plan.journeys import CREATED, WINDOWS, Happening, happenings, smooth
from tests.plan.programs import program
from tests.plan.walk import Walk, at
from tests.plan.written import changed, loaded

PLAN = program()
PROGRAMS = Path(__file__).parents[1] / "programs"
SHIPPED = Path(__file__).parents[2] / "programs/cwe/plan.yaml"
START = at("2026-09-01 10:00")


def heard(type: str, when: str, order: int, item: str | None = None, **data: str) -> Fact:  # noqa: A002 — Fact's word
    return Fact(id=f"{type}-{order}", type=type, at=at(when), heard_at=at(when), order=order, item=item, data=data)


def going(*events: Fact, until: datetime | None = None) -> list[tuple[str | None, str, str | None]]:
    found = preview(PLAN, Invented("application", START, events=events, until=until))
    return [(o.key, o.outcome, o.reason) for o in found if o.notification in {"due_reminder", "past_due"}]


def test_what_would_go_is_scheduled_and_what_the_submission_stops_says_so() -> None:
    found = going(heard("submitted", "2026-11-15 10:00", 1))
    reminders = [(outcome, reason) for key, outcome, reason in found if key and key.startswith("due_reminder")]
    assert reminders == [("scheduled", None)] * 2 + [("skipped", "stage_left")] * 3
    warnings = [(outcome, reason) for key, outcome, reason in found if key and key.startswith("past_due")]
    assert set(warnings) == {("skipped", "stage_left")}


def test_without_a_submission_the_warnings_go_in_order_of_time() -> None:
    found = preview(PLAN, Invented("application", START))
    instants = [o.at for o in found if o.at is not None]
    assert instants == sorted(instants)
    assert [o.outcome for o in found if o.notification == "past_due"] == ["scheduled"] * 3
    tail = [o.outcome for o in found]
    assert "not_triggered" not in tail[: tail.index("not_triggered")]
    assert set(tail[tail.index("not_triggered") :]) == {"not_triggered"}


def test_a_preview_stops_where_it_is_told_to_and_still_lists_what_lies_behind() -> None:
    whole = going()
    cut = going(until=at("2026-11-02 12:00"))
    assert [key for key, *_ in cut] == [key for key, *_ in whole]


def test_everybody_is_there_and_the_events_of_the_file_are_heard_when_they_happen() -> None:
    events = (
        heard("document_insufficient", "2026-10-01 10:00", 1, "doc-1"),
        heard("applicant_answered", "2026-10-05 10:00", 2, "doc-1"),
    )
    found = preview(PLAN, Invented("application", START, events=events))
    assert not [o for o in found if o.outcome == "held"]
    clarification = next(o for o in found if o.fact_id == "document_insufficient-1")
    assert (clarification.outcome, clarification.at) == ("scheduled", at("2026-10-01 10:00"))


def test_a_preview_is_the_same_each_time() -> None:
    invented = Invented("application", START, events=(heard("submitted", "2026-11-15 10:00", 1),))
    assert preview(PLAN, invented) == preview(PLAN, invented)


def stepped(plan: Plan, invented: Invented) -> tuple[list[Occurrence], Agenda]:
    """What leaves, and the agenda at its end, when every decision is made by itself and nothing is foreseen."""
    start, process = invented.start, invented.process
    journey = Journey(
        id=f"preview:{plan.program}",
        program=plan.program,
        process=process,
        cycle="1",
        person_id="applicant",
        created_at=start,
        started_at=start,
    )
    walk = Walk(plan, journey, start, list(invented.events), everybody(plan, invented))
    agenda = walk.run(invented.until or start)
    return [occurrence for _, occurrence in walk.log], agenda


def foresees_what_happens(plan: Plan, invented: Invented) -> None:
    gone, agenda = stepped(plan, invented)
    left = {o.key for o in gone}
    found = preview(plan, invented)
    sent = [o._replace(outcome="scheduled") for o in gone]
    assert {o.key: o for o in found if o.key in left} == {o.key: o for o in sent}
    others = {o.key or o.notification: (o.outcome, o.reason) for o in found if o.key not in left}
    assert others == {o.key or o.notification: (o.outcome, o.reason) for o in agenda.occurrences if o.key not in left}


@pytest.mark.parametrize("name", ["ahima", "arrt", "asis", "cfp", "isaca", "isc2", "nremt", "nsca", "pmi"])
def test_a_preview_foresees_what_a_journey_decided_step_by_step_does(name: str) -> None:
    plan = load((PROGRAMS / f"{name}.yaml").read_text(encoding="utf-8"), name)
    assert isinstance(plan, Plan)
    start = at("2026-02-10 10:00")
    for process in plan.processes:
        known = {"birth_date": "1990-03-10"}
        foresees_what_happens(plan, Invented(process, start, known, until=start + timedelta(days=1200)))


def test_a_preview_in_which_a_fact_is_taken_back_foresees_the_same_too() -> None:
    plan = load(SHIPPED.read_text(encoding="utf-8"), SHIPPED.name)
    assert isinstance(plan, Plan)
    events = [
        heard("extension_granted", "2026-04-29 10:00", 1, deadline="due", to="2027-01-22"),
        heard("retracted", "2026-06-09 10:00", 2, id="extension_granted-1"),
        heard("submitted", "2027-01-02 10:00", 3),
    ]
    until = at("2027-09-02 10:00")
    foresees_what_happens(plan, Invented("application", at("2026-02-10 10:00"), events=events, until=until))


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.sampled_from(WINDOWS), happenings())
def test_a_preview_foresees_the_same_whatever_happens_when(window: SendWindow, happened: list[Happening]) -> None:
    way = smooth(window, happened)
    until = CREATED + timedelta(days=450)
    foresees_what_happens(way.plan, Invented("application", CREATED, events=way.facts(), until=until))


def test_a_preview_looks_when_the_moment_of_a_condition_comes_also_while_others_are_scheduled() -> None:
    last_call = "{purpose: reminder, to: applicant, after: due, offsets: [8 hours], lateness: 10 minutes, if: LATE}"
    rule = f"  last_call: {last_call}\n".replace("LATE", "'stage == \"past_due\"'")
    text = changed("notifications:\n", f"notifications:\n{rule}").replace("on: due, lateness: 2 days", "on: grace")
    found = preview(loaded(text), Invented("application", START))
    assert [(o.outcome, o.reason) for o in found if o.notification == "last_call"] == [("scheduled", None)]


def test_a_preview_looks_when_a_passing_has_settled_also_while_others_are_scheduled() -> None:
    hasty = "hasty: {purpose: announcement, to: applicant, before: grace, offsets: [59 days 23 hours], urgent: true}"
    text = changed("notifications:\n", f"notifications:\n  {hasty}\n")
    plan = loaded(text.replace("lateness: 2 days", "urgent: true, while: past_due"))
    events = (heard("submitted", "2027-09-02 03:00", 1),)
    found = preview(plan, Invented("application", START, events=events))
    assert [(o.outcome, o.reason) for o in found if o.notification == "desk_notice"] == [("scheduled", None)]
