"""The one edge of every activity: whatever is raised inside becomes our sentence, for Temporal stores causes."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from temporalio.exceptions import ApplicationError

from ledger import LedgerAway

P = ParamSpec("P")
R = TypeVar("R")


def edge(function: Callable[P, R]) -> Callable[P, R]:
    """Lets results and `ApplicationError` pass. Anything else is named by its type alone and may be retried.

    The text and the cause of a foreign exception are dropped: SQLAlchemy, PostgreSQL and pydantic print addresses.
    """

    @wraps(function)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except ApplicationError:
            raise
        except LedgerAway as away:
            sentence, kind = str(away), "LedgerAway"
        except Exception as error:  # noqa: BLE001 - turned into a sentence without its text
            sentence, kind = f"{function.__name__} failed with {type(error).__name__}{_where(error)}", "Unexpected"
        raise ApplicationError(sentence, type=kind) from None

    return guarded


def _where(error: Exception) -> str:
    """The line that raised, which is what the person woken at night needs and what names nobody."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    code = trace.tb_frame.f_code
    return f" in {code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}"
