from datetime import timedelta

import httpx
from temporalio.client import Client
from temporalio.common import SearchAttributePair, TypedSearchAttributes
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from tests.temporal_server import TemporalServer
from workflows.wire import PROGRAM


async def test_two_tests_never_share_a_namespace(temporal_server: TemporalServer, client: Client) -> None:
    assert client.namespace not in {temporal_server.namespace, await temporal_server.new_namespace()}


async def test_workflows_may_carry_our_search_attributes_in_both_kinds_of_namespace(
    temporal_server: TemporalServer, client: Client
) -> None:
    for each in (client, await temporal_server.client()):
        handle = await each.start_workflow(
            "Nobody",
            id="carries",
            task_queue="nobody",
            search_attributes=TypedSearchAttributes([SearchAttributePair(PROGRAM, "cwe")]),
        )
        assert (await handle.describe()).typed_search_attributes.get(PROGRAM) == "cwe"


async def test_time_can_be_skipped(client: Client) -> None:
    skipper = TimeSkipper(client, config=TimeSkippingConfig(enabled=False))
    handle = await skipper.client.start_workflow("Nobody", id="skips", task_queue="nobody", start_delay=timedelta(1))
    assert (await handle.describe()).status is not None
    assert await skipper.get_time_skipping_info(handle) is not None


async def test_the_http_api_answers(temporal_server: TemporalServer) -> None:
    async with httpx.AsyncClient(base_url=temporal_server.http_address) as http:
        assert (await http.get("/api/v1/system-info")).status_code == 200
