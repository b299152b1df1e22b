"""The activity `notify`: one message, one activity, claimed from its row, true at the moment of its attempt."""

from collections.abc import Collection
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final, NamedTuple

from pydantic import JsonValue
from sqlalchemy import Connection
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.alone import alone
from activities.claiming import ANSWERS, Claiming, Turn
from activities.compose import Composed, Held, NotNow, compose
from activities.edge import edge
from activities.shelf import Shelf
from activities.standing import Standing, as_read, standing, standing_in
from ledger import (
    Ledger,
    bodies,
    channels,
    evidence,
    messages,
    page_tokens,
    people,
    plans,
    programs,
    sending,
    uncertain,
)
from ledger.case import basis, case
from ledger.channels import ChannelRow, Probe
from ledger.message_rows import Busy, Gone, MessageRow
from ledger.uncertain import Patience
from mail.transport import Accepted, ChannelRefused, FateUnknown, HandOver, NotTaken, Refused, Transport
from plan.decide import decide
from plan.model import Plan
from workflows import wire
from workflows.wire import Outcome, SendRequest

LEASE: Final = timedelta(seconds=45)  # request 20 s < lease < start_to_close 60 s
REQUEST: Final = timedelta(seconds=20)  # mail/sendgrid_mail.py, mail/smtp_mail.py
CHANNEL_DOWN: Final = timedelta(minutes=10)
UNANSWERED: Final = timedelta(minutes=1)
SOONEST: Final = timedelta(seconds=1)
EXPIRED: Final = frozenset({"too_late", "no_opening_left"})


class Ready(NamedTuple):
    """A message that may leave, and what the last check must find unchanged."""

    composed: Composed
    plan: Plan
    standing: Standing


