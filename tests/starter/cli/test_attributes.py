"""What is known of people is typed as the published plans declare it; what none declares is refused."""

import pytest
from pydantic import JsonValue

from ledger import Ledger
from starter.cli.attributes import attributes
from starter.plans import PlanFiles, publish
from starter.refusal import Refused
from tests.plan.written import TEXT, loaded


def publish_with(ledger: Ledger, program: str, person: str) -> None:
    declared = f"person: {{{person}}}\n" if person else ""
    text = TEXT.replace("program: cwe", f"program: {program}")
    text = text.replace("person: {birth_date: date, member: boolean}\n", declared)
    publish(ledger, PlanFiles(plan=loaded(text), source=text, templates={}), "test")


def known(ledger: Ledger, *given: str) -> dict[str, JsonValue]:
    with ledger.read() as connection:
        return attributes(connection, given)


@pytest.mark.parametrize("ledger", ["sqlite"], indirect=True)
def test_while_no_plan_is_published_everything_is_taken_as_it_comes(ledger: Ledger) -> None:
    assert known(ledger, "member=yes", "level=2") == {"member": "yes", "level": "2"}


@pytest.mark.parametrize("ledger", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("member=true", {"member": True}),
        ("birth_date=1980-12-31", {"birth_date": "1980-12-31"}),
        ("level=gold", {"level": "gold"}),
        ("level=3", {"level": 3}),
        ("member=", {"member": None}),
        ("declared_once=", {"declared_once": None}),
    ],
)
def test_a_value_is_typed_as_any_published_plan_declares_it(
    ledger: Ledger, given: str, expected: dict[str, JsonValue]
) -> None:
    publish_with(ledger, "one", "birth_date: date, level: number")
    publish_with(ledger, "two", "member: boolean, level: {choices: [gold, silver]}")
    assert known(ledger, given) == expected


@pytest.mark.parametrize("ledger", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("birth_date=12/31/1980", "`birth_date` must be a date such as 2026-12-31"),
        ("level=bronze", "`level` must be one of `gold`, `silver`"),
        ("brith_date=1980-12-31", "no published plan declares `brith_date` under `person:`: did you mean `birth_date`"),
    ],
)
def test_a_wrong_value_and_an_unknown_name_are_refused_with_the_right_one(
    ledger: Ledger, given: str, said: str
) -> None:
    publish_with(ledger, "one", "birth_date: date, level: number")
    publish_with(ledger, "two", "level: {choices: [gold, silver]}")
    with pytest.raises(Refused) as refused:
        known(ledger, given)
    assert said in str(refused.value)


@pytest.mark.parametrize("ledger", ["sqlite"], indirect=True)
def test_a_plan_without_a_word_about_people_declares_nothing(ledger: Ledger) -> None:
    publish_with(ledger, "one", "")
    with pytest.raises(Refused, match=r"no published plan declares `member` under `person:`: none has anything there"):
        known(ledger, "member=true")
