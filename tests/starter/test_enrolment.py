from datetime import UTC, datetime, timedelta

import pytest

from ledger import facts, journeys
from starter.client import Waypost
from starter.enrolment import Enrolment, _record, enroll
from starter.refusal import CutShort, Refused
from tests.starter.house import House
from tests.starter.people import new_person
from workflows import wire
from workflows.wire import journey_id

CREATED = datetime(2026, 1, 5, 15, tzinfo=UTC)


def _row(waypost: Waypost, journey: str) -> journeys.JourneyRow | None:
    with waypost.ledger.read() as connection:
        return journeys.journey(connection, journey)


async def test_enrolling_starts_the_journey_with_its_first_search_attributes(waypost: Waypost) -> None:
    person = new_person(waypost)
    enrolled = await waypost.enroll(person, "trial", "application")
    described = await waypost.temporal.get_workflow_handle(enrolled.journey).describe()
    found = described.typed_search_attributes
    assert enrolled.journey == f"journey:trial:{person}:application:1"
    assert [found.get(key) for key in (wire.PROGRAM, wire.PROCESS, wire.STAGE, wire.PERSON_ID)] == [
        "trial",
        "application",
        "in_progress",
        person,
    ]
    assert await described.static_summary() == f"Trial Program · application 1 · {person}"


async def test_the_enrolment_itself_is_facts_that_no_decision_voids(idle: Waypost) -> None:
    person = new_person(idle)
    enrolled = await idle.enroll(person, "trial", "renewal", created=CREATED, told={"expires_on": "2027-01-31"})
    with idle.ledger.write() as connection:
        facts.void_from(connection, enrolled.journey, 0)
        kept = facts.facts(connection, enrolled.journey)
    assert [(fact.id, fact.type, fact.at, fact.data) for fact in kept] == [
        ("created", "created", CREATED, {}),
        ("told-at-enrolment", "told", CREATED, {"expires_on": "2027-01-31"}),
    ]


async def test_enrolling_again_changes_nothing(idle: Waypost) -> None:
    person = new_person(idle)
    first = await idle.enroll(person, "trial", "application")
    run = (await idle.temporal.get_workflow_handle(first.journey).describe()).run_id
    again = await idle.enroll(person, "trial", "application")
    assert (again.journey, again.result) == (first.journey, "same")
    assert (await idle.temporal.get_workflow_handle(first.journey).describe()).run_id == run


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"created": CREATED + timedelta(days=1)}, "created 2026-01-05T15:00:00Z"),
        ({"created": CREATED, "told": {"expires_on": "2027-02-28"}}, "other told values"),
        ({"created": CREATED, "roles": {"payer": ("{person}",)}}, "other roles"),
    ],
)
async def test_enrolling_again_with_other_data_is_refused(idle: Waypost, other: dict[str, object], said: str) -> None:
    person = new_person(idle)
    await idle.enroll(person, "trial", "renewal", created=CREATED)
    given = Enrolment.model_validate({"person": person, "program": "trial", "process": "renewal", **other})
    named = given.model_copy(update={"roles": dict.fromkeys(given.roles, (person,))})
    with pytest.raises(Refused, match=f"already enrolled .* with {said}; use extend"):
        await enroll(idle.temporal, idle.ledger, named)


async def test_a_crash_before_the_start_is_completed_by_enrolling_again(idle: Waypost) -> None:
    given = Enrolment(person=new_person(idle), program="trial", process="application")
    _record(idle.ledger, given)
    enrolled = await enroll(idle.temporal, idle.ledger, given)
    row = _row(idle, enrolled.journey)
    assert row is not None
    assert row.started_at is not None
    assert (await idle.temporal.get_workflow_handle(enrolled.journey).describe()).status is not None


async def test_a_crash_after_the_start_is_completed_without_a_second_run(idle: Waypost) -> None:
    given = Enrolment(person=new_person(idle), program="trial", process="application")
    _, row, _ = _record(idle.ledger, given)
    started = await idle.temporal.start_workflow(wire.WORKFLOW, id=row.id, task_queue=wire.JOURNEYS)
    await enroll(idle.temporal, idle.ledger, given)
    assert (await started.describe()).run_id == started.first_execution_run_id
    done = _row(idle, row.id)
    assert done is not None
    assert done.started_at is not None


async def test_an_engine_that_does_not_take_the_start_leaves_it_to_the_next_try(
    idle: Waypost, idle_house: House
) -> None:
    elsewhere = await idle_house.server.client("no-such-namespace")
    given = Enrolment(person=new_person(idle), program="trial", process="application")
    with pytest.raises(CutShort, match=r"is enrolled but not started yet \(.*\); enroll again"):
        await enroll(elsewhere, idle.ledger, given)
    assert (await enroll(idle.temporal, idle.ledger, given)).result == "same"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"person": "ada@example.org"}, "person id looks like an address"),
        ({"person": "nobody"}, "nobody is known as nobody; run first: waypost person set nobody"),
        ({"program": "cwf"}, "there is no program 'cwf'; known: trial"),
        ({"process": "audit"}, "trial has no process 'audit'; it has: application, renewal"),
        ({"cycle": "x" * 25}, "cycle"),
        ({"created": datetime(2100, 1, 1, tzinfo=UTC)}, "a journey cannot have been created in the future"),
        ({"told": {"expires_on": "soon"}}, "`expires_on` of told must be a date such as 2026-12-31"),
        ({"roles": {"payer": ("stranger",)}}, "nobody is known as stranger"),
    ],
)
async def test_a_wrong_enrolment_is_one_sentence_and_nothing_is_written(
    idle: Waypost, wrong: dict[str, object], said: str
) -> None:
    person = new_person(idle)
    given = {"person": person, "program": "trial", "process": "renewal", **wrong}
    with pytest.raises(Refused, match=said) as error:
        await enroll(idle.temporal, idle.ledger, Enrolment.model_validate(given))
    assert "\n" not in str(error.value)
    assert _row(idle, journey_id("trial", person, "renewal", "1")) is None


async def test_without_a_cycle_it_is_the_one_under_way_else_the_next_number(idle: Waypost) -> None:
    person = new_person(idle)
    first = await idle.enroll(person, "trial", "renewal")
    assert (await idle.enroll(person, "trial", "renewal")).journey == first.journey
    with idle.ledger.write() as connection:
        journeys.end(connection, first.journey, datetime.now(UTC))
    assert (await idle.enroll(person, "trial", "renewal")).journey == journey_id("trial", person, "renewal", "2")
