"""Hands messages over by writing them into a folder, one `.eml` file each: the channel of demo and development."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from mail.message import Email, to_bytes
from mail.transport import Accepted, HandOver, NotTaken


class MailFolder:
    """Writes `<id>.eml`, whole and durable or not at all.

    Exactly once: the name holds no attempt, so that writing again what is there already changes nothing.
    The folder must exist. Files are readable by their owner alone, since they hold names and addresses.
    """

    name: Final = "folder"
    evidence: Final = "repeatable"

    def __init__(self, path: Path) -> None:
        self._path = path

    def hand_over(self, email: Email, attempt: int) -> HandOver:  # noqa: ARG002 - a file knows no attempts
        """Accepted with the name of the file, or NotTaken with the reason of the operating system."""
        target = self._path / f"{email.id}.eml"
        try:
            if not target.exists():
                self._write(to_bytes(email), target)
            self._make_durable()
        except OSError as error:
            return NotTaken(sentence=f"the mail folder cannot be written: {_reason(error)}")
        return Accepted(provider_id=target.name)

    def _write(self, content: bytes, target: Path) -> None:
        handle, temporary = tempfile.mkstemp(dir=self._path, prefix=f".{target.stem}.", suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).rename(target)
        except BaseException:
            with suppress(OSError):
                Path(temporary).unlink()
            raise

    def _make_durable(self) -> None:
        """The rename too survives a power cut; done again on a repeat, since the first may have died before it."""
        folder = os.open(self._path, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _reason(error: OSError) -> str:
    """What the system says, without the path, which may name a person."""
    return os.strerror(error.errno).lower() if error.errno else type(error).__name__
