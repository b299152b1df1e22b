"""Invented e-mails for the tests of the transports."""

from datetime import UTC, datetime
from typing import Any

from mail.message import Email, Mailbox

ROSA = Mailbox(name="Rosa Aldana", email="rosa.aldana@reader.example")
DESK = (Mailbox(email="desk@example.org"), Mailbox(email="office@example.org"), Mailbox(email="chair@x.example"))


def letter(**changes: Any) -> Email:
    """An ordinary message to Rosa, with changes."""
    fields: dict[str, Any] = {
        "id": "0198c1e0-7b1a-7000-8000-000000000001",
        "message_id_header": "<0198c1e0-7b1a-7000-8000-000000000001@example.org>",
        "date": datetime(2026, 12, 1, 13, 0, tzinfo=UTC),
        "sender": Mailbox(name="CWE Certification", email="certification@example.org"),
        "reply_to": Mailbox(email="help@example.org"),
        "to": (ROSA,),
        "subject": "Your application is due 31 December 2026 (30 days)",
        "html": "<p>Hello Rosa</p>",
        "text": "Hello Rosa\n",
        "headers": {
            "X-Waypost-Notification": "due_reminder",
            "X-Waypost-Journey": "journey:cwe:p-1:application:1",
            "X-Waypost-Key": "due_reminder:P30D@2026-12-31>applicant",
            "X-Waypost-Plan": "4f1a2b3c4d5e",
        },
    }
    return Email.model_validate({**fields, **changes})
