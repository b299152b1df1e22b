"""Names with two meanings, and messages that would go out twice (plan.md 4, 20, 28)."""

import pytest

from tests.plan.written import changed, loaded, problems


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "staff: {desk: [",
            "staff: {holder: [help@example.org], desk: [",
            "7: `holder` is a role of Waypost's own: give the desk another name",
        ),
        (
            "staff: {desk: [",
            "staff: {payer: [help@example.org], desk: [",
            "12: `payer` is a desk too: give the desk or the field another name",
        ),
        (
            "told: {expires_on: date,",
            "told: {stage: id, expires_on: date,",
            "10: `stage` means something of its own in conditions: give the told field another name",
        ),
        (
            "coverage: {N12",
            "  Welcome: {purpose: announcement, to: desk, on: created}\ncoverage: {N12",
            "51: `welcome` and `Welcome` differ in capitals alone: rename one",
        ),
        (
            "  renewal:\n",
            "  Application: {start: open, stages: {open: {submitted: done}}}\n  renewal:\n",
            "36: `application` and `Application` differ in capitals alone: rename one",
        ),
        (
            "coverage: {N12",
            "  hello: {purpose: announcement, to: applicant, on: created, template: welcome}\ncoverage: {N12",
            "51: `hello` goes out whenever `welcome` does, with the same text: keep one of them",
        ),
        (
            "coverage: {N12",
            "  hi: {purpose: announcement, to: desk, on: created, was: welcome}\ncoverage: {N12",
            "51: `welcome` is still a notification: `was` names one that is gone",
        ),
        (
            "coverage: {N12",
            "  adhoc: {purpose: announcement, to: desk, on: created}\ncoverage: {N12",
            "51: `adhoc` is what Waypost calls messages that no plan sends: give the notification another name",
        ),
        (
            "coverage: {N12",
            "  Broadcast: {purpose: announcement, to: desk, on: created}\ncoverage: {N12",
            "51: `Broadcast` is what Waypost calls messages that no plan sends: give the notification another name",
        ),
        (
            "coverage: {N12",
            (
                "  hi: {purpose: announcement, to: desk, on: created, was: old}\n"
                "  ho: {purpose: announcement, to: reviewer, on: created, was: old}\ncoverage: {N12"
            ),
            "52: two notifications were `old`: keep the name with one",
        ),
    ],
)
def test_what_clashes_is_said_with_its_line(old: str, new: str, expected: str) -> None:
    assert problems(changed(old, new)) == [expected]


@pytest.mark.parametrize(
    "rule",
    [
        "{purpose: announcement, to: applicant, on: created}",  # another text
        "{purpose: announcement, to: desk, on: created, template: welcome}",
        "{purpose: announcement, to: applicant, on: approved, template: welcome}",
        "{purpose: announcement, to: applicant, on: created, template: welcome, state: draft}",
    ],
)
def test_two_messages_that_differ_are_two(rule: str) -> None:
    loaded(changed("coverage: {N12", f"  hello: {rule}\ncoverage: {{N12"))
