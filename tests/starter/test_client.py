from datetime import timedelta

import pytest

from starter import client
from starter.client import NoAnswer, Waypost
from starter.refusal import Refused
from starter.settings import Settings
from tests.starter.house import House
from tests.starter.people import new_journey
from tests.until import until


async def test_a_snapshot_says_how_the_journey_stands(waypost: Waypost) -> None:
    journey = await new_journey(waypost)
    await waypost.tell(journey, "submitted", wait=True)
    found = await waypost.snapshot(journey)
    assert (found.journey, found.stage) == (journey, "in_review")


async def test_an_ended_journey_still_answers(waypost: Waypost) -> None:
    journey = await new_journey(waypost)
    await waypost.tell(journey, "withdrawn", wait=True)
    handle = waypost.temporal.get_workflow_handle(journey)

    async def closed() -> bool:
        return (await handle.describe()).close_time is not None

    await until(closed)
    assert (await waypost.snapshot(journey)).stage == "withdrawn"


async def test_without_a_worker_there_is_no_answer(idle: Waypost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "ANSWER_WITHIN", timedelta(seconds=0.5))
    with pytest.raises(NoAnswer, match="no worker answers for journey:trial"):
        await idle.snapshot(await new_journey(idle))


async def test_a_journey_that_the_engine_does_not_know_is_refused(idle: Waypost) -> None:
    with pytest.raises(Refused, match="the engine has no journey journey:trial:nobody:application:1"):
        await idle.snapshot("journey:trial:nobody:application:1")


async def test_a_client_opens_nothing_that_belongs_to_another_installation(house: House, idle_house: House) -> None:
    mixed: Settings = house.settings.model_copy(update={"temporal": idle_house.settings.temporal})
    with pytest.raises(Refused, match="belongs to another installation"):
        async with Waypost.open(mixed):
            pass
