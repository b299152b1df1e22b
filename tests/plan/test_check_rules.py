"""Names that refer to nothing in notifications, and their templates (plan.md 18, 24)."""

import re
from pathlib import Path

import pytest

from plan.load import load
from plan.merge import catalogue
from plan.model import Plan
from tests.plan.written import TEXT, changed, loaded, problems


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "to: applicant, on: created",
            "to: aplicant, on: created",
            ["41: there is no role `aplicant`: did you mean `applicant`?"],
        ),
        (
            "on: payment_received, urgent",
            "on: payment_recieved, urgent",
            [
                (
                    "44: `payment_recieved` is named nowhere else: did you mean `payment_received`? If not, "
                    "declare it: `events: {payment_recieved: }`"
                ),
            ],
        ),
        (
            "before: due, offsets: usual",
            "before: deu, offsets: usual",
            ["42: there is no deadline `deu`: did you mean `due`?"],
        ),
        (
            "before: due, offsets: usual",
            "before: submitted, offsets: usual",
            ["42: `submitted` is an event, not a deadline: write `on: submitted`"],
        ),
        (
            "offsets: usual, while: in_progress",
            "offsets: usual, while: in_progess",
            ["42: there is no stage `in_progess`: did you mean `in_progress`?"],
        ),
        ('at: "09:00"', 'at: "20:00"', ["43: 20:00 is outside the send window: write a time from 08:00 to 20:00"]),
        (
            "while: insufficient",
            "while: in_review",
            ["45: there is no stage of document `in_review`: write one of `insufficient`, `received`"],
        ),
        ("stages: [in_review]", "stages: [in_reviw]", ["46: there is no stage `in_reviw`: did you mean `in_review`?"]),
        (
            "on: created}",
            "on: created, stages: [in_review]}",
            ["41: `welcome` is not about items: write `while:` in place of `stages:`"],
        ),
        (
            "offsets: [4 hours], in: renewal",
            "offsets: [4 hours], in: renwal",
            ["50: there is no process `renwal`: did you mean `renewal`?"],
        ),
        (
            "offsets: [4 hours], in: renewal",
            "offsets: [4 hours], in: application",
            ["50: there is no deadline `expiry`: write one of `due`, `grace`, `response`"],
        ),
        (
            "renewal:\n",
            "a renewal:\n",
            [
                (
                    "36: `a renewal` cannot name a process: use letters, digits, `.`, `_` and `-`, at most 32 "
                    "in all, beginning with a letter or digit"
                ),
                "50: there is no process `renewal`: did you mean `a renewal`?",
            ],
        ),
    ],
)
def test_18_a_name_that_refers_to_nothing_is_found_in_notifications(old: str, new: str, expected: list[str]) -> None:
    assert problems(changed(old, new)) == expected


def test_24_a_time_outside_the_window_is_fine_for_what_ignores_it() -> None:
    loaded(changed('at: "09:00"', 'at: "22:00", urgent: true'))


def test_18_a_rule_can_wait_for_the_passing_of_a_deadline() -> None:
    assert loaded().rules["desk_notice"].on == "due"


def templates(**names: str) -> list[str]:
    """Problems of a plan whose rules all have a template; the named ones use these merge fields, in lines 1, 2 …"""
    used: dict[str, tuple[tuple[str, int], ...]] = {f"{rule}.en.html": () for rule in loaded().rules}
    for rule, fields in names.items():
        used[f"{rule}.en.html"] = tuple((name, line) for line, name in enumerate(fields.split(), 1))
    found = load(TEXT, "plan.yaml", used)
    return [str(problem) for problem in found] if isinstance(found, tuple) else []


def test_a_template_may_use_every_field_of_its_rule() -> None:
    plan = loaded()
    assert templates(**{name: " ".join(catalogue(plan, rule)) for name, rule in plan.rules.items()}) == []


@pytest.mark.parametrize(
    ("rule", "names", "expected"),
    [
        ("welcome", "program.title applicant.nam", "2: `welcome` has no merge field [[applicant.nam]]: did you mean"),
        ("welcome", "deadline.on", "1: `welcome` has no merge field [[deadline.on]]: "),
        ("welcome", "links.upload", "1: `welcome` has no merge field [[links.upload]]: "),
        ("desk_notice", "event.on", "1: `desk_notice` has no merge field [[event.on]]: "),
        ("clarification", "event.amount", "1: `clarification` has no merge field [[event.amount]]: "),
    ],
)
def test_an_unknown_merge_field_is_a_problem_of_its_template(rule: str, names: str, expected: str) -> None:
    [found] = templates(**{rule: names})
    assert found.startswith(f"{rule}.en.html:{expected}")


def test_a_rule_without_a_template_is_a_problem_of_the_plan() -> None:
    used = {f"{rule}.en-US.html": () for rule in loaded().rules if rule not in {"welcome", "receipt"}}
    found = load(TEXT, "plan.yaml", {**used, "welcom.en.html": (), "layout.html": ()})
    assert isinstance(found, tuple)
    assert [str(problem) for problem in found] == [
        "plan.yaml:41: `welcome` has no template: write templates/welcome.en.html (did you mean `welcom.en.html`?)",
        "plan.yaml:44: `receipt` has no template: write templates/receipt.en.html",
    ]


@pytest.mark.parametrize("program", ["cwe", "quickstart"])
def test_a_shipped_plan_fits_its_templates(program: str) -> None:
    folder = Path(__file__).parents[2] / "programs" / program
    used = {}
    for file in sorted((folder / "templates").glob("*.html")):
        source = file.read_text(encoding="utf-8")
        used[file.name] = [
            (name, source.count("\n", 0, found.start()) + 1)
            for found in re.finditer(r"\[\[(?:if )?([^\]]+)\]\]", source)
            if (name := found.group(1)) != "end"
        ]
    plan = load((folder / "plan.yaml").read_text(encoding="utf-8"), "plan.yaml", used)
    assert isinstance(plan, Plan), "\n".join(map(str, plan))
    assert {name.partition(".")[0] for name in used} == plan.rules.keys()
