"""The activity `notify`: one message, one activity, claimed from its row, true at the moment of its attempt."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from pydantic import JsonValue
from sqlalchemy import Connection
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.compose import Composed, Held, compose
from activities.edge import edge
from activities.shelf import Shelf
from ledger import Ledger, journeys, messages, people, plans, sending
from ledger.case import basis, case
from ledger.message_rows import Busy, Claimed, Gone, MessageRow
from ledger.people import PersonRow
from mail.transport import Accepted, FateUnknown, HandOver, NotTaken, Refused, Transport
from plan.agenda import Occurrence
from plan.decide import decide
from plan.model import Plan
from workflows import wire
from workflows.wire import Outcome, SendRequest

LEASE: Final = timedelta(seconds=45)  # request 20 s < lease < start_to_close 60 s
LOST: Final = "an attempt ended without an answer after its hand-over had begun"
CHANNEL_DOWN: Final = timedelta(minutes=10)
ANSWERS: Final = {"accepted": "sent", "failed": "failed", "unknown": "unknown", "cancelled": "cancelled"}


class Ready(NamedTuple):
    """A message that may leave, and what the last check must find unchanged."""

    composed: Composed
    plan: Plan
    person: PersonRow | None


class NotNow(NamedTuple):
    """What deciding says of the message at this instant; None: it is not wanted at all."""

    occurrence: Occurrence | None


class Notify:
    """Claims the row, renders, hands over, records. `only_to`: the only addresses that may be written to, if given."""

    def __init__(
        self, ledger: Ledger, shelf: Shelf, transport: Transport, only_to: Collection[str] | None = None
    ) -> None:
        self._ledger = ledger
        self._shelf = shelf
        self._transport = transport
        self._only_to = None if only_to is None else frozenset(address.casefold() for address in only_to)

    @activity.defn(name=wire.NOTIFY, no_thread_cancel_exception=True)
    @edge
    def notify(self, request: SendRequest) -> dict[str, JsonValue]:
        """How this send ended. Raises only what may be tried again; every other end is an answer."""
        clock = activity.info().started_time  # the journey's clock of this attempt, also when time is skipped
        return self._notify(request, clock).model_dump(mode="json", exclude_defaults=True)

    def _notify(self, request: SendRequest, clock: datetime) -> Outcome:
        row = self._claim(request, clock)
        if isinstance(row, Outcome):
            return row
        match self._derive(row, clock):
            case Ready() as ready if self._to_wire(ready, row, clock):
                return self._record(row, self._transport.hand_over(ready.composed.email, row.attempt), clock)
            case Ready():
                return self._again(row, "changed_meanwhile")
            case Held() as held:
                return self._give_back(row, held, clock)
            case NotNow() as refusal:
                return self._refuse(row, refusal.occurrence)

    def _claim(self, request: SendRequest, clock: datetime) -> MessageRow | Outcome:
        with self._ledger.write() as conn:
            claim = sending.claim(conn, request.message_id, request.fence, LEASE, clock, _wall())
            if isinstance(claim, Gone) and claim.state == "on_wire" and claim.row and claim.row.fence == request.fence:
                claim = self._after_a_lost_attempt(conn, claim.row, clock)
        match claim:
            case Claimed():
                return claim.row
            case Busy():
                raise ApplicationError("an earlier attempt holds the row", type="Busy", next_retry_delay=claim.left)
            case Gone():
                return Outcome(key=request.key, result=ANSWERS.get(claim.state, "given_back"), reason=claim.state)

    def _after_a_lost_attempt(self, conn: Connection, row: MessageRow, clock: datetime) -> Claimed | Busy | Gone:
        """The attempt before this one died between its last commit and its answer; the engine runs no two at a time."""
        if not self._transport.repeatable:
            sending.unknown(conn, row.id, row.attempt, "lost_attempt", LOST, _wall())
            return Gone(state="unknown", row=row)
        sending.retry(conn, row.id, row.attempt, "lost_attempt", LOST, _wall())
        return sending.claim(conn, row.id, row.fence, LEASE, clock, _wall())

    def _derive(self, row: MessageRow, clock: datetime) -> Ready | Held | NotNow:
        """Decides once more for this instant: quiet hours, lateness and days left are true when the message leaves."""
        with self._ledger.read() as conn:
            journey = journeys.journey(conn, row.journey_id)
            plan = self._shelf.current(conn, journey.program) if journey else None
            if journey is None or plan is None:
                return NotNow(None)
            known = case(conn, journey, plan, clock)
            agenda = decide(plan, known.journey, known.facts, known.people, known.sent, clock)
            occurrence = next((planned for planned in agenda.occurrences if planned.key == row.key), None)
            if occurrence is None or occurrence.outcome != "ready":
                return NotNow(occurrence)
            composed = compose(conn, plan, known, agenda, occurrence, row, clock)
            if isinstance(composed, Held):
                return composed
            if not self._may_write_to(composed):
                return Held("address_not_allowed", "outside production this address may not be written to")
            return Ready(composed, plan, known.persons.get(row.person_id or ""))

    def _may_write_to(self, composed: Composed) -> bool:
        return self._only_to is None or all(to.email.casefold() in self._only_to for to in composed.email.to)

    def _to_wire(self, ready: Ready, row: MessageRow, clock: datetime) -> bool:
        """The last commit before the first byte. It has the last word about plan, person, fence and lease."""
        email = ready.composed.email
        with self._ledger.write() as conn:
            person = people.person(conn, row.person_id) if row.person_id else None
            if person != ready.person or plans.current_version(conn, ready.plan.program) != ready.plan.version:
                return False
            return sending.to_wire(
                conn,
                row.id,
                row.fence,
                row.attempt,
                address=", ".join(mailbox.email for mailbox in email.to),
                subject=email.subject,
                plan_version=ready.plan.version,
                template_version=ready.composed.template_version,
                transport=self._transport.name,
                clock=clock,
                now=_wall(),
            )

    def _record(self, row: MessageRow, handed: HandOver, clock: datetime) -> Outcome:
        """Writes the provider's answer down, then asks the engine for another attempt where one is due."""
        wall = _wall()
        with self._ledger.write() as conn:
            match handed:
                case Accepted():
                    sending.accepted(conn, row.id, row.attempt, handed.provider_id, clock, wall)
                    return Outcome(key=row.key, result="sent")
                case Refused():
                    sending.failed(conn, row.id, row.attempt, "refused", handed.sentence, wall)
                    return Outcome(key=row.key, result="failed", reason="refused")
                case FateUnknown():
                    sending.unknown(conn, row.id, row.attempt, "no_answer", handed.sentence, wall)
                    return Outcome(key=row.key, result="unknown")
            reason = "channel_busy" if isinstance(handed, NotTaken) else "channel_down"
            sending.retry(conn, row.id, row.attempt, reason, handed.sentence, wall)
        delay = handed.retry_after if isinstance(handed, NotTaken) else CHANNEL_DOWN
        raise ApplicationError(handed.sentence, type=reason, next_retry_delay=delay)

    def _again(self, row: MessageRow, why: str) -> Outcome:
        with self._ledger.write() as conn:
            sending.retry(conn, row.id, row.attempt, why, None, _wall())
        return Outcome(key=row.key, result="given_back", reason=why)

    def _refuse(self, row: MessageRow, occurrence: Occurrence | None) -> Outcome:
        """Past its time, no longer wanted, or not now; the next decision will say the same of its row."""
        reason = occurrence.reason if occurrence else "retracted"
        if occurrence is not None and occurrence.outcome != "skipped":
            return self._again(row, reason or occurrence.outcome)
        with self._ledger.write() as conn:
            messages.cancel(conn, row.id, reason or "retracted", _wall())
        return Outcome(key=row.key, result="missed" if reason == "too_late" else "cancelled", reason=reason)

    def _give_back(self, row: MessageRow, held: Held, clock: datetime) -> Outcome:
        """The row waits until its plan, template or reader changes, or a day has passed."""
        with self._ledger.write() as conn:
            journey = journeys.journey(conn, row.journey_id)
            plan = self._shelf.current(conn, journey.program) if journey else None
            person = people.person(conn, row.person_id) if row.person_id else None
            waits_for = basis(conn, plan, row.rule, person) if plan else "-"
            sending.give_back(
                conn, row.id, row.attempt, held.reason, held.detail, basis=waits_for, clock=clock, now=_wall()
            )
        return Outcome(key=row.key, result="given_back", reason=held.reason)


def _wall() -> datetime:
    return datetime.now(UTC)
