from itertools import pairwise
from pathlib import Path

from starter import engine
from starter.engine import Ports
from workflows.wire import SEARCH_ATTRIBUTES

PORTS = Ports(7233, 7243, 8233)


def _values(command: list[str], flag: str) -> list[str]:
    return [value for name, value in pairwise(command) if name == flag]


def test_the_server_registers_every_search_attribute_of_ours() -> None:
    given = _values(engine.command(Path("/data"), PORTS, fast_forward=False), "--search-attribute")
    assert {text.partition("=")[0] for text in given} == {key.name for key in SEARCH_ATTRIBUTES}
    assert "Flags=KeywordList" in given
    assert "DueAt=Datetime" in given


def test_time_may_be_skipped_only_where_it_was_asked_for() -> None:
    plain = engine.command(Path("/data"), PORTS, fast_forward=False)
    skipping = engine.command(Path("/data"), PORTS, fast_forward=True)
    assert not any("Skipping" in part for part in plain)
    assert "frontend.WorkflowTimeSkippingEnabled=true" in _values(skipping, "--dynamic-config-value")


def test_ids_are_as_long_as_sql_visibility_can_index() -> None:
    assert "limit.maxIDLength=255" in _values(
        engine.command(Path("/data"), PORTS, fast_forward=False), "--dynamic-config-value"
    )


async def test_where_nothing_listens_nothing_answers() -> None:
    assert not await engine.answers(Ports(1, 1, 1))
