"""A plan's text becomes a plan, with a version of what it means, or all of its problems (plan.md 4, 34)."""

from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plan.load import load
from plan.model import Arrow, FieldSpec, Plan, SendWindow
from plan.period import Period
from tests.plan.written import TEXT, changed, loaded, problems

PROGRAMS = Path(__file__).parents[2] / "programs"

LATER = [
    ("earned: number,", "earned: number, remark: text,", 10, "text in told"),
]


@pytest.mark.parametrize(("old", "new", "line", "key"), LATER, ids=[key for *_, key in LATER])
def test_what_a_later_version_runs_is_named_with_its_line(old: str, new: str, line: int, key: str) -> None:
    assert problems(changed(old, new)) == [f"{line}: not supported yet: {key}"]


def test_a_plan_says_what_its_text_says() -> None:
    plan = loaded()
    application = plan.processes["application"]
    assert (plan.program, plan.timezone, plan.sender.reply_to) == ("cwe", "America/New_York", "help@example.org")
    assert plan.window == SendWindow(opens=time(8), closes=time(20), spread=timedelta(minutes=30))
    assert plan.staff == {"desk": ("desk@example.org",)}
    assert plan.told["credits.earned"] == FieldSpec(type="number")
    assert plan.events["document_insufficient"].data["reason"].choices == ("illegible", "expired")
    assert plan.events["applicant_answered"].data["note"].shown == ("reviewer",)
    assert application.deadlines["due"].plus == Period(months=12)
    assert application.deadlines["due"].at == time(23, 59, 59)
    assert application.deadlines["response"].until == ("applicant_answered",)
    assert application.deadlines["response"].per_item
    assert application.stages["with_applicant"].arrows["all_answered"] == Arrow(to="in_review", of="document")
    assert application.linger == timedelta(days=30)
    assert plan.processes["renewal"].linger == timedelta(days=90)
    assert plan.rules["due_reminder"].offsets == (Period(days=90), Period(days=7), Period(days=1))
    assert plan.rules["expiry_reminder"].to == ("applicant",)
    assert plan.rules["receipt"].to == ("payer", "applicant")
    assert plan.rules["past_due"].while_ == ("past_due",)
    assert plan.coverage == {"N12": "our portal shows this itself"}


def test_04_a_stage_that_is_only_a_target_is_final() -> None:
    stages = loaded().processes["application"].stages
    assert {name for name, stage in stages.items() if stage.final} == {"lapsed", "approved", "closed", "withdrawn"}


def test_04_events_are_declared_by_arrows_deadlines_and_rules_too() -> None:
    plan = loaded(changed("after: created, plus: 1 year", "after: [created, reopened], until: waived, plus: 1 year"))
    assert {"submitted", "withdrawn", "reopened", "waived", "payment_received"} <= plan.events.keys()
    assert not {"due", "created", "all_answered"} & plan.events.keys()


def test_04_an_event_that_only_items_know_is_about_that_kind_of_item() -> None:
    plan = loaded(
        changed("{document_insufficient: insufficient}", "{document_insufficient: insufficient, shredded: gone}")
    )
    assert plan.events["shredded"].item == "document"
    assert plan.events["submitted"].item is None


def test_36_audit_selected_opens_an_audit() -> None:
    audit = "    items:\n      audit: {start: selected, stages: {selected: {audit_cleared: cleared}}}\n"
    plan = loaded(changed("    items:\n", audit))
    assert plan.events["audit_selected"].item == "audit"


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("{date: 2026-12-31}", date(2026, 12, 31)),
        ("2026-12-31", date(2026, 12, 31)),
        ("2026-12-31T17:00", datetime(2026, 12, 31, 17)),  # noqa: DTZ001 — local to the plan
        ('{date: "2026-12-31 17:00:30"}', datetime(2026, 12, 31, 17, 0, 30)),  # noqa: DTZ001 — local to the plan
    ],
)
def test_11_a_deadline_can_be_fixed(text: str, fixed: date) -> None:
    plan = loaded(changed("{told: expires_on}", text))
    assert plan.processes["renewal"].deadlines["expiry"].fixed == fixed


@pytest.mark.parametrize("text", ["2026-13-01", "31.12.2026", "2026-12-31T17:00Z", "2026-02-30", "tomorrow"])
def test_11_what_is_no_date_is_refused(text: str) -> None:
    found = problems(changed("{told: expires_on}", f'{{date: "{text}"}}'))
    assert found == [f"38: `{text}` is not a date: write one such as 2026-12-31, in the plan's time zone"]


