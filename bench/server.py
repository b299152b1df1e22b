"""The real server as `waypost dev --fast-forward` runs it, with a namespace for each kind of workflow."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, NamedTuple

from temporalio.client import Client

from starter.engine import Ports, command
from starter.ports import choose
from starter.processes import spawn, stop
from starter.refusal import Refused

PATIENCE: Final = 60.0  # seconds to come up, and to go down
# After a skip the server looks at its timers again within this span. Its default, a second, would be spent waiting.
LOOKS_AGAIN: Final = 'history.timerProcessorMaxTimeShift="10ms"'


class Server(NamedTuple):
    """Where it answers, and which process to ask the system about."""

    address: str
    pid: int


@asynccontextmanager
async def server(folder: Path, namespaces: Sequence[str]) -> AsyncIterator[Server]:
    """Up, with our search attributes in every namespace, until the block ends. Raises Refused with its log."""
    ports = _ports()
    parts = [*command(folder, ports, fast_forward=True), "--headless", "--dynamic-config-value", LOOKS_AGAIN]
    for namespace in namespaces:
        parts += ["--namespace", namespace]
    log = folder / "server.log"
    process = await spawn(parts, log, os.environ)
    try:
        async with asyncio.timeout(PATIENCE):
            while not await _answers(ports.address, namespaces):
                if process.returncode is not None:
                    raise Refused(f"the server did not come up: {log.read_text()[-2000:]}")
                await asyncio.sleep(0.1)
        yield Server(ports.address, process.pid)
    finally:
        await stop(process, PATIENCE)


def _ports() -> Ports:
    chosen: list[int] = []
    for name in Ports._fields:
        chosen.append(choose(None, name, usual=(), taken=tuple(chosen)))
    return Ports(*chosen)


async def _answers(address: str, namespaces: Sequence[str]) -> bool:
    try:
        for namespace in namespaces:
            await Client.connect(address, namespace=namespace)
    except RuntimeError:  # not listening yet
        return False
    return True
