"""Where an occurrence makes sense: stages, items and clocks (plan.md 8, 14, 18, 19)."""

import pytest

from plan.model import Deadline, EvenIf, Purpose, Rule
from plan.period import Period
from tests.plan.programs import (
    ANSWER_DUE,
    DUE,
    DUE_REMINDER,
    GRACE,
    PAST_DUE,
    RESPONSE,
    minimal,
    periods,
    process,
    program,
    stage,
)
from tests.plan.walk import PEOPLE, at, begin, outcome

NAMED = DUE_REMINDER.model_copy(update={"offsets": periods("30 days")})
DEFAULT = NAMED.model_copy(update={"while_": None})


@pytest.mark.parametrize("rule", [NAMED, DEFAULT])
def test_19_a_reminder_counts_in_the_stages_named_or_in_those_with_an_arrow_for_its_deadline(rule: Rule) -> None:
    way = begin(program([rule]), "2026-09-01 10:00")
    assert outcome(way.agenda(), "due_reminder:P30D") == ("scheduled",)
    way.tell("submitted", at("2026-09-02 10:00"))
    assert outcome(way.agenda(at("2026-09-02 10:00")), "due_reminder:P30D") == ("skipped", "stage_left")


def test_19_after_a_deadline_the_stages_that_it_leads_to_count_too() -> None:
    rule = PAST_DUE.model_copy(update={"while_": None, "offsets": periods("1 day")})
    way = begin(program([rule]), "2026-09-01 10:00")
    assert outcome(way.agenda(), "past_due:P1D") == ("scheduled",)
    way.tell("submitted", at("2026-10-02 10:00"))
    assert outcome(way.agenda(at("2026-10-02 10:00")), "past_due:P1D") == ("skipped", "stage_left")


def test_19_a_deadline_without_any_arrow_reminds_in_every_stage_that_is_not_final() -> None:
    of = process(stages=(stage("in_progress", submitted="in_review"), stage("in_review", approved="approved")))
    way = begin(program([DEFAULT], of=of), "2026-09-01 10:00")
    way.tell("submitted", at("2026-09-02 10:00"))
    assert outcome(way.agenda(at("2026-09-03")), "due_reminder:P30D") == ("scheduled",)
    way.tell("approved", at("2026-09-04 10:00"))
    assert outcome(way.agenda(at("2026-09-05")), "due_reminder:P30D")[0] == "skipped"


def test_19_a_clock_with_until_reminds_while_it_runs_and_is_answered_by_its_answer() -> None:
    way = begin(program([ANSWER_DUE]), "2026-09-01 10:00")
    way.tell("document_insufficient", at("2026-09-02 10:00"), item="doc-1")
    way.tell("submitted", at("2026-09-03 10:00"))
    assert outcome(way.agenda(at("2026-09-03 10:00")), "answer_due:P3D") == ("scheduled",)
    way.tell("applicant_answered", at("2026-09-04 10:00"), item="doc-1")
    assert outcome(way.agenda(at("2026-09-04 10:00")), "answer_due:P3D") == ("skipped", "answered")


def test_14_a_restarted_clock_leaves_its_old_dates_behind() -> None:
    again = Deadline(name="due", after=("payment_received",), plus=Period(days=60))
    way = begin(minimal(DEFAULT, deadline=again), "2026-09-01 10:00")
    way.tell("payment_received", at("2026-09-02 10:00"))
    way.tell("payment_received", at("2026-09-12 10:00"))
    agenda = way.agenda(at("2026-09-13"))
    assert outcome(agenda, "due_reminder:P30D@2026-11-01") == ("skipped", "superseded_by_new_deadline")
    assert outcome(agenda, "due_reminder:P30D@2026-11-11") == ("scheduled",)


def test_19_for_item_rules_while_names_the_items_stages_and_stages_the_processs() -> None:
    rule = ANSWER_DUE.model_copy(
        update={"while_": ("insufficient",), "stages": ("in_review", "with_applicant"), "offsets": periods("3 days")}
    )
    way = begin(program([rule]), "2026-09-01 10:00")
    way.tell("document_insufficient", at("2026-09-02 10:00"), item="doc-1")
    assert outcome(way.agenda(at("2026-09-02 11:00")), "answer_due") == ("skipped", "stage_left")
    way.tell("submitted", at("2026-09-03 10:00"))
    assert outcome(way.agenda(at("2026-09-03 11:00")), "answer_due") == ("scheduled",)
    way.tell("stage_set", at("2026-09-04 10:00"), item="doc-1", to="accepted", why="seen on paper")
    assert outcome(way.agenda(at("2026-09-04 11:00")), "answer_due") == ("skipped", "stage_left")