def test_24_a_window_can_end_at_midnight() -> None:
    for midnight in ("24:00", "00:00"):
        assert loaded(changed('until: "20:00"', f'until: "{midnight}"')).window.closes is None


def test_a_plan_has_all_its_problems_told_at_once_in_order() -> None:
    text = changed("title: ", "titel: ").replace("plus: 1 year", "plus: ages").replace("N12: our", "N99: our")
    assert [found.partition(":")[0] for found in problems(text)] == ["1", "2", "20", "51"]


def test_of_very_many_problems_the_first_hundred_are_told() -> None:
    found = problems(TEXT + "".join(f"key_{n}: x\n" for n in range(200)))
    assert len(found) == 101
    assert found[99].startswith("151: `key_99` is no key of a plan: ")
    assert found[100] == "151: these are the first 100 problems: mend them, then look again"


def test_a_problem_reads_like_that_of_a_compiler() -> None:
    found = load("program: cwe\ntitle: b: c", "programs/x/plan.yaml")
    assert isinstance(found, tuple)
    assert str(found[0]).startswith("programs/x/plan.yaml:2: this is not YAML: ")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title:", "# a comment\ntitle:"),
        ("offsets: [1 day, 2 weeks]", "offsets: [P1D, 14 days]"),
        ("plus: 1 year", "plus: 12 months"),
        ("schedules: {usual:", "schedules: {other: [1 day], usual:"),
        ("{birth_date: date, member: boolean}", "{member: boolean, birth_date: date}"),
        ("while: [past_due]", "while: past_due"),
        ("to: holder", "to: certificant"),
        ("days: all", "days: [sun, mon, tue, wed, thu, fri, sat]"),
        ("linger: 30 days", "linger: 720 hours"),
    ],
)
def test_34_a_version_is_the_same_for_the_same_meaning(old: str, new: str) -> None:
    assert loaded(changed(old, new)).version == loaded().version


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title: Certified", "title: Chartered"),
        ("plus: 1 year", "plus: 365 days"),
        ("offsets: [4 hours]", "offsets: [5 hours]"),
        ("to: payer or applicant", "to: applicant or payer"),
        ("N12: our portal shows this itself", "N12: our portal shows it"),
        ("urgent: true", "urgent: false"),
    ],
)
def test_34_a_version_is_another_for_another_meaning(old: str, new: str) -> None:
    assert loaded(changed(old, new)).version != loaded().version


def test_34_a_version_is_twelve_digits_that_stay_as_they_are() -> None:
    assert loaded().version == "75f1dc93820a"


def judged(text: str) -> None:
    """A plan, or sentences with lines of the file; never an exception."""
    found = load(text, "plan.yaml")
    if not isinstance(found, Plan):
        assert found
        assert all(1 <= problem.line <= text.count("\n") + 2 and problem.sentence for problem in found)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_plan_or_sentences(data: bytes) -> None:
    judged(data.decode("utf-8", "surrogateescape"))


LINES = TEXT.splitlines(keepends=True)
PIECES = st.sampled_from(
    ["{", "}", "[", "]", ": ", ", ", "-", "x", "due", "due: {}", "0 days", "''", "after: due", "per: item", "~", "\n"]
)


@given(st.lists(st.tuples(st.integers(0, len(TEXT)), st.integers(0, 30), PIECES), min_size=1, max_size=3))
def test_a_plan_with_any_piece_changed_is_a_plan_or_sentences(edits: list[tuple[int, int, str]]) -> None:
    text = TEXT
    for start, length, piece in edits:
        text = text[:start] + piece + text[start + length :]
    judged(text)


@given(st.lists(st.sampled_from(LINES), max_size=30))
def test_lines_in_any_order_are_a_plan_or_sentences(lines: list[str]) -> None:
    judged("".join(lines))


@pytest.mark.parametrize("program", ["cwe", "quickstart"])
def test_a_shipped_plan_has_no_problems(program: str) -> None:
    path = PROGRAMS / program / "plan.yaml"
    assert isinstance(load(path.read_text(encoding="utf-8"), str(path)), Plan)


def test_the_smallest_shipped_plan_has_less_than_thirty_lines() -> None:
    assert len((PROGRAMS / "quickstart" / "plan.yaml").read_text(encoding="utf-8").splitlines()) < 30
