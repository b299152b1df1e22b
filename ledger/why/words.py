"""The words for everything that may have kept a message from its reader: one table for each closed list.

In braces: person, role, program, notification, journey, message (their ids), address, until (when it leaves).
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from ledger.suppressions import Cause
from ledger.why.answer import Standing
from plan.outcomes import Because, Held, Skipped


class Words(NamedTuple):
    """A headline, what to do next (None: nothing), and who has to move."""

    headline: str
    next_step: str | None = None
    standing: Standing = "not_sent"


AGAIN: Final = "send it again (waypost message resend {message})"
MAY: Final = "It may be sent again (waypost message resend {message})."
CORRECT: Final = f"Correct the address (waypost person set {{person}} --email ADDRESS), then {AGAIN}."

HELD: Final[Mapping[Held, Words]] = {
    "quiet_hours": Words("It waits for the program's sending hours and leaves by itself on {until}.", standing="wait"),
    "settling": Words(
        "It rests after a deadline has passed, so that a last-minute report can still stop it; it leaves by itself "
        "on {until}.",
        standing="wait",
    ),
    "clock_paused": Words(
        "It is held because the deadline that it counts from is paused.",
        "Nothing: it goes on when the question that paused the deadline is answered or expires.",
        "wait",
    ),
    "on_hold": Words(
        "It is held because mail to {person} is on hold.", "When mail may go on: waypost person release {person}", "act"
    ),
    "no_recipient": Words(
        "It is held because nobody holds the role {role}.",
        "Name somebody (waypost role add {program} {role} PERSON); it then goes out by itself.",
        "act",
    ),
    "no_address": Words(
        "It is held because {person} has no address.",
        "Give one (waypost person set {person} --email ADDRESS); it then goes out by itself. "
        "Or send it by post: waypost message letter {journey} {notification}",
        "act",
    ),
    "address_suppressed": Words(
        "It is held because nothing is sent to this address.", "See what stands against the address, below.", "act"
    ),
    "address_not_allowed": Words(
        "It is held because this installation, which is not in production, may not write to this address.",
        "Add the address to mail.only_to in waypost.toml, or leave it so: that is its purpose.",
        "act",
    ),
    "deadline_unknown": Words(
        "It is held because the deadline that it counts from has no date.",
        "Report what the deadline counts from; it is then planned by itself.",
        "act",
    ),
    "condition_error": Words(
        "It is held because its condition cannot be worked out.",
        "Report the value that is missing, or mend `if:` of {notification} and publish the plan.",
        "act",
    ),
    "template_error": Words(
        "It is held because its text cannot be filled in.",
        "Supply the missing value or mend the template and publish the plan; it is tried again at once.",
        "act",
    ),
    "channel_down": Words(
        "It waits because the mail provider refuses us.",
        "Mend the account at the provider (its own words are below); what waits then leaves by itself.",
        "act",
    ),
    "channel_busy": Words(
        "It waits because the mail provider takes no more from us for now; it leaves by itself.", standing="wait"
    ),
}

SKIPPED: Final[Mapping[Skipped, Words]] = {
    "already_past": Words("It was not sent because its day had passed before the journey could know of it."),
    "already_true": Words("It was not sent because what it announces was true from the start."),
    "too_late": Words(
        "It was not sent because it could not leave in time, and would have been wrong later.",
        "See what kept it from leaving in time, below; tell the reader another way if it still matters.",
        "act",
    ),
    "stage_left": Words("It was not sent because the journey was not, or no more, in a stage in which it makes sense."),
    "answered": Words("It was not sent because what it asks for had been done."),
    "condition_false": Words(
        "It was not sent because its condition did not hold.",
        "If a value below is wrong, report the right one; what is not past yet is decided anew.",
    ),
    "sent_recently": Words("It was not sent because the same reminder had gone out shortly before, for another date."),
    "merged_same_day": Words("It was not sent because another one of this notification spoke for it on that day."),
    "folded_into_digest": Words("It was not sent by itself because a digest told of it."),
    "superseded_by_new_deadline": Words("It was not sent because its deadline was moved; the new date has its own."),
    "replaced_by_plan_version": Words("It was not sent because the plan was changed and calls for it no more."),
    "rule_off": Words(
        "It is not sent because the program has switched this notification off.",
        "If it should speak: give {notification} `state: live` in the plan, and publish.",
    ),
    "not_live": Words(
        "It is not sent because this notification is still a draft.",
        "If it should speak: give {notification} `state: live` in the plan, and publish.",
    ),
    "no_consent": Words(
        "It was not sent because the applicant has not agreed that the {role} is told.",
        "Ask the applicant; then: waypost person set PERSON --consent {role}",
    ),
    "opted_out": Words(
        "It was not sent because {person} does not want optional messages of this kind.",
        "Ask the reader; only their own word ends it.",
    ),
    "no_recipient": Words("It was not sent because nobody holds the role {role}, and nobody must."),
    "duplicate_address": Words("It was not sent to {role} because another reader with the same address got it."),
    "duplicate_journey": Words("It was not sent because another journey of the same person goes on in place of this."),
    "journey_ended": Words("It was not sent because the journey had ended."),
    "deceased": Words(
        "It was not sent because somebody whom it concerns is recorded as deceased.",
        "If that is an error: waypost person deceased {person} --undo",
    ),
    "retracted": Words("It was not sent because what it would have told of was taken back."),
    "cancelled_by_staff": Words("It was not sent because staff cancelled it."),
    "program_closed": Words("It was not sent because the program is closed."),
    "no_opening_left": Words(
        "It was not sent because no sending hours were left before its deadline.",
        "Tell the reader another way if it still matters; widen `send_window`, or mark {notification} `urgent: true`.",
        "act",
    ),
}

# A row that was taken back may say these besides.
TAKEN_BACK: Final[Mapping[str, Words]] = {
    "missed": Words("It was not sent because its time was over."),
}

BECAUSE: Final[Mapping[Because, str]] = {
    "start": "The journey began, or the enrolment arrived, after that day.",
    "deadline_moved": "The deadline was moved so near that this day had passed.",
    "plan_changed": "The plan that calls for it was published after that day.",
    "hold_released": "It fell into a time in which nothing was sent; of each notification only the latest was made up.",
}

# Why a message that surely was not taken is tried again.
RETRIED: Final[Mapping[str, Words]] = {
    "changed_meanwhile": Words(
        "It is prepared anew because plan or reader changed just before it left.", standing="wait"
    ),
    "no_time_left": Words(
        "It is prepared anew because preparing it took so long that no time was left to hand it over safely.",
        standing="wait",
    ),
    "resent": Words(
        "It is being sent again because nobody ever said what became of the first copy; it may arrive twice.",
        standing="wait",
    ),
}

SUPPRESSED: Final[Mapping[Cause, Words]] = {
    "bounced": Words(
        "Mail to {address} came back",
        "Correct the address (waypost person set {person} --email ADDRESS); what waits then goes out by itself. If the "
        "address is right after all: waypost suppression lift --person {person} --why CODE.",
    ),
    "invalid": Words(
        "{address} cannot exist",
        "Correct the address: waypost person set {person} --email ADDRESS; what waits then goes out by itself.",
    ),
    "complained": Words(
        "The reader at {address} reported a message as spam",
        "Ask the reader by other means whether mail is wanted; only their own word on the preference page ends it.",
    ),
    "unsubscribed": Words(
        "The reader at {address} unsubscribed from optional messages", "Ask the reader; only their own word ends it."
    ),
    "staff": Words("Staff have stopped mail to {address}", "Ask who stopped it, and why, before lifting it."),
}

# The class of a delivery that failed → what is said of it, and what to do. A class not listed is told raw.
FAILURES: Final[Mapping[str, Words]] = {
    "invalid_address": Words("the mailbox does not exist", CORRECT, "act"),
    "mailbox_unavailable": Words(
        "the mailbox is full or disabled",
        f"Reach the reader another way; once the mailbox works, {AGAIN}.",
        "act",
    ),
    "reputation": Words(
        "their filter does not trust our sender",
        "Whoever runs mail: look at SPF, DKIM, DMARC and block lists for our domain. The address is not stopped. "
        f"{MAY}",
        "act",
    ),
    "frequency": Words(
        "their server finds that we send too much or too often",
        f"Whoever runs mail: slow down to this provider of mailboxes. {MAY}",
        "act",
    ),
    "content": Words(
        "their filter refused what it says",
        f"Look at the message as sent (waypost message show {{message}} --body text). {MAY}",
        "act",
    ),
    "technical": Words(
        "their server could not be reached, or did not work",
        f"Check the part of the address behind the @. {MAY}",
        "act",
    ),
    "expired": Words(
        "their server put it off until the provider gave up",
        f"Reach the reader another way, or, when their server works, {AGAIN}.",
        "act",
    ),
    "authentication": Words(
        "their server does not accept our domain's authentication",
        f"Whoever runs mail: mend SPF, DKIM and DMARC of our sending domain. {MAY}",
        "act",
    ),
    "unclassified": Words("their server gave no reason that we know", "Read the server's words below.", "act"),
    "bounced_address": Words("mail to this address had come back before", CORRECT, "act"),
    "invalid": Words("the provider finds that the address cannot exist", CORRECT, "act"),
    "unsubscribed_address": Words(
        "the reader had unsubscribed at the provider", "Ask the reader for consent; never clear it unasked.", "act"
    ),
    "spam_reporting_address": Words(
        "the reader had reported us as spam", "Ask the reader for consent; never clear it unasked.", "act"
    ),
    "spam_content": Words(
        "the provider's own check takes it for spam",
        "Whoever runs mail: look at the text, and ask the provider.",
        "act",
    ),
    "invalid_header": Words("the provider found a header wrong", "Tell whoever runs Waypost.", "act"),
    "over_quota": Words(
        "our account's limit was reached",
        f"Whoever runs mail: raise the limit, then {AGAIN}.",
        "act",
    ),
}

# Our words for what providers report. A kind not listed is told in the provider's own word.
REPORTS: Final[Mapping[str, str]] = {
    "processed": "The provider says that it took the message",
    "deferred": "Their mail server said: later",
    "delivered": "Their mail server took it",
    "bounced": "Their mail server refused it for good",
    "blocked": "Their mail server refused it this time",
    "dropped": "The provider did not try to deliver it",
    "opened": "Its image was loaded",
    "clicked": "A link in it was fetched",
    "complained": "Its reader reported it as spam",
    "unsubscribed": "Its reader unsubscribed",
    "group_unsubscribed": "Its reader unsubscribed at the provider from messages of this kind",
    "group_resubscribed": "Its reader subscribed again at the provider to messages of this kind",
    "viewed": "The reader opened it on our own page",
    "undelivered": "The reader does not have it",
    "account_changed": "The provider changed something about our account",
}

# What an attempt came to, by its outcome in the ledger.
ATTEMPTS: Final[Mapping[str | None, str]] = {
    None: "its answer is not in",
    "accepted": "taken",
    "failed": "refused for good",
    "unknown": "no answer, so it may have been taken",
    "retry": "surely not taken",
    "given_back": "surely not taken, and given back",
}
