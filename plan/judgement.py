"""What is settled about one occurrence, step by step: each step gives an outcome with its reason, or passes it on."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, get_args

from plan.agenda import Occurrence
from plan.case import Case
from plan.facts import Sent
from plan.model import Plan
from plan.outcomes import Because, Held, Outcome
from plan.pausing import days_remaining
from plan.planned import Planned
from plan.reachable import obstacle, unwanted
from plan.recipients import Recipient
from plan.roles import NOBODY, THIRD_PARTIES
from plan.standing import left, stopped
from plan.timing import Reader, Times

SETTLED: Final[Mapping[str, Outcome]] = {"on_wire": "sent", "sent": "sent", "unknown": "unknown", "failed": "failed"}
OWN: Final = frozenset(
    {
        "quiet_hours",
        "settling",
        "clock_paused",
        "on_hold",
        "no_recipient",
        "no_address",
        "address_suppressed",
        "deadline_unknown",
        "condition_error",
    }
)
CANCELLED: Final = "cancelled_by_staff"
OF_A_DESK: Final = frozenset({"no_address", "address_suppressed"})
GIVEN_BACK: Final = frozenset(get_args(Held)) - OWN  # reasons that only whoever sends can find, and take away again


@dataclass(slots=True, eq=False)
class Candidate:
    """One occurrence under judgement. `outcome` None: nothing stands against it so far."""

    planned: Planned
    recipient: Recipient
    reader: Reader
    times: Times | None
    key: str
    family: Hashable
    row: Sent | None = None
    outcome: Outcome | None = None
    reason: str | None = None
    because: Because | None = None
    detail: str | None = None
    not_after: datetime | None = None
    spoken_for_at: datetime | None = None  # when another left, while this one was late, that spoke for both
    items: tuple[str, ...] = ()

    def skip(self, reason: str, because: Because | None = None, detail: str | None = None) -> None:
        """It will not come."""
        self.outcome, self.reason, self.because, self.detail = "skipped", reason, because, detail

    def hold(self, reason: str, detail: str | None = None) -> None:
        """It waits for something other than its time."""
        self.outcome, self.reason, self.detail = "held", reason, detail

    def sending_at(self, now: datetime) -> datetime:
        """When it is, or could last have been, sent. Only for candidates with times."""
        moment = max(now, self.times.leave_at) if self.times else now
        return min(end for end in (moment, self.not_after, self.spoken_for_at) if end is not None)

    def leaves_at(self, now: datetime) -> datetime:
        """When it leaves, or left, or could leave at the soonest. Only for candidates with times."""
        if self.row is not None and self.row.state in SETTLED and self.row.at is not None:
            return self.row.at
        return max(now, self.times.leave_at) if self.times else now

    def keeps_its_time(self, now: datetime) -> bool:
        """Whether it leaves, or left, when it was planned to; what is settled otherwise has no time to keep."""
        if self.times is None or (self.outcome is not None and not settled(self.row)):
            return True
        left_at = self.row.at if self.row is not None and settled(self.row) else None
        return now <= self.times.leave_at if left_at is None else left_at == self.times.leave_at

    def occurrence(self) -> Occurrence:
        planned, times = self.planned, self.times
        return Occurrence(
            key=self.key,
            notification=planned.rule.name,
            purpose=planned.rule.purpose,
            to=self.recipient.to,
            person_id=self.recipient.person_id,
            outcome=self.outcome or "ready",
            reason=self.reason,
            because=self.because,
            detail=self.detail,
            at=times.at if times else None,
            leave_at=times.leave_at if times else None,
            not_after=self.not_after,
            closes_at=times.closes_at if times else None,
            item=planned.item,
            items=self.items,
            fact_id=planned.trigger.fact.id if planned.trigger and planned.trigger.fact else _by(planned),
            clock=planned.run.name if planned.run else None,
            clock_at=planned.dated.at if planned.dated else None,
        )


def settled(row: Sent | None) -> bool:
    """Whether it was handed over, whatever came of that."""
    return row is not None and row.state in SETTLED


def in_ledger(row: Sent | None) -> bool:
    """Whether the ledger alone says what became of it: it was handed over, or staff took it back."""
    return settled(row) or (row is not None and row.state == "cancelled")


def by_ledger(candidate: Candidate, row: Sent) -> None:
    """What was handed over stays settled, whatever the plan says now; what staff took back stays unsaid."""
    if row.state == "cancelled":
        candidate.skip(CANCELLED)
    if row.state not in SETTLED:
        return
    candidate.outcome = SETTLED[row.state]
    if row.state == "on_wire":
        candidate.detail = "handed over; the answer is not in yet"
    elif row.state != "sent":
        candidate.reason = row.reason


def for_good(candidate: Candidate, case: Case) -> None:
    """Whatever no passing of time brings back: a death, a fact taken back, an old date, a start that came later."""
    planned, journey = candidate.planned, case.life.journey
    rule, person = planned.rule, candidate.recipient.person
    if rule.state == "off":
        return candidate.skip("rule_off", detail=rule.why)
    if rule.state == "draft":
        return candidate.skip("not_live")
    applicant = case.people.people.get(journey.person_id)
    if (applicant is not None and applicant.deceased) or (person is not None and person.deceased):
        return candidate.skip("deceased")
    if journey.duplicate_of is not None:
        return candidate.skip("duplicate_journey", detail=f"{journey.duplicate_of} goes on in its place")
    if journey.program_closed and "program_closed" not in rule.even_if:
        return candidate.skip("program_closed")
    if planned.dropped in {"retracted", "already_true"}:
        return candidate.skip(planned.dropped)
    if case.plan.launched and _before_its_launch(candidate, case.plan):
        return candidate.skip("already_past", "plan_changed", "the plan that says so came later")
    past = is_past(candidate)
    if planned.dropped == "superseded_by_new_deadline":
        return candidate.skip("already_past", _why_past(planned)) if past else candidate.skip(planned.dropped)
    if past:
        return candidate.skip("already_past", _why_past(planned))
    return None


def by_stage(candidate: Candidate, case: Case) -> None:
    """The stage counts at the planned instant, and at the moment of sending or the last at which it could be sent."""
    planned, times, now = candidate.planned, candidate.times, case.now
    if times is None:
        reason = stopped(planned, now) or left(planned, case.plan, case.life, case.arrows, now)
        if reason is not None:
            return candidate.skip(reason)
        if planned.dated is not None and planned.dated.at is None:
            return candidate.hold("deadline_unknown", planned.dated.problem)
        return candidate.skip("no_opening_left")
    sending_at = candidate.sending_at(now)
    ended = stopped(planned, sending_at)
    if ended is not None:
        return candidate.skip(ended)
    for moment in (times.leave_at,) if sending_at == times.leave_at else (times.leave_at, sending_at):
        reason = left(planned, case.plan, case.life, case.arrows, moment)
        if reason is not None:
            return candidate.skip(reason)
    return None


def by_condition(candidate: Candidate, condition: str, case: Case) -> None:
    """`if:` must hold when it leaves, and now: what was false at its moment is not said later (20)."""
    leave_at = candidate.times.leave_at if candidate.times else case.now
    for moment in dict.fromkeys((min(leave_at, case.now), case.now)):
        answer = case.holds(condition, moment, candidate.planned.item)
        if answer.error is not None:
            return candidate.hold("condition_error", answer.error)
        if not answer.holds:
            return candidate.skip("condition_false", detail=f"{condition}: {answer.read}")
    return None


def by_lateness(candidate: Candidate, now: datetime) -> None:
    """Past its lateness it is too late; what else stopped it until then stays the reason."""
    if candidate.spoken_for_at is not None:
        candidate.skip("merged_same_day")
    elif candidate.not_after is not None and now > candidate.not_after:
        candidate.skip("too_late")


def by_now(candidate: Candidate, case: Case) -> None:
    """Ready, still to come, or held and by what. Only for candidates against which nothing stands."""
    planned, times, now = candidate.planned, candidate.times, case.now
    if times is None:
        return candidate.skip("no_opening_left")
    if unwanted(planned.rule, candidate.recipient.person, times.leave_at):
        return candidate.skip("opted_out")
    if now < times.leave_at:
        return _to_come(candidate, times, now)
    if planned.by_clock and planned.run is not None:
        remaining = days_remaining(planned.run, case.life.runs, now, case.plan.timezone)
        if remaining is not None:
            return candidate.hold("clock_paused", f"{planned.run.name} is paused, {remaining} days remain")
    role = candidate.recipient.role
    if role == NOBODY:
        return candidate.skip("no_recipient", detail=f"nobody holds the role {candidate.recipient.to}, and nobody must")
    if role in THIRD_PARTIES and not case.consents(role):
        return candidate.skip("no_consent", detail=f"the applicant has not agreed that the {role} is told")
    if (against := obstacle(planned.rule, candidate.recipient)) is not None:
        return candidate.hold(*against)
    if (given_back := _given_back(candidate)) is not None:
        return candidate.hold(given_back)
    if not planned.rule.ignores_window:
        return _in_window(candidate, times, now)
    candidate.outcome = "ready"
    return None


def _given_back(candidate: Candidate) -> str | None:
    """What whoever sends found against it. Of a desk's addresses deciding itself knows nothing."""
    row = candidate.row
    if row is None or row.state != "held" or row.reason is None:
        return None
    found = row.reason in GIVEN_BACK or (candidate.recipient.desk and row.reason in OF_A_DESK)
    return row.reason if found else None


