"""A hard limit on one HTTP request as a whole. httpx limits each read by itself, so an answer can trickle for ever.

Every operation on a socket gets what is left of the time, and none begins when nothing is left: so no byte of a request
leaves after its limit, which is what the lease of its row relies on.
"""

import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import local
from typing import Any

import httpcore
import httpx

_thread = local()  # a request runs on one thread from beginning to end; the connections serve many


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """What this thread sends and reads through a LimitedTransport inside the block ends `seconds` from now."""
    _thread.ends = time.monotonic() + seconds
    try:
        yield
    finally:
        del _thread.ends


class LimitedTransport(httpx.HTTPTransport):
    """httpx's transport on sockets that know `at_most`. Proxies of the environment are not used."""

    def __init__(self, limits: httpx.Limits) -> None:
        context = httpx.create_ssl_context()
        super().__init__(verify=context, limits=limits)
        self._pool = httpcore.ConnectionPool(  # httpx hands no network_backend through
            ssl_context=context,
            max_connections=limits.max_connections,
            max_keepalive_connections=limits.max_keepalive_connections,
            keepalive_expiry=limits.keepalive_expiry,
            network_backend=_LimitedBackend(),
        )


def _left(timeout: float | None, late: type[Exception]) -> float | None:
    """The seconds that the next operation may take. Raises `late` when the time is over."""
    ends: float | None = getattr(_thread, "ends", None)
    if ends is None:
        return timeout
    left = ends - time.monotonic()
    if left <= 0:
        raise late("the time for the whole request is over")
    return left if timeout is None else min(timeout, left)


class _LimitedBackend(httpcore.SyncBackend):
    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        limit = _left(timeout, httpcore.ConnectTimeout)
        stream = _LimitedStream(super().connect_tcp(host, port, limit, local_address, socket_options))
        try:
            # Asking for the host's address cannot be limited. Too late here, nothing has left yet, and that is known.
            _left(timeout, httpcore.ConnectTimeout)
        except httpcore.ConnectTimeout:
            stream.close()
            raise
        return stream


class _LimitedStream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        limit = _left(timeout, httpcore.ConnectTimeout)
        return _LimitedStream(self._stream.start_tls(ssl_context, server_hostname, limit))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
