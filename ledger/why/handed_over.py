"""What became of a message that was, or may have been, handed over: from its row, its attempts and the reports."""

from datetime import timedelta
from typing import Final, NamedTuple

from ledger.message_rows import MessageRow
from ledger.reports import Report
from ledger.uncertain import policy
from ledger.why.answer import Case, Certainty, Standing
from ledger.why.known import Known
from ledger.why.words import AGAIN, FAILURES, Words

SOON: Final = timedelta(minutes=15)  # reports come within minutes; until then their absence says nothing
PROVIDER_TRIES: Final = timedelta(hours=72)  # how long a provider goes on with what a server puts off
SCANNER: Final = timedelta(minutes=1)  # whoever fetches a link that soon after delivery is most likely a machine
MINE: Final = "marked_by_staff"

VIEWED: Final = "Nothing is to be done: the reader has seen it."
LOOK: Final = (
    "Ask the reader to look in spam and quarantine; their IT finds it by its Message-ID and the server's words, below."
)


class Verdict(NamedTuple):
    """The part of an answer that is judged; the evidence is told elsewhere."""

    case: Case
    standing: Standing
    headline: str
    certainty: Certainty = "certain"
    next_step: str | None = None
    reason: str | None = None


def handed_over(known: Known, row: MessageRow) -> Verdict:
    """For a row in on_wire, accepted, unknown, review or failed."""
    match row.state:
        case "failed":
            return _failed(row)
        case "on_wire":
            return _on_wire(known, row)
        case "unknown":
            return _unknown(known, row)
        case "review":
            return _review(row)
    if row.channel != "email" or row.source == "outside":
        return _failure(known, row) or _otherwise(known, row)
    if row.viewed_at is not None and row.complained_at is None:
        return _read(known, row) or _on_its_way(known, row)  # whatever was reported besides: it was read
    return _failure(known, row) or _read(known, row) or _elsewhere(known, row) or _on_its_way(known, row)


def _otherwise(known: Known, row: MessageRow) -> Verdict:
    """What left by other ways than our mail, on the word of whoever wrote it down."""
    on = f" on {known.wall(row.sent_at)}" if row.sent_at else ""
    by = f", as {row.by} noted" if row.by else ""
    arrived = f" Staff know that it arrived on {known.wall(row.delivered_at)}." if row.delivered_at else ""
    if row.channel == "letter":
        printed = f": {row.by} printed it{on}" if row.by and row.source == "plan" else f"{on}{by}"
        return Verdict("by_post", "sent", f"It went by post{printed}.{arrived}")
    if row.channel == "call":
        return Verdict("noted", "sent", f"It was said in a call{on}{by}.{arrived}")
    return Verdict("noted", "sent", f"Another system sent it{on}{by}; what came of it is not known here.{arrived}")


def address_of_old(known: Known, row: MessageRow) -> str | None:
    """The address that a message went to, where its reader has another one now."""
    person = known.person
    if person is None or row.address is None or row.person_id is None or person.email is None:
        return None
    return row.address if row.address.casefold() != person.email.casefold() else None


def _failed(row: MessageRow) -> Verdict:
    said = f": ‹{row.detail}›" if row.detail else ""
    return Verdict(
        "failed",
        "act",
        f"It was refused for good by the mail provider{said}.",
        next_step=f"Mend what the provider names; it is not tried again by itself, so {AGAIN.format(message=row.id)}.",
        reason=row.reason,
    )


def _on_wire(known: Known, row: MessageRow) -> Verdict:
    if row.lease_until is not None and row.lease_until <= known.now:
        headline = "It may have been sent: an attempt was cut off while it handed the message over."
        step = "Wait: the next attempt looks into it before anything is sent again. Is a worker running?"
        return Verdict("on_wire", "wait", headline, "unsettled", step)
    return Verdict("on_wire", "wait", "It is being handed over at this moment.", "unsettled", "Ask again in a minute.")


