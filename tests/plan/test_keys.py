"""Keys name one sending for ever, and read back."""

import pytest

from plan.keys import LONGEST_ACTIVITY_ID, Key, activity_id, message_key, parse, stem
from plan.period import Period
from plan.shares import Share


@pytest.mark.parametrize(
    ("offset", "moment", "item", "to", "key"),
    [
        ("7 days", "@2026-08-01", "doc-17", "applicant", "answer_due:P7D@2026-08-01/doc-17>applicant"),
        ("1 week", "@2026-08-01", "doc-17", "applicant", "answer_due:P7D@2026-08-01/doc-17>applicant"),
        ("1 year", "@2026-08-01", None, "applicant", "answer_due:P12M@2026-08-01>applicant"),
        ("95%", "@2026-08-01", "doc-17", "certification_desk", "answer_due:95%@2026-08-01/doc-17>certification_desk"),
        ("4 hours", "@2026-08-01", None, "reviewer.rev.1", "answer_due:PT4H@2026-08-01>reviewer.rev.1"),
        (None, "#fact-1", None, "certification_desk", "answer_due#fact-1>certification_desk"),
        (None, "#response@2026-08-01", "doc-17", "applicant", "answer_due#response@2026-08-01/doc-17>applicant"),
    ],
)
def test_a_key_is_written_as_the_plan_language_says_and_reads_back(
    offset: str | None, moment: str, item: str | None, to: str, key: str
) -> None:
    share = Share(int(offset.removesuffix("%"))) if offset and offset.endswith("%") else None
    period = share or (Period.parse(offset) if offset else None)
    assert message_key(stem("answer_due", period, moment, item), to) == key
    role, _, person = to.partition(".")
    assert parse(key) == Key("answer_due", str(period) if period else None, moment, item, role, person or None)


def test_a_resend_by_hand_has_a_key_of_its_own() -> None:
    assert parse("welcome#created>applicant+2") == Key("welcome", None, "#created", None, "applicant", None, 2)


@pytest.mark.parametrize("key", ["adhoc#17", "welcome", "", "welcome#a>b>c"])
def test_other_texts_are_no_keys_of_a_journey(key: str) -> None:
    assert parse(key) is None


def test_a_long_key_keeps_its_beginning_and_stays_unique() -> None:
    first, other = ("x" * 250 + end for end in "ab")
    assert activity_id("short") == "short"
    assert activity_id(first)[:160] == "x" * 160
    assert len(activity_id(first)) <= LONGEST_ACTIVITY_ID
    assert activity_id(first) != activity_id(other)
