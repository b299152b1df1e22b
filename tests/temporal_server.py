"""One real Temporal server for the whole test run: in memory, on free ports, able to skip time.

A namespace is cheap (30 ms) and separates task queues, so each test takes its own by the fixture `client`.
"""

import asyncio
import subprocess
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Final

import pytest
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client

from starter.ports import any_free
from workflows.wire import DATA_CONVERTER, SEARCH_ATTRIBUTES

PATIENCE: Final = 30.0  # seconds; the server answers after 0.2 s on an idle machine
SKIPPING: Final = (
    "frontend.WorkflowTimeSkippingEnabled=true",
    "system.workflowTimeSkippingEnabled=true",  # its name in later servers
    'history.timerProcessorMaxTimeShift="10ms"',  # a skip is noticed at once, not within a second
)
NUMBERS: Final = count(1)


@dataclass(frozen=True)
class TemporalServer:
    """Where the server of this test run listens. `namespace` exists from the start, with our search attributes."""

    address: str
    http_address: str
    namespace: str = "default"

    async def client(self, namespace: str | None = None) -> Client:
        """A client with our data converter, belonging to the running event loop."""
        chosen = namespace or self.namespace
        return await Client.connect(self.address, namespace=chosen, data_converter=DATA_CONVERTER)

    async def new_namespace(self, *, search_attributes: bool = True) -> str:
        """A namespace of its own: no other test's worker polls its queues."""
        name = f"test-{next(NUMBERS)}"
        operator = await self.client()
        request = RegisterNamespaceRequest(namespace=name)
        request.workflow_execution_retention_period.FromTimedelta(timedelta(days=3))
        await operator.workflow_service.register_namespace(request)
        if search_attributes:
            kinds = {key.name: IndexedValueType.ValueType(key.indexed_value_type) for key in SEARCH_ATTRIBUTES}
            attributes = AddSearchAttributesRequest(namespace=name, search_attributes=kinds)
            await operator.operator_service.add_search_attributes(attributes)
        return name


def free_ports(number: int) -> tuple[int, ...]:
    """Ports of 127.0.0.1 that nobody listened on a moment ago, all different."""
    ports: set[int] = set()
    while len(ports) < number:
        ports.add(any_free())
    return tuple(ports)


@pytest.fixture(scope="session")
def temporal_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporalServer]:
    """The server; its log is shown when it does not come up."""
    port, http_port = free_ports(2)
    log = tmp_path_factory.mktemp("temporal") / "server.log"
    with log.open("wb") as output, subprocess.Popen(_command(port, http_port), stdout=output, stderr=output) as server:
        try:
            if not asyncio.run(_answers(f"127.0.0.1:{port}", server)):
                pytest.fail(f"the Temporal server did not come up:\n{log.read_text()[-2000:]}")
            yield TemporalServer(f"127.0.0.1:{port}", f"http://127.0.0.1:{http_port}")
        finally:
            server.kill()  # in memory: there is nothing to save


@pytest.fixture
async def client(temporal_server: TemporalServer) -> Client:
    """A client in a namespace of this test alone."""
    return await temporal_server.client(await temporal_server.new_namespace())


def _command(port: int, http_port: int) -> list[str]:
    command = [str(Path(sysconfig.get_path("scripts")) / "temporal"), "server", "start-dev", "--headless"]
    command += ["--ip", "127.0.0.1", "--port", str(port), "--http-port", str(http_port), "--log-level", "error"]
    for key in SEARCH_ATTRIBUTES:
        command += ["--search-attribute", f"{key.name}={key.indexed_value_type.name.title().replace('_', '')}"]
    for setting in SKIPPING:
        command += ["--dynamic-config-value", setting]
    return command


async def _answers(address: str, server: subprocess.Popen[bytes]) -> bool:
    for _ in range(int(PATIENCE / 0.1)):
        if server.poll() is not None:
            return False
        try:
            await Client.connect(address)
        except RuntimeError:  # not listening yet
            await asyncio.sleep(0.1)
        else:
            return True
    return False
