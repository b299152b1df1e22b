"""What applications may report, and why the rest is refused (plan.md 4, 5)."""

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from plan.events import judge
from plan.facts import Journey
from tests.plan.written import changed, loaded

PLAN: Final = loaded(
    changed(
        "payment_received: {data: {",
        "payment_received: {data: {on_credit: boolean, due_on: date, method: [card, cash], ",
    )
)
NOW: Final = datetime(2026, 10, 5, 14, tzinfo=UTC)
JOURNEY: Final = Journey(
    id="journey:cwe:ann:application:1",
    program="cwe",
    process="application",
    cycle="1",
    person_id="ann",
    created_at=NOW,
    started_at=NOW,
)


def refused(name: str, item: str | None = None, by: str | None = None, /, **data: JsonValue) -> str | None:
    """Why an event of this moment is refused."""
    return judge(PLAN, JOURNEY, name, NOW, NOW, item, by, data)


def test_04_every_name_of_the_plan_is_an_event() -> None:
    for name in ("submitted", "withdrawn", "approved", "touched", "cancel_requested"):
        assert refused(name) is None


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("submited", "the plan has no event of this name: did you mean `submitted`?"),
        ("Ann Lee <ann@example.org>", "the plan has no event of this name"),
        ("due", "due is a deadline and passes by itself: use extension_granted to move it"),
        ("all_answered", "all_answered follows from the answers: tell the answers"),
        ("delivery_failed", "delivery_failed comes from Waypost's own deliveries and cannot be told"),
    ],
)
def test_04_other_names_are_refused(name: str, sentence: str) -> None:
    assert refused(name) == sentence


@pytest.mark.parametrize(("seconds", "sentence"), [(300, None), (301, "`at` is more than five minutes ahead")])
def test_05_a_clock_may_be_five_minutes_ahead(seconds: int, sentence: str | None) -> None:
    assert judge(PLAN, JOURNEY, "submitted", NOW + timedelta(seconds=seconds), NOW, None, None, {}) == sentence


def test_05_any_past_is_fit_but_not_a_time_without_an_offset() -> None:
    assert judge(PLAN, JOURNEY, "submitted", NOW - timedelta(days=900), NOW, None, None, {}) is None
    naive = NOW.replace(tzinfo=None)
    assert str(judge(PLAN, JOURNEY, "submitted", naive, NOW, None, None, {})).startswith("`at` has no offset")


@pytest.mark.parametrize(
    ("name", "item", "sentence"),
    [
        ("document_insufficient", "doc-17", None),
        ("document_insufficient", None, "document_insufficient is about an item: give its id as `item`"),
        ("submitted", "doc-17", "submitted is not about an item: leave `item` out"),
        ("touched", "doc-17", None),
        ("document_insufficient", "ann@example.org", "item must be an id of at most 64 letters"),
        ("document_insufficient", "d" * 65, "item must be an id of at most 64 letters"),
    ],
)
def test_18_an_event_names_its_item(name: str, item: str | None, sentence: str | None) -> None:
    found = refused(name, item)
    assert found is None if sentence is None else str(found).startswith(sentence)


@pytest.mark.parametrize(
    ("by", "sentence"),
    [
        ("applicant", None),
        ("certificant.ann-1", None),
        ("staff", None),
        ("payer.emp", None),
        ("aplicant", "`by` names no role of the plan: did you mean `applicant`?"),
        ("ann@example.org", "`by` names no role of the plan: write one of `applicant`, `auditor`, "),
        ("reviewer.Ann Lee", "the person in `by` must be an id of at most 64 letters"),
    ],
)
def test_a_fact_comes_from_a_role(by: str, sentence: str | None) -> None:
    found = refused("submitted", None, by)
    assert found is None if sentence is None else str(found).startswith(sentence)


GOOD: Final[dict[str, tuple[JsonValue, ...]]] = {
    "amount": ("210.00 USD", "-5 EUR", "0.5 JPY"),
    "receipt_no": ("R-2026.17_a",),
    "payer": ("emp-1",),
    "on_credit": (True, False, "true"),
    "due_on": ("2026-12-31", "2028-02-29"),
    "method": ("card",),
}
BAD: Final[dict[str, tuple[JsonValue, ...]]] = {
    "amount": ("210,00 USD", "210.00 usd", "USD 210", 210, "1e9 USD", ["210.00 USD"]),
    "receipt_no": ("a b", "", "x" * 65, 17, "a/b", "ann@example.org", {}),
    "payer": ("ann@example.org", "Ann Lee", "emp 1", 3),
    "on_credit": ("yes", 1, [], {}),
    "due_on": ("2026-02-29", "20261231", "31.12.2026", "2026-W01-1", "9999-12-31", "1899-12-31", 2026, []),
    "method": ("cheque", "", 1, ["card"], {}),
}


@pytest.mark.parametrize(("field", "value"), [(f, v) for f, values in GOOD.items() for v in (*values, None)])
def test_04_a_value_of_the_declared_type_is_fit(field: str, value: JsonValue) -> None:
    assert refused("payment_received", **{field: value}) is None


@pytest.mark.parametrize(("field", "value"), [(f, v) for f, values in BAD.items() for v in values])
def test_04_a_value_of_another_type_is_refused_and_not_repeated(field: str, value: JsonValue) -> None:
    sentence = refused("payment_received", **{field: value})
    assert sentence is not None
    assert sentence.startswith(f"`{field}` of payment_received must be ")


