"""Waiting for a condition, never for a duration."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

PATIENCE: Final = 30.0  # seconds, for a loaded machine
LOOK: Final = 0.05


async def until(condition: Callable[[], bool | Awaitable[bool]], patience: float = PATIENCE) -> None:
    """Returns when the condition holds; a test whose condition never does fails here."""
    end = time.monotonic() + patience
    while True:
        held = condition()
        if held if isinstance(held, bool) else await held:
            return
        assert time.monotonic() < end, "waited in vain"
        await asyncio.sleep(LOOK)


def until_now(condition: Callable[[], bool]) -> None:
    """The same without an event loop."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(LOOK)
