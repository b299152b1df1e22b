from collections.abc import Iterator

import pytest

from tests.starter.api.serving import Served, serving
from tests.starter.house import House


@pytest.fixture(scope="session")
def served(idle_house: House) -> Iterator[Served]:
    """One process for every test that does not break it."""
    with serving(idle_house) as served:
        yield served
