"""What deciding costs: the reference journey and previews, beside the agenda's bare way through pydantic and JSON.

`python -m bench.plan_cost [--json]`. Processor time of this process alone: the median of many rounds, and the middle
half of them, for others use the machine too.
"""

import cProfile
import json
import pickle
import pstats
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import quantiles
from time import process_time
from typing import Final, NamedTuple, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter

from plan import calendar, send_window, timing
from plan.agenda import Agenda
from plan.decide import decide, remembered
from plan.facts import Fact, Journey, People, Person, Sent
from plan.load import load
from plan.model import Plan
from plan.preview import Invented, preview

PLAN: Final = Path(__file__).parent.parent / "programs/cwe/plan.yaml"
START: Final = datetime(2026, 10, 5, 14, tzinfo=UTC)
ROUNDS: Final = 300
PREVIEWS: Final = 200
JOURNEYS: Final = 60
LIVES: Final = 3
DECIDE_BAR: Final = 1.0  # milliseconds, median
PREVIEW_BAR: Final = 1.5  # milliseconds each: 10,000 in 15 seconds


class Spread(BaseModel):
    """Milliseconds of processor time: half of the rounds lie between `low` and `high`."""

    model_config = ConfigDict(frozen=True)

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ms ({self.low:.2f} to {self.high:.2f})"


class PlanCost(BaseModel):
    """Of the decisions of the reference journey, from its first fact to its hundredth day, in order:

    `lived` where between two wakes others came and it was forgotten, `alone` where it was not. `again`: the last of
    them, its facts unchanged. `first`: a hundredth day of journeys that were never decided before.
    `share`: module of plan/ → part of decide's own time, the largest.
    """

    model_config = ConfigDict(frozen=True)

    rules: int
    items: int
    facts: int
    occurrences: int
    decisions: int
    wakes: int
    lived: Spread
    alone: Spread
    again: Spread
    first: Spread
    bare: Spread
    preview: Spread
    share: dict[str, float]


Read = TypeVar("Read", bound=BaseModel)
Case: TypeAlias = tuple[Journey, list[Fact], People, list[Sent], datetime]


def reference(plan: Plan, start: datetime = START) -> Case:
    """An application after a hundred days: twelve items, forty facts, everything due so far sent."""
    facts: list[Fact] = []

    def tell(name: str, day: float, item: str | None = None, **data: str | int) -> None:
        at = start + timedelta(days=day)
        facts.append(
            Fact(id=f"f{len(facts)}", type=name, at=at, heard_at=at, order=len(facts) + 1, item=item, data=data)
        )

    for n in range(8):
        tell("activity_begun", 2 + n, f"activity-{n}")
        tell("activity_submitted", 12 + n, f"activity-{n}")
        tell("activity_approved", 20 + n, f"activity-{n}", credits=3)
    tell("payment_received", 60, amount="150.00 USD", receipt_no="r-1")
    tell("submitted", 60.1)
    tell("reviewer_assigned", 61, reviewer="rita")
    tell("returned", 70)
    for n in range(4):
        tell("document_insufficient", 70 + n, f"document-{n}", reason="illegible")
        tell("applicant_answered", 80 + n, f"document-{n}")
        tell("document_accepted", 86 + n, f"document-{n}")
    people = People(people={id_: Person(id=id_, address_digest=id_) for id_ in ("ana", "rita")})
    now = start + timedelta(days=100)
    journey = Journey(
        id=f"journey:cwe:ana:application:{start:%Y%m%d%H%M}",
        program=plan.program,
        process="application",
        cycle="1",
        person_id="ana",
        created_at=start,
        started_at=start,
    )
    sent: list[Sent] = []
    while due := decide(plan, journey, facts, people, sent, now).due():
        sent += [Sent(key=one.key or "", state="sent", at=now) for one in due]
    return journey, facts, people, sent, now


class Decision(NamedTuple):
    """What one decision is given; whether it is the first after a sleep, when its journey may be forgotten."""

    case: Case
    wakes: bool


def lived(plan: Plan, case: Case) -> list[Decision]:
    """Every decision of a journey in order: at each fact and wake, as each message leaves, and when it has left."""
    journey, facts, people, _, end = case
    rows: dict[str, Sent] = {}
    found: list[Decision] = []

    def decided(now: datetime, *, wakes: bool = False) -> Agenda:
        heard = [_read_anew(fact) for fact in facts if fact.heard_at <= now]
        told = (_read_anew(journey), heard, _read_anew(people), [_read_anew(row) for row in rows.values()], now)
        found.append(Decision(told, wakes))
        return decide(plan, *told)

    now: datetime | None = journey.created_at
    while now is not None and now <= end:
        agenda = decided(now, wakes=True)
        for one in agenda.due():
            decided(now)
            rows[one.key or ""] = Sent(key=one.key or "", state="sent", at=now)
            agenda = decided(now)
        comes = [fact.heard_at for fact in facts if fact.heard_at > now]
        now = min([at for at in (agenda.next_at, *comes) if at is not None], default=None)
    return found


