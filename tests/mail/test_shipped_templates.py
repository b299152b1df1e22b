import re
from pathlib import Path

import pytest

from mail.render import Rendered, render
from mail.template import Template, names, parse
from tests.mail.sample import ALWAYS, FULL, LETTERHEAD

PROGRAMS = Path(__file__).parents[2] / "programs"
SHIPPED = sorted(PROGRAMS.glob("*/templates/*.html"))
CWE = sorted(PROGRAMS.glob("cwe/templates/*.html"))
TO_OTHERS = {"answer_arrived", "audit_answer_arrived", "desk_past_due_notice", "receipt"}
WITH_A_DATE_TO_ACT_BY = {
    "additional_information": "clock.response.on",
    "answer_reminder": "deadline.on",
    "audit_finding": "clock.finding.on",
    "clarification": "clock.response.on",
    "clarification_reminder": "deadline.on",
    "deadline_changed": "deadline.on",
    "due_reminder": "deadline.on",
    "finding_reminder": "deadline.on",
    "grace_reminder": "deadline.on",
    "in_progress_prompt": "clock.due.on",
    "past_due": "clock.grace.on",
    "renewal_due_reminder": "deadline.on",
    "renewal_welcome": "clock.due.on",
    "returned": "clock.answer.on",
    "welcome": "clock.due.on",
}


def rule(path: Path) -> str:
    return path.name.removesuffix(".en.html")


def shipped(path: Path) -> Template:
    template = parse(path.read_text(), str(path))
    assert isinstance(template, Template), str(template)
    return template


def rendered(path: Path, fields: dict[str, str]) -> Rendered:
    done = render(shipped(path), fields, LETTERHEAD)
    assert isinstance(done, Rendered), (str(path), done)
    return done


each = pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parts[-3]}-{rule(path)}")


@each
def test_it_uses_only_known_fields(path: Path) -> None:
    assert {name for name, *_ in names(shipped(path))} <= set(FULL)


@each
def test_it_can_be_sent_even_when_all_that_may_be_missing_is(path: Path) -> None:
    done = rendered(path, ALWAYS)
    assert "Hello," in done.text
    gaps = r"\S [,.;]|\(\)|^- [^\n]*:$(?!\n )"  # where a field would stand
    assert not re.search(gaps, done.text, re.MULTILINE), done.text


@each
def test_it_says_the_point_in_a_short_subject_and_has_a_text_part(path: Path) -> None:
    done = rendered(path, FULL)
    assert 10 < len(done.subject) <= 78
    assert len(done.text.split()) > 40


@pytest.mark.parametrize("path", CWE, ids=rule)
def test_it_says_whom_to_ask(path: Path) -> None:
    assert "program.help" in {name for name, *_ in names(shipped(path))}
    assert "help@example.org" in rendered(path, FULL).text


@pytest.mark.parametrize(("name", "date"), WITH_A_DATE_TO_ACT_BY.items())
def test_it_says_by_when_with_date_time_and_zone(name: str, date: str) -> None:
    path = PROGRAMS / f"cwe/templates/{name}.en.html"
    assert date in {used for used, *_ in names(shipped(path))}
    assert FULL[date] in " ".join(rendered(path, FULL).text.split())


@pytest.mark.parametrize("name", sorted(TO_OTHERS))
def test_others_than_the_applicant_never_read_a_reason_a_total_or_the_applicant_s_salutation(name: str) -> None:
    used = {field for field, *_ in names(shipped(PROGRAMS / f"cwe/templates/{name}.en.html"))}
    assert not {field for field in used if field == "event.reason" or field.startswith(("told.", "person."))}
    assert "applicant.first_name" not in used


def test_no_two_templates_of_a_program_have_the_same_subject() -> None:
    subjects = [rendered(path, FULL).subject for path in CWE]
    assert len(set(subjects)) == len(subjects)
