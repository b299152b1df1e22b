"""What was handed over and, for all that is known, is there or on its way: a line a case."""

from datetime import timedelta
from typing import Final

from ledger.why import Known
from tests.ledger.why.given import HOUR, NOW, SENT, Told, a_report, accepted, an_attempt, known, minutes

LOOK = (
    "Ask the reader to look in spam and quarantine; their IT finds it by its Message-ID and the server's words, below."
)

REACHED: Final[dict[str, tuple[Known, Told]]] = {
    "read on our own page": (
        known(accepted(delivery="delivered", delivered_at=SENT, opened_at=SENT + HOUR, viewed_at=SENT + 2 * HOUR)),
        Told(
            "viewed",
            "certain",
            "It was read: the reader opened it on our own page on 2026-10-05 12:02:11 EDT.",
            "Nothing is to be done: the reader has seen it.",
        ),
    ),
    "a link followed": (
        known(accepted(delivery="delivered", delivered_at=SENT, clicked_at=SENT + HOUR)),
        Told(
            "clicked", "likely", "It was most likely read: a link in it was followed on 2026-10-05 11:02:11 EDT.", None
        ),
    ),
    "a link fetched at once": (
        known(accepted(delivery="delivered", delivered_at=SENT, clicked_at=SENT + minutes(0.5))),
        Told(
            "clicked",
            "unknowable",
            "It was delivered. A link in it was fetched on 2026-10-05 10:02:41 EDT, so soon that a scanner may have "
            "done that.",
            LOOK,
        ),
    ),
    "opened": (
        known(accepted(delivery="delivered", delivered_at=SENT, opened_at=SENT + HOUR)),
        Told("opened", "likely", "It was most likely opened: its image was loaded on 2026-10-05 11:02:11 EDT.", None),
    ),
    "delivered": (
        known(accepted(delivery="delivered", delivered_at=SENT + minutes(1))),
        Told("delivered", "certain", "It was delivered: their mail server took it on 2026-10-05 10:03:11 EDT.", LOOK),
    ),
    "an image loaded by a machine, no more": (
        known(accepted(machine_opened_at=SENT + minutes(1))),
        Told(
            "delivered",
            "likely",
            "It reached their mail system, whose scanner or proxy loaded its image on 2026-10-05 10:03:11 EDT.",
            LOOK,
        ),
    ),
    "put off": (
        known(
            accepted(delivery="deferred"),
            reports=(
                a_report("deferred", response="450 busy"),
                a_report("deferred", HOUR, status="4.2.2", response="452 mailbox full for now"),
            ),
        ),
        Told(
            "deferred",
            "unsettled",
            "Their mail server keeps saying “later” (2 times so far). ‹4.2.2 452 mailbox full for now›",
            "Wait: the provider tries on until 2026-10-08 10:02:11 EDT. If it is urgent, reach the reader another way.",
        ),
    ),
    "put off for days": (
        known(accepted(delivery="deferred"), reports=(a_report("deferred"),), now=NOW + timedelta(days=9)),
        Told(
            "deferred",
            "likely",
            "Their mail server put it off once and never took it, as far as was reported.",
            "The provider has given up by now. Reach the reader another way, or send it again "
            "(waypost message resend m1).",
        ),
    ),
    "to an old address": (
        known(accepted(delivery="delivered", delivered_at=SENT, address="old@example.org")),
        Told(
            "old_address",
            "certain",
            "It was sent to old@example.org, which is not the reader's address any more.",
            "The address of now is ada@example.org. If the old one was wrong: send it again "
            "(waypost message resend m1).",
        ),
    ),
    "accepted a moment ago": (
        known(accepted(), now=SENT + minutes(3)),
        Told(
            "no_report",
            "unsettled",
            "The provider took it on 2026-10-05 10:02:11 EDT; a report on what came of it takes some minutes.",
            "Ask again in a quarter of an hour.",
        ),
    ),
    "accepted, and others that left later were reported on": (
        known(accepted(provider_id="x-77"), heard_of=SENT + HOUR),
        Told(
            "no_report",
            "unsettled",
            "The provider took it on 2026-10-05 10:02:11 EDT and has reported on later messages, but never on this "
            "one.",
            "Look for it at the provider by the id x-77.",
        ),
    ),
    "accepted, and nobody is reported on": (
        known(accepted(), heard_of=SENT - HOUR),
        Told(
            "no_report",
            "unsettled",
            "The provider took it on 2026-10-05 10:02:11 EDT; since then no report has come on this message or on any "
            "later one.",
            "Check that the provider's reports reach us (its webhook, waypost serve) and that our account is not "
            "suspended.",
        ),
    ),
    "accepted a week ago, and never reported on": (
        known(accepted(), heard_of=SENT + HOUR, now=NOW + timedelta(days=7)),
        Told(
            "no_report",
            "unknowable",
            "The provider took it on 2026-10-05 10:02:11 EDT and has reported on later messages, but never on this "
            "one.",
            "Look for it at the provider.",
        ),
    ),
    "accepted by a server that never reports": (
        known(accepted(), attempts=(an_attempt(transport="smtp", evidence="none"),)),
        Told(
            "no_reports_here",
            "unknowable",
            "Our mail server took it on 2026-10-05 10:02:11 EDT. It reports nothing further: what came of it cannot be "
            "seen from here.",
            "Look for its Message-ID in the mail server's log, and for a bounce in the sender's mailbox.",
        ),
    ),
    "written to the folder": (
        known(accepted(), attempts=(an_attempt(transport="folder", evidence="repeatable"),)),
        Told(
            "no_reports_here",
            "certain",
            "It was written to the mail folder on 2026-10-05 10:02:11 EDT; from there nothing goes to anybody.",
            "If mail should reach people, set mail.transport in waypost.toml.",
        ),
    ),
    "marked as sent by staff": (
        known(accepted(reason="marked_by_staff")),
        Told(
            "no_reports_here", "certain", "It was sent on 2026-10-05 10:02:11 EDT, as staff found out and said.", LOOK
        ),
    ),
}
