"""Why something has not left: what waits, what is held, what will not come, and what was never called for."""

from datetime import timedelta
from typing import Final

from ledger.message_rows import MessageRow
from ledger.suppressions import STOPS_ALL
from ledger.why.answer import Case
from ledger.why.handed_over import Verdict
from ledger.why.known import Known
from ledger.why.words import BECAUSE, HELD, RETRIED, SKIPPED, SUPPRESSED, TAKEN_BACK, Words
from plan.agenda import Occurrence
from plan.model import Rule
from plan.roles import canonical
from plan.words import name_words

NOT_NOW: Final = frozenset({"skipped", "held", "scheduled"})
A_WHILE: Final = timedelta(minutes=15)
LONGEST_REST: Final = timedelta(minutes=10)  # between two attempts, as the engine spaces them
NOT_TAKEN: Final = frozenset({"channel_busy", "channel_down"})
WORKER: Final = "If this lasts longer than a minute: is a worker running, and does it reach ledger and engine?"
OF_HELD: Final[dict[str, Words]] = dict(HELD.items())
OF_SKIPPED: Final[dict[str, Words]] = {**OF_HELD, **TAKEN_BACK, **dict(SKIPPED.items())}


def not_left(known: Known, row: MessageRow) -> Verdict:
    """For a row in queued, claimed, retry, cancelled or expired; what deciding says of it now goes first."""
    occurrence = known.occurrence
    if row.state in {"cancelled", "expired"}:
        if occurrence is not None and occurrence.outcome in NOT_NOW:
            return unsent(known, occurrence)
        return _taken_back(known, row)
    if occurrence is not None and occurrence.outcome in NOT_NOW:
        return unsent(known, occurrence)
    if row.held_reason is not None:
        return _by_reason(known, "held", row.held_reason)
    if row.source == "plan" and known.passage is not None and known.passage.row.ended_at is not None:
        headline = "It has not left, and its journey has ended: nobody sends it."
        step = "To take it back, and send a copy where that is still worth it: waypost reconcile --repair"
        return Verdict("waiting", "act", headline, next_step=step, reason=row.reason)
    if row.state == "retry" and row.reason is not None and row.reason in RETRIED:
        return _say(known, RETRIED[row.reason], "waiting", row.reason)
    return _waiting(known, row)


def unsent(known: Known, occurrence: Occurrence) -> Verdict:
    """For what no attempt was ever made of, or none that counts."""
    match occurrence.outcome:
        case "held":
            return _by_reason(known, "held", occurrence.reason or "")
        case "skipped":
            return _by_reason(known, "skipped", occurrence.reason or "")
        case "scheduled":
            headline = f"It is still to come: it is planned for {known.planned(occurrence.leave_at or occurrence.at)}."
            return Verdict("scheduled", "to_come", headline)
        case "not_triggered":
            return _not_triggered(known, occurrence)
    return _due(known, occurrence)


def no_occurrence(known: Known) -> Verdict:
    """For a notification that the journey has no occurrence of, nor ever will as it stands."""
    rule, passage = known.rule, known.passage
    if rule is None:
        headline = f"The plan of {known.program} has no notification {known.notification}."
        return Verdict("no_such_notification", "not_sent", headline, next_step="Look for its name in the plan.")
    if (silent := _silent(known)) is not None:
        return silent
    roles = {canonical(role) for role in rule.to}
    if roles.isdisjoint(known.roles):
        whom = " or ".join(rule.to)
        headline = f"It goes to {whom}, which {known.person_id} is not here."
        return Verdict("not_addressed", "not_sent", headline)
    process = passage.row.process if passage is not None else None
    headline = f"Nothing in the process {process} calls for it."
    step = "If it should: name the process in `in:` of the notification, or give the process what it counts from."
    return Verdict("not_in_process", "not_sent", headline, next_step=step)


def not_enrolled(known: Known) -> Verdict:
    """For somebody without any journey that could call for it."""
    if known.person is None:
        headline = f"Nobody is known as {known.person_id}."
        step = "Check the id; a new person is added by waypost person set, and then enrolled."
        return Verdict("not_known", "act", headline, next_step=step)
    headline = f"{known.person_id} has no journey in {known.program}, so nothing was ever planned."
    step = f"If there should be one: waypost enroll {known.reader} --program {known.program} --process PROCESS"
    return Verdict("not_enrolled", "act", headline, next_step=step)


def details(known: Known, reason: str | None, because: str | None, detail: str | None) -> list[str]:
    """The undated sentences that explain a reason further."""
    told = [BECAUSE[name] for name in BECAUSE if name == because]
    if detail:
        told.append(f"{detail[0].upper()}{detail[1:]}{'' if detail.endswith(('.', '!', '?')) else '.'}")
    if reason == "stage_left" and known.passage is not None:
        told.append(f"The journey is in the stage {name_words(known.passage.stage)} now.")
    return told


def _say(known: Known, words: Words, case: Case, reason: str) -> Verdict:
    occurrence = known.occurrence
    values = {
        "person": known.reader,
        "role": known.role,
        "program": known.program,
        "notification": known.notification,
        "journey": known.passage.row.id if known.passage else "JOURNEY",
        "address": known.person.email if known.person else "the address",
        "until": known.planned(occurrence.leave_at if occurrence else None),
    }
    step = words.next_step.format_map(values) if words.next_step else None
    return Verdict(case, words.standing, words.headline.format_map(values), next_step=step, reason=reason)


