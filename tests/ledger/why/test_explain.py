"""One line of a table a case: what is known, and what staff are told."""

from datetime import timedelta
from typing import Any, NamedTuple

import pytest

from ledger.why import Known, explain, in_order
from ledger.why.answer import CASES
from tests.ledger.why.given import (
    ADA,
    NOW,
    PASSAGE,
    ROW,
    RULE,
    SENT,
    a_channel,
    a_report,
    a_row,
    accepted,
    an_attempt,
    an_occurrence,
    known,
    minutes,
    suppressed,
)

HOUR = timedelta(hours=1)


class Told(NamedTuple):
    case: str
    certainty: str
    headline: str
    next_step: str | None


LOOK = (
    "Ask the reader to look in spam and quarantine; their IT finds it by its Message-ID and the server's words, below."
)
WORKER = "If this lasts longer than a minute: is a worker running, and does it reach ledger and engine?"
AGAIN = "Correct the address (waypost person set {person} --email ADDRESS), then send it again."

TABLE: dict[str, tuple[Known, Told]] = {
    # what became of what was handed over
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
            "The provider has given up by now. Reach the reader another way, or send it again.",
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
            "The reader has another address now: send it again.",
        ),
    ),
    "came back: mailbox full": (
        known(accepted(delivery="bounced", failure="mailbox_unavailable", failed_at=SENT + HOUR)),
        Told(
            "bounced",
            "certain",
            "It came back on 2026-10-05 11:02:11 EDT: the mailbox is full or disabled.",
            "Reach the reader another way; once the mailbox works, send it again.",
        ),
    ),
    "blocked for our reputation": (
        known(accepted(delivery="blocked", failure="reputation", failed_at=SENT + HOUR)),
        Told(
            "blocked",
            "certain",
            "Their mail server refused it on 2026-10-05 11:02:11 EDT: their filter does not trust our sender.",
            "Whoever runs mail: look at SPF, DKIM, DMARC and block lists for our domain. The address is not stopped: "
            "it may be sent again.",
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
            "Reach the reader another way, or send it again.",
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
    "to an old address": (
        known(accepted(delivery="delivered", delivered_at=SENT, address="old@example.org")),
        Told(
            "old_address",
            "certain",
            "It was sent to old@example.org, which is not the reader's address any more.",
            "Compare with the address of now, ada@example.org; if the old one was wrong then, send it again.",
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
    "refused for good": (
        known(a_row("failed", reason="refused", detail="SendGrid refused the message: to.name is too long")),
        Told(
            "failed",
            "certain",
            "It was refused for good by the mail provider: ‹SendGrid refused the message: to.name is too long›.",
            "Mend what the provider names; this message is not tried again, so send it again by hand.",
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
            "Look for it at the provider, by address and time, and say what became of it: it is not sent again by "
            "itself.",
        ),
    ),
    # what has not left
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
    # what no message was made of
    "scheduled": (
        known(occurrence=an_occurrence("scheduled", leave_at=NOW + timedelta(days=3))),
        Told("scheduled", "certain", "It is still to come: it is planned for 2026-10-10 14:00 EDT.", None),
    ),
    "scheduled in a journey that was taken ahead": (
        known(
            occurrence=an_occurrence("scheduled", leave_at=NOW + timedelta(days=90)),
            passage=PASSAGE.__class__(ROW, NOW + timedelta(days=80), "in_progress", SENT),
        ),
        Told(
            "scheduled",
            "certain",
            "It is still to come: it is planned for 2027-01-05 13:00 EST on the journey's clock.",
            None,
        ),
    ),
    "waiting for the sending hours": (
        known(occurrence=an_occurrence("held", "quiet_hours", leave_at=NOW + 18 * HOUR)),
        Told(
            "held",
            "certain",
            "It waits for the program's sending hours and leaves by itself on 2026-10-08 08:00 EDT.",
            None,
        ),
    ),
    "nobody holds the role": (
        known(
            occurrence=an_occurrence(
                "held", "no_recipient", to="reviewer", person_id=None, detail="nobody holds reviewer"
            )
        ),
        Told(
            "held",
            "certain",
            "It is held because nobody holds the role reviewer.",
            "Name somebody (waypost role add cwe reviewer PERSON); it then goes out by itself.",
        ),
    ),
    "the address bounced": (
        known(occurrence=an_occurrence("held", "address_suppressed"), suppressions=(suppressed("bounced"),)),
        Told(
            "held",
            "certain",
            "It is held because nothing is sent to this address.",
            "Correct the address (waypost person set p-1 --email ADDRESS); what waits then goes out by itself. If the "
            "address is right after all, lift what stands against it.",
        ),
    ),
    "the reader complained": (
        known(occurrence=an_occurrence("held", "address_suppressed"), suppressions=(suppressed("complained"),)),
        Told(
            "held",
            "certain",
            "It is held because nothing is sent to this address.",
            "Ask the reader by other means whether mail is wanted; only their own word on the preference page ends it.",
        ),
    ),
    "the condition did not hold": (
        known(occurrence=an_occurrence("skipped", "condition_false", detail="person.member: person.member is false")),
        Told(
            "skipped",
            "certain",
            "It was not sent because its condition did not hold.",
            "If a value below is wrong, report the right one; what is not past yet is decided anew.",
        ),
    ),
    "due, and the engine has not begun": (
        known(
            occurrence=an_occurrence("ready"),
            passage=PASSAGE.__class__(ROW.model_copy(update={"decided_at": None}), NOW, "in_progress", SENT),
        ),
        Told(
            "due",
            "certain",
            "It has been due since 2026-10-05 10:02 EDT, but the engine has not begun this journey yet.",
            WORKER,
        ),
    ),
    "due, and the journey has not looked": (
        known(occurrence=an_occurrence("ready")),
        Told(
            "due",
            "unsettled",
            "It has been due since 2026-10-05 10:02 EDT; the journey has not looked since 2026-10-05 10:02 EDT.",
            WORKER,
        ),
    ),
    "an event that was never told": (
        known(occurrence=an_occurrence("not_triggered", "submitted"), rule=RULE.model_copy(update={"on": "submitted"})),
        Told(
            "not_triggered",
            "certain",
            "Nothing has called for it so far: it waits for the event submitted.",
            "If that has happened, nobody has told Waypost: waypost tell journey:cwe:p-1:application:1 submitted",
        ),
    ),
    "a deadline that has not begun": (
        known(occurrence=an_occurrence("not_triggered", "due")),
        Told("not_triggered", "certain", "Nothing has called for it so far: it waits for the deadline due.", None),
    ),
    "switched off": (
        known(rule=RULE.model_copy(update={"state": "off", "why": "our portal shows this"})),
        Told(
            "rule_off",
            "certain",
            "It is not sent because the program has switched this notification off.",
            "If it should speak: give due_reminder `state: live` in the plan, and publish.",
        ),
    ),
    "a draft that nothing has triggered": (
        known(occurrence=an_occurrence("not_triggered", "due"), rule=RULE.model_copy(update={"state": "draft"})),
        Told(
            "not_live",
            "certain",
            "It is not sent because this notification is still a draft.",
            "If it should speak: give due_reminder `state: live` in the plan, and publish.",
        ),
    ),
    "being tried out": (
        known(rule=RULE.model_copy(update={"state": "test"})),
        Told(
            "in_test",
            "certain",
            "It is being tried out: it goes to the program's test addresses and to no reader.",
            "If it should speak: give due_reminder `state: live` in the plan, and publish.",
        ),
    ),
    "a process that does not have it": (
        known(),
        Told(
            "not_in_process",
            "certain",
            "Nothing in the process application calls for it.",
            "If it should: name the process in `in:` of the notification, or give the process what it counts from.",
        ),
    ),
    "not for this reader": (
        known(rule=RULE.model_copy(update={"to": ("reviewer",)})),
        Told("not_addressed", "certain", "It goes to reviewer, which p-1 is not here.", None),
    ),
    "not enrolled": (
        known(passage=None),
        Told(
            "not_enrolled",
            "certain",
            "p-1 has no journey in cwe, so nothing was ever planned.",
            "If there should be one: waypost enroll p-1 --program cwe --process PROCESS",
        ),
    ),
    "not known at all": (
        known(passage=None, person=None),
        Told(
            "not_known",
            "certain",
            "Nobody is known as p-1.",
            "Check the id; a new person is added by waypost person set, and then enrolled.",
        ),
    ),
    "no such notification": (
        known(rule=None),
        Told(
            "no_such_notification",
            "certain",
            "The plan of cwe has no notification due_reminder.",
            "Look for its name in the plan.",
        ),
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_staff_are_told(name: str) -> None:
    given, told = TABLE[name]
    answer = explain(given)
    assert Told(answer.case, answer.certainty, answer.headline, answer.next_step) == told


def test_the_table_has_a_row_for_every_case() -> None:
    elsewhere = {"by_post", "noted"}  # test_otherwise
    assert {told.case for _, told in TABLE.values()} | elsewhere == set(CASES)


def evidence(given: Known) -> list[str]:
    return [told.sentence for told in explain(given).evidence]


def test_the_evidence_of_a_bounce_is_told_in_order_of_time_and_ends_with_what_has_no_date() -> None:
    row = accepted(delivery="bounced", failure="invalid_address", failed_at=SENT + HOUR)
    given = known(
        row,
        an_occurrence("sent", clock="due", clock_at=SENT + timedelta(days=7)),
        reports=(a_report("processed"), a_report("bounced", HOUR, status="5.1.1", reason="550 no such user")),
        suppressions=(suppressed("bounced", since=SENT + HOUR, message_id="m1"),),
    )
    assert evidence(given) == [
        "It was to leave, counted from due on 2026-10-12 10:02 EDT.",
        "Queued as message m1.",
        "Attempt 1, handed to sendgrid for ada@example.org: taken, and called x-77 by it.",
        "The provider says that it took the message.",
        "Their mail server refused it for good: ‹5.1.1 550 no such user›.",
        "Mail to it came back (ada@example.org; list event, by webhook, after message m1).",
        "Its Message-ID is <m1@mail.example.org>.",
    ]


def test_delivered_is_never_called_read() -> None:
    told = evidence(known(accepted(delivery="delivered", delivered_at=SENT, machine_opened_at=SENT + HOUR)))
    assert "Its image was loaded by a mail proxy or scanner, which does not show that anybody read it." in told
    assert any("no proof that it is in the inbox" in sentence for sentence in told)


def test_two_copies_are_owned_up_to() -> None:
    assert "Two copies left: both were reported on." in evidence(known(accepted(doubled=True)))


def test_a_report_without_our_ids_may_concern_it() -> None:
    told = evidence(known(accepted(), perhaps=(a_report("bounced", HOUR, message_id=None, attempt=None),)))
    assert any(sentence.startswith("A report that names no message but this address") for sentence in told)


def test_a_status_of_policy_points_at_our_authentication() -> None:
    given = known(accepted(delivery="blocked", failure="reputation"), reports=(a_report("blocked", status="5.7.515"),))
    assert any("SPF, DKIM or DMARC" in sentence for sentence in evidence(given))


def test_why_a_day_had_passed_is_told_besides() -> None:
    told = evidence(known(occurrence=an_occurrence("skipped", "already_past", because="deadline_moved")))
    assert "The deadline was moved so near that this day had passed." in told


def test_the_values_of_a_condition_are_told() -> None:
    told = evidence(known(occurrence=an_occurrence("skipped", "condition_false", detail="person.member: it is false")))
    assert "Person.member: it is false." in told


@pytest.mark.parametrize(("count", "lines"), [(12, 12), (40, 13)])
def test_many_reports_are_told_one_by_one_up_to_a_dozen(count: int, lines: int) -> None:
    many = tuple(a_report("opened", minutes(n)) for n in range(count))
    told = [s for s in evidence(known(accepted(), reports=many)) if "image was loaded" in s]
    assert len(told) == lines


def test_what_needs_somebody_comes_first_and_of_that_the_latest() -> None:
    def of(**more: Any) -> Known:
        return known(accepted(delivery="bounced", failed_at=SENT, **more))

    older = of(id="m0", queued_at=SENT - timedelta(days=9))
    newer = of()
    fine = known(accepted(delivery="delivered", delivered_at=SENT))
    coming = known(occurrence=an_occurrence("scheduled"))
    waiting = known(a_row("queued"))
    answers = [explain(each) for each in (coming, fine, older, waiting, newer)]
    assert [answer.standing for answer in in_order(answers)] == ["act", "act", "wait", "sent", "to_come"]