def test_19_a_rule_on_a_fact_counts_in_the_stages_named_at_its_moment_and_never_later() -> None:
    rule = Rule(name="news", purpose="announcement", to=("applicant",), on="payment_received", while_=("in_review",))
    way = begin(program([rule]), "2026-09-01 10:00")
    way.tell("payment_received", at("2026-09-02 10:00"))
    way.tell("submitted", at("2026-09-03 10:00"))
    way.tell("payment_received", at("2026-09-04 10:00"))
    agenda = way.run(at("2026-09-05"))
    assert outcome(agenda, "news#f0") == ("skipped", "stage_left")
    assert outcome(agenda, "news#f2") == ("sent",)


@pytest.mark.parametrize("purpose", ["announcement", "request", "inquiry", "confirmation"])
def test_08_clocks_of_an_ended_passage_have_nothing_more_to_say(purpose: Purpose) -> None:
    rule = DEFAULT.model_copy(update={"purpose": purpose})
    way = begin(program([rule]), "2026-09-01 10:00")
    way.tell("submitted", at("2026-09-02 10:00"))
    assert outcome(way.agenda(at("2026-09-03")), "due_reminder:P30D") == ("scheduled",)
    way.tell("approved", at("2026-09-04 10:00"))
    assert outcome(way.agenda(at("2026-09-05")), "due_reminder:P30D") == ("skipped", "journey_ended")


def test_19_a_rule_that_names_a_final_stage_speaks_in_it() -> None:
    rule = DEFAULT.model_copy(update={"purpose": "announcement", "stages": ("approved",)})
    way = begin(program([rule]), "2026-09-01 10:00")
    way.tell("submitted", at("2026-09-02 10:00"))
    assert outcome(way.agenda(at("2026-09-03")), "due_reminder:P30D") == ("skipped", "stage_left")
    way.tell("approved", at("2026-09-04 10:00"))
    assert outcome(way.agenda(at("2026-09-05")), "due_reminder:P30D") == ("scheduled",)


def test_08_what_the_ending_fact_or_passing_triggers_still_goes_out() -> None:
    rules = [
        Rule(
            name="decision",
            purpose="announcement",
            to=("applicant",),
            on="approved",
            offsets=periods("0 days", "9 days"),
        ),
        Rule(name="filed", purpose="announcement", to=("applicant",), on="submitted", offsets=periods("30 days")),
        Rule(name="lapsed", purpose="announcement", to=("applicant",), after="grace", offsets=periods("1 day")),
    ]
    way = begin(program(rules), "2026-09-01 10:00")
    way.tell("submitted", at("2026-09-02 10:00"))
    way.tell("approved", at("2026-09-04 21:00"))
    agenda = way.run(at("2026-12-31"))
    assert [k.partition("#")[0] for k in way.gone()] == ["decision:P0D", "decision:P9D"]
    assert outcome(agenda, "filed") == ("skipped", "journey_ended")
    way = begin(program(rules), "2026-09-01 10:00")
    way.run(at("2027-04-01"))
    assert way.sent() == ["2027-03-02 08:00 lapsed:P1D@2027-03-01>applicant"]


def test_08_news_of_facts_before_the_end_still_goes_out_unless_the_journey_was_broken_off() -> None:
    for ending, expected in (("approved", ("sent",)), ("withdrawn", ("skipped", "journey_ended"))):
        way = begin(program(), "2026-09-01 10:00")
        way.tell("submitted", at("2026-09-02 10:00"))
        way.tell("document_insufficient", at("2026-09-03 21:00"), item="doc-1")
        way.tell(ending, at("2026-09-03 22:00"))
        assert outcome(way.run(at("2026-09-05")), "clarification") == expected