def _to_come(candidate: Candidate, times: Times, now: datetime) -> None:
    """Before its time it is scheduled; once triggered, it is held by what it waits for."""
    planned = candidate.planned
    happened = times.natural
    if planned.rests_until is not None and planned.run is not None:
        happened = max(happened, planned.run.date.passes_at or happened)
        if happened <= now < planned.rests_until:
            return candidate.hold("settling")
    if planned.day is None and happened <= now < times.at:
        return candidate.hold("quiet_hours")
    candidate.outcome = "scheduled"
    return None


def _in_window(candidate: Candidate, times: Times, now: datetime) -> None:
    reader = candidate.reader
    opening = reader.opening(now)
    if opening.opens_at <= now:
        candidate.times = Times(times.natural, times.at, times.leave_at, opening.closes_at)
        candidate.outcome = "ready"
        return None
    if candidate.not_after is not None and opening.opens_at > candidate.not_after:
        return candidate.skip("no_opening_left")
    leave_at = reader.spread(opening.opens_at, opening.closes_at, candidate.not_after)
    candidate.times = Times(times.natural, times.at, leave_at, opening.closes_at)
    return candidate.hold("quiet_hours")


def is_past(candidate: Candidate) -> bool:
    """Planned for a day before the journey could know of it, or with no opening left on that day (25)."""
    planned, times = candidate.planned, candidate.times
    if times is None or times.leave_at >= planned.known_at:
        return False
    after_a_turn = planned.offset is not None and (planned.rule.entered or planned.rule.left) is not None
    return planned.by_clock or after_a_turn


def _before_its_launch(candidate: Candidate, plan: Plan) -> bool:
    """Whether it was to leave before anybody said it at all (21); what a row stands for was begun before."""
    launched_at, times = plan.launched.get(candidate.planned.rule.name), candidate.times
    return launched_at is not None and times is not None and candidate.row is None and times.leave_at < launched_at


def _why_past(planned: Planned) -> Because:
    run, dated = planned.run, planned.dated
    dates = [d for d in run.dates if d.at is not None] if run else []
    return "deadline_moved" if dates and dated is not dates[0] else "start"


def _by(planned: Planned) -> str | None:
    return planned.trigger.moment.removeprefix("#") if planned.trigger and planned.trigger.run is None else None
