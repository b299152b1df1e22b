"""Messages that have not left: a line a case."""

from dataclasses import replace
from typing import Final

from ledger.why import Known
from tests.ledger.why.given import NOW, PASSAGE, ROW, SENT, Told, a_channel, a_row, known, minutes

WORKER = "If this lasts longer than a minute: is a worker running, and does it reach ledger and engine?"

WAITING: Final[dict[str, tuple[Known, Told]]] = {
    "queued": (
        known(a_row("queued")),
        Told(
            "waiting",
            "certain",
            "It has been waiting for a worker since 2026-10-05 10:02:11 EDT; nothing else keeps it.",
            WORKER,
        ),
    ),
    "being prepared": (
        known(a_row("claimed", lease_until=NOW + minutes(0.5))),
        Told("waiting", "unsettled", "It is being prepared at this moment.", "Ask again in a minute."),
    ),
    "cut off before the hand-over": (
        known(a_row("claimed", lease_until=NOW - minutes(5))),
        Told(
            "waiting",
            "certain",
            "It has not left: an attempt was cut off before the hand-over. The next one takes it up.",
            WORKER,
        ),
    ),
    "resting": (
        known(a_row("retry", reason="channel_busy", next_at=NOW + minutes(5)), channel=a_channel("up")),
        Told(
            "waiting",
            "certain",
            "It has not left: the last attempt failed, and the next is made after 2026-10-07 14:05:00 EDT.",
            None,
        ),
    ),
    "the last attempt was not taken, and the engine has not come back yet": (
        known(
            a_row("retry", reason="channel_busy", detail="The server says: try later", next_at=NOW - minutes(1)),
            channel=a_channel("up"),
        ),
        Told(
            "waiting",
            "certain",
            "It has not left: the last attempt was not taken: ‹The server says: try later›. It is tried again within "
            "ten minutes of that.",
            None,
        ),
    ),
    "not taken, and nobody came back": (
        known(a_row("retry", reason="channel_busy", next_at=NOW - minutes(11)), channel=a_channel("up")),
        Told(
            "waiting",
            "certain",
            "It has been waiting for a worker since 2026-10-05 10:02:11 EDT; nothing else keeps it.",
            WORKER,
        ),
    ),
    "its journey has ended": (
        known(a_row("retry", reason="resent"), passage=replace(PASSAGE, row=ROW.model_copy(update={"ended_at": SENT}))),
        Told(
            "waiting",
            "certain",
            "It has not left, and its journey has ended: nobody sends it.",
            "To take it back, and send a copy where that is still worth it: waypost reconcile --repair",
        ),
    ),
    "the provider limits us": (
        known(a_row("queued"), channel=a_channel("busy", "SendGrid takes no more for now", NOW + minutes(5))),
        Told(
            "waiting",
            "certain",
            "It waits because the mail provider takes no more from us for now; it leaves by itself. Next look: "
            "2026-10-07 14:05:00 EDT.",
            None,
        ),
    ),
    "the provider refuses us": (
        known(a_row("retry", reason="channel_down"), channel=a_channel("down", "SendGrid refuses the key")),
        Told(
            "waiting",
            "certain",
            "It waits because the mail provider refuses us.",
            "Mend the account at the provider (its own words are below); what waits then leaves by itself.",
        ),
    ),
    "sent again, since nobody knew": (
        known(a_row("retry", reason="resent")),
        Told(
            "waiting",
            "certain",
            "It is being sent again because nobody ever said what became of the first copy; it may arrive twice.",
            None,
        ),
    ),
    "given back: the template": (
        known(a_row("queued", held_reason="template_error", held_detail="due_reminder needs person.first_name")),
        Told(
            "held",
            "certain",
            "It is held because its text cannot be filled in.",
            "Supply the missing value or mend the template and publish the plan; it is tried again at once.",
        ),
    ),
    "cancelled by a submission": (
        known(a_row("cancelled", reason="stage_left")),
        Told(
            "cancelled",
            "certain",
            "It was not sent because the journey was not, or no more, in a stage in which it makes sense.",
            None,
        ),
    ),
    "cancelled by staff": (
        known(a_row("cancelled", reason="cancelled_by_staff")),
        Told("cancelled", "certain", "It was not sent because staff cancelled it.", None),
    ),
    "expired": (
        known(a_row("expired", reason="too_late")),
        Told(
            "cancelled",
            "certain",
            "It was not sent because it could not leave in time, and would have been wrong later.",
            "See what kept it from leaving in time, below; tell the reader another way if it still matters.",
        ),
    ),
}
