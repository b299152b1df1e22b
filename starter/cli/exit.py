"""The one door through which every process of ours leaves.

A Temporal client in a short-lived process aborts now and then while the interpreter shuts down (temporalio/sdk-python,
issue 300), so no process may get that far: flush, then end, with the right status.
"""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

from ledger import LedgerAway, LedgerFault
from starter.cli.terminal import harmless
from starter.refusal import Refused


def leave(status: int) -> NoReturn:
    """Ends the process now. Whatever holds data must be closed already."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # the reader of a pipe may be gone
            stream.flush()
    os._exit(status)


def leave_after(story: Callable[[], int]) -> NoReturn:
    """Runs the story and leaves with its status."""
    leave(status_of(story))


def status_of(story: Callable[[], int]) -> int:
    """The story's own status, or 1 with a sentence on stderr when it was refused or failed; never a traceback."""
    try:
        return story()
    except SystemExit as error:  # argparse
        return error.code if isinstance(error.code, int) else 1
    except KeyboardInterrupt:
        return 130  # as shells say it: 128 + SIGINT
    except BrokenPipeError:
        return 0  # `waypost list | head` has read enough
    except (Refused, LedgerAway) as error:
        return complain(str(error))
    except LedgerFault as error:
        return complain(f"{error}; this is a fault of Waypost")
    except Exception as error:  # noqa: BLE001 - the last place where a traceback can be kept from people
        return complain(f"Waypost failed with {type(error).__name__}: {error}; this is a fault of Waypost")


def complain(sentence: str) -> int:
    """Says it on stderr; the status of a command that did not do what it was asked."""
    with suppress(OSError, ValueError):
        sys.stderr.write(f"{harmless(sentence)}\n")
    return 1