class Notify:
    """Claims the row, renders, hands over, records. `only_to`: the only addresses that may be written to, if given.

    `public_url`: where readers find the pages of their messages; without it no message links to any.
    `request`: how long the transport may take; a message goes on the wire only while so much of its lease is left.
    """

    def __init__(
        self,
        ledger: Ledger,
        shelf: Shelf,
        transport: Transport,
        only_to: Collection[str] | None = None,
        *,
        public_url: str | None = None,
        lease: timedelta = LEASE,
        request: timedelta = REQUEST,
        patience: Patience = Patience(),  # noqa: B008 - an immutable value
    ) -> None:
        self._ledger = ledger
        self._shelf = shelf
        self._transport = transport
        self._only_to = None if only_to is None else frozenset(address.casefold() for address in only_to)
        self._public_url = public_url
        self._claiming = Claiming(transport, lease, patience)
        self._request = request
        self._patience = patience

    @activity.defn(name=wire.NOTIFY, no_thread_cancel_exception=True)
    @edge
    def notify(self, request: SendRequest) -> dict[str, JsonValue]:
        """How this send ended. Raises only what may be tried again; every other end is an answer."""
        clock = activity.info().started_time  # the journey's clock of this attempt, also when time is skipped
        return self._notify(request, clock).model_dump(mode="json", exclude_defaults=True)

    def _notify(self, request: SendRequest, clock: datetime) -> Outcome:
        claim = self._claim(request, clock)
        if isinstance(claim, Outcome):
            return claim
        row = claim.row
        with ExitStack() as unless_handed_over:
            if claim.probe is not None:
                unless_handed_over.callback(self._make_way, claim.probe)
            match self._derive(row, clock):
                case Ready() as ready if self._to_wire(ready, row, clock):
                    unless_handed_over.pop_all()
                    return self._hand_over(ready.composed, row, clock)
                case Ready():
                    return self._again(row, "no_time_left" if self._too_late(row) else "changed_meanwhile", clock)
                case Held() as held:
                    return self._give_back(row, held, clock)
                case NotNow() as refusal:
                    return self._refuse(row, refusal)

    def _claim(self, request: SendRequest, clock: datetime) -> Turn | Outcome:
        with self._ledger.write() as conn:
            claim = self._claiming.claimed(conn, request, clock)
            closed_for = channels.left(conn, claim) if isinstance(claim, ChannelRow) else SOONEST
        match claim:
            case Turn():
                return claim
            case Busy():
                delay = max(claim.left, SOONEST)
                raise ApplicationError("an earlier attempt holds the row", type="Busy", next_retry_delay=delay)
            case ChannelRow():
                delay = max(closed_for, SOONEST)
                raise ApplicationError(claim.sentence or "", type=f"channel_{claim.state}", next_retry_delay=delay)
            case Gone():
                return _ended(request.key, claim.state)

    def _make_way(self, probe: Probe) -> None:
        """The message that was to try the channel does not leave: the next one may try it at once."""
        with self._ledger.write() as conn:
            channels.give_back(conn, probe)

    def _derive(self, row: MessageRow, clock: datetime) -> Ready | Held | NotNow:
        """Decides once more for this instant: quiet hours, lateness and days left are true when the message leaves."""
        with self._ledger.read() as conn:
            derive = self._of_the_plan if row.source == "plan" else self._of_nobodys_plan
            derived = derive(conn, row, clock)
            if isinstance(derived, Ready) and not self._may_write_to(derived.composed):
                derived = Held("address_not_allowed", "outside production this address may not be written to")
            return self._based(conn, derived, row) if isinstance(derived, Held) else derived

    def _based(self, conn: Connection, held: Held, row: MessageRow) -> Held:
        """In the transaction that found it: what is mended a moment later must not be taken for what it waits for."""
        plan = self._shelf.current(conn, row.program)
        if plan is None or row.source != "plan":
            return held
        person = people.standing_for(conn, [row.person_id]).get(row.person_id) if row.person_id else None
        return held._replace(basis=basis(conn, plan, row, person))

    def _of_the_plan(self, conn: Connection, row: MessageRow, clock: datetime) -> Ready | Held | NotNow:
        found = programs.of_journey(conn, row.journey_id) if row.journey_id else None
        if found is None:
            return NotNow("retracted", for_good=True)
        program, journey = found
        plan = self._shelf.plan(conn, program)
        known = case(conn, journey, plan, clock, program=program)
        agenda = decide(plan, known.journey, known.facts, known.people, known.sent, clock)
        occurrence = next((planned for planned in agenda.occurrences if planned.key == row.key), None)
        if occurrence is None:
            return NotNow("retracted", for_good=True)
        if occurrence.outcome != "ready":
            return NotNow(occurrence.reason or occurrence.outcome, for_good=occurrence.outcome == "skipped")
        composed = compose(conn, plan, known, agenda, occurrence, row, clock, self._public_url)
        if not isinstance(composed, Composed):
            return composed
        return Ready(composed, plan, standing_in(conn, plan, row, known))

    def _of_nobodys_plan(self, conn: Connection, row: MessageRow, clock: datetime) -> Ready | Held | NotNow:
        plan = self._shelf.current(conn, row.program)
        if plan is None:
            return NotNow("retracted", for_good=True)
        composed = alone(conn, plan, row, clock, self._public_url)
        return Ready(composed, plan, standing(conn, plan, row)) if isinstance(composed, Composed) else composed

    def _may_write_to(self, composed: Composed) -> bool:
        return self._only_to is None or all(to.email.casefold() in self._only_to for to in composed.email.to)

    def _to_wire(self, ready: Ready, row: MessageRow, clock: datetime) -> bool:
        """The last commit before the first byte has the last word about plan, reader, fence and lease."""
        email, links = ready.composed.email, ready.composed.links
        with self._ledger.write() as conn:
            plans.stay(conn, row.program)
            if row.source != "plan":  # a row of the plan is kept up to date by deciding
                messages.refresh(conn, row.id, plan_version=ready.plan.version)
            going = partial(
                sending.to_wire,
                conn,
                row.id,
                row.fence,
                row.attempt,
                address=", ".join(mailbox.email for mailbox in email.to),
                subject=email.subject,
                plan_version=ready.plan.version,
                template_version=ready.composed.template_version,
                transport=self._transport.name,
                evidence=self._transport.evidence,
                clock=clock,
                now=_wall(),
                bypassed=ready.composed.bypassed,
                request=self._request,
            )
            read = as_read(row, ready.standing, email.to[0].email)
            gone = read is not None and going(unless_touched=read)
            if not gone:  # of few readers it takes a look to tell
                gone = standing(conn, ready.plan, row) == ready.standing and going()
            if gone:
                html, text = (links.blanked(part) if links else part for part in (email.html, email.text))
                bodies.keep(conn, row.id, row.attempt, email.subject, html, text, _wall())
                page_tokens.keep(conn, row.id, row.attempt, links.tokens if links else {}, _wall())
            return gone

    def _too_late(self, row: MessageRow) -> bool:
        """Whether it took so long to prepare the message that its lease would not outlast the request."""
        with self._ledger.read() as conn:
            there = messages.row(conn, row.id)
            mine = there is not None and (there.attempt, there.state) == (row.attempt, "claimed")
            return mine and sending.busy(conn, row).left <= self._request

    def _hand_over(self, composed: Composed, row: MessageRow, clock: datetime) -> Outcome:
        handed = self._transport.hand_over(composed.email, row.attempt)
        if isinstance(handed, Accepted) and composed.remark:
            remarks = [composed.remark, handed.remark] if handed.remark else [composed.remark]
            handed = handed.model_copy(update={"remark": "; ".join(remarks)})
        return self._record(row, handed, clock)

    def _record(self, row: MessageRow, handed: HandOver, clock: datetime) -> Outcome:
        """Writes the provider's answer down, then asks the engine for another attempt where one is due."""
        wall = _wall()
        wait, written = timedelta(0), False
        with self._ledger.write() as conn:
            match handed:
                case Accepted():
                    channels.accepted(conn, self._transport.name, wall)
                    if not sending.accepted(conn, row.id, row.attempt, handed.provider_id, clock, wall, handed.remark):
                        evidence.taken(conn, row.id, row.attempt, wall)  # given up, and taken after all
                    return Outcome(key=row.key, result="sent")
                case Refused():
                    written = sending.failed(conn, row.id, row.attempt, "refused", handed.sentence, wall)
                case FateUnknown():
                    wait = uncertain.first_wait(row, self._transport.evidence, self._patience)
                    if self._transport.evidence == "none":  # each one more would be one more for staff: one goes ahead
                        channels.shut_for(conn, self._transport.name, "busy", handed.sentence, UNANSWERED, wall)
                    written = sending.unknown(conn, row.id, row.attempt, "no_answer", handed.sentence, wall, wait)
                case NotTaken():
                    wait = handed.retry_after or timedelta(0)
                    if wait:
                        channels.shut_for(conn, self._transport.name, "busy", handed.sentence, wait, wall)
                    written = sending.retry(conn, row.id, row.attempt, "channel_busy", handed.sentence, wall, wait)
                case ChannelRefused():
                    wait = CHANNEL_DOWN
                    channels.shut_for(conn, self._transport.name, "down", handed.sentence, wait, wall)
                    written = sending.retry(conn, row.id, row.attempt, "channel_down", handed.sentence, wall)
            there = messages.row(conn, row.id) or row
        if not written or isinstance(handed, Refused):
            return _ended(row.key, there.state, "refused" if there.state == "failed" else None)
        kind = "FateUnknown" if isinstance(handed, FateUnknown) else there.reason or ""
        delay = max(wait, SOONEST) if wait or isinstance(handed, FateUnknown) else None
        raise ApplicationError(handed.sentence, type=kind, next_retry_delay=delay)

    def _again(self, row: MessageRow, why: str, again_at: datetime | None = None) -> Outcome:
        with self._ledger.write() as conn:
            sending.retry(conn, row.id, row.attempt, why, None, _wall())
        return Outcome(key=row.key, result="given_back", reason=why, again_at=again_at)

    def _refuse(self, row: MessageRow, refusal: NotNow) -> Outcome:
        """Past its time, no longer wanted, or not now; the next decision will say the same of its row."""
        if not refusal.for_good:
            return self._again(row, refusal.reason)
        with self._ledger.write() as conn:
            take_back = messages.expire if refusal.reason in EXPIRED else messages.cancel
            take_back(conn, row.id, refusal.reason, _wall())
        result = "missed" if refusal.reason == "too_late" else "cancelled"
        return Outcome(key=row.key, result=result, reason=refusal.reason)

    def _give_back(self, row: MessageRow, held: Held, clock: datetime) -> Outcome:
        """The row waits until its plan, template or reader changes, or a day has passed."""
        with self._ledger.write() as conn:
            sending.give_back(
                conn, row.id, row.attempt, held.reason, held.detail, basis=held.basis, clock=clock, now=_wall()
            )
        return Outcome(key=row.key, result="given_back", reason=held.reason)


def _ended(key: str, state: str, reason: str | None = None) -> Outcome:
    """How a send ended whose row is in `state`."""
    return Outcome(key=key, result=ANSWERS.get(state, "given_back"), reason=reason or state)


def _wall() -> datetime:
    return datetime.now(UTC)
