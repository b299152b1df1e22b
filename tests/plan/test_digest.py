"""Several happenings, one message (plan.md 22)."""

from datetime import timedelta

from plan.model import Rule
from tests.plan.programs import program
from tests.plan.walk import at, begin, outcome

ANSWERS = Rule(
    name="answers", purpose="announcement", to=("applicant",), on="document_accepted", digest=timedelta(hours=1)
)


def test_22_a_digest_is_one_message_with_the_first_facts_key_that_lists_its_items() -> None:
    plan = program([ANSWERS])
    way = begin(plan, "2026-09-01 10:00")
    for minute, item in ((0, "a"), (20, "b"), (59, "c"), (61, "d")):
        way.tell("document_accepted", at("2026-09-02 10:00") + timedelta(minutes=minute), item=item)
    agenda = way.run(at("2026-09-03 12:00"))
    assert way.sent() == [
        "2026-09-02 11:00 answers#f0/a>applicant",
        "2026-09-02 12:01 answers#f3/d>applicant",
    ]
    assert way.log[0][1].items == ("a", "b", "c")
    assert outcome(agenda, "answers#f1/b") == ("skipped", "folded_into_digest")
    assert outcome(agenda, "answers#f2/c") == ("skipped", "folded_into_digest")


def test_22_what_is_taken_back_before_it_leaves_is_not_in_the_digest() -> None:
    plan = program([ANSWERS])
    way = begin(plan, "2026-09-01 10:00")
    way.tell("document_accepted", at("2026-09-02 10:00"), item="a")
    way.tell("document_accepted", at("2026-09-02 10:10"), item="b")
    way.tell("retracted", at("2026-09-02 10:30"), id="f0")
    way.run(at("2026-09-03 12:00"))
    assert way.gone() == ["answers#f1/b>applicant"]
