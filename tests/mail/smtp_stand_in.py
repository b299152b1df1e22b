"""An SMTP server, aiosmtpd's, that answers as told and writes down what it was given.

Its log is append-only and on disk, so that it also tells what a killed process had sent.
"""

# ruff: noqa: N802 - aiosmtpd finds its methods by the names of SMTP's commands

import asyncio
import json
import logging
import ssl
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, AnyStr, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.mail.smtp_script import ACCEPT, Heard, Place, Told

TRICKLE_SECONDS = 0.02


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
        done = threading.Event()
        self._loop.call_soon_threadsafe(self._drop, done)
        assert done.wait(10)

    def say(self, line: bytes) -> None:
        """Sends a line that nobody has asked for down every connection."""
        done = threading.Event()
        self._loop.call_soon_threadsafe(self._say, line, done)
        assert done.wait(10)

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
        self._open: set[_Conversation] = set()
        server = await self._loop.create_server(self._conversation, "127.0.0.1", 0, ssl=self._tls)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stopped.wait()
        server.close()
        self._drop(threading.Event())
        await server.wait_closed()

    def _conversation(self) -> "_Conversation":
        return _Conversation(self, self._loop, self._starttls, self._login, self._mechanisms)

    def _drop(self, done: threading.Event) -> None:
        for conversation in tuple(self._open):
            conversation.end()
        done.set()

    def _say(self, line: bytes, done: threading.Event) -> None:
        for conversation in self._open:
            conversation._writer.write(line)
        done.set()

    def opened(self, conversation: "_Conversation") -> int:
        self._open.add(conversation)
        self.connections += 1
        return self.connections

    def closed(self, conversation: "_Conversation") -> None:
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


class _Conversation(SMTP):
    """aiosmtpd's server, which asks at every place whether to go on."""

    def __init__(
        self,
        stand_in: SmtpStandIn,
        loop: asyncio.AbstractEventLoop,
        starttls: ssl.SSLContext | None,
        login: tuple[str, str] | None,
        mechanisms: tuple[str, ...],
    ) -> None:
        self._stand_in = stand_in
        self._right = login
        self._number = 0
        self._told = ACCEPT
        super().__init__(
            _Hearing(self._hear),
            loop=loop,
            hostname="stand-in.example",
            ident="ready",
            enable_SMTPUTF8=True,
            tls_context=starttls,
            auth_required=login is not None,
            auth_require_tls=starttls is not None,
            auth_exclude_mechanism={"PLAIN", "LOGIN"} - set(mechanisms),
            authenticator=self._may_enter,
        )

    def end(self) -> None:
        if self.transport is not None:
            self.transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self._number == 0:  # called again when STARTTLS has encrypted it
            self._number = self._stand_in.opened(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._stand_in.closed(self)
        super().connection_lost(error)

    async def _handle_client(self) -> None:
        if await self._goes_on("greeting"):
            await super()._handle_client()

    async def smtp_EHLO(self, hostname: str) -> None:
        self._stand_in.hellos.append(hostname)
        if await self._goes_on("hello"):
            await super().smtp_EHLO(hostname)

    async def smtp_STARTTLS(self, arg: str) -> None:
        if await self._goes_on("encryption"):
            await super().smtp_STARTTLS(arg)

    async def smtp_AUTH(self, arg: str) -> None:
        self._stand_in.logins += 1
        if await self._goes_on("login"):
            await super().smtp_AUTH(arg)

    async def smtp_RSET(self, arg: str) -> None:
        if await self._goes_on("reset"):
            await super().smtp_RSET(arg)

    async def smtp_QUIT(self, arg: str) -> None:
        self._stand_in.goodbyes += 1
        await super().smtp_QUIT(arg)

    async def smtp_MAIL(self, arg: str | None) -> None:
        self._told = self._stand_in.told()
        if self._told.place == "sender":
            await self._do(self._told)
        else:
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:
        reply = next((reply for reader, reply in self._told.readers.items() if f"<{reader}>" in str(arg)), None)
        if self._told.place == "recipient":
            await self._do(self._told)
        elif reply:
            await self.push(reply)
        else:
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:
        if self._told.place == "data":
            await self._do(self._told)
        elif self._told.place == "text":
            await self.push("354 go on")
            await self._reader.readuntil(b"\r\n")
            await self._do(self._told)
        else:
            await super().smtp_DATA(arg)

    async def push(self, status: AnyStr) -> None:
        await super().push(status)
        if status[:3] in {"421", b"421"}:
            self.end()

    async def _hear(self, envelope: Envelope) -> str:
        assert isinstance(envelope.original_content, bytes)
        assert self.transport is not None
        assert self.session is not None
        heard = Heard(
            connection=self._number,
            sender=envelope.mail_from or "",
            readers=envelope.rcpt_tos,
            content=envelope.original_content.decode("ascii"),
            encrypted=self.transport.get_extra_info("ssl_object") is not None,
            user=self.session.auth_data,
            taken=self._told.taken,
        )
        self._stand_in.hear(heard)
        if self._told.manner == "reply":
            return self._told.reply or f"250 2.0.0 Ok: queued as Q{len(self._stand_in.heard)}"
        if self._told.manner == "twice":
            return f"{self._told.reply}\r\n{self._told.reply}"
        await self._do(self._told)
        return ""

    async def _goes_on(self, place: Place) -> bool:
        told = self._stand_in.told_at(place)
        if told is not None:
            await self._do(told)
        return told is None

    async def _do(self, told: Told) -> None:
        """Replies; or else does what was said and waits for the connection to be lost."""
        if told.manner in {"reply", "twice"}:
            await self.push(told.reply if told.manner == "reply" else f"{told.reply}\r\n{told.reply}")
            return
        if told.manner == "close":
            self.end()
        if told.manner == "trickle":
            self._writer.write(b"250-")
            while not await self._stand_in.stopped_within(TRICKLE_SECONDS):
                self._writer.write(b"x")
        await asyncio.Event().wait()

    def _may_enter(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
        assert isinstance(given, LoginPassword)
        user = given.login.decode()
        return AuthResult(success=(user, given.password.decode()) == self._right, handled=False, auth_data=user)


class _Hearing:
    """The part of aiosmtpd's server that is given a whole message; it answers by itself."""

    def __init__(self, hear: Callable[[Envelope], Awaitable[str]]) -> None:
        self._hear = hear

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        return await self._hear(envelope)
