"""The outermost layer: headers of every answer, one log line for it, and no exception past this point.

The log names routes, never paths or queries, which hold tokens. Of an exception it has the kind alone.
"""

import logging
import time
from collections.abc import Mapping
from typing import Final

from fastapi.responses import JSONResponse
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ledger import LedgerAway
from starter.complaint import complain

LOG: Final = logging.getLogger("waypost.api")
# A page that needs more, such as styles of its own, says so itself; what it says stays.
HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}
TRY_AGAIN: Final = "30"  # seconds


class Edge:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.monotonic(), 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, answer)
        except Exception as error:  # noqa: BLE001 - the server above would log it with its text, which may name people
            complain(LOG, "a request failed", error)
            if not status:
                await _failure(error)(scope, receive, answer)
        finally:
            LOG.info("%s %s %d %.0f ms", scope["method"], _route(scope), status, (time.monotonic() - began) * 1000)


def _failure(error: Exception) -> JSONResponse:
    if isinstance(error, LedgerAway):
        return JSONResponse({"detail": f"{error}; try again later"}, 503, {"Retry-After": TRY_AGAIN})
    return JSONResponse({"detail": "this is a fault of Waypost; its log has the kind"}, 500)


def _route(scope: Scope) -> str:
    """As it is declared (`/view/{token}`); a path that leads nowhere may hold a token all the same."""
    return getattr(scope.get("route"), "path", "(no route)")
