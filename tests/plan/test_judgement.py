"""What is settled about one occurrence: the ledger's word, lateness, holds (plan.md 17, 24, 26, 31)."""

from collections.abc import Callable

import pytest

from plan.facts import People, Person
from plan.model import Deadline, Rule
from tests.plan.programs import DUE_REMINDER, RULES, minimal, periods, program
from tests.plan.walk import PEOPLE, State, Walk, at, begin, find, local, outcome

PLAN = program()
KEY = "due_reminder:P90D@2026-12-31>applicant"
LEAVES = "2026-10-02 08:00"


def somebody(**what: bool | str | None) -> People:
    """The directory, with the applicant changed."""
    applicant = PEOPLE.people["p1"].model_copy(update=what)
    return PEOPLE.model_copy(update={"people": {**PEOPLE.people, "p1": applicant}})


def at_ninety_days() -> Walk:
    way = begin(PLAN, "2026-09-01 10:00")
    way.wake()
    way.now = at(LEAVES)
    return way


@pytest.mark.parametrize(
    ("state", "reason", "expected"),
    [
        ("sent", None, ("sent",)),
        ("on_wire", None, ("sent",)),
        ("unknown", "timeout", ("unknown", "timeout")),
        ("failed", "invalid_recipient", ("failed", "invalid_recipient")),
        ("open", None, ("ready",)),
        ("held", "template_error", ("held", "template_error")),
        ("held", "channel_down", ("held", "channel_down")),
        ("held", "channel_busy", ("held", "channel_busy")),
        ("held", "address_not_allowed", ("held", "address_not_allowed")),
        ("held", "quiet_hours", ("ready",)),
        ("held", "no_address", ("ready",)),
    ],
)
def test_the_ledgers_word_about_a_key(state: State, reason: str | None, expected: tuple[str, ...]) -> None:
    way = at_ninety_days()
    way.mark(KEY, state, reason=reason)
    assert outcome(way.agenda(), KEY) == expected


def test_a_message_on_the_wire_keeps_the_journey_open() -> None:
    way = begin(PLAN, "2026-09-01 10:00")
    way.tell("submitted", at("2026-09-02 10:00"))
    way.tell("denied", at("2026-09-03 10:00"))
    assert way.run(at("2026-12-03")).ends
    way.mark("welcome#created>applicant", "on_wire")
    agenda = way.agenda()
    assert (agenda.ends, find(agenda, "welcome").detail) == (False, "handed over; the answer is not in yet")


def test_a_message_given_back_is_no_longer_held_once_nothing_calls_for_it() -> None:
    way = at_ninety_days()
    way.mark(KEY, "held", reason="template_error")
    way.tell("submitted", at("2026-10-02 09:00"))
    assert outcome(way.agenda(at("2026-10-02 09:00")), KEY) == ("skipped", "stage_left")


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        (somebody(deceased=True), ("skipped", "deceased")),
        (somebody(on_hold=True), ("held", "on_hold")),
        (somebody(address_digest=None), ("held", "no_address")),
        (People(), ("held", "no_address")),
        (PEOPLE, ("ready",)),
    ],
)
def test_31_what_holds_a_person_back(people: People, expected: tuple[str, ...]) -> None:
    way = at_ninety_days()
    way.people = people
    agenda = way.agenda()
    assert outcome(agenda, KEY) == expected
    held = expected[0] == "held"
    assert not held or (agenda.next_at is not None and agenda.next_at <= at("2026-10-03 08:00"))


def test_31_nothing_is_sent_to_anybody_once_the_applicant_is_deceased() -> None:
    way = begin(PLAN, "2026-09-01 10:00")
    way.people = somebody(deceased=True)
    way.tell("payment_received", at("2026-09-02 10:00"), payer="payer1")
    way.run(at("2027-06-01"))
    assert not way.log


def test_31_a_deceased_payer_is_not_written_to() -> None:
    way = begin(PLAN, "2026-09-01 10:00")
    way.people = People(people={**PEOPLE.people, "payer1": Person(id="payer1", deceased=True)})
    way.tell("payment_received", at("2026-09-02 10:00"), payer="payer1")
    assert outcome(way.run(at("2026-09-03")), "receipt") == ("skipped", "deceased")


def test_31_on_release_what_is_still_inside_its_lateness_goes_out() -> None:
    for released, expected in (("2026-10-02 19:00", ("sent",)), ("2026-10-04 12:00", ("skipped", "too_late"))):
        way = at_ninety_days()
        way.people = somebody(on_hold=True)
        way.run(at(released))
        way.people = PEOPLE
        way.wake()
        assert outcome(way.agenda(), KEY) == expected


def late(purpose: str, lateness: str | None = None) -> Rule:
    return DUE_REMINDER.model_copy(
        update={"purpose": purpose, "lateness": periods(lateness)[0] if lateness else None, "while_": None}
    )


