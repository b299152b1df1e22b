from collections.abc import AsyncIterator, Iterator

import pytest

from ledger import Ledger
from tests.starter.api.reader import Reader, reading
from tests.starter.api.serving import Served, serving
from tests.starter.house import House


@pytest.fixture(scope="session")
def served(idle_house: House) -> Iterator[Served]:
    """One process for every test that does not break it."""
    with serving(idle_house) as served:
        yield served


@pytest.fixture
async def reader(ledger: Ledger) -> AsyncIterator[Reader]:
    """Ada has her welcome, which is optional."""
    async with reading(ledger) as reader:
        yield reader