def _unknown(known: Known, row: MessageRow) -> Verdict:
    then = "it is sent again" if policy(row) == "resend" else "staff are asked"
    if row.next_at is None or row.next_at <= known.now:
        headline = "It may have been sent: the connection broke during the hand-over; it is being looked into."
        return Verdict("unknown", "wait", headline, "unsettled", f"Wait for the next attempt: {then}.", row.reason)
    until = known.wall(row.next_at)
    headline = f"It may have been sent: the connection broke during the hand-over. A report is awaited until {until}."
    step = f"Wait. If the provider speaks of a later message and not of this, {then}; after two hours staff are asked."
    return Verdict("unknown", "wait", headline, "unsettled", step, row.reason)


def _review(row: MessageRow) -> Verdict:
    return Verdict(
        "review",
        "act",
        "It may have been sent or not: the hand-over had no answer, and nobody has reported on it since.",
        "unknowable",
        "Look for it at the provider, by address and time, then say what became of it: waypost message settle "
        f"{row.id} --as sent (or not-sent, or resend) --why CODE. It is not sent again by itself.",
        row.reason,
    )


def _failure(known: Known, row: MessageRow) -> Verdict | None:
    """What providers reported as failed, or as unwelcome."""
    if row.complained_at is not None:
        headline = f"It arrived, and its reader reported it as spam on {known.wall(row.complained_at)}."
        step = (
            "Nothing more is sent to that address. Ask the reader by other means; only their own word on the "
            "preference page ends it."
        )
        return Verdict("complained", "act", headline, next_step=step, reason="complained")
    if row.delivery == "undelivered":
        headline = "Staff found that its reader does not have it."
        step = f"Reach the reader another way, or {AGAIN.format(message=row.id)}."
        return Verdict("undelivered", "act", headline, next_step=step)
    if row.delivery not in _FAILED:
        return None
    told = words_of(row.failure)
    clause = told.headline if told else f"for a reason that we do not know: {row.failure or 'none was given'}"
    on = f" on {known.wall(row.failed_at)}" if row.failed_at else ""
    headline = {
        "bounced": f"It came back{on}: {clause}.",
        "blocked": f"Their mail server refused it{on}: {clause}.",
        "dropped": f"The provider did not even try{on}: {clause}.",
    }[row.delivery]
    step = told.next_step or "" if told else "Read the server's words below."
    step = step.format(person=known.reader, message=row.id)
    if row.delivery in {"bounced", "dropped"} and address_of_old(known, row) is not None:
        step = f"The reader has another address now: {AGAIN.format(message=row.id)}."
    told_by = [report.matched for report in known.reports if report.kind == row.delivery]
    certainty: Certainty = "likely" if told_by and set(told_by) == {"address"} else "certain"
    return Verdict(_FAILED[row.delivery], "act", headline, certainty, step, row.failure)


_FAILED: Final[dict[str, Case]] = {"bounced": "bounced", "blocked": "blocked", "dropped": "dropped"}


def words_of(failure: str | None) -> Words | None:
    """What is said of a class of failure; None: nobody has told us of it."""
    return FAILURES.get(failure or "unclassified")


def _read(known: Known, row: MessageRow) -> Verdict | None:
    """What says that somebody looked at it, the strongest first."""
    if row.viewed_at is not None:
        headline = f"It was read: the reader opened it on our own page on {known.wall(row.viewed_at)}."
        return Verdict("viewed", "sent", headline, next_step=VIEWED)
    if row.clicked_at is not None:
        at, delivered = known.wall(row.clicked_at), row.delivered_at
        if delivered is not None and row.clicked_at - delivered < SCANNER and row.opened_at is None:
            headline = f"It was delivered. A link in it was fetched on {at}, so soon that a scanner may have done that."
            return Verdict("clicked", "sent", headline, "unknowable", LOOK)
        return Verdict("clicked", "sent", f"It was most likely read: a link in it was followed on {at}.", "likely")
    if row.opened_at is not None:
        at = known.wall(row.opened_at)
        return Verdict("opened", "sent", f"It was most likely opened: its image was loaded on {at}.", "likely")
    return None


