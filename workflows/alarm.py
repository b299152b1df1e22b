"""The one timer of a journey."""

import asyncio
from datetime import datetime, timedelta
from typing import Final

from temporalio import workflow

SHORTEST: Final = timedelta(seconds=1)  # a delay of zero raises, a negative one wedges the workflow task


class Alarm:
    """Rings once at an instant. Set again, it is replaced only when the instant changes: every timer is two events."""

    def __init__(self) -> None:
        self._at: datetime | None = None
        self._timer: asyncio.Task[None] | None = None

    @property
    def rang(self) -> bool:
        """It rang and has not been set since."""
        return self._timer is not None and self._timer.done()

    def set(self, at: datetime | None, summary: str) -> None:
        """Rings at `at`, or in a second when that has passed; None: not at all."""
        if self._timer is not None and (at != self._at or self._timer.done()):
            self._timer.cancel()
            self._timer = None
        if at is not None and self._timer is None:
            delay = max(at - workflow.now(), SHORTEST)
            self._timer = asyncio.create_task(workflow.sleep(delay, summary=summary))
        self._at = at
