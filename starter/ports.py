"""Chooses where an embedded engine listens: as asked, else as before, else as usual, else wherever it is free."""

import secrets
import socket
from collections.abc import Container
from typing import Final

from starter.refusal import Refused

HOST: Final = "127.0.0.1"
# Below the ports that systems give to outgoing connections: none of those can take one between our look and our use.
QUIET: Final = range(20_000, 32_768)


def choose(asked: int | None, name: str, *, usual: tuple[int, ...], taken: Container[int] = ()) -> int:
    """A port that is free now. `usual` in order of preference; `taken` by our own other parts. Raises Refused."""
    if asked is not None:
        if asked in taken or not _is_free(asked):
            raise Refused(f"port {asked} is taken; give another one by {name}, or none to have a free one chosen")
        return asked
    for port in usual:
        if port not in taken and _is_free(port):
            return port
    while (port := any_free()) in taken:
        pass
    return port


def _is_free(port: int) -> bool:
    """Whether nobody listens there at this moment."""
    try:
        socket.create_server((HOST, port)).close()
    except OSError:
        return False
    return True


def any_free() -> int:
    """A port that nobody listens on at this moment."""
    while not _is_free(port := secrets.choice(QUIET)):
        pass
    return port
