"""`waypost plan preview` and `waypost plan coverage`, as a plan's author types them."""

import json
from pathlib import Path

import pytest

from tests.starter.conftest import Run

CWE = str(Path(__file__).parents[3] / "programs" / "cwe" / "plan.yaml")
AT = ("--process", "application", "--start", "2026-10-05T10:00")


def told(tmp_path: Path, *lines: str) -> str:
    file = tmp_path / "events.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    return str(file)


def test_a_preview_lists_every_occurrence_with_the_documented_fields(run: Run, tmp_path: Path) -> None:
    events = told(tmp_path, '{"type": "submitted", "id": "s1", "at": "2027-09-01T10:00"}')
    ran = run("plan", "preview", CWE, *AT, "--events", events, "--json")
    found = json.loads(ran.out)
    assert found[0] == {
        "notification": "welcome",
        "key": "welcome#created>applicant",
        "to": "applicant",
        "purpose": "announcement",
        "at": "2026-10-05T14:00:00Z",
        "local": "2026-10-05T10:00:00-04:00",
        "outcome": "scheduled",
        "reason": None,
    }
    confirmed = next(line for line in found if line["notification"] == "submission_confirmation")
    assert (confirmed["key"], confirmed["at"]) == ("submission_confirmation#s1>applicant", "2027-09-01T14:00:00Z")
    assert found[-1]["outcome"] == "not_triggered"
    assert found[-1]["at"] is None


def test_a_preview_is_read_as_a_table_too(run: Run) -> None:
    ran = run("plan", "preview", CWE, *AT)
    assert "2027-07-07 08:00" in ran.out
    assert "would go" in ran.out.splitlines()[-1]


def test_the_table_says_why_a_message_would_be_held(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    text = (Path(CWE).parents[1] / "quickstart" / "plan.yaml").read_text(encoding="utf-8")
    dated = text.replace("plus: 90 days,", "plus: 90 days, then: end of birth month,")
    file.write_text(dated.replace("processes:", "person: {birth_date: date}\nprocesses:"), encoding="utf-8")
    lines = run("plan", "preview", str(file), *AT).out.splitlines()
    held = [" ".join(line.split()) for line in lines if " held " in line]
    assert len(held) == 3
    assert all("held deadline_unknown: birth_date is not known" in line for line in held), held
    assert " held " not in run("plan", "preview", str(file), *AT, "--birth-date", "1980-12-31").out


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["{"], ":1: this is not one JSON object"),
        (["", '{"type": "submitted"}'], ":2: at: field required"),
        (['{"type": "sumbitted", "at": "2026-11-01T10:00"}'], "did you mean `submitted`?"),
        (['{"type": "submitted", "at": "2026-11-01T10:00", "when": "x"}'], ":1: when: extra inputs are not permitted"),
        (['{"type": "submitted", "at": "2026-11-01T10:00", "id": "a"}'] * 2, "the id a is given twice"),
    ],
)
def test_a_wrong_event_is_named_with_its_line(run: Run, tmp_path: Path, lines: list[str], expected: str) -> None:
    ran = run("plan", "preview", CWE, *AT, "--events", told(tmp_path, *lines))
    assert (ran.status, ran.out) == (1, "")
    assert expected in ran.err
    assert len(ran.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--process", "aplication", "--start", "2026-10-05T10:00"), "has no process 'aplication'"),
        (("--process", "application", "--start", "soon"), "is not an instant"),
        ((*AT, "--attribute", "shoe_size=44"), "knows nothing of the person's shoe_size"),
        ((*AT, "--attribute", "brith_date=1980-12-31"), "person's brith_date: did you mean `birth_date`?"),
        ((*AT, "--attribute", "member=yes"), "`member` must be true or false"),
        ((*AT, "--birth-date", "31/12/1980"), "`birth_date` must be a date such as 2026-12-31"),
        ((*AT, "--birth-date", "1980-02-30"), "`birth_date` must be a date such as 2026-12-31"),
        ((*AT, "--told", "expires_on=tomorrow"), "must be a date"),
    ],
)
def test_a_wrong_question_is_answered_with_one_sentence(run: Run, arguments: tuple[str, ...], expected: str) -> None:
    ran = run("plan", "preview", CWE, *arguments)
    assert ran.status == 1
    assert expected in ran.err


def test_what_is_told_at_the_start_gives_the_dates(run: Run) -> None:
    ran = run(
        "plan",
        "preview",
        CWE,
        "--process",
        "renewal",
        "--start",
        "2026-10-05T10:00",
        "--told",
        "expires_on=2026-12-31",
        "--json",
    )
    reminders = [line["local"][:10] for line in json.loads(ran.out) if line["notification"] == "renewal_due_reminder"]
    assert reminders == ["2026-10-02", "2026-11-01", "2026-12-01", "2026-12-24", "2026-12-30"]


def test_coverage_shows_all_eighteen(run: Run) -> None:
    found = json.loads(run("plan", "coverage", CWE, "--json").out)
    assert [line["number"] for line in found] == [f"N{n}" for n in range(1, 19)]
    assert {line["status"] for line in found} <= {"on", "off"}
    assert "every one is on, or off for a reason" in run("plan", "coverage", CWE).out
