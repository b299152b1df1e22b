"""What was or may have been handed over, and failed or is in doubt: a line a case."""

from typing import Final

from ledger.why import Known
from tests.ledger.why.given import ADA, HOUR, NOW, SENT, Told, a_report, a_row, accepted, known, minutes

AGAIN = (
    "Correct the address (waypost person set {person} --email ADDRESS), then send it again (waypost message resend m1)."
)

UNDELIVERED: Final[dict[str, tuple[Known, Told]]] = {
    "reported as spam": (
        known(accepted(delivery="delivered", delivered_at=SENT, complained_at=SENT + HOUR)),
        Told(
            "complained",
            "certain",
            "It arrived, and its reader reported it as spam on 2026-10-05 11:02:11 EDT.",
            "Nothing more is sent to that address. Ask the reader by other means; only their own word on the "
            "preference page ends it.",
        ),
    ),
    "came back: no such mailbox": (
        known(accepted(delivery="bounced", failure="invalid_address", failed_at=SENT + HOUR)),
        Told(
            "bounced",
            "certain",
            "It came back on 2026-10-05 11:02:11 EDT: the mailbox does not exist.",
            AGAIN.format(person="p-1"),
        ),
    ),
    "came back, and the address was corrected since": (
        known(
            accepted(delivery="bounced", failure="invalid_address", failed_at=SENT + HOUR),
            person=ADA.model_copy(update={"email": "ada.l@example.org"}),
        ),
        Told(
            "bounced",
            "certain",
            "It came back on 2026-10-05 11:02:11 EDT: the mailbox does not exist.",
            "The reader has another address now: send it again (waypost message resend m1).",
        ),
    ),
    "came back: mailbox full": (
        known(accepted(delivery="bounced", failure="mailbox_unavailable", failed_at=SENT + HOUR)),
        Told(
            "bounced",
            "certain",
            "It came back on 2026-10-05 11:02:11 EDT: the mailbox is full or disabled.",
            "Reach the reader another way; once the mailbox works, send it again (waypost message resend m1).",
        ),
    ),
    "blocked for our reputation": (
        known(accepted(delivery="blocked", failure="reputation", failed_at=SENT + HOUR)),
        Told(
            "blocked",
            "certain",
            "Their mail server refused it on 2026-10-05 11:02:11 EDT: their filter does not trust our sender.",
            "Whoever runs mail: look at SPF, DKIM, DMARC and block lists for our domain. The address is not stopped. "
            "It may be sent again "
            "(waypost message resend m1).",
        ),
    ),
    "blocked, of a class that we do not know": (
        known(accepted(delivery="blocked", failure="Lunar Phase", failed_at=SENT + HOUR)),
        Told(
            "blocked",
            "certain",
            "Their mail server refused it on 2026-10-05 11:02:11 EDT: for a reason that we do not know: Lunar Phase.",
            "Read the server's words below.",
        ),
    ),
    "not even tried: the address bounced before": (
        known(accepted(delivery="dropped", failure="bounced_address", failed_at=SENT)),
        Told(
            "dropped",
            "certain",
            "The provider did not even try on 2026-10-05 10:02:11 EDT: mail to this address had come back before.",
            AGAIN.format(person="p-1"),
        ),
    ),
    "not even tried: reported as spam before": (
        known(accepted(delivery="dropped", failure="spam_reporting_address", failed_at=SENT)),
        Told(
            "dropped",
            "certain",
            "The provider did not even try on 2026-10-05 10:02:11 EDT: the reader had reported us as spam.",
            "Ask the reader for consent; never clear it unasked.",
        ),
    ),
    "staff know that it did not arrive": (
        known(accepted(delivery="undelivered", failed_at=SENT)),
        Told(
            "undelivered",
            "certain",
            "Staff found that its reader does not have it.",
            "Reach the reader another way, or send it again (waypost message resend m1).",
        ),
    ),
    "came back, by a report that named no message": (
        known(
            accepted(delivery="bounced", failure="invalid_address", failed_at=SENT + HOUR),
            reports=(a_report("bounced", HOUR, matched="address"),),
        ),
        Told(
            "bounced",
            "likely",
            "It came back on 2026-10-05 11:02:11 EDT: the mailbox does not exist.",
            AGAIN.format(person="p-1"),
        ),
    ),
    "read all the same": (
        known(accepted(delivery="bounced", failure="technical", failed_at=SENT + HOUR, viewed_at=SENT + 2 * HOUR)),
        Told(
            "viewed",
            "certain",
            "It was read: the reader opened it on our own page on 2026-10-05 12:02:11 EDT.",
            "Nothing is to be done: the reader has seen it.",
        ),
    ),
    "came back, and was sent again": (
        known(
            accepted(delivery="bounced", failure="invalid_address", failed_at=SENT + HOUR),
            copy=accepted(id="m2", source="staff", by="dee"),
        ),
        Told(
            "bounced",
            "certain",
            "It came back on 2026-10-05 11:02:11 EDT: the mailbox does not exist.",
            "Nothing here: a copy was sent again, message m2.",
        ),
    ),
    "refused for good": (
        known(a_row("failed", reason="refused", detail="SendGrid refused the message: to.name is too long")),
        Told(
            "failed",
            "certain",
            "It was refused for good by the mail provider: ‹SendGrid refused the message: to.name is too long›.",
            "Mend what the provider names; it is not tried again by itself, so send it again "
            "(waypost message resend m1).",
        ),
    ),
    "being handed over": (
        known(a_row("on_wire", lease_until=NOW + minutes(0.5))),
        Told("on_wire", "unsettled", "It is being handed over at this moment.", "Ask again in a minute."),
    ),
    "cut off in the hand-over": (
        known(a_row("on_wire", lease_until=NOW - minutes(5))),
        Told(
            "on_wire",
            "unsettled",
            "It may have been sent: an attempt was cut off while it handed the message over.",
            "Wait: the next attempt looks into it before anything is sent again. Is a worker running?",
        ),
    ),
    "unknown, and looked into": (
        known(a_row("unknown", reason="no_answer", next_at=NOW + minutes(10))),
        Told(
            "unknown",
            "unsettled",
            "It may have been sent: the connection broke during the hand-over. A report is awaited until 2026-10-07 "
            "14:10:00 EDT.",
            "Wait. If the provider speaks of a later message and not of this, it is sent again; after two hours staff "
            "are asked.",
        ),
    ),
    "unknown, with its wait over": (
        known(a_row("unknown", reason="lost_attempt", next_at=NOW - minutes(1), when_unknown="review")),
        Told(
            "unknown",
            "unsettled",
            "It may have been sent: the connection broke during the hand-over; it is being looked into.",
            "Wait for the next attempt: staff are asked.",
        ),
    ),
    "for staff to say": (
        known(a_row("review", reason="no_answer")),
        Told(
            "review",
            "unknowable",
            "It may have been sent or not: the hand-over had no answer, and nobody has reported on it since.",
            "Look for it at the provider, by address and time, then say what became of it: waypost message settle m1 "
            "--as sent (or not-sent, or resend) --why CODE. It is not sent again by itself.",
        ),
    ),
}
