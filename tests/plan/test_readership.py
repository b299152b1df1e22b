"""What is remembered of a rule's readers is what asking for each of its messages says."""

from datetime import timedelta
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from plan.lifecycle import fold
from plan.model import SendWindow
from plan.readership import Readership
from plan.recipients import recipients
from plan.timing import reader
from plan.triggers import planned
from tests.plan.journeys import CREATED, WINDOWS, Happening, Misfortune, happenings, misfortunes, rough
from tests.plan.walk import at, begin
from tests.plan.written import loaded

ASKED_AT: Final = [CREATED + timedelta(days=days) for days in (0, 30, 90, 160)]


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.sampled_from(WINDOWS), happenings(), misfortunes())
def test_readers_are_who_each_message_asks_for(window: SendWindow, happened: list[Happening], more: Misfortune) -> None:
    way = rough(window, happened, more)
    for way.now in ASKED_AT:
        life = fold(way.plan, way.journey, way.facts())
        readership = Readership(way.plan, life, way.people)
        for one in planned(way.plan, life):
            asked = recipients(way.plan, life, way.people, one)
            assert readership.of(one) == tuple((who, reader(way.plan, who, way.journey.id)) for who in asked)


def test_each_payment_is_confirmed_to_whoever_made_it() -> None:
    way = begin(loaded(), "2026-09-01 10:00")
    way.tell("payment_received", at("2026-09-02 10:00"), payer="pat")
    way.tell("payment_received", at("2026-09-03 10:00"))
    way.tell("payment_received", at("2026-09-04 10:00"), payer="kim")
    way.now = at("2026-09-05 10:00")
    life = fold(way.plan, way.journey, way.facts())
    readership = Readership(way.plan, life, way.people)
    receipts = [one for one in planned(way.plan, life) if one.rule.name == "receipt"]
    assert [who.to for one in receipts for who, _ in readership.of(one)] == ["payer.pat", "applicant", "payer.kim"]
