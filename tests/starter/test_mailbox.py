from datetime import UTC, date, datetime
from pathlib import Path

from mail.folder import MailFolder
from mail.message import Email, Mailbox
from starter.mailbox import Letter, letters


def _email(id_: str, at: datetime) -> Email:
    return Email(
        id=id_,
        message_id_header=f"<{id_}@example.org>",
        date=at,
        sender=Mailbox(name="CWE", email="certification@example.org"),
        to=(Mailbox(name="Ana Torres", email="ana@example.org"),),
        subject="Your due date has changed – 8 March",
        html="<p>Hello</p>",
        text="Hello",
        headers={"X-Waypost-Journey": "journey:cwe:ana:renewal:1", "X-Waypost-Notification": "deadline_changed"},
    )


def test_letters_are_read_back_in_order_with_their_local_dates(tmp_path: Path) -> None:
    folder = MailFolder(tmp_path)
    folder.hand_over(_email("b", datetime(2027, 3, 9, 2, tzinfo=UTC)), 1)
    folder.hand_over(_email("a", datetime(2027, 3, 9, 12, tzinfo=UTC)), 1)
    first, second = letters(tmp_path, "America/New_York")
    assert first == Letter(
        journey="journey:cwe:ana:renewal:1",
        notification="deadline_changed",
        to="ana@example.org",
        on=date(2027, 3, 8),
        subject="Your due date has changed – 8 March",
    )
    assert second.on == date(2027, 3, 9)
