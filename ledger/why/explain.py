"""Why a notification reached its reader or not: the judged part, and everything on record that it rests on."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from ledger.message_rows import AttemptRow, MessageRow
from ledger.opt_outs import ALL
from ledger.reports import Report
from ledger.suppressions import SuppressionRow
from ledger.why.answer import STANDINGS, Answer, Evidence
from ledger.why.handed_over import Verdict, address_of_old, handed_over, server_words
from ledger.why.known import Known
from ledger.why.not_sent import details, no_occurrence, not_enrolled, not_left, unsent
from ledger.why.words import ATTEMPTS, REPORTS, SUPPRESSED

NOT_LEFT: Final = frozenset({"queued", "claimed", "retry", "cancelled", "expired"})
SHOWN: Final = 12  # reports of one message told one by one; the rest are counted
AUTHENTICATION: Final = ("5.7.", "4.7.")  # enhanced status codes (RFC 3463) of policy and security
EARLIEST: Final = datetime.min.replace(tzinfo=UTC)


def explain(known: Known) -> Answer:
    """The answer about one notification. Pure: equal knowledge, equal words."""
    verdict = _with_copy(known, _verdict(known))
    row, occurrence = known.row, known.occurrence
    passage = known.passage
    return Answer(
        notification=known.notification,
        program=known.program,
        zone=known.zone,
        journey=passage.row.id if passage else row.journey_id if row else None,
        message=row.id if row else None,
        key=row.key if row else occurrence.key if occurrence else None,
        to=row.to if row else occurrence.to if occurrence else None,
        person=known.person_id,
        case=verdict.case,
        reason=verdict.reason,
        because=occurrence.because if occurrence and occurrence.reason == verdict.reason else None,
        standing=verdict.standing,
        headline=verdict.headline,
        certainty=verdict.certainty,
        evidence=tuple(_evidence(known, verdict)),
        next_step=verdict.next_step,
    )


def in_order(answers: Iterable[Answer]) -> list[Answer]:
    """What somebody must do something about first, then what is under way; of each the latest first."""
    latest = sorted(answers, key=lambda answer: answer.last_at or EARLIEST, reverse=True)
    return sorted(latest, key=lambda answer: STANDINGS.index(answer.standing))


def _verdict(known: Known) -> Verdict:
    if known.row is not None:
        return not_left(known, known.row) if known.row.state in NOT_LEFT else handed_over(known, known.row)
    if known.occurrence is not None:
        return unsent(known, known.occurrence)
    if known.passage is not None or (known.rule is None and known.person is not None):
        return no_occurrence(known)
    return not_enrolled(known)


def _with_copy(known: Known, verdict: Verdict) -> Verdict:
    """What was sent again needs nobody here any more: the copy has an answer of its own."""
    if known.copy is None or verdict.standing != "act":
        return verdict
    step = f"Nothing here: a copy was sent again, message {known.copy.id}."
    return verdict._replace(standing="not_sent", next_step=step)


def _evidence(known: Known, verdict: Verdict) -> Iterator[Evidence]:
    """The journey's instants first, then the wall clock's, each in order of time; undated sentences last."""
    yield from _planned(known)
    yield from sorted(_on_record(known), key=lambda told: told.at or EARLIEST)
    yield from (Evidence(sentence=sentence) for sentence in _undated(known, verdict))


def _planned(known: Known) -> Iterator[Evidence]:
    occurrence, row, passage = known.occurrence, known.row, known.passage
    at = row.planned_at if row and row.planned_at else occurrence.leave_at or occurrence.at if occurrence else None
    if at is not None:
        counts = ""
        if occurrence is not None and occurrence.clock is not None and occurrence.clock_at is not None:
            counts = f", counted from {occurrence.clock} on {known.planned(occurrence.clock_at)}"
        clock = " on the journey's clock" if known.ahead else ""
        yield Evidence(at=at, clock="journey", sentence=f"It was to leave{clock}{counts}.")
    if row is None and passage is not None:
        yield Evidence(
            at=passage.entered_at, clock="journey", sentence=f"The journey entered the stage {passage.stage}."
        )
        if passage.row.ended_at is not None:
            yield Evidence(at=passage.row.ended_at, clock="journey", sentence="The journey ended.")


def _on_record(known: Known) -> Iterator[Evidence]:
    row = known.row
    if row is not None:
        yield from _of_message(known, row)
    for report in known.perhaps:
        said = f"A report that names no message but this address, so it may concern this one: {_report(report)}"
        yield Evidence(at=report.at, sentence=said)
    for suppression in known.suppressions:
        yield Evidence(at=suppression.since, sentence=_stands(suppression))
        if suppression.lifted_at is not None:
            why = f", because: {suppression.lifted_why}" if suppression.lifted_why else ""
            yield Evidence(at=suppression.lifted_at, sentence=f"That was lifted by {suppression.lifted_by}{why}.")
    if known.rule is not None and known.rule.optional:
        for opted in known.opt_outs:
            if opted.program == known.program and opted.notification in {known.notification, ALL}:
                what = "all optional notifications" if opted.notification == ALL else opted.notification
                yield Evidence(at=opted.since, sentence=f"{known.person_id} opted out of {what}, by {opted.by}.")
    channel = known.channel
    if channel is not None and channel.state != "up" and (row is None or row.state in NOT_LEFT):
        said = f": ‹{channel.sentence}›" if channel.sentence else ""
        yield Evidence(at=channel.since, sentence=f"The channel {channel.transport} is {channel.state}{said}.")


def _of_message(known: Known, row: MessageRow) -> Iterator[Evidence]:
    yield Evidence(at=row.queued_at, sentence=f"Queued as message {row.id}{_by(row)}.")
    for attempt in known.attempts:
        yield Evidence(at=attempt.on_wire_at, sentence=_attempt(attempt))
    yield from _reported(known.reports)
    if row.viewed_at is not None and all(report.kind != "viewed" for report in known.reports):
        yield Evidence(at=row.viewed_at, sentence="The reader opened it on our own page.")
    if known.copy is not None:
        by = f" by {known.copy.by}" if known.copy.by else ""
        yield Evidence(at=known.copy.queued_at, sentence=f"A copy was sent again{by}: message {known.copy.id}.")
    if row.state in {"cancelled", "expired"}:
        yield Evidence(at=row.changed_at, sentence=f"Taken back: {row.reason or 'no reason is on record'}.")


def _undated(known: Known, verdict: Verdict) -> Iterator[str]:
    row, occurrence, person = known.row, known.occurrence, known.person
    if row is None or row.state in NOT_LEFT:
        said = occurrence.detail if occurrence else None
        if row is not None:
            said = said or row.held_detail or row.detail
        yield from details(known, verdict.reason, occurrence.because if occurrence else None, said)
        if person is not None and known.person_id not in {None, person.id}:
            yield f"{known.person_id} was merged into {person.id}, who gets everything that was theirs."
        if person is not None and person.on_hold and verdict.reason != "on_hold":
            yield f"Mail to {person.id} is on hold now."
        return
    if row.detail and row.state != "failed":
        yield f"The hand-over ended with: ‹{row.detail}›."
    if (address := address_of_old(known, row)) is not None and person is not None:
        yield f"It went to {address}; the reader's address is {person.email} now."
    if row.doubled:
        yield "Two copies left: both were reported on."
    if row.machine_opened_at is not None and row.opened_at is None:
        yield "Its image was loaded by a mail proxy or scanner, which does not show that anybody read it."
    if row.delivery == "delivered" and row.viewed_at is None:
        yield "“Delivered” means that their server took it. It is no proof that it is in the inbox: it may be in spam."
    if row.delivery in {"blocked", "bounced"} and any(
        (r.status or "").startswith(AUTHENTICATION) for r in known.reports
    ):
        yield "Status codes x.7.x mostly mean that the server does not accept our domain's SPF, DKIM or DMARC."
    if known.sender_domain and row.state == "accepted" and row.channel == "email":
        yield f"Its Message-ID is <{row.id}@{known.sender_domain}>."


def _by(row: MessageRow) -> str:
    who = f" by {row.by}" if row.by else ""
    if row.channel != "email" and row.source == "staff":
        return f", noted{who}"
    return {"plan": "", "broadcast": f", of a broadcast{who}", "outside": f", kept from outside{who}"}.get(
        row.source, f", sent by hand{who}"
    )


def _attempt(attempt: AttemptRow) -> str:
    came = ATTEMPTS.get(attempt.outcome, attempt.outcome or "")
    said = f": ‹{attempt.detail}›" if attempt.detail else ""
    name = f", and called {attempt.provider_id} by it" if attempt.provider_id and attempt.outcome == "accepted" else ""
    return f"Attempt {attempt.attempt}, handed to {attempt.transport} for {attempt.address}: {came}{said}{name}."


def _reported(reports: Sequence[Report]) -> Iterator[Evidence]:
    for report in reports[:SHOWN]:
        yield Evidence(at=report.at, sentence=_report(report))
    rest = reports[SHOWN:]
    if rest:
        yield Evidence(at=rest[-1].at, sentence=f"{len(rest)} more reports; the last: {_report(rest[-1])}")


def _report(report: Report) -> str:
    said = REPORTS.get(report.kind, f"The provider reports “{report.provider_kind}”")
    by = " by a machine" if report.machine else ""
    words = f": ‹{server_words(report)}›" if server_words(report) else ""
    of = f" (attempt {report.attempt})" if report.attempt is not None and report.attempt > 1 else ""
    if report.provider == "staff":
        said = f"Staff say: {said[0].lower()}{said[1:]}"
    guess = (
        " It named no message, and this is the only one that it can be about." if report.matched == "address" else ""
    )
    return f"{said}{by}{of}{words}.{guess}"


def _stands(row: SuppressionRow) -> str:
    origin = f", after message {row.message_id}" if row.message_id else ""
    detail = f": ‹{row.detail}›" if row.detail else ""
    what = SUPPRESSED[row.cause].headline.format(address=row.address)
    return f"{what} (list {row.source}, by {row.by}{origin}){detail}."
