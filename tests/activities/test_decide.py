"""The transaction of `decide`: fenced, repeatable, and the ledger equal to what it answers."""

from datetime import timedelta

import pytest
from temporalio.exceptions import ApplicationError

from ledger import Ledger, decisions, facts, journeys, people
from tests.activities.given import JOURNEY, PLAN, START, Desk, Recorder, ada, after, event, publish
from workflows.wire import Event

WELCOME = "welcome#created>applicant"
MONTH = "due_reminder:P30D@2026-12-04>applicant"
WEEK = "due_reminder:P7D@2026-12-04>applicant"


def test_the_first_decision_queues_what_is_due_and_says_when_to_look_again(desk: Desk) -> None:
    decision = desk.decide()
    assert [due.key for due in decision.due] == [WELCOME]
    assert decision.stage == "in_progress"
    assert decision.next_at is not None
    assert decision.next_at > START
    assert decision.due_at == after(60).replace(hour=4, minute=59, second=59) + timedelta(days=1)
    assert desk.states() == {WELCOME: "queued"}


def test_a_decision_says_only_what_has_changed(desk: Desk) -> None:
    first = desk.decide()
    assert first.status
    assert first.upcoming


def test_a_message_in_flight_is_not_named_again(desk: Desk) -> None:
    desk.decide()
    assert desk.decide(in_flight=[WELCOME]).due == ()


def test_what_is_due_is_named_until_it_has_left(desk: Desk) -> None:
    first, second = desk.decide(), desk.decide()
    assert first.due == second.due
    assert desk.notify(second.due[0], Recorder()).result == "sent"
    assert desk.decide().due == ()


def test_a_submission_takes_back_the_reminder_in_the_same_commit(desk: Desk) -> None:
    decision = desk.decide(after(30, hours=4))
    assert MONTH in {due.key for due in decision.due}
    submitted = desk.decide(after(30, hours=5), event(1, "submitted", at=after(30, hours=5)), in_flight=[MONTH])
    assert submitted.stage == "in_review"
    assert submitted.stop == (MONTH,)
    assert desk.row(MONTH).state == "cancelled"
    assert desk.row(MONTH).reason == "stage_left"


def test_a_reminder_already_on_the_wire_is_not_stopped(desk: Desk) -> None:
    decision = desk.decide(after(30, hours=4))
    reminder = next(due for due in decision.due if due.key == MONTH)
    desk.notify(reminder, Recorder(), after(30, hours=4))
    submitted = desk.decide(after(30, hours=5), event(1, "submitted", at=after(30, hours=5)), in_flight=[MONTH])
    assert submitted.stop == ()
    assert desk.row(MONTH).state == "accepted"


def test_an_event_with_an_id_counts_once_and_never_says_two_things(desk: Desk) -> None:
    first = desk.decide(START, event(1, "remark", id_="r-1", score=3), event(2, "remark", id_="r-1", score=3))
    assert [(j.n, j.verdict) for j in first.judged] == [(1, "accepted"), (2, "duplicate")]
    second = desk.decide(START, event(3, "remark", id_="r-1", score=3), event(4, "remark", id_="r-1", score=4))
    assert [(j.n, j.verdict) for j in second.judged] == [(3, "duplicate"), (4, "refused")]


def test_two_events_without_id_are_two_facts(desk: Desk) -> None:
    decision = desk.decide(START, event(1, "remark", score=3), event(2, "remark", score=3))
    assert [judged.verdict for judged in decision.judged] == ["accepted", "accepted"]
    assert len(desk.facts()) == 3


@pytest.mark.parametrize(
    "wrong",
    [event(1, "submited"), event(1, "remark", score="high"), event(1, "remark", colour="red"), event(1, "created")],
    ids=["unknown name", "wrong type", "undeclared field", "reserved name"],
)
def test_an_event_that_the_plan_does_not_allow_is_refused_with_a_reason(desk: Desk, wrong: Event) -> None:
    [judged] = desk.decide(START, wrong).judged
    assert judged.verdict == "refused"
    assert judged.reason
    assert desk.facts() == [("created", "accepted")]


def test_a_text_in_a_raw_signal_is_judged_but_dropped_and_said_so(desk: Desk) -> None:
    [judged] = desk.decide(START, event(1, "remark", note="call Ada at home", score=3)).judged
    assert judged.verdict == "accepted"
    assert "note" in (judged.reason or "")
    assert "home" not in (judged.reason or "")


def test_the_reason_of_a_raw_extension_is_dropped_too(desk: Desk, ledger: Ledger) -> None:
    desk.decide(START, event(1, "extension_granted", id_="x-1", deadline="due", by="30 days", why="Ada is ill"))
    with ledger.read() as conn:
        stored = facts.by_id(conn, JOURNEY, "x-1")
    assert stored is not None
    assert stored.data == {"deadline": "due", "by": "30 days"}


def test_a_wake_decided_again_voids_what_it_had_stored(desk: Desk) -> None:
    desk.decide()
    desk.decide(START, event(1, "remark", id_="r-1", score=3), wake=2, history=30)
    again = desk.decide(START, event(1, "submitted", id_="s-1"), wake=2, history=40)
    assert [judged.verdict for judged in again.judged] == ["accepted"]
    assert desk.facts() == [("created", "accepted"), ("submitted", "accepted")]