def _by_reason(known: Known, case: Case, reason: str) -> Verdict:
    words = (OF_HELD if case == "held" else OF_SKIPPED).get(reason)
    if words is None:
        headline = (
            f"It was {'held' if case == 'held' else 'not sent'}, and the reason on record is {reason or 'empty'}."
        )
        return Verdict(case, "act", headline, next_step="Tell whoever runs Waypost: this reason has no words.")
    verdict = _say(known, words, case, reason)
    against = _against(known)
    if reason == "address_suppressed" and against is not None:
        return verdict._replace(next_step=_say(known, against, case, reason).next_step)
    return verdict


def _against(known: Known) -> Words | None:
    """What stands against the reader's address, the gravest first."""
    active = {row.cause for row in known.suppressions if row.lifted_at is None and _is_now(known, row.address)}
    return next((SUPPRESSED[cause] for cause in (*STOPS_ALL, "unsubscribed") if cause in active), None)


def _is_now(known: Known, address: str) -> bool:
    return known.person is not None and (known.person.email or "").casefold() == address


def _taken_back(known: Known, row: MessageRow) -> Verdict:
    return _by_reason(known, "cancelled", row.reason or "retracted")


def _waiting(known: Known, row: MessageRow) -> Verdict:
    channel = known.channel
    if channel is not None and channel.state != "up":
        verdict = _say(known, HELD["channel_busy" if channel.state == "busy" else "channel_down"], "waiting", "")
        until = f" Next look: {known.wall(channel.retry_at)}." if channel.retry_at else ""
        return verdict._replace(headline=f"{verdict.headline}{until}", reason=f"channel_{channel.state}")
    if row.state == "claimed":
        if row.lease_until is not None and row.lease_until <= known.now:
            headline = "It has not left: an attempt was cut off before the hand-over. The next one takes it up."
            return Verdict("waiting", "wait", headline, next_step=WORKER)
        headline = "It is being prepared at this moment."
        return Verdict("waiting", "wait", headline, "unsettled", "Ask again in a minute.")
    if row.next_at is not None and row.next_at > known.now:
        headline = f"It has not left: the last attempt failed, and the next is made after {known.wall(row.next_at)}."
        return Verdict("waiting", "wait", headline, reason=row.reason)
    rests_until = (row.next_at or row.changed_at) + LONGEST_REST
    if row.state == "retry" and row.reason in NOT_TAKEN and known.now <= rests_until:
        said = f": ‹{row.detail}›" if row.detail else ""
        headline = (
            f"It has not left: the last attempt was not taken{said}. It is tried again within ten minutes of that."
        )
        return Verdict("waiting", "wait", headline, reason=row.reason)
    headline = f"It has been waiting for a worker since {known.wall(row.changed_at)}; nothing else keeps it."
    return Verdict("waiting", "wait", headline, next_step=WORKER, reason=row.reason)


def _due(known: Known, occurrence: Occurrence) -> Verdict:
    passage = known.passage
    since = known.planned(occurrence.leave_at or occurrence.at)
    if passage is None or passage.row.decided_at is None:
        headline = f"It has been due since {since}, but the engine has not begun this journey yet."
        return Verdict("due", "act", headline, next_step=WORKER)
    looked = known.planned(passage.row.decided_at)
    headline = f"It has been due since {since}; the journey has not looked since {looked}."
    late = occurrence.leave_at is not None and passage.clock - occurrence.leave_at > A_WHILE
    return Verdict("due", "act" if late else "wait", headline, "unsettled", WORKER)


def _silent(known: Known) -> Verdict | None:
    """A notification that speaks to no reader as the plan stands."""
    rule = known.rule
    match rule.state if rule is not None else "live":
        case "off":
            return _say(known, SKIPPED["rule_off"], "rule_off", "rule_off")
        case "draft":
            return _say(known, SKIPPED["not_live"], "not_live", "not_live")
        case "test":
            headline = "It is being tried out: it goes to the program's test addresses and to no reader."
            step = f"If it should speak: give {known.notification} `state: live` in the plan, and publish."
            return Verdict("in_test", "not_sent", headline, next_step=step)
    return None


def _not_triggered(known: Known, occurrence: Occurrence) -> Verdict:
    if (silent := _silent(known)) is not None:
        return silent
    rule, waits_for = known.rule, occurrence.reason or ""
    step = None
    if rule is not None and rule.on is not None:
        what = f"the event {waits_for}"
        where = known.passage.row.id if known.passage else "JOURNEY"
        step = f"If that has happened, nobody has told Waypost: waypost tell {where} {waits_for}"
    elif rule is not None and rule.becomes is not None:
        what = f"the moment when {waits_for}"
    elif rule is not None and (rule.entered or rule.left):
        what = f"the stage {waits_for} to be {'entered' if rule.entered else 'left'}"
    elif rule is not None and rule.corrects:
        what = f"an error in what {waits_for} said"
    elif rule is not None and rule.idle is not None:
        what = f"an open {name_words(waits_for)}"
    else:
        what = f"the deadline {waits_for}" if rule is not None and waits_for in clocks(rule) else waits_for
    headline = f"Nothing has called for it so far: it waits for {what}."
    return Verdict("not_triggered", "to_come", headline, next_step=step, reason=waits_for)


def clocks(rule: Rule) -> frozenset[str]:
    """The deadlines that a rule counts from or watches."""
    return frozenset(name for name in (rule.before, rule.after, rule.moved) if name is not None)