def test_04_a_field_that_is_not_declared_is_refused() -> None:
    assert refused("payment_received", amout="1.00 USD") == "payment_received has no such field: did you mean `amount`?"
    assert refused("submitted", name="Ann") == "submitted has no data"


def test_a_text_comes_as_it_is_or_by_its_id_in_the_ledger() -> None:
    fit: tuple[JsonValue, ...] = ("Any text; 10 < 20", {"text_id": "t-1"})
    wrong: tuple[JsonValue, ...] = ({"text_id": "a b"}, {"id": "t-1"}, {}, 1, ["x"])
    for note in fit:
        assert refused("document_insufficient", "doc", note=note) is None
    for note in wrong:
        assert refused("document_insufficient", "doc", note=note) == "`note` of document_insufficient must be a text"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"expires_on": "2027-05-31"}, None),
        ({"credits": {"earned": 12.5, "required": "40"}}, None),
        ({"credits.earned": 3, "expires_on": None}, None),
        ({}, "told tells nothing: give it a field"),
        ({"expires": "2027-05-31"}, "told has no such field: did you mean `expires_on`?"),
        ({"credits": {"earned": "many"}}, "`credits.earned` of told must be a number, at most 2^53 either way"),
        ({"credits": {"earned": 2**60}}, "`credits.earned` of told must be a number, at most 2^53 either way"),
        ({"credits": {"earned": True}}, "`credits.earned` of told must be a number, at most 2^53 either way"),
    ],
)
def test_07_only_declared_fields_are_told(data: dict[str, JsonValue], sentence: str | None) -> None:
    assert refused("told", **data) == sentence


@pytest.mark.parametrize(
    ("item", "data", "sentence"),
    [
        (None, {"deadline": "due", "to": "2026-10-05"}, None),
        (None, {"deadline": "due", "by": "30 days", "why": "illness"}, None),
        ("doc", {"deadline": "response", "by": "P1W"}, None),
        (None, {"deadline": "due", "to": "2026-10-04"}, "the extension ends in the past: give a later date"),
        (None, {"deadline": "due"}, "extension_granted needs either `to` with a date or `by` with a length of time"),
        (None, {"deadline": "due", "to": "2027-01-01", "by": "1 day"}, "extension_granted needs either `to` with"),
        (None, {"deadline": "due", "by": "0 days"}, "`by` of extension_granted must be a length of time such as"),
        (
            None,
            {"deadline": "due", "by": {"text_id": "t"}},
            "`by` of extension_granted must be a length of time such as",
        ),
        (
            None,
            {"deadline": "deu", "by": "1 day"},
            "`deadline` of extension_granted must be a deadline of application: did",
        ),
        (None, {"by": "1 day"}, "extension_granted needs `deadline`"),
        ("doc", {"deadline": "due", "by": "1 day"}, "extension_granted is not about an item: leave `item` out"),
    ],
)
def test_04_an_extension_names_a_deadline_and_a_time_to_come(
    item: str | None, data: dict[str, JsonValue], sentence: str | None
) -> None:
    found = refused("extension_granted", item, **data)
    assert found is None if sentence is None else str(found).startswith(sentence)


@pytest.mark.parametrize(
    ("name", "item", "data", "sentence"),
    [
        ("stage_set", None, {"to": "past_due", "why": "by hand"}, None),
        ("stage_set", "doc", {"to": "insufficient"}, None),
        ("stage_set", None, {"to": "insufficient"}, "`to` of stage_set must be a stage: "),
        ("stage_set", None, {}, "stage_set needs `to`"),
        ("retracted", None, {"id": "f-1"}, None),
        ("retracted", None, {}, "retracted needs `id`"),
        ("retracted", None, {"id": "a b"}, "`id` of retracted must be an id of at most 64"),
    ],
)
def test_03_corrections_name_what_they_correct(
    name: str, item: str | None, data: dict[str, JsonValue], sentence: str | None
) -> None:
    found = refused(name, item, **data)
    assert found is None if sentence is None else str(found).startswith(sentence)


def test_a_process_that_the_plan_no_longer_has_is_said_so() -> None:
    gone = JOURNEY.model_copy(update={"process": "exam"})
    assert judge(PLAN, gone, "submitted", NOW, NOW, None, None, {}) == "the plan has no process exam any more"


MARK: Final = "zq7"  # stands in no word of the plan
texts = st.text("abc.@ {}[]", max_size=6).map(lambda text: f"{MARK}{text}")
values = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | texts, st.lists, max_leaves=4)
names = st.sampled_from(["told", "retracted", "stage_set", "extension_granted", "payment_received", "submitted"])
fields = st.sampled_from(["id", "to", "by", "why", "deadline", "amount", "payer", "credits", "method"])


@given(names | texts, st.none() | texts, st.none() | texts, st.dictionaries(fields | texts, values, max_size=3))
def test_whatever_is_sent_is_judged_and_never_repeated(
    name: str, item: str | None, by: str | None, data: dict[str, JsonValue]
) -> None:
    """A sentence stays in the history: it may hold no name, no address, no free text."""
    assert MARK not in str(judge(PLAN, JOURNEY, name, NOW, NOW, item, by, data))
