"""Keeps the parts of an embedded installation alive: started in order, restarted when they die, stopped in reverse."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Final

from starter import processes
from starter.processes import ProcessMark
from starter.refusal import Refused

LOOK: Final = 0.1  # seconds between two looks whether a part answers
UP_WITHIN: Final = 60.0  # seconds; a loaded machine with a large database
SETTLED: Final = 30.0  # seconds alive after which a death is the first again
LONGEST_PAUSE: Final = 10.0  # seconds before a part that dies again and again is started once more
TAIL: Final = 4000  # bytes of a log that may hold the reason


@dataclass
class Part:
    """One process. `answers` is given what it has written since its start; stopping waits `patience` seconds."""

    name: str
    command: Sequence[str]
    log: Path
    answers: Callable[[str], Awaitable[bool]]
    patience: float
    process: asyncio.subprocess.Process | None = field(default=None, init=False)
    mark: ProcessMark | None = field(default=None, init=False)


class Supervisor:
    """`say` hears of every death and restart, `changed` that the marks of the parts are other ones."""

    def __init__(self, environment: Mapping[str, str], say: Callable[[str], None], changed: Callable[[], None]) -> None:
        self._environment = environment
        self._say = say
        self._changed = changed
        self._parts: list[Part] = []
        self._keepers: list[asyncio.Task[None]] = []

    @property
    def marks(self) -> tuple[ProcessMark, ...]:
        return tuple(part.mark for part in self._parts if part.mark is not None)

    async def start(self, part: Part) -> None:
        """Returns when the part answers; from then on it is kept alive. Raises Refused with its last line."""
        self._parts.append(part)
        await self._up(part)
        self._keepers.append(asyncio.create_task(self._keep(part), name=f"keep {part.name}"))

    async def stop(self) -> None:
        """The last part first."""
        for keeper in self._keepers:
            keeper.cancel()
            with suppress(asyncio.CancelledError):
                await keeper
        for part in reversed(self._parts):
            if part.process is not None:
                await processes.stop(part.process, part.patience)

    async def _up(self, part: Part) -> None:
        begin = part.log.stat().st_size if part.log.exists() else 0
        process = await processes.spawn(part.command, part.log, self._environment)
        part.process, part.mark = process, processes.mark(part.name, process.pid)
        self._changed()
        until = monotonic() + UP_WITHIN
        while not await part.answers(_written(part.log, begin)):
            if process.returncode is not None:
                raise Refused(f"the {part.name} did not start: {_last_line(part.log, begin)} (see {part.log})")
            if monotonic() > until:
                raise Refused(f"the {part.name} does not answer after {UP_WITHIN:g} s (see {part.log})")
            await asyncio.sleep(LOOK)

    async def _keep(self, part: Part) -> None:
        pause = LOOK
        while part.process is not None:
            born = monotonic()
            status = await part.process.wait()
            pause = LOOK if monotonic() - born > SETTLED else min(pause * 2, LONGEST_PAUSE)
            self._say(f"the {part.name} ended ({_how(status)}); starting it again")
            await asyncio.sleep(pause)
            try:
                await self._up(part)
            except Refused as refused:
                self._say(str(refused))


def _written(log: Path, begin: int) -> str:
    with log.open("rb") as file:
        file.seek(max(begin, log.stat().st_size - TAIL))
        return file.read().decode(errors="replace")


def _last_line(log: Path, begin: int) -> str:
    lines = [line.strip() for line in _written(log, begin).splitlines() if line.strip()]
    return lines[-1] if lines else "it gave no reason"


def _how(status: int) -> str:
    return f"killed by signal {-status}" if status < 0 else f"status {status}"
