"""Finds and reaches the engine.

It is the one that the settings name, else that of `waypost dev` in the folder, else that of Temporal's own environment
configuration.
"""

import asyncio
from typing import Final

from temporalio.client import Client
from temporalio.envconfig import ClientConfig, ClientConnectConfig

from starter.refusal import Refused
from starter.running import running
from starter.settings import Settings
from workflows.wire import DATA_CONVERTER

PATIENCE: Final = 10.0  # seconds to wait for an engine that neither answers nor refuses
USUAL: Final = "localhost:7233"  # where Temporal's own tools look by default


class EngineAway(Refused):
    """The engine cannot be reached."""


async def connect(settings: Settings, *, identity: str | None = None) -> Client:
    """A client with our data converter, connected. Raises EngineAway, or Refused for an unusable configuration."""
    target = destination(settings)
    address = target.get("target_host", USUAL)
    try:
        async with asyncio.timeout(PATIENCE):
            return await Client.connect(
                address,
                namespace=target.get("namespace", "default"),
                api_key=target.get("api_key"),
                tls=target.get("tls"),
                rpc_metadata=target.get("rpc_metadata", {}),
                identity=identity,
                data_converter=DATA_CONVERTER,
            )
    except TimeoutError:
        raise EngineAway(f"the Temporal server at {address} does not answer; {_hint(settings)}") from None
    except (RuntimeError, ValueError) as error:
        if "onnection refused" in str(error) or "dns error" in str(error):
            raise EngineAway(f"nothing answers at {address}; {_hint(settings)}") from None
        raise EngineAway(f"the Temporal server at {address} cannot be used: {_first_line(error)}") from None


def destination(settings: Settings) -> ClientConnectConfig:
    """Address, namespace and, from Temporal's own configuration, TLS and API key."""
    own = running(settings.dir)
    if own and not settings.temporal.address:
        return ClientConnectConfig(target_host=own.temporal, namespace=settings.temporal.namespace or own.namespace)
    try:
        found = ClientConfig.load_client_connect_config()
    except RuntimeError as error:
        raise Refused(f"Temporal's environment configuration is wrong: {_first_line(error)}") from None
    if settings.temporal.address:
        found["target_host"] = settings.temporal.address
    if settings.temporal.namespace:
        found["namespace"] = settings.temporal.namespace
    return found


def _hint(settings: Settings) -> str:
    if running(settings.dir) and not settings.temporal.address:
        return f"start it by: waypost dev --dir {settings.dir}"
    return "start `waypost dev` here, or name another address in waypost.toml under [temporal]"


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:200]
