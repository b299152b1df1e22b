"""Journeys drawn at random: what is told and when it is heard, and what befalls people, plan and messages meanwhile."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final, TypeAlias

from hypothesis import strategies as st

from plan.agenda import Agenda
from plan.facts import People, Person, Sent
from plan.model import Plan, SendWindow
from tests.plan.drawn_plan import drawn_plan
from tests.plan.programs import (
    SPREAD,
    WINDOW,
)
from tests.plan.walk import PEOPLE, STEPS, State, Walk, at, journey

CREATED: Final = at("2026-09-01 10:00")
WEEKDAYS: Final = SendWindow(
    days=("mon", "tue", "wed", "thu", "fri"), opens=time(9), closes=time(17, 30), spread=timedelta(hours=1)
)
STAFFED: Final = PEOPLE.model_copy(update={"roles": {"reviewer": ("rev1",), "supervisor": ("rev2",)}})
TWINS: Final = People(
    people={**PEOPLE.people, "rev2": Person(id="rev2", address_digest="a3")}, roles={"reviewer": ("rev1", "rev2")}
)


@dataclass(frozen=True)
class Happening:
    """Something told at `at` and heard `delay` later; what its data are follows from the kind."""

    kind: str
    at: datetime
    delay: timedelta
    item: str | None
    pick: int


KINDS: Final = (
    "submitted",
    "submitted",
    "returned",
    "approved",
    "withdrawn",
    "denied",
    "document_insufficient",
    "document_insufficient",
    "applicant_answered",
    "applicant_answered",
    "document_accepted",
    "payment_received",
    "reviewer_assigned",
    "extension_granted",
    "extension_granted",
    "told",
    "retracted",
    "stage_set",
    "touched",
    "leave_begun",
    "leave_over",
)
ITEMS: Final = {"document_insufficient", "applicant_answered", "document_accepted"}
DATES: Final = ("2026-10-20", "2026-11-20", "2026-12-01", "2026-12-04", "2027-01-10")
STAGES: Final = ("in_progress", "in_review", "with_applicant", "past_due")


@st.composite
def happenings(draw: st.DrawFn, kinds: tuple[str, ...] = KINDS, most: int = 9, within: int = 150) -> list[Happening]:
    """Facts with distinct instants; most are heard at once, some hours or weeks late."""
    minutes = draw(st.lists(st.integers(1, within * 24 * 60), max_size=most, unique=True))
    found = []
    for minute in minutes:
        kind = draw(st.sampled_from(kinds))
        delay = timedelta(hours=draw(st.sampled_from((0, 0, 0, 0, 3, 30, 400))))
        item = f"doc-{draw(st.integers(1, 3))}" if kind in ITEMS else None
        found.append(Happening(kind, CREATED + timedelta(minutes=minute), delay, item, draw(st.integers(0, 20))))
    return sorted(found, key=lambda h: h.at + h.delay)


def tell(way: Walk, happened: list[Happening]) -> Walk:
    """Tell a journey what happened, in the order in which it is heard."""
    for one in happened:
        heard = one.at + one.delay
        match one.kind:
            case "extension_granted":
                way.tell(one.kind, one.at, heard=heard, deadline="due", to=DATES[one.pick % len(DATES)])
            case "told":
                way.tell(one.kind, one.at, heard=heard, expires_on=DATES[one.pick % len(DATES)])
            case "retracted":
                way.tell(one.kind, one.at, heard=heard, id=f"f{one.pick % max(1, len(way.known))}")
            case "stage_set":
                way.tell(one.kind, one.at, heard=heard, to=STAGES[one.pick % len(STAGES)], why="a test")
            case "payment_received" if one.pick % 2:
                way.tell(one.kind, one.at, heard=heard, payer="payer1")
            case "reviewer_assigned":
                way.tell(one.kind, one.at, heard=heard, reviewer=("rev1", "rev2")[one.pick % 2])
            case _:
                way.tell(one.kind, one.at, heard=heard, item=one.item)
    return way


@dataclass(frozen=True)
class Trouble:
    """From `begins` until `ends` something is not as it should be."""

    what: str
    begins: datetime
    ends: datetime


TROUBLES: Final = (
    "on_hold",
    "no_address",
    "suppressed",
    "opted_out",
    "deceased",
    "away",
    "twins",
    "no_reviewer",
    "next_version",
    "closed",
    "merged",
)


@st.composite
def troubles(draw: st.DrawFn) -> list[Trouble]:
    found = []
    for what in draw(st.lists(st.sampled_from(TROUBLES), max_size=2, unique=True)):
        begins = CREATED + timedelta(hours=draw(st.integers(0, 150 * 24)))
        found.append(Trouble(what, begins, begins + timedelta(hours=draw(st.sampled_from((5, 30, 400))))))
    return found


Ending: TypeAlias = tuple[State, str | None]
SENT: Final[Ending] = ("sent", None)
ENDINGS: Final[tuple[Ending, ...]] = (
    *[SENT] * 6,
    ("on_wire", None),
    ("unknown", "timeout"),
    ("failed", "invalid_recipient"),
    ("held", "template_error"),
    ("held", "channel_down"),
    ("held", "channel_busy"),
    ("held", "address_not_allowed"),
    ("open", None),
    ("cancelled", "cancelled_by_staff"),
)


@dataclass
class Rough(Walk):
    """A walk in which things go wrong: people change, the worker is away, messages end in every way there is."""

    troubles: tuple[Trouble, ...] = ()
    endings: tuple[int, ...] = (0,)
    second: Plan | None = None
    ended: int = 0

    def current(self) -> set[str]:
        return {t.what for t in self.troubles if t.begins <= self.now < t.ends}

    def adapt(self) -> None:
        """People and plan as they are at this instant."""
        now = self.current()
        people = TWINS if "twins" in now else PEOPLE if "no_reviewer" in now else STAFFED
        changed: dict[str, object] = {}
        if "on_hold" in now:
            changed["on_hold"] = True
        ends = [t.ends for t in self.troubles if t.what == "on_hold" and t.ends <= self.now]
        changed["released_at"] = max(ends, default=None)
        if "deceased" in now:
            changed["deceased"] = True
        if "no_address" in now:
            changed["address_digest"] = None
        if "suppressed" in now:
            changed["suppressed"] = "bounced"
        if "opted_out" in now:
            changed["opted_out"] = frozenset({"*"})
        again = [t.ends for t in self.troubles if t.what == "opted_out" and t.ends <= self.now]
        changed["wanted_again"] = {"*": max(again)} if again else {}
        applicant = people.people["p1"].model_copy(update=changed)
        self.people = people.model_copy(update={"people": {**people.people, "p1": applicant}})
        reopened = [t.ends for t in self.troubles if t.what == "closed" and t.ends <= self.now]
        self.journey = self.journey.model_copy(
            update={
                "program_closed": "closed" in now,
                "program_reopened_at": max(reopened, default=None),
                "duplicate_of": "journey:cwe:p2:application:1" if "merged" in now else None,
            }
        )
        if "next_version" in now and self.second is not None:
            begun = next(t.begins for t in self.troubles if t.what == "next_version")
            self.plan = self.second.model_copy(update={"launched": {"draft": begun, "answer_due": begun}})

    def hand_over(self, key: str) -> None:
        """One attempt, ending as the next of the drawn endings; what was given back goes through the second time."""
        before = self.rows.get(key)
        state, reason = ENDINGS[self.endings[self.ended % len(self.endings)] % len(ENDINGS)]
        self.ended += 1
        if before is not None:
            state, reason = "sent", None
        self.mark(key, state, reason=reason, version=self.plan.version)

    def mend(self) -> None:
        """What held or stopped a message is put right."""
        for key, row in list(self.rows.items()):
            if row.state == "held":
                self.rows[key] = Sent(key=key, state="open", plan_version=row.plan_version)

    def away_until(self) -> datetime:
        """When somebody is there to look: now, or the end of the absence."""
        return max([t.ends for t in self.troubles if t.what == "away" and t.begins <= self.now < t.ends] + [self.now])

    def steps(self, until: datetime) -> Iterator[Agenda]:
        """Every agenda of the way, each before anything is done about it."""
        for _ in range(STEPS):
            self.now = self.away_until()
            self.adapt()
            agenda = self.agenda()
            yield agenda
            if agenda.due():
                for occurrence in agenda.due():
                    assert occurrence.key is not None
                    self.log.append((self.now, occurrence))
                    self.hand_over(occurrence.key)
                continue
            edges = [edge for t in self.troubles for edge in (t.begins, t.ends)]
            looks = [t for t in [agenda.next_at, *edges, *(f.heard_at for f in self.known)] if t and t > self.now]
            if not looks or min(looks) > until:
                return
            if min(looks) - self.now > timedelta(hours=20):
                self.mend()
            self.now = min(looks)
        raise AssertionError("the journey wakes for ever")


def smooth(window: SendWindow, happened: list[Happening]) -> Walk:
    """A way on which nothing goes wrong."""
    plan = drawn_plan(window)
    return tell(Walk(plan, journey(plan, CREATED), CREATED, people=STAFFED), happened)


def rough(window: SendWindow, happened: list[Happening], more: "Misfortune") -> Rough:
    plan = drawn_plan(window, told=more.told, moved=more.moved)
    way = Rough(plan, journey(plan, CREATED, CREATED + more.late_start), CREATED + more.late_start)
    way.troubles, way.endings = tuple(more.troubles), more.endings
    way.second = drawn_plan(window, told=more.told, moved=more.moved, version="v2")
    tell(way, happened)
    return way


@dataclass(frozen=True)
class Misfortune:
    """Everything else that is drawn about a rough walk."""

    troubles: list[Trouble]
    endings: tuple[int, ...]
    told: bool
    moved: bool
    late_start: timedelta


@st.composite
def misfortunes(draw: st.DrawFn) -> Misfortune:
    return Misfortune(
        draw(troubles()),
        tuple(draw(st.lists(st.integers(0, len(ENDINGS) - 1), min_size=1, max_size=6))),
        draw(st.booleans()),
        draw(st.booleans()),
        timedelta(days=draw(st.sampled_from((0, 0, 0, 1, 70)))),
    )


WINDOWS: Final = (WINDOW, SPREAD, WEEKDAYS, SendWindow())
