"""What befalls a person, or the whole program, reaches every journey (plan.md 10, 31)."""

import pytest

from plan.events import judge
from plan.facts import Person
from plan.model import EvenIf, Rule
from tests.plan.programs import DUE_REMINDER, RULES, minimal, program
from tests.plan.walk import PEOPLE, Walk, at, begin, find, local, outcome
from tests.plan.written import TEXT, changed, loaded, problems

OTHER = "journey:cwe:p2:application:1"
REMINDER = DUE_REMINDER.model_copy(update={"while_": None})


def merged(way: Walk) -> Walk:
    """The applicant p1 was found to be p2."""
    way.people = PEOPLE.model_copy(update={"people": {**PEOPLE.people, "p1": Person(id="p2", address_digest="a9")}})
    return way


def test_10_the_copy_of_somebody_who_was_merged_stops_and_ends() -> None:
    way = begin(program(), "2026-09-01 10:00")
    way.run(at("2026-10-03"))
    before = way.gone()
    way.journey = way.journey.model_copy(update={"duplicate_of": OTHER})
    merged(way).tell("submitted", at("2026-10-04 10:00"))
    agenda = way.run(at("2026-12-31"))
    assert way.gone() == before
    assert outcome(agenda, "due_reminder:P60D") == ("skipped", "duplicate_journey")
    assert find(agenda, "due_reminder:P60D").detail == f"{OTHER} goes on in its place"
    assert outcome(agenda, "due_reminder:P90D") == ("sent",)
    assert (agenda.ends, agenda.next_at) == (True, None)


def test_10_the_copy_waits_for_what_is_on_its_way_and_starts_nothing() -> None:
    way = begin(program(), "2026-09-01 10:00")
    way.mark("welcome#created>applicant", "on_wire")
    way.journey = way.journey.model_copy(update={"duplicate_of": OTHER})
    assert not way.agenda().ends
    way.mark("welcome#created>applicant", "sent")
    assert way.agenda().ends


def test_10_a_merge_that_was_an_error_is_taken_back() -> None:
    way = begin(program(), "2026-09-01 10:00")
    way.wake()
    way.journey = way.journey.model_copy(update={"duplicate_of": OTHER})
    assert way.agenda(at("2026-09-20")).ends
    way.journey = way.journey.model_copy(update={"duplicate_of": None})
    way.run(at("2026-10-03"))
    assert way.gone()[-1] == "due_reminder:P90D@2026-12-31>applicant"


def test_10_what_only_one_of_them_had_goes_on_to_the_other() -> None:
    way = merged(begin(minimal(REMINDER), "2026-09-01 10:00"))
    way.run(at("2026-10-03"))
    [(_, sent)] = way.log
    assert (sent.key, sent.person_id) == ("due_reminder:P90D@2026-12-31>applicant", "p2")


CLOSING = (
    Rule(name="refunded", purpose="announcement", to=("applicant",), on="refunded", even_if=("program_closed",)),
    *RULES,
)


def closed(way: Walk, closed: bool, reopened: str | None = None) -> None:
    update = {"program_closed": closed, "program_reopened_at": at(reopened) if reopened else None}
    way.journey = way.journey.model_copy(update=update)


def test_31_a_closed_program_says_nothing_but_what_goes_on_all_the_same() -> None:
    way = begin(program(CLOSING), "2026-09-01 10:00")
    way.wake()
    before = way.gone()
    closed(way, True)
    way.tell("submitted", at("2026-09-20 10:00"))
    way.tell("refunded", at("2026-09-21 10:00"))
    agenda = way.run(at("2027-02-01"))
    assert way.gone() == [*before, "refunded#f1>applicant"]
    assert outcome(agenda, "submission#f0") == ("skipped", "program_closed")
    assert agenda.stage == "in_review"


@pytest.mark.parametrize(
    ("even_if", "sent"), [((), False), (("withdrawn", "on_hold"), False), (("program_closed",), True)]
)
def test_31_only_the_word_for_it_goes_on_in_a_closed_program(even_if: tuple[EvenIf, ...], sent: bool) -> None:
    way = begin(minimal(REMINDER.model_copy(update={"even_if": even_if})), "2026-09-01 10:00")
    closed(way, True)
    way.run(at("2026-10-03"))
    assert bool(way.gone()) == sent


def test_31_a_program_that_opens_again_sends_the_latest_of_each_rule_and_no_burst() -> None:
    asking = Rule(name="news", purpose="announcement", to=("applicant",), on="touched")
    way = begin(minimal(REMINDER, asking), "2026-09-01 10:00")
    closed(way, True)
    for day in range(2, 8):
        way.tell("touched", at(f"2026-10-0{day} 10:00"))
    way.run(at("2026-10-20"))
    closed(way, False, reopened="2026-10-20 10:00")
    way.now = at("2026-10-20 10:00")
    agenda = way.run(at("2026-10-21"))
    assert way.gone() == ["news#f5>applicant"]
    assert outcome(agenda, "news#f4") == ("skipped", "already_past", "hold_released")
    assert outcome(agenda, "due_reminder:P90D") == ("skipped", "too_late")


LEAVE = TEXT.replace(
    "      grace: {after: due, plus: 60 days}\n",
    "      grace: {after: due, plus: 60 days}\n"
    "      leave: {after: hold, plus: 1 year, until: released, pauses: due}\n",
)


def test_31_a_hold_stops_the_clock_of_a_plan_that_says_so() -> None:
    way = begin(loaded(LEAVE), "2026-09-01 10:00")
    way.tell("hold", at("2026-10-01 10:00"))
    way.tell("released", at("2026-11-10 10:00"))
    due = {c.name: (local(c.at)[:10], c.paused_days) for c in way.agenda(at("2026-10-15")).clocks}["due"]
    assert due == ("2028-08-31", 335)
    due = {c.name: (local(c.at)[:10], c.paused_days) for c in way.agenda(at("2026-11-11")).clocks}["due"]
    assert due == ("2027-10-11", None)  # forty days later


@pytest.mark.parametrize("name", ["address_changed", "hold", "released", "deceased", "merged"])
def test_04_news_of_a_person_lead_on_and_set_rules_off_without_being_declared(name: str) -> None:
    text = TEXT.replace("anywhere: {withdrawn: withdrawn}", f"anywhere: {{withdrawn: withdrawn, {name}: put_aside}}")
    plan = loaded(
        f"{text}".replace("on: created}", f"on: created}}\n  heard: {{purpose: request, to: desk, on: {name}}}")
    )
    assert name not in plan.events
    way = begin(plan, "2026-09-01 10:00")
    way.tell(name, at("2026-09-02 10:00"))
    agenda = way.run(at("2026-09-03"))
    assert agenda.stage == "put_aside"
    assert "heard#f0>desk" in way.gone()


@pytest.mark.parametrize("name", ["address_changed", "hold", "released", "deceased", "merged"])
def test_04_news_of_a_person_are_declared_and_told_by_nobody(name: str) -> None:
    [found] = problems(changed("events:\n", f"events:\n  {name}: {{by: applicant}}\n"))
    assert found.endswith(f"`{name}` is an event of Waypost's own: use it without declaring it")
    instant = at("2026-09-01 10:00")
    way = begin(loaded(TEXT), "2026-09-01 10:00")
    said = judge(way.plan, way.journey, name, instant, instant, None, None, {})
    assert said == "news of a person reach every journey at once: use `waypost person`"
