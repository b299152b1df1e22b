from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client

from ledger import Ledger, installation, open_ledger
from ledger.schema import migrate
from starter.installation import MARK, RETENTION, check, check_search_attributes, claim, equip
from starter.refusal import Refused
from tests.temporal_server import TemporalServer


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    yield from _ledger(tmp_path / "one.db")


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Ledger]:
    yield from _ledger(tmp_path / "other.db")


@pytest.fixture
async def bare(temporal_server: TemporalServer) -> Client:
    """A client of a namespace as an administrator makes it."""
    return await temporal_server.client(await temporal_server.new_namespace(search_attributes=False))


def _ledger(file: Path) -> Iterator[Ledger]:
    migrate(f"sqlite:///{file}")
    ledger = open_ledger(f"sqlite:///{file}")
    yield ledger
    ledger.close()


async def _mark(client: Client) -> str | None:
    found = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    return found.namespace_info.data.get(MARK)


async def test_claiming_gives_both_sides_one_id_and_again_changes_nothing(bare: Client, ledger: Ledger) -> None:
    own = await claim(bare, ledger, "development", fast_forward=True)
    assert await _mark(bare) == own.id
    assert await claim(bare, ledger, "production", fast_forward=False) == own
    assert await check(bare, ledger) == own


async def test_a_claim_that_was_cut_short_between_the_two_is_completed(bare: Client, ledger: Ledger) -> None:
    with ledger.write() as connection:
        installation.create(connection, "the-first-half", "development", False, datetime.now(UTC))
    assert (await claim(bare, ledger, "development", fast_forward=False)).id == "the-first-half"
    assert await _mark(bare) == "the-first-half"


async def test_a_copied_or_new_ledger_meets_a_namespace_of_somebody_else(
    bare: Client, client: Client, ledger: Ledger, other: Ledger
) -> None:
    await claim(bare, ledger, "development", fast_forward=False)
    with pytest.raises(Refused, match="belongs to another installation; this ledger is new"):
        await claim(bare, other, "development", fast_forward=False)
    await claim(client, other, "development", fast_forward=False)
    for refused in (claim(bare, other, "development", fast_forward=False), check(bare, other)):
        with pytest.raises(Refused, match="belongs to another installation; this ledger is of installation"):
            await refused


async def test_neither_side_may_be_without_an_id(bare: Client, client: Client, ledger: Ledger) -> None:
    with pytest.raises(Refused, match="this ledger belongs to no installation yet; run: waypost migrate"):
        await check(bare, ledger)
    await claim(client, ledger, "development", fast_forward=False)
    with pytest.raises(Refused, match="belongs to no installation yet; run: waypost migrate"):
        await check(bare, ledger)


async def test_a_namespace_that_is_not_there_is_named(temporal_server: TemporalServer, ledger: Ledger) -> None:
    nowhere = await temporal_server.client("nowhere")
    with pytest.raises(Refused, match="the Temporal server has no namespace nowhere"):
        await claim(nowhere, ledger, "development", fast_forward=False)


async def test_equipping_adds_search_attributes_and_keeps_histories(bare: Client) -> None:
    with pytest.raises(Refused, match=r"lacks the search attribute\(s\) Program, .*; run: waypost migrate"):
        await check_search_attributes(bare)
    for _ in range(2):
        await equip(bare)
    await check_search_attributes(bare)
    found = await bare.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=bare.namespace))
    assert found.config.workflow_execution_retention_ttl.ToTimedelta() == RETENTION


async def test_a_search_attribute_of_another_type_is_refused(bare: Client) -> None:
    wrong = {"Stage": IndexedValueType.INDEXED_VALUE_TYPE_TEXT}
    request = AddSearchAttributesRequest(namespace=bare.namespace, search_attributes=wrong)
    await bare.operator_service.add_search_attributes(request)
    with pytest.raises(Refused, match=r"search attribute Stage of namespace .* has another type than ours"):
        await equip(bare)
