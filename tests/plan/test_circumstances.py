"""When what a journey's course follows from is the same as before: then, and only then, the course is remembered."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plan.agenda import Agenda
from plan.circumstances import Circumstances
from plan.decide import as_of, remembered
from plan.facts import Fact, People, Person
from plan.model import SendWindow
from plan.outlook import foreseen, outlook
from plan.renaming import under_new_names
from tests.plan.journeys import CREATED, KINDS, WINDOWS, Happening, Misfortune, happenings, misfortunes, rough, smooth
from tests.plan.programs import program
from tests.plan.walk import PEOPLE, Walk, at, begin

PLAN: Final = program()
START: Final = at("2026-09-01 10:00")
FACT: Final = Fact(id="f0", type="told", at=START, heard_at=START, order=0, data={"credits": 1})
JOURNEY: Final = begin(PLAN, "2026-09-01 10:00").journey


def given_(fact: Fact = FACT, people: People = PEOPLE) -> Circumstances:
    return Circumstances(PLAN, JOURNEY, (fact,), people, None)


def test_the_same_read_twice_is_the_same() -> None:
    again = given_(
        Fact.model_validate_json(FACT.model_dump_json()), People.model_validate_json(PEOPLE.model_dump_json())
    )
    assert again == given_()
    assert hash(again) == hash(given_())


@pytest.mark.parametrize(
    "other",
    [
        given_(FACT.model_copy(update={"data": {"credits": 2}})),
        given_(FACT.model_copy(update={"data": {"credits": True}})),
        given_(FACT.model_copy(update={"data": {"credits": 1.0}})),
        given_(FACT.model_copy(update={"at": START - timedelta(seconds=1)})),
        given_(people=PEOPLE.model_copy(update={"roles": {"reviewer": ("rev2",)}})),
        given_(people=People(people={**PEOPLE.people, "p1": Person(id="p1", attributes={"member": 1})})),
        Circumstances(PLAN, JOURNEY, (), PEOPLE, None),
        Circumstances(PLAN, JOURNEY, (FACT,), PEOPLE, START),
        Circumstances(PLAN, JOURNEY.model_copy(update={"program_closed": True}), (FACT,), PEOPLE, None),
        Circumstances(program(), JOURNEY, (FACT,), PEOPLE, None),
    ],
)
def test_whatever_differs_is_another(other: Circumstances) -> None:
    assert other != given_()


def test_what_is_known_of_a_person_counts_as_it_is_spelled() -> None:
    def whose(member: object) -> Circumstances:
        return given_(
            people=People(people={"p1": Person.model_validate({"id": "p1", "attributes": {"member": member}})})
        )

    assert whose(member=True) == whose(member=True)
    assert whose(member=True) != whose(member=1)


def test_a_course_is_foreseen_once_for_the_same_facts_read_again() -> None:
    way = begin(program(), "2026-09-01 10:00")
    way.tell("submitted", at("2026-09-02 10:00"))
    way.agenda(at("2026-09-03 10:00"))
    before = remembered.cache_info()
    way.known = [Fact.model_validate_json(fact.model_dump_json()) for fact in way.known]
    way.agenda(at("2026-09-04 10:00"))
    after = remembered.cache_info()
    assert (after.hits, after.misses) == (before.hits + 1, before.misses)


def decided_anew(way: Walk) -> Agenda:
    """By nothing that was remembered."""
    sent = under_new_names(way.plan, way.rows.values())
    ahead = outlook(way.plan, way.journey, way.facts(), way.people, sent, way.now, foreseen)
    return as_of(way.now, way.plan, ahead, way.facts(), way.people, sent)


def examples(count: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return settings(max_examples=count, deadline=None, derandomize=True)


@examples(15)
@given(st.sampled_from(WINDOWS), happenings(), misfortunes())
def test_remembering_changes_no_decision_on_a_rough_way(
    window: SendWindow, happened: list[Happening], more: Misfortune
) -> None:
    way = rough(window, happened, more)
    for agenda in way.steps(CREATED + timedelta(days=160)):
        assert agenda == decided_anew(way)


@examples(15)
@given(happenings(), st.lists(st.sampled_from(KINDS), min_size=9, max_size=9), st.lists(st.integers(1, 150 * 24)))
def test_other_facts_under_the_same_ids_are_not_taken_for_those_remembered(
    happened: list[Happening], kinds: list[str], hours: list[int]
) -> None:
    instead = [replace(one, kind=kind) for one, kind in zip(happened, kinds, strict=False)]
    one, other = smooth(WINDOWS[0], happened), smooth(WINDOWS[0], instead)
    other.plan, other.people = one.plan, one.people
    assert one.journey == other.journey
    for hour in hours:
        for way in (one, other):
            assert way.agenda(CREATED + timedelta(hours=hour)) == decided_anew(way)
