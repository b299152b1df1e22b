"""Every notification has a template, in English too, and one whose merge fields it can fill (plan.md 17)."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from mail.template import Template, names, parse
from plan.load import Use, load
from plan.merge import catalogue
from plan.model import Plan
from tests.plan.written import TEXT, changed, loaded

FEE = changed(
    "coverage: {N12",
    "fees: {late: [{amount: 9.00 USD}], new: [{amount: 9 USD}, {from: due, amount: 12 USD}]}\ncoverage: {N12",
)


def templates(fields: Mapping[str, str], text: str = TEXT, *, bare: bool = False) -> list[str]:
    """Problems of a plan whose rules all have a template; the named ones use these merge fields, in lines 1, 2 …"""
    used: dict[str, tuple[Use, ...]] = {f"{rule}.en.html": () for rule in loaded(text).rules}
    for rule, listed in fields.items():
        used[f"{rule}.en.html"] = tuple(Use(name, line, bare) for line, name in enumerate(listed.split(), 1))
    found = load(text, "plan.yaml", used)
    return [str(problem) for problem in found] if isinstance(found, tuple) else []


def test_a_template_may_ask_for_every_field_of_its_rule() -> None:
    plan = loaded()
    assert templates({name: " ".join(catalogue(plan, rule)) for name, rule in plan.rules.items()}) == []


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
    [found] = templates({rule: names})
    assert found.startswith(f"{rule}.en.html:{expected}")


@pytest.mark.parametrize(
    ("rule", "field", "expected"),
    [
        (
            "past_due",
            "days_left",
            "[[days_left]] is always empty in `past_due`, after the deadline: write [[days_late]]",
        ),
        (
            "desk_notice",
            "days_left",
            "[[days_left]] is always empty in `desk_notice`, after the deadline: write [[days_late]]",
        ),
        (
            "due_reminder",
            "days_late",
            "[[days_late]] is always empty in `due_reminder`, before the deadline: write [[days_left]]",
        ),
        (
            "due_moved",
            "days_left",
            (
                "[[days_left]] is empty in some messages of `due_moved` (a deadline can be moved to either side of "
                "today): write `[[if days_left]] … [[end]]` around it"
            ),
        ),
        (
            "welcome",
            "clock.due.on",
            (
                "[[clock.due.on]] is empty in some messages of `welcome` (`renewal` has no such deadline): write "
                "`[[if clock.due.on]] … [[end]]` around it"
            ),
        ),
        (
            "due_reminder",
            "items",
            (
                "[[items]] is empty in some messages of `due_reminder` (no item need be open): write "
                "`[[if items]] … [[end]]` around it"
            ),
        ),
        ("welcome", "allowed", "[[allowed]] is always empty: no deadline says what it `allows:`"),
        (
            "welcome",
            "fees.late.next",
            "[[fees.late.next]] is always empty: the fee `late` has one step; write [[fees.late.now]]",
        ),
        (
            "past_due",
            "fees.new.next_on",
            "[[fees.new.next_on]] is always empty in `past_due`, after `due`: write [[fees.new.now]]",
        ),
    ],
)
def test_a_field_without_which_messages_would_be_held_is_said(rule: str, field: str, expected: str) -> None:
    assert templates({rule: field}, FEE, bare=True) == [f"{rule}.en.html:1: {expected}"]
    assert templates({rule: field}, FEE) == []


@pytest.mark.parametrize(
    ("steps", "held", "filled"),
    [
        ("{from: due, amount: 9 USD}", "welcome due_reminder submission", "past_due desk_notice late_turn in_the_past"),
        ("{from: due, amount: 9 USD}, {from: grace, amount: 12 USD}", "welcome due_moved", "past_due late_turn"),
        ("{from: 2027-01-01, amount: 9 USD}", "welcome past_due", ""),
        ("{from: due, amount: 9 USD, if: person.member}", "welcome past_due late_turn", ""),
        ("{amount: 9 USD}, {from: due, amount: 12 USD}", "", "welcome due_reminder past_due"),
        ("{amount: 9 USD, if: person.member}, {from: due, amount: 12 USD}", "", "welcome"),
    ],
)
def test_a_fee_that_has_no_amount_before_its_first_step_is_asked_for(steps: str, held: str, filled: str) -> None:
    rules = (
        "  late_turn: {purpose: announcement, to: applicant, entered: past_due}\n"
        "  submission: {purpose: confirmation, to: applicant, on: submitted, while: in_review}\n"
        "  in_the_past: {purpose: reminder, to: applicant, after: opened, offsets: [1 day], while: past_due}\n"
    )
    text = changed("coverage: {N12", f"{rules}fees: {{late: [{steps}]}}\ncoverage: {{N12")
    text = text.replace("      grace: {after", "      opened: {after: created, plus: 30 days}\n      grace: {after")
    for rule in held.split():
        assert templates({rule: "fees.late.now"}, text, bare=True) == [
            (
                f"{rule}.en.html:1: [[fees.late.now]] is empty in some messages of `{rule}` (the fee `late` has no "
                "step without `from:`): write `[[if fees.late.now]] … [[end]]` around it"
            )
        ]
        assert templates({rule: "fees.late.now"}, text) == []
    assert templates(dict.fromkeys(filled.split(), "fees.late.now"), text, bare=True) == []


def test_a_word_of_what_is_allowed_is_asked_for_and_never_printed() -> None:
    text = changed("grace: {after: due, plus: 60 days}", "grace: {after: due, plus: 60 days, allows: [pay]}")
    assert templates({"past_due": "allows.pay allowed"}, text, bare=True) == [
        "past_due.en.html:1: [[allows.pay]] is no text: ask for it, `[[if allows.pay]] … [[end]]`"
    ]


def test_fields_that_a_rule_can_fill_stand_bare() -> None:
    assert templates({"due_reminder": "days_left deadline.on clock.due.on fees.new.next"}, FEE, bare=True) == []
    assert templates({"past_due": "days_late clock.grace.on fees.new.now"}, FEE, bare=True) == []
    assert templates({"answer_due": "items item links.upload days_left"}, FEE, bare=True) == []
    assert templates({"receipt": "event.on event.amount applicant.name told.expires_on"}, FEE, bare=True) == []


def test_a_rule_without_a_template_is_a_problem_of_the_plan() -> None:
    used: dict[str, tuple[Use, ...]] = {
        f"{rule}.en.html": () for rule in loaded().rules if rule not in {"welcome", "receipt"}
    }
    found = load(TEXT, "plan.yaml", {**used, "welcom.en.html": (), "layout.html": ()})
    assert isinstance(found, tuple)
    assert [str(problem) for problem in found] == [
        "plan.yaml:41: `welcome` has no template: write templates/welcome.en.html (did you mean `welcom.en.html`?)",
        "plan.yaml:44: `receipt` has no template: write templates/receipt.en.html",
    ]


def test_readers_of_every_language_can_fall_back_on_english() -> None:
    used: dict[str, tuple[Use, ...]] = {f"{rule}.en.html": () for rule in loaded().rules if rule != "welcome"}
    found = load(TEXT, "plan.yaml", {**used, "welcome.fr.html": ()})
    assert isinstance(found, tuple)
    assert [str(problem) for problem in found] == [
        (
            "plan.yaml:41: `welcome` has no template for readers of other languages than welcome.fr.html: "
            "write templates/welcome.en.html"
        )
    ]


@pytest.mark.parametrize("program", ["cwe", "quickstart"])
def test_a_shipped_plan_fits_its_templates(program: str) -> None:
    folder = Path(__file__).parents[2] / "programs" / program
    used = {}
    for file in sorted((folder / "templates").glob("*.html")):
        template = parse(file.read_text(encoding="utf-8"))
        assert isinstance(template, Template)
        used[file.name] = [Use(*use) for use in names(template)]
    found = load((folder / "plan.yaml").read_text(encoding="utf-8"), "plan.yaml", used)
    assert isinstance(found, Plan), "\n".join(map(str, found))
    assert {name.partition(".")[0] for name in used} == found.rules.keys()
