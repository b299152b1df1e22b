import errno
import os
import resource
import signal
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mail.folder import MailFolder
from mail.message import to_bytes
from mail.transport import Accepted, NotTaken, Transport
from tests.mail.letters import letter


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """A system that writes no more than `size` bytes into a file, as a disk that fills up in the middle of one."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_a_message_becomes_one_whole_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    assert MailFolder(tmp_path).hand_over(letter(), 1) == Accepted(provider_id=f"{letter().id}.eml")
    (file,) = tmp_path.iterdir()
    assert file.name == f"{letter().id}.eml"
    assert file.read_bytes() == to_bytes(letter())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_handing_over_again_changes_nothing_whatever_the_attempt(tmp_path: Path) -> None:
    folder: Transport = MailFolder(tmp_path)
    first = folder.hand_over(letter(), 1)
    (file,) = tmp_path.iterdir()
    before = file.stat()
    assert folder.evidence == "repeatable"
    assert folder.hand_over(letter(subject="another"), 2) == first
    assert [each.stat() for each in tmp_path.iterdir()] == [before]


def test_a_disk_that_fills_up_leaves_no_part_of_a_file_and_the_next_attempt_succeeds(tmp_path: Path) -> None:
    folder = MailFolder(tmp_path)
    with room_for(100):
        end = folder.hand_over(letter(), 1)
    assert end == NotTaken(sentence=f"the mail folder cannot be written: {os.strerror(errno.EFBIG).lower()}")
    assert list(tmp_path.iterdir()) == []
    assert isinstance(folder.hand_over(letter(), 2), Accepted)


@pytest.mark.parametrize("path", ["missing", "file"])
def test_a_folder_that_is_missing_or_none_takes_nothing_and_is_not_made(tmp_path: Path, path: str) -> None:
    (tmp_path / "file").write_text("")
    end = MailFolder(tmp_path / path).hand_over(letter(), 1)
    assert isinstance(end, NotTaken)
    assert end.retry_after is None
    assert str(tmp_path) not in end.sentence
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_a_folder_where_nothing_may_be_written_takes_nothing() -> None:
    end = MailFolder(Path("/proc")).hand_over(letter(), 1)  # refuses new files to everybody, root too
    assert isinstance(end, NotTaken)
