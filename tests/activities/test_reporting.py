"""What befalls a person or a program, as journeys decide about it (plan.md 4, 10, 21, 31)."""

from datetime import datetime

import pytest

from activities.shelf import Shelf
from ledger import Ledger, journeys, people, programs, wake_ups
from ledger.people import PersonRow
from tests.activities.given import JOURNEY, PLAN, START, TEMPLATES, Desk, Recorder, ada, after, event, publish
from workflows.wire import journey_id

WELCOME = "welcome#created>applicant"
MONTH = "due_reminder:P30D@2026-12-04>applicant"
CONFIRMED = f"{PLAN}  address_confirmed: {{purpose: confirmation, to: applicant, on: address_changed}}\n"
TEXT = TEMPLATES["welcome.en"]


def owe(ledger: Ledger, cause: str, id_: str) -> None:
    """What a command writes in the transaction of its change."""
    with ledger.write() as conn:
        wake_ups.add(conn, JOURNEY, id_, cause, START)


@pytest.mark.parametrize("cause", ["address_changed", "hold", "released", "merged"])
def test_10_news_of_a_person_are_heard_once_as_a_fact(desk: Desk, ledger: Ledger, cause: str) -> None:
    publish(ledger, CONFIRMED.replace("on: address_changed", f"on: {cause}"), address_confirmed=TEXT)
    desk.decide()
    owe(ledger, cause, "w-1")
    decision = desk.decide(after(1))
    assert [due.key for due in decision.due if "address" in due.key] == ["address_confirmed#w-1>applicant"]
    desk.decide(after(2))
    assert desk.facts().count((cause, "accepted")) == 1


def test_10_a_change_that_is_no_news_only_makes_the_journey_look_again(desk: Desk, ledger: Ledger) -> None:
    desk.decide()
    owe(ledger, "person", "w-1")
    desk.decide(after(1))
    assert desk.facts() == [("created", "accepted")]


def other(ledger: Ledger, cycle: str | None = "1") -> None:
    """Ada was entered twice: as `ada`, and as `ada2`, with a journey of her own or without."""
    with ledger.write() as conn:
        people.set_person(conn, PersonRow(id="ada2", email="ada.e@example.org", name="Ada Again"), "test", START)
        people.set_person(conn, ada().model_copy(update={"merged_into": "ada2"}), "test", START)
        mine = journeys.journey(conn, JOURNEY)
        assert mine is not None
        if cycle is not None:
            there = journey_id("guild", "ada2", "application", cycle)
            journeys.enroll(conn, mine.model_copy(update={"id": there, "person_id": "ada2", "cycle": cycle}))


@pytest.mark.parametrize("cycle", ["1", "2"])
def test_10_the_copy_of_a_merged_person_stops_and_ends(desk: Desk, ledger: Ledger, cycle: str) -> None:
    other(ledger, cycle)
    decision = desk.decide()
    assert (decision.due, decision.end) == ((), True)
    assert desk.states() == {}
    with ledger.read() as conn:
        row = journeys.journey(conn, JOURNEY)
        assert row is not None
        assert row.ended_at is not None


def test_10_a_message_that_waits_is_cancelled_with_the_reason(desk: Desk, ledger: Ledger) -> None:
    desk.decide()
    other(ledger)
    desk.decide(after(hours=1))
    assert (desk.row(WELCOME).state, desk.row(WELCOME).reason) == ("cancelled", "duplicate_journey")


def test_10_what_only_the_merged_person_had_goes_on_to_the_other(desk: Desk, ledger: Ledger) -> None:
    desk.decide()
    other(ledger, cycle=None)
    recorder = Recorder()
    due = desk.decide(after(hours=1)).due[0]
    assert desk.notify(due, recorder, after(hours=1)).result == "sent"
    assert [(to.name, to.email) for to in recorder.given[0].to] == [("Ada Again", "ada.e@example.org")]
    assert "Ada Again" in recorder.given[0].html
    assert desk.row(WELCOME).person_id == "ada2"


def test_31_a_program_that_closes_stops_what_has_not_left(desk: Desk, ledger: Ledger) -> None:
    due = desk.decide().due[0]
    with ledger.write() as conn:
        programs.close(conn, "guild", "test", None, START)
    recorder = Recorder()
    assert desk.notify(due, recorder).result != "sent"
    assert recorder.given == []
    desk.decide(after(hours=1))
    assert (desk.row(WELCOME).state, desk.row(WELCOME).reason) == ("cancelled", "program_closed")
    with ledger.write() as conn:
        programs.reopen(conn, "guild", "test", None, after(hours=2))
    assert [due.key for due in desk.decide(after(hours=3)).due] == [WELCOME]


def test_21_a_rule_that_was_launched_later_speaks_of_nothing_before(desk: Desk, ledger: Ledger) -> None:
    publish(ledger, f"{PLAN}  hello: {{purpose: announcement, to: applicant, on: created}}\n", hello=TEXT)
    launch(ledger, "hello", after(10))
    assert [due.key for due in desk.decide(after(11)).due] == [WELCOME]
    launch(ledger, "hello", START)
    assert [due.key for due in desk.decide(after(11)).due] == ["hello#created>applicant", WELCOME]


def launch(ledger: Ledger, rule: str, since: datetime) -> None:
    with ledger.write() as conn:
        programs.launch(conn, "guild", {rule: since})


def test_a_plan_with_its_launches_stays_one_object(desk: Desk, ledger: Ledger) -> None:
    shelf = Shelf()
    launch(ledger, "welcome", START)
    with ledger.read() as conn:
        first, second = shelf.current(conn, "guild"), shelf.current(conn, "guild")
    assert first is second
    assert first is not None
    assert first.launched == {"welcome": START}
    launch(ledger, "welcome", after(1))
    with ledger.read() as conn:
        third = shelf.current(conn, "guild")
    assert third is not None
    assert third.launched == {"welcome": after(1)}


def test_an_application_cannot_tell_news_of_a_person(desk: Desk) -> None:
    decision = desk.decide(START, event(1, "deceased"))
    assert [(one.verdict, one.reason) for one in decision.judged] == [
        ("refused", "news of a person reach every journey at once: use `waypost person`")
    ]
