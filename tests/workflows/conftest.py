"""One worker a file, in a namespace of its own; whatever a test does to a journey, no workflow task may fail."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import pytest
import pytest_asyncio

from tests.temporal_server import TemporalServer
from tests.workflows.stubs import Room
from tests.workflows.world import World, working

Workers = Callable[[], World]
T = TypeVar("T")


class Stories:
    """The long stories of a file, all begun at once: most of their time the server takes to skip some.

    Each is told once; a test awaits the story it has something to say about.
    """

    def __init__(self, workers: Workers, stories: Iterable[Callable[[World], Awaitable[Any]]]) -> None:
        self._tasks = {story: asyncio.create_task(_told(story, workers())) for story in stories}

    async def __call__(self, story: Callable[[World], Awaitable[T]]) -> T:
        result: T = await asyncio.shield(self._tasks[story])
        return result

    async def close(self) -> None:
        """Ends the stories that no test has waited for."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def workers(temporal_server: TemporalServer) -> AsyncIterator[Workers]:
    """Workers for the journeys of this file; each call opens a world whose journeys are looked after together."""
    async with opened(temporal_server) as workers:
        yield workers


@pytest_asyncio.fixture(loop_scope="module")
async def world(workers: Workers) -> AsyncIterator[World]:
    """The journeys of this test."""
    world = workers()
    yield world
    await world.unharmed()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stories(workers: Workers, request: pytest.FixtureRequest) -> AsyncIterator[Stories]:
    """What the file lists under STORIES."""
    stories = Stories(workers, request.module.STORIES)
    yield stories
    await stories.close()


@asynccontextmanager
async def opened(temporal_server: TemporalServer, *, cached: int = 1000) -> AsyncIterator[Workers]:
    """Workers in a namespace of their own that keep so many journeys in memory."""
    client = await temporal_server.client(await temporal_server.new_namespace())
    room = Room()
    async with working(client, room, cached=cached):
        yield lambda: World(client, room)


async def _told(story: Callable[[World], Awaitable[Any]], world: World) -> Any:
    result = await story(world)
    await world.unharmed()
    return result