def test_18_a_rule_belongs_to_the_processes_that_it_names() -> None:
    rules = [DEFAULT, DEFAULT.model_copy(update={"name": "elsewhere", "in_": ("renewal",)})]
    agenda = begin(program(rules), "2026-09-01 10:00").agenda()
    assert {o.notification for o in agenda.occurrences} == {"due_reminder"}


def test_18_a_rule_that_nothing_has_triggered_names_what_it_waits_for() -> None:
    rules = [
        ANSWER_DUE,
        Rule(name="receipt", purpose="confirmation", to=("certificant",), on="payment_received"),
        Rule(name="moved", purpose="announcement", to=("applicant",), moved="due"),
        Rule(name="stranger", purpose="reminder", to=("applicant",), before="no_such_deadline"),
    ]
    waiting = begin(program(rules), "2026-09-01 10:00").agenda().occurrences
    assert [(o.key, o.notification, o.to, o.outcome, o.reason) for o in waiting] == [
        (None, "answer_due", "applicant", "not_triggered", "document_insufficient or audit_finding"),
        (None, "receipt", "applicant", "not_triggered", "payment_received"),
        (None, "moved", "applicant", "not_triggered", "due"),
    ]


@pytest.mark.parametrize("trigger", ["before", "after", "moved"])
@pytest.mark.parametrize(
    ("waits_for", "after_sent", "waiting"),
    [("notice", None, "the delivery of notice"), (None, "notice", "the sending of notice")],
)
def test_12_a_rule_on_a_clock_that_waits_for_a_message_names_the_message(
    trigger: str, waits_for: str | None, after_sent: str | None, waiting: str
) -> None:
    reply = Deadline(
        name="reply",
        after=("created",) if waits_for else (),
        after_sent=after_sent,
        waits_for=waits_for,
        plus=Period(days=30),
    )
    rule = Rule(name="rule", purpose="announcement", to=("applicant",)).model_copy(update={trigger: "reply"})
    way = begin(program([rule], of=process(deadlines=(DUE, GRACE, RESPONSE, reply))), "2026-09-01 10:00")
    assert [o.reason for o in way.agenda().occurrences] == [waiting]


def test_12_before_a_clock_waits_for_a_message_its_rule_waits_for_the_event() -> None:
    reply = Deadline(name="reply", after=("asked",), waits_for="notice", plus=Period(days=30))
    rule = Rule(name="rule", purpose="reminder", to=("applicant",), before="reply", offsets=periods("7 days"))
    way = begin(program([rule], of=process(deadlines=(DUE, GRACE, RESPONSE, reply))), "2026-09-01 10:00")
    assert [o.reason for o in way.agenda().occurrences] == ["asked"]
    way.tell("asked", at("2026-09-02 10:00"))
    assert [o.reason for o in way.agenda(at("2026-09-02 12:00")).occurrences] == ["the delivery of notice"]


@pytest.mark.parametrize(("even_if", "expected"), [((), []), (("withdrawn",), ["refund#f1>applicant"])])
def test_31_what_goes_on_although_withdrawn_goes_out(even_if: tuple[EvenIf, ...], expected: list[str]) -> None:
    refund = Rule(name="refund", purpose="announcement", to=("applicant",), on="refunded", even_if=even_if)
    way = begin(program([refund]), "2026-09-01 10:00")
    way.tell("withdrawn", at("2026-09-02 21:30"))
    way.tell("refunded", at("2026-09-02 21:00"), heard=at("2026-09-02 21:40"))
    way.run(at("2026-09-03 12:00"))
    assert [key.replace("f0", "f1") for key in way.gone()] == expected


@pytest.mark.parametrize(("even_if", "held"), [((), True), (("on_hold",), False)])
def test_31_what_goes_on_although_on_hold_goes_out(even_if: tuple[EvenIf, ...], held: bool) -> None:
    notice = Rule(name="notice", purpose="announcement", to=("applicant",), on="created", even_if=even_if)
    way = begin(program([notice]), "2026-09-01 10:00")
    on_hold = PEOPLE.people["p1"].model_copy(update={"on_hold": True})
    way.people = PEOPLE.model_copy(update={"people": {**PEOPLE.people, "p1": on_hold}})
    agenda = way.run(at("2026-09-02 12:00"))
    assert outcome(agenda, "notice") == (("held", "on_hold") if held else ("sent",))