def _read_anew(model: Read) -> Read:
    """The same as new objects, as the ledger gives them: JSON would give every instant a time zone of its own."""
    read: Read = pickle.loads(pickle.dumps(model))  # noqa: S301 - made here
    return read


def measure() -> PlanCost:
    """Everything, some seconds."""
    loaded = load(PLAN.read_text(encoding="utf-8"), PLAN.name)
    if not isinstance(loaded, Plan):
        raise SystemExit(str(loaded[0]))
    case = reference(loaded)
    journey, facts, people, sent, now = case
    agenda = decide(loaded, journey, facts, people, sent, now)

    def deciding() -> None:
        decide(loaded, journey, facts, people, sent, now)

    def anew() -> None:
        remembered.cache_clear()
        deciding()

    json_of = TypeAdapter(Agenda)

    def bare() -> None:
        json_of.validate_json(json_of.dump_json(agenda))

    life = lived(loaded, case)
    work = [partial(decide, loaded, *decision.case) for decision in life]

    def forget(n: int) -> None:
        if life[n % len(life)].wakes:
            remembered.cache_clear()

    return PlanCost(
        rules=len(loaded.rules),
        items=len(agenda.items),
        facts=len(facts),
        occurrences=len(agenda.occurrences),
        decisions=len(life),
        wakes=sum(decision.wakes for decision in life),
        lived=_spread(work * LIVES, forget),
        alone=_spread(work * LIVES),
        again=_spread([deciding] * ROUNDS),
        first=_spread(_first_decisions(loaded)),
        bare=_spread([bare] * ROUNDS),
        preview=_spread(_previews(loaded)),
        share=_share(anew),
    )


def _first_decisions(plan: Plan) -> list[Callable[[], object]]:
    """Each of another journey, begun at another minute: none of its dates and openings is remembered."""
    cases = [reference(plan, START + timedelta(days=3 * n, minutes=7 * n)) for n in range(JOURNEYS)]
    remembered.cache_clear()
    for module in (calendar, send_window, timing):
        for known in vars(module).values():
            if hasattr(known, "cache_clear"):
                known.cache_clear()
    return [partial(decide, plan, *case) for case in cases]


def _previews(plan: Plan) -> list[Callable[[], object]]:
    """One invented applicant after another, each begun at another hour and submitted on another day."""
    found: list[Callable[[], object]] = []
    for n in range(PREVIEWS):
        start = START + timedelta(hours=7 * n)
        submitted_at = start + timedelta(days=60 + n)
        approved_at = submitted_at + timedelta(days=30)
        events = [
            Fact(id="e1", type="submitted", at=submitted_at, heard_at=submitted_at, order=1),
            Fact(id="e2", type="approved", at=approved_at, heard_at=approved_at, order=2),
        ]
        found.append(partial(preview, plan, Invented("application", start, events=events)))
    return found


def _spread(rounds: Sequence[Callable[[], object]], prepare: Callable[[int], None] = lambda _: None) -> Spread:
    rounds[0]()  # a worker lives for weeks: what the plan alone decides is known
    spent = []
    for n, work in enumerate(rounds):
        prepare(n)
        before = process_time()
        work()
        spent.append((process_time() - before) * 1000)
    low, middle, high = quantiles(spent, n=4)
    return Spread(median=middle, low=low, high=high)


def _share(work: Callable[[], None]) -> dict[str, float]:
    profile = cProfile.Profile()
    profile.enable()
    for _ in range(100):
        work()
    profile.disable()
    own: dict[str, float] = defaultdict(float)
    for (file, _, _), (_, _, spent, _, _) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]  # not in typeshed
        path = Path(file)
        own[f"plan/{path.name}" if path.parent.name == "plan" else "libraries"] += spent
    total = sum(own.values())
    largest = sorted(own.items(), key=lambda one: -one[1])[:10]
    return {name: round(spent / total, 3) for name, spent in largest}


def main(arguments: Sequence[str]) -> int:
    """Prints the table; status 1 when a bar is missed."""
    found = measure()
    if "--json" in arguments:
        sys.stdout.write(json.dumps(found.model_dump(), indent=2) + "\n")
    else:
        lines = [
            f"decide: {found.rules} rules, {found.items} items, {found.facts} facts, {found.occurrences} occurrences",
            f"  {found.first.median / found.bare.median:.1f} x its agenda through JSON and back, {found.bare}",
            f"  all {found.decisions} of its life, forgotten at {found.wakes} wakes: {found.lived}, bar {DECIDE_BAR}",
            f"  all of them, never forgotten: {found.alone}",
            f"  its last decision again and again: {found.again}",
            f"  journeys never seen before: {found.first}",
            f"preview: {found.preview} each, bar {PREVIEW_BAR}; 10,000 in {found.preview.median * 10:.0f} s",
            "where decide's time goes: " + ", ".join(f"{name} {share:.0%}" for name, share in found.share.items()),
        ]
        sys.stdout.write("\n".join(lines) + "\n")
    return 0 if found.lived.median <= DECIDE_BAR and found.preview.median <= PREVIEW_BAR else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
