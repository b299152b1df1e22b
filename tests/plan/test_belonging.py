"""A rule belongs to every process that has its event, unless it names its processes (plan.md 18)."""

import pytest

from plan.planned import rules_of
from tests.plan.walk import Walk, at, begin
from tests.plan.written import TEXT, loaded

BOTH = "application renewal"


def with_rule(rule: str, text: str = TEXT) -> str:
    return text.replace("coverage: {N12", f"  extra: {{purpose: confirmation, to: applicant, {rule}}}\ncoverage: {{N12")


def in_renewal(rule: str) -> Walk:
    way = begin(loaded(with_rule(rule)), "2026-09-01 10:00")
    way.journey = way.journey.model_copy(update={"process": "renewal"})
    return way


@pytest.mark.parametrize(
    ("rule", "of"),
    [
        ("on: withdrawn", "application"),  # anywhere
        ("on: returned", "application"),  # out of a stage
        ("on: submitted", BOTH),
        ("on: created", BOTH),
        ("on: payment_received", BOTH),  # changes nothing anywhere
        ("on: never_declared", BOTH),
        ("on: all_answered", BOTH),  # follows from answers, with an arrow or without
        ("on: delivery_failed, of: welcome", BOTH),
        ("on: document_insufficient", "application"),  # about an item
        ("on: applicant_answered", "application"),
        ("on: due", "application"),
        ("on: grace", "application"),
        ("on: expiry", "renewal"),
        ("on: withdrawn, in: [application, renewal]", BOTH),
        ("on: withdrawn, in: renewal", "renewal"),
        ("on: document_insufficient, in: renewal", "renewal"),
        ("on: withdrawn, while: late", BOTH),  # a stage of the renewal alone: it can only be meant there
        ("on: withdrawn, while: withdrawn", "application"),
        ("before: due, offsets: [1 day]", BOTH),  # its clock starts where it is
        ("entered: late", BOTH),
    ],
)
def test_18_a_rule_belongs_to_the_processes_that_have_its_event(rule: str, of: str) -> None:
    plan = loaded(with_rule(rule))
    assert [name for name in plan.processes if plan.rules["extra"] in rules_of(plan, name)] == of.split()


@pytest.mark.parametrize(
    ("old", "new", "event"),
    [
        ("due: {after: created,", "due: {after: [created, prolonged],", "prolonged"),
        ("grace: {after: due, plus: 60 days}", "grace: {after: due, plus: 60 days, until: paid}", "paid"),
        ("anywhere: {withdrawn: withdrawn}", "anywhere: {cancel_requested: withdrawn}", "cancel_requested"),
        ("    linger: 30 days", "    audit: {share: 10%, on: drawn, seed: x, item: document}", "drawn"),
        ("    linger: 30 days", "    audit: {share: 10%, on: drawn, seed: x, item: document}", "audit_selected"),
    ],
)
def test_18_a_process_has_what_moves_its_clocks_and_draws_its_audits(old: str, new: str, event: str) -> None:
    text = TEXT.replace("  payment_received:", "  drawn: {by: staff}\n  payment_received:", 1)
    plan = loaded(with_rule(f"on: {event}", text.replace(old, new, 1)))
    assert [name for name in plan.processes if plan.rules["extra"] in rules_of(plan, name)] == ["application"]


@pytest.mark.parametrize(("event", "item"), [("withdrawn", None), ("document_insufficient", "doc-1")])
def test_18_an_event_that_changes_nothing_in_a_process_sends_nothing_there_and_staff_see_it(
    event: str, item: str | None
) -> None:
    way = in_renewal(f"on: {event}")
    told = way.tell(event, at("2026-09-02 10:00"), item=item)
    agenda = way.agenda(at("2026-09-02 12:00"))
    assert [o for o in agenda.occurrences if o.notification == "extra"] == []
    line = (
        f"{event} (f0) changes nothing in renewal and sends nothing there: a notification that should is to name the "
        "process in its `in:`."
    )
    assert line in agenda.attention
    way.tell("retracted", at("2026-09-02 13:00"), id=told.id)
    assert line not in way.agenda(at("2026-09-02 14:00")).attention


@pytest.mark.parametrize("event", ["withdrawn", "document_insufficient"])
def test_18_a_rule_that_names_the_process_sends_it_there_all_the_same(event: str) -> None:
    way = in_renewal(f"on: {event}, in: renewal")
    way.tell(event, at("2026-09-02 10:00"), item="doc-1" if event == "document_insufficient" else None)
    agenda = way.agenda(at("2026-09-02 12:00"))
    assert [o.outcome for o in agenda.occurrences if o.notification == "extra"] == ["ready"]
    assert not any("changes nothing" in line for line in agenda.attention)


def test_18_what_no_process_has_draws_nobodys_attention() -> None:
    way = in_renewal("on: reviewer_assigned")
    way.tell("reviewer_assigned", at("2026-09-02 10:00"))
    way.tell("payment_received", at("2026-09-02 10:00"))
    assert not any("changes nothing" in line for line in way.agenda(at("2026-09-02 12:00")).attention)