def test_the_same_events_decided_again_get_the_same_verdicts(desk: Desk) -> None:
    first = desk.decide(START, event(1, "submitted", id_="s-1"), wake=1, history=10)
    again = desk.decide(START, event(1, "submitted", id_="s-1"), wake=1, history=10)
    assert first.judged == again.judged
    assert first.due == again.due


@pytest.mark.parametrize(("wake", "history"), [(1, 90), (2, 29)], ids=["earlier wake", "shorter history"])
def test_an_overtaken_decision_changes_nothing(desk: Desk, wake: int, history: int) -> None:
    desk.decide()
    desk.decide(START, wake=2, history=30)
    with pytest.raises(ApplicationError):
        desk.decide(START, event(1, "submitted"), wake=wake, history=history)
    assert desk.facts() == [("created", "accepted")]
    assert "submission_confirmation" not in str(desk.states())


def test_a_reset_run_judges_its_events_again_and_repeats_no_message(desk: Desk) -> None:
    first = desk.decide()
    assert desk.notify(first.due[0], Recorder()).result == "sent"
    desk.decide(START, event(1, "remark", score=3))
    desk.decide(START, event(2, "submitted"))
    desk.run_id = "run-after-reset"
    again = desk.decide(START, event(1, "remark", score=3), wake=2, history=8)
    assert desk.facts() == [("created", "accepted"), ("remark", "accepted")]
    assert again.stage == "in_progress"
    assert WELCOME not in {due.key for due in again.due}
    confirmation = next(key for key in desk.states() if key.startswith("submission_confirmation"))
    assert desk.row(confirmation).state == "cancelled"


def test_the_run_before_a_reset_has_no_say_any_more(desk: Desk) -> None:
    desk.decide()
    desk.run_id = "run-after-reset"
    desk.decide(START, wake=1, history=4)
    desk.run_id = "run-1"
    with pytest.raises(ApplicationError):
        desk.decide(START, event(1, "submitted"), wake=2, history=99)


def test_a_cancelled_message_that_is_due_again_keeps_its_id_under_the_next_fence(desk: Desk) -> None:
    first = next(due for due in desk.decide(after(30, hours=4)).due if due.key == MONTH)
    desk.decide(after(30, hours=5), event(1, "submitted", id_="s-1", at=after(30, hours=5)))
    back = desk.decide(after(30, hours=6), event(2, "retracted", at=after(30, hours=6), id="s-1"))
    again = next(due for due in back.due if due.key == MONTH)
    assert again.message_id == first.message_id
    assert again.fence > first.fence


def test_a_person_on_hold_gets_nothing_and_the_attempt_under_way_loses_its_row(desk: Desk, ledger: Ledger) -> None:
    [due] = desk.decide().due
    with ledger.write() as conn:
        people.set_person(conn, ada(on_hold=True), "test", START)
    held = desk.decide(START, in_flight=[WELCOME])
    assert held.stop == (WELCOME,)
    assert held.due == ()
    assert held.held > 0
    assert "on hold" in held.flags
    assert held.next_at is not None
    assert held.next_at <= START + timedelta(days=1)
    assert desk.notify(due, Recorder()).result == "given_back"


def test_every_message_that_will_not_come_has_its_reason(desk: Desk, ledger: Ledger) -> None:
    desk.decide(after(58, hours=1))
    with ledger.read() as conn:
        reasons = {row.key: (row.outcome, row.reason) for row in decisions.decisions(conn, JOURNEY)}
    assert reasons[MONTH] == ("skipped", "too_late")
    assert reasons[WEEK] == ("skipped", "too_late")


def test_the_plan_pointer_is_read_every_time(desk: Desk, ledger: Ledger) -> None:
    first = desk.decide()
    publish(ledger, PLAN.replace("30 days, 7 days", "20 days"))
    second = desk.decide()
    assert first.plan_version != second.plan_version


def test_a_program_without_a_plan_is_a_problem_and_no_failure(desk: Desk, ledger: Ledger) -> None:
    publish(ledger, PLAN.replace("  application:", "  recertification:"))
    decision = desk.decide()
    assert "application" in decision.problems[0]
    assert decision.next_at is not None


def test_a_journey_that_nobody_enrolled_is_a_problem_and_no_failure(ledger: Ledger) -> None:
    decision = Desk(ledger).decide()
    assert "not in the ledger" in decision.problems[0]


def test_a_journey_ends_after_its_linger_and_the_ledger_knows(desk: Desk, ledger: Ledger) -> None:
    for due in desk.decide(START, event(1, "withdrawn")).due:
        desk.notify(due, Recorder())
    assert not desk.decide(after(hours=23)).end
    assert desk.decide(after(2)).end
    with ledger.read() as conn:
        row = journeys.journey(conn, JOURNEY)
    assert row is not None
    assert row.ended_at == after(2)


def test_a_newer_kernel_asks_the_journey_to_continue_as_new(desk: Desk) -> None:
    assert not desk.decide(kernel=1).renew
    assert desk.decide(kernel=0).renew


def test_nothing_that_is_recorded_names_anybody(desk: Desk) -> None:
    recorded = desk.decide(START, event(1, "remark", note="private words", score=3)).model_dump_json()
    for secret in ("Ada", "example.org", "private"):
        assert secret not in recorded
