"""What a log may say of an exception: its kind and its place, never its text, which may name people."""

from logging import Logger

from ledger import LedgerAway, LedgerFault


def complain(log: Logger, what: str, error: Exception) -> None:
    """The ledger's own sentences as they are; of anything else the type, and the line that raised it."""
    log.error("%s: %s", what, str(error) if isinstance(error, LedgerAway | LedgerFault) else _kind(error))


def _kind(error: Exception) -> str:
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    where = f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}" if frame else "nowhere"
    return f"{type(error).__name__} at {where}"