def _elsewhere(known: Known, row: MessageRow) -> Verdict | None:
    address = address_of_old(known, row)
    if address is None or known.person is None:
        return None
    headline = f"It was sent to {address}, which is not the reader's address any more."
    step = f"The address of now is {known.person.email}. If the old one was wrong: {AGAIN.format(message=row.id)}."
    return Verdict("old_address", "act", headline, next_step=step)


def _on_its_way(known: Known, row: MessageRow) -> Verdict:
    if row.delivered_at is not None or row.delivery == "delivered":
        headline = f"It was delivered: their mail server took it on {known.wall(row.delivered_at)}."
        return Verdict("delivered", "sent", headline, next_step=LOOK)
    if row.machine_opened_at is not None:
        at = known.wall(row.machine_opened_at)
        headline = f"It reached their mail system, whose scanner or proxy loaded its image on {at}."
        return Verdict("delivered", "sent", headline, "likely", LOOK)
    if row.delivery == "deferred":
        return _deferred(known, row)
    return _no_report(known, row)


def _deferred(known: Known, row: MessageRow) -> Verdict:
    said = [report for report in known.reports if report.kind == "deferred"]
    times = f"{len(said)} times" if len(said) > 1 else "once"
    last = said[-1] if said else None
    words = f" ‹{server_words(last)}›" if last is not None and server_words(last) else ""
    until = row.sent_at + PROVIDER_TRIES if row.sent_at else None
    if until is not None and until <= known.now:
        headline = f"Their mail server put it off {times} and never took it, as far as was reported.{words}"
        step = f"The provider has given up by now. Reach the reader another way, or {AGAIN.format(message=row.id)}."
        return Verdict("deferred", "act", headline, "likely", step)
    headline = f"Their mail server keeps saying “later” ({times} so far).{words}"
    step = f"Wait: the provider tries on until {known.wall(until)}. If it is urgent, reach the reader another way."
    return Verdict("deferred", "wait", headline, "unsettled", step)


def server_words(report: Report) -> str:
    """What the other server said, as the provider passed it on."""
    words, status = report.response or report.reason or "", report.status or ""
    return words if status in words else f"{status} {words}".strip()


def _no_report(known: Known, row: MessageRow) -> Verdict:
    """Accepted, and silence: what that means depends on whether this channel reports at all, and on others."""
    at = known.wall(row.sent_at)
    last = known.attempts[-1] if known.attempts else None
    evidence = last.evidence if last else "none"
    if row.reason == MINE:
        headline = f"It was sent on {at}, as staff found out and said."
        return Verdict("no_reports_here", "sent", headline, next_step=LOOK)
    if evidence == "repeatable":
        headline = f"It was written to the mail folder on {at}; from there nothing goes to anybody."
        step = "If mail should reach people, set mail.transport in waypost.toml."
        return Verdict("no_reports_here", "sent", headline, next_step=step)
    if evidence == "none":
        headline = (
            f"Our mail server took it on {at}. It reports nothing further: what came of it cannot be seen from here."
        )
        step = "Look for its Message-ID in the mail server's log, and for a bounce in the sender's mailbox."
        return Verdict("no_reports_here", "sent", headline, "unknowable", step)
    silent = known.now - (row.sent_at or row.changed_at)
    if silent < SOON:
        headline = f"The provider took it on {at}; a report on what came of it takes some minutes."
        return Verdict("no_report", "wait", headline, "unsettled", "Ask again in a quarter of an hour.")
    later = last is not None and known.heard_of is not None and known.heard_of > last.on_wire_at
    certainty: Certainty = "unsettled" if silent < PROVIDER_TRIES else "unknowable"
    by = f" by the id {row.provider_id}" if row.provider_id else ""
    if later:
        headline = f"The provider took it on {at} and has reported on later messages, but never on this one."
        return Verdict("no_report", "act", headline, certainty, f"Look for it at the provider{by}.")
    headline = f"The provider took it on {at}; since then no report has come on this message or on any later one."
    step = (
        "Check that the provider's reports reach us (its webhook, waypost serve) and that our account is not suspended."
    )
    return Verdict("no_report", "act", headline, certainty, step)
