"""One conversation of aiosmtpd's server, which asks the stand-in at every place whether to go on."""

# ruff: noqa: N802 - aiosmtpd finds its methods by the names of SMTP's commands

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, AnyStr, Final

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.mail.smtp_script import ACCEPT, Heard, Place, Told

if TYPE_CHECKING:
    from tests.mail.smtp_stand_in import SmtpStandIn

TRICKLE_SECONDS: Final = 0.02


class Conversation(SMTP):
    """Numbered from 1 by the stand-in."""

    def __init__(
        self,
        stand_in: "SmtpStandIn",
        loop: asyncio.AbstractEventLoop,
        starttls: ssl.SSLContext | None,
        login: tuple[str, str] | None,
        mechanisms: tuple[str, ...],
    ) -> None:
        self._stand_in = stand_in
        self._right = login
        self._number = 0
        self._told = ACCEPT
        self._silent = False
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

    def write(self, line: bytes) -> None:
        self._writer.write(line)

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
        told = self._stand_in.told_at("encryption")
        if told is not None and told.manner == "reply":
            await self.push(told.reply)
            return
        if told is not None:  # put into the conversation by somebody between, in the open
            self._writer.write(b"220 go\r\n" + told.reply.encode() + b"\r\n")
            self._silent = True
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
            while await self._reader.read(65_536):  # the rest of the text, until the client has had enough
                pass
        else:
            await super().smtp_DATA(arg)

    async def push(self, status: AnyStr) -> None:
        if self._silent:
            self._silent = False
            return
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
            options=envelope.mail_options,
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