@pytest.mark.parametrize(
    ("rule", "woken", "expected"),
    [
        (late("reminder"), "2026-10-03 08:00:00", "ready"),
        (late("reminder"), "2026-10-03 08:00:01", "too_late"),
        (late("reminder", "3 days"), "2026-10-05 08:00:00", "ready"),
        (late("reminder", "4 hours"), "2026-10-02 12:00:01", "too_late"),
        (late("reminder", "60 days"), "2026-10-31 19:59:59", "ready"),
        (late("reminder", "60 days"), "2026-11-01 08:00:00", "too_late"),
        (late("announcement"), "2026-10-20 12:00:00", "ready"),
        (late("announcement", "2 days"), "2026-10-20 12:00:00", "too_late"),
        (late("request"), "2026-10-20 12:00:00", "ready"),
    ],
)
def test_26_reminders_have_a_maximum_lateness_and_the_rest_only_if_the_rule_says_so(
    rule: Rule, woken: str, expected: str
) -> None:
    way = begin(minimal(rule), "2026-09-01 10:00")
    found = find(way.agenda(at(woken)), "due_reminder:P90D")
    assert (found.reason or found.outcome) == expected


def test_26_a_reminder_before_a_deadline_never_goes_after_it() -> None:
    rule = late("reminder", "20 days")
    way = begin(minimal(rule), "2026-12-20 10:00")
    found = find(way.agenda(at("2026-12-31 19:00")), "due_reminder:P1D")
    assert (found.outcome, found.not_after) == ("ready", at("2026-12-31 23:59:59"))
    assert outcome(way.agenda(at("2027-01-01 09:00")), "due_reminder:P1D") == ("skipped", "too_late")


def test_26_waiting_for_the_window_is_no_lateness() -> None:
    way = begin(minimal(late("reminder", "2 hours")), "2026-09-01 10:00")
    found = find(way.agenda(), "due_reminder:P90D")
    assert (local(found.leave_at), local(found.not_after)) == (LEAVES, "2026-10-02 10:00")


def settling(offset: str) -> Callable[[str], tuple[str, ...]]:
    rule = Rule(
        name="past_due", purpose="reminder", to=("applicant",), after="due", offsets=periods(offset), urgent=True
    )
    way = begin(minimal(rule), "2026-12-20 10:00")
    return lambda text: outcome(way.agenda(at(text)), "past_due")


def test_12_what_a_passing_triggers_settles_first() -> None:
    said = settling("1 hour")
    assert said("2027-01-01 00:30") == ("scheduled",)
    assert said("2027-01-01 01:00") == ("held", "settling")
    assert said("2027-01-01 01:59:59") == ("held", "settling")
    assert said("2027-01-01 02:00") == ("ready",)
    said = settling("3 hours")
    assert said("2027-01-01 01:30") == ("scheduled",)
    assert said("2027-01-01 02:59:59") == ("ready",)


def test_17_a_deadline_without_a_date_holds_its_rules_and_no_others() -> None:
    told = Deadline(name="due", told="expires_on")
    rules = [DUE_REMINDER.model_copy(update={"while_": None}), *(r for r in RULES if r.on == "submitted")]
    way = begin(minimal(*rules, deadline=told), "2026-09-01 10:00")
    way.tell("submitted", at("2026-09-03 10:00"))
    agenda = way.run(at("2026-09-02"))
    assert outcome(agenda, "due_reminder:P90D@unknown") == ("held", "deadline_unknown")
    assert agenda.attention == ("The deadline due has no date: expires_on has not been told yet.",)
    agenda = way.run(at("2026-09-04"))
    assert "submission#f0>applicant" in way.gone()
    assert outcome(agenda, "due_reminder:P90D@unknown")[0] == "skipped"
    assert way.run(at("2026-12-10")).ends


@pytest.mark.parametrize(
    ("optional", "opted_out", "expected"),
    [
        (True, {"*"}, ("skipped", "opted_out")),
        (True, {"tip"}, ("skipped", "opted_out")),
        (True, {"other"}, ("ready",)),
        (True, set(), ("ready",)),
        (False, {"*", "tip"}, ("ready",)),
    ],
)
def test_31_people_opt_out_of_what_is_optional_and_of_nothing_else(
    optional: bool, opted_out: set[str], expected: tuple[str, ...]
) -> None:
    rule = Rule(name="tip", purpose="announcement", to=("applicant",), on="created", optional=optional)
    way = begin(program([rule]), "2026-09-01 10:00")
    applicant = PEOPLE.people["p1"].model_copy(update={"opted_out": frozenset(opted_out)})
    way.people = PEOPLE.model_copy(update={"people": {**PEOPLE.people, "p1": applicant}})
    assert outcome(way.agenda(), "tip#created") == expected


@pytest.mark.parametrize("named", ["*", "tip"])
@pytest.mark.parametrize(
    ("optional", "until", "expected"),
    [
        (True, "2026-09-01 09:59", ("ready",)),
        (True, "2026-09-01 10:01", ("skipped", "opted_out")),
        (False, "2026-09-01 10:01", ("ready",)),
    ],
)
def test_31_what_was_to_leave_before_it_was_wanted_again_stays_unsaid(
    named: str, optional: bool, until: str, expected: tuple[str, ...]
) -> None:
    rule = Rule(name="tip", purpose="announcement", to=("applicant",), on="created", urgent=True, optional=optional)
    way = begin(program([rule]), "2026-09-01 10:00")
    applicant = PEOPLE.people["p1"].model_copy(update={"wanted_again": {named: at(until), "other": at("2027-01-01")}})
    way.people = PEOPLE.model_copy(update={"people": {**PEOPLE.people, "p1": applicant}})
    assert outcome(way.agenda(at("2026-09-01 12:00")), "tip#created") == expected
