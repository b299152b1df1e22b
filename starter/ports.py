"""Chooses where an embedded engine listens: as asked, else as before, else as usual, else wherever it is free."""

import socket
from collections.abc import Container
from typing import Final

from starter.refusal import Refused

HOST: Final = "127.0.0.1"


def choose(asked: int | None, name: str, *, usual: tuple[int, ...], taken: Container[int] = ()) -> int:
    """A port that is free now. `usual` in order of preference; `taken` by our own other parts. Raises Refused."""
    if asked is not None:
        if asked in taken or not _is_free(asked):
            raise Refused(f"port {asked} is taken; give another one by {name}, or none to have a free one chosen")
        return asked
    for port in usual:
        if port not in taken and _is_free(port):
            return port
    while (port := _any()) in taken:
        pass
    return port


def _is_free(port: int) -> bool:
    """Whether nobody listens there at this moment."""
    try:
        socket.create_server((HOST, port)).close()
    except OSError:
        return False
    return True


def _any() -> int:
    with socket.create_server((HOST, 0)) as listener:
        return int(listener.getsockname()[1])
