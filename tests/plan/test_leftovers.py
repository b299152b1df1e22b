"""Rows of the ledger that nothing calls for any more (plan.md 3, 32, 34)."""

import pytest

from tests.plan.programs import RULES, program
from tests.plan.walk import State, at, begin, find, outcome

OLD_DATE = "due_reminder:P90D@2026-11-30>applicant"


@pytest.mark.parametrize(
    ("key", "state", "version", "expected"),
    [
        (OLD_DATE, "sent", "v1", ("sent",)),
        (OLD_DATE, "on_wire", "v1", ("sent",)),
        (OLD_DATE, "unknown", "v1", ("unknown", "timeout")),
        (OLD_DATE, "failed", "v1", ("failed", "timeout")),
        (OLD_DATE, "open", "v1", ("skipped", "superseded_by_new_deadline")),
        (OLD_DATE, "open", None, ("skipped", "superseded_by_new_deadline")),
        (OLD_DATE, "held", "v0", ("skipped", "replaced_by_plan_version")),
        ("gone_rule#created>applicant", "open", "v1", ("skipped", "replaced_by_plan_version")),
        ("receipt#f9>applicant", "open", "v1", ("skipped", "retracted")),
        ("adhoc#7", "sent", None, ("sent",)),
        ("adhoc#7", "open", None, ("skipped", "replaced_by_plan_version")),
    ],
)
def test_a_row_that_nothing_calls_for_stays_listed(
    key: str, state: State, version: str | None, expected: tuple[str, ...]
) -> None:
    way = begin(program(), "2026-09-01 10:00")
    way.mark(key, state, reason="timeout" if state in {"unknown", "failed"} else None, version=version)
    assert outcome(way.agenda(), key) == expected


def test_03_what_was_sent_for_a_fact_that_is_gone_keeps_its_reader_and_its_instant() -> None:
    way = begin(program([r for r in RULES if r.name != "receipt"]), "2026-09-01 10:00")
    way.now = at("2026-09-05 10:00")
    way.mark("receipt#f3/doc-1>payer.payer1", "sent")
    found = find(way.agenda(), "receipt")
    assert (found.notification, found.to, found.person_id, found.item, found.at) == (
        "receipt",
        "payer.payer1",
        "payer1",
        "doc-1",
        way.now,
    )


def test_32_the_plan_changed_and_nothing_that_was_sent_goes_again() -> None:
    way = begin(program(), "2026-09-01 10:00")
    way.run(at("2026-11-02"))
    before = way.gone()
    way.plan = program([r for r in RULES if r.name != "due_reminder"], version="v2")
    agenda = way.run(at("2026-12-02"))
    assert way.gone() == before
    assert outcome(agenda, "due_reminder:P60D") == ("sent",)
