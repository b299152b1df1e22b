"""An SMTP server, aiosmtpd's, that answers as told and writes down what it was given.

Its log is append-only and on disk, so that it also tells what a killed process had sent.
"""

import asyncio
import json
import logging
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.mail.smtp_conversation import Conversation
from tests.mail.smtp_script import ACCEPT, Heard, Place, Told


class SmtpStandIn:
    """Accepts everything until told otherwise; `answer` queues what to do with the messages that follow.

    With `tls` it is encrypted from the start, with `starttls` on demand. `login` is the user and the password to give.
    """

    def __init__(
        self,
        log: Path,
        *,
        tls: ssl.SSLContext | None = None,
        starttls: ssl.SSLContext | None = None,
        login: tuple[str, str] | None = None,
        mechanisms: tuple[str, ...] = ("PLAIN", "LOGIN"),
    ) -> None:
        self._log = log
        self._tls = tls
        self._starttls = starttls
        self._login = login
        self._mechanisms = mechanisms
        self._told: list[Told] = []
        self.connections = 0
        self.hellos: list[str] = []
        self.logins = 0
        self.goodbyes = 0
        self.port = 0
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))

    def answer(self, *told: Told) -> None:
        self._told.extend(told)

    @property
    def heard(self) -> tuple[Heard, ...]:
        """Everything so far, in order of arrival."""
        if not self._log.exists():
            return ()
        return tuple(Heard(**json.loads(line)) for line in self._log.read_text().splitlines())

    @property
    def taken(self) -> tuple[str, ...]:
        """The Message-IDs of what a real server would deliver."""
        return tuple(heard.message_id for heard in self.heard if heard.taken)

    def drop_connections(self) -> None:
        """Closes every connection, as a server does that has waited long enough; returns when they are closed."""
        self._at_once(self._drop)

    def say(self, line: bytes) -> None:
        """Sends a line that nobody has asked for down every connection."""
        self._at_once(lambda: self._say(line))

    def _at_once(self, act: Callable[[], None]) -> None:
        done = threading.Event()
        self._loop.call_soon_threadsafe(act)
        self._loop.call_soon_threadsafe(done.set)
        assert done.wait(10)

    def _say(self, line: bytes) -> None:
        for conversation in self._open:
            conversation.write(line)

    def __enter__(self) -> Self:
        logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # aiosmtpd's: it is the server that logs addresses
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopped = asyncio.Event()
        self._open: set[Conversation] = set()
        server = await self._loop.create_server(self._conversation, "127.0.0.1", 0, ssl=self._tls)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stopped.wait()
        server.close()
        self._drop()
        await server.wait_closed()

    def _conversation(self) -> Conversation:
        return Conversation(self, self._loop, self._starttls, self._login, self._mechanisms)

    def _drop(self) -> None:
        for conversation in tuple(self._open):
            conversation.end()

    def opened(self, conversation: Conversation) -> int:
        self._open.add(conversation)
        self.connections += 1
        return self.connections

    def closed(self, conversation: Conversation) -> None:
        self._open.discard(conversation)

    def told_at(self, place: Place) -> Told | None:
        """What was said of a place before the message."""
        return self._told.pop(0) if self._told and self._told[0].place == place else None

    def told(self) -> Told:
        """What was said of the message that begins."""
        return self._told.pop(0) if self._told else ACCEPT

    def hear(self, heard: Heard) -> None:
        """Writes the message down, before anything is answered."""
        with self._log.open("a") as file:
            file.write(json.dumps(vars(heard)) + "\n")

    async def stopped_within(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopped.wait(), seconds)
            return True
        return False
