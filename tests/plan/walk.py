"""A journey stepped through time by `next_at`, as the engine steps it, with every ready message marked as sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Final, Literal, TypeAlias

from pydantic import JsonValue

from plan.agenda import Agenda, Occurrence
from plan.calendar import at_local, zone_info
from plan.decide import decide
from plan.facts import Fact, Journey, People, Person, Sent
from plan.life import Visit
from plan.lifecycle import fold
from plan.model import Plan

State: TypeAlias = Literal["open", "held", "cancelled", "on_wire", "sent", "unknown", "failed"]
ZONE: Final = "America/New_York"
PEOPLE: Final = People(
    people={
        "p1": Person(id="p1", address_digest="a1"),
        "payer1": Person(id="payer1", address_digest="a2"),
        "rev1": Person(id="rev1", address_digest="a3"),
        "rev2": Person(id="rev2", address_digest="a4"),
    }
)
STEPS: Final = 400  # far above what any journey here needs; a walk that takes more goes round in circles


def at(text: str, zone: str = ZONE) -> datetime:
    """The UTC instant of a local `2026-12-31 23:59:59`; the time may be left out."""
    day, _, clock = text.partition(" ")
    return at_local(date.fromisoformat(day), time.fromisoformat(clock or "00:00"), zone)


def local(instant: datetime | None, zone: str = ZONE) -> str:
    """An instant as the program's clock shows it, to the minute."""
    return "" if instant is None else f"{instant.astimezone(zone_info(zone)):%Y-%m-%d %H:%M}"


def journey(plan: Plan, created: datetime, started: datetime | None = None, process: str = "application") -> Journey:
    return Journey(
        id=f"journey:cwe:p1:{process}:1",
        program=plan.program,
        process=process,
        cycle="1",
        person_id="p1",
        created_at=created,
        started_at=started or created,
    )


def begin(plan: Plan, created: str, **more: Any) -> "Walk":
    """A journey created and enrolled at a local time of New York."""
    instant = at(created)
    return Walk(plan, journey(plan, instant, **more), instant)


@dataclass
class Walk:
    """One journey under way. `known` are all facts of its life; each is folded from the instant it is heard."""

    plan: Plan
    journey: Journey
    now: datetime
    known: list[Fact] = field(default_factory=list)
    people: People = PEOPLE
    rows: dict[str, Sent] = field(default_factory=dict)
    log: list[tuple[datetime, Occurrence]] = field(default_factory=list)

    def tell(
        self,
        type_: str,
        at: datetime,
        *,
        fact_id: str | None = None,
        heard: datetime | None = None,
        item: str | None = None,
        who: str | None = None,
        said: Mapping[str, JsonValue] | None = None,
        **data: JsonValue,
    ) -> Fact:
        """A fact, in order of arrival; heard when it happens unless said otherwise."""
        order = len(self.known)
        fact = Fact(
            id=fact_id or f"f{order}",
            type=type_,
            at=at,
            heard_at=heard or at,
            order=order,
            item=item,
            by=who,
            data={**(said or {}), **data},
        )
        self.known.append(fact)
        return fact

    def facts(self) -> list[Fact]:
        return [f for f in self.known if f.heard_at <= self.now]

    def agenda(self, now: datetime | None = None) -> Agenda:
        self.now = now or self.now
        return decide(self.plan, self.journey, self.facts(), self.people, list(self.rows.values()), self.now)

    def mark(self, key: str, state: State, *, reason: str | None = None, version: str | None = None) -> None:
        """A row of the ledger as of now."""
        handed = None if state in {"open", "held"} else self.now
        self.rows[key] = Sent(key=key, state=state, at=handed, reason=reason, plan_version=version)

    def wake(self) -> Agenda:
        """Decide and send what is ready, again and again until nothing is."""
        for _ in range(STEPS):
            agenda = self.agenda()
            for occurrence in agenda.due():
                assert occurrence.key is not None
                self.log.append((self.now, occurrence))
                self.mark(occurrence.key, "sent")
            if not agenda.due():
                return agenda
        raise AssertionError("a message is due for ever")

    def run(self, until: datetime) -> Agenda:
        """Wake whenever the agenda asks for it and whenever a fact is heard, up to and including `until`."""
        for _ in range(STEPS):
            agenda = self.wake()
            heard = [f.heard_at for f in self.known if f.heard_at > self.now]
            following = min([t for t in (agenda.next_at, *heard) if t is not None], default=None)
            if following is None or following > until:
                self.now = until
                return self.wake()
            assert following > self.now
            self.now = following
        raise AssertionError("the journey wakes for ever")

    def visits(self) -> list[Visit]:
        """Every stage that all known facts lead through, passings to come included."""
        return fold(self.plan, self.journey, self.known).track.visits

    def sent(self) -> list[str]:
        """What went out, in order: local time to the minute and key."""
        return [f"{local(now)} {occurrence.key}" for now, occurrence in self.log]

    def gone(self) -> list[str]:
        return [occurrence.key or "" for _, occurrence in self.log]


def find(agenda: Agenda, key: str) -> Occurrence:
    """The one occurrence whose key begins with `key`."""
    found = [o for o in agenda.occurrences if o.key is not None and o.key.startswith(key)]
    assert len(found) == 1, [o.key for o in agenda.occurrences]
    return found[0]


def outcome(agenda: Agenda, key: str) -> tuple[str, ...]:
    """Outcome and reason of one occurrence, and for what is past also because of what."""
    found = find(agenda, key)
    return tuple(part for part in (found.outcome, found.reason, found.because) if part is not None)


def outcomes(agenda: Agenda, keys: Sequence[str]) -> list[tuple[str, ...]]:
    return [outcome(agenda, key) for key in keys]
