"""Occurrences that speak for one another: offsets, items or dates of one rule reaching one person (22, 24, 32)."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Final

from plan.calendar import local_date
from plan.case import Case
from plan.facts import Sent
from plan.judgement import SETTLED, Candidate, is_past
from plan.keys import message_key, stem
from plan.lateness import expires, lateness
from plan.planned import rules_of
from plan.roles import APPLICANT
from plan.standing import left
from plan.timing import at_the_earliest

PAST: Final = {("already_past", "start"), ("already_past", "deadline_moved")}  # what catching up may bring back
WEEK: Final = timedelta(days=7)


def grouped(candidates: Iterable[Candidate], by: Callable[[Candidate], Hashable]) -> list[list[Candidate]]:
    """Groups with equal `by`, in order of first appearance."""
    groups: dict[Hashable, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        groups[by(candidate)].append(candidate)
    return list(groups.values())


def settled(candidate: Candidate) -> bool:
    return candidate.row is not None and candidate.row.state in SETTLED


def catch_up(candidates: list[Candidate], case: Case) -> None:
    """A deadline that moved nearer brings its latest passed offset, unless a rule on `moved:` tells of it (33)."""
    nearer = [c for c in candidates if _moved_nearer(c)]
    if not nearer:
        return
    told = {rule.moved for rule in rules_of(case.plan, case.life.process.name)}
    nearer = [c for c in nearer if c.planned.run is not None and c.planned.run.name not in told]
    for group in grouped(nearer, lambda c: (id(c.planned.run), c.planned.rule.to, c.recipient.to)):
        if any(settled(c) for c in group):
            continue
        for candidate in sorted(group, key=_natural, reverse=True):
            known_at = candidate.planned.known_at
            caught = at_the_earliest(candidate.planned, known_at, candidate.reader)
            moment = max(known_at, case.now)
            fits = left(candidate.planned, case.plan, case.life, case.arrows, moment) is None
            if caught is not None and fits and (candidate.reason, candidate.because) in PAST:
                candidate.times = caught
                candidate.outcome = candidate.reason = candidate.because = None
                break


def set_lateness(candidates: list[Candidate]) -> None:
    """Give each the last instant at which it is worth sending; no reminder outlives its rule's next offset (26)."""
    for group in grouped([c for c in candidates if c.times is not None and expires(c.planned.rule)], _family):
        leaving = sorted(map(_leave_at, group))
        for candidate in group:
            if candidate.outcome is None:
                later = bisect_right(leaving, _leave_at(candidate))
                candidate.not_after = lateness(candidate, leaving[later] if later < len(leaving) else None)


def spoken_for(candidates: list[Candidate], now: datetime) -> None:
    """What was late when another of its rule left has been spoken for by that, on every later day too (22, 24)."""
    late = [c for c in candidates if c.outcome is None and c.times is not None and c.times.leave_at < now]
    if not late:
        return
    offsets = [c for c in candidates if c.planned.offset and c.times and settled(c)]
    items = [c for c in candidates if _of_an_item(c) and settled(c)]
    for candidate in late:
        later = [c for c in offsets if c.family == candidate.family and _natural(c) > _natural(candidate)]
        others = [c for c in items if _teller(c) == _teller(candidate)] if _of_an_item(candidate) else []
        left_at = [c.row.at for c in (*later, *others) if c.row is not None and c.row.at is not None]
        candidate.spoken_for_at = min((at for at in left_at if _was_to_leave(candidate, at)), default=None)


def _was_to_leave(candidate: Candidate, on_day_of: datetime) -> bool:
    if candidate.planned.known_at > on_day_of or (candidate.not_after is not None and on_day_of > candidate.not_after):
        return False
    return candidate.reader.date(_leave_at(candidate)) <= candidate.reader.date(on_day_of)


def sent_recently(candidates: list[Candidate], sent: Mapping[str, Sent], zone: str) -> None:
    """The same offset before a moved deadline is not said again so soon after it was said for another date (32)."""
    moved = [c for c in candidates if c.planned.run is not None and len(c.planned.run.dates) > 1]
    if not moved:
        return
    for group in grouped((c for c in moved if c.planned.by_clock and c.times), _family):
        ordered = sorted(group, key=_place)
        for candidate, following in zip(ordered, [*ordered[1:], None], strict=True):
            if candidate.outcome is None:
                allowed = _far_enough(candidate, following)
                reached = _reached_at(candidate, sent, zone)
                if reached is not None and _leave_at(candidate) - reached < allowed:
                    candidate.skip("sent_recently")


as_planned: Final[Callable[[Candidate], datetime]] = attrgetter("times.leave_at")  # while nothing has gone wrong


def apart(candidates: Iterable[Candidate]) -> bool:
    """Whether no two of them are of one rule, to one reader, on one day: as planned, none speaks for another."""
    timed = [c for c in candidates if c.times is not None]
    return len({(c.planned.rule.name, c.recipient.to, c.reader.date(_leave_at(c))) for c in timed}) == len(timed)


def merge(candidates: list[Candidate], when: Callable[[Candidate], datetime]) -> None:
    """Messages to one reader on one day: offsets of one date first, then items."""
    one_a_day(candidates, when)
    one_for_all_items(candidates, when)


def one_a_day(candidates: list[Candidate], when: Callable[[Candidate], datetime]) -> None:
    """Of two offsets of one rule on one day the later speaks, wherever the window moved it (24)."""
    open_ones = [c for c in candidates if c.planned.offset and c.times and (c.outcome is None or settled(c))]
    for group in grouped(open_ones, lambda c: (c.family, local_date(when(c), c.reader.zone))):
        last = max(group, key=_natural)
        for candidate in group:
            if candidate is not last and candidate.outcome is None:
                candidate.skip("merged_same_day")


def one_for_all_items(candidates: list[Candidate], when: Callable[[Candidate], datetime]) -> None:
    """Clock reminders of one rule, person and day are one message, of the nearest date, that lists the items (22)."""
    reminders = [c for c in candidates if _of_an_item(c) and (c.outcome is None or settled(c))]
    for group in grouped(reminders, lambda c: (_teller(c), c.reader.date(when(c)))):
        gone = max((c.row.at for c in group if settled(c) and c.row and c.row.at), default=None)
        to_go = sorted((c for c in group if c.outcome is None), key=_pressing)
        told = [c for c in to_go if gone is not None and c.planned.known_at <= gone]
        fresh = [c for c in to_go if c not in told]
        for candidate in [*told, *fresh[1:]]:
            candidate.skip("merged_same_day")
        if len(fresh) > 1:
            spoken_for = [item for c in fresh for item in c.items or (c.planned.item,) if item is not None]
            fresh[0].items = tuple(dict.fromkeys(spoken_for))


def _of_an_item(candidate: Candidate) -> bool:
    """Whether it is a clock reminder of an item, which one message may give with those of others."""
    planned = candidate.planned
    timed = planned.by_clock and candidate.times is not None
    return timed and planned.item is not None and planned.rule.purpose == "reminder"


def _teller(candidate: Candidate) -> Hashable:
    return candidate.planned.rule.name, candidate.recipient.to


def released(candidates: list[Candidate], case: Case) -> None:
    """After a hold or a closure the latest of what a rule would have said of one thing speaks, the rest is past."""
    let_go = [person for person in case.people.people.values() if person.released_at is not None]
    if case.life.journey.program_reopened_at is None and not let_go:
        return
    kept = [c for c in candidates if (c.outcome is None or settled(c)) and _was_kept_back(c, case)]
    for group in grouped(kept, lambda c: (c.planned.rule.name, c.planned.item, c.recipient.to)):
        for candidate in sorted(group, key=_leave_at)[:-1]:
            if candidate.outcome is None:
                candidate.skip("already_past", "hold_released")


def _was_kept_back(candidate: Candidate, case: Case) -> bool:
    """Whether it was to leave before that ended for its reader. Confirmations are each of them evidence, and kept."""
    person, times = candidate.recipient.person, candidate.times
    held_until = person.released_at if person is not None and not person.on_hold else None
    reopened_at = case.life.journey.program_reopened_at
    if (held_until is None and reopened_at is None) or times is None:
        return False
    if candidate.planned.rule.purpose == "confirmation":
        return False
    return any(end is not None and times.leave_at < end <= case.now for end in (held_until, reopened_at))


def digest(candidates: list[Candidate]) -> None:
    """What sets one rule off within its `digest:` is one message with the first fact's key (22)."""
    folding = [
        c for c in candidates if c.planned.rule.digest and c.planned.instant and (c.outcome is None or settled(c))
    ]
    if not folding:
        return
    for group in grouped(folding, lambda c: (c.planned.rule.name, c.recipient.to)):
        first: Candidate | None = None
        for candidate in sorted(group, key=lambda c: (c.planned.instant or c.planned.known_at, c.key)):
            if first is None or _after(first, candidate):
                first = candidate
                continue
            if candidate.outcome is None:
                candidate.skip("folded_into_digest", detail=f"in {first.key}")
            if first.outcome is None:
                named = [*(first.items or (first.planned.item,)), candidate.planned.item]
                first.items = tuple(dict.fromkeys(item for item in named if item is not None))


def _after(first: Candidate, candidate: Candidate) -> bool:
    """Whether it came too late for the digest that the first began; what has left takes nothing more in."""
    begins, span = first.planned.instant, first.planned.rule.digest
    if begins is None or span is None or candidate.planned.instant is None:
        return True
    gone = first.row.at if settled(first) and first.row is not None else None
    return candidate.planned.instant > (gone or begins + span)


def one_an_address(candidates: list[Candidate]) -> None:
    """Two recipients of one occurrence with one address get one message; the first named wins (29)."""
    if len({candidate.planned.stem for candidate in candidates}) == len(candidates):
        return
    for group in grouped(candidates, lambda c: c.planned.stem):
        seen: set[str] = set()
        for candidate in group if len(group) > 1 else ():
            digest = candidate.recipient.person.address_digest if candidate.recipient.person else None
            if candidate.outcome is None and digest in seen:
                candidate.skip("duplicate_address")
            elif digest is not None and (candidate.outcome is None or settled(candidate)):
                seen.add(digest)


def newcomers(candidates: list[Candidate], sent: Mapping[str, Sent]) -> None:
    """Whoever takes a role later is not told again what its holders of that time were told."""
    taking = [c for c in candidates if c.outcome is None and c.row is None and c.recipient.role != APPLICANT]
    reached: dict[str, set[str]] = defaultdict(set)
    for row in sent.values() if taking else ():
        if row.state in SETTLED:
            shared, _, to = row.key.partition(">")
            reached[f"{shared}>{to.partition('.')[0]}"].add(to)
    for candidate in taking:
        person = candidate.recipient.person
        if person is not None and person.address_digest:
            others = reached.get(message_key(candidate.planned.stem, candidate.recipient.role), set())
            if others - {candidate.recipient.to}:
                candidate.skip("already_past", "start", "it went to those who held the role then")


def _family(candidate: Candidate) -> Hashable:
    return candidate.family


def _moved_nearer(candidate: Candidate) -> bool:
    planned = candidate.planned
    if planned.run is None or planned.dated is not planned.run.date or not is_past(candidate):
        return False
    dates = [d.at for d in planned.run.stated if d.at is not None]  # a pause that ends early brings nothing nearer
    return len(dates) > 1 and dates[-1] < dates[-2]


def _far_enough(candidate: Candidate, following: Candidate | None) -> timedelta:
    """Half the distance to the next offset; for the last one half of that to the deadline, at most a week."""
    if following is not None:
        return (_leave_at(following) - _leave_at(candidate)) / 2
    at = candidate.planned.dated.at if candidate.planned.dated else None
    return min(WEEK, abs(at - _leave_at(candidate)) / 2) if at is not None else WEEK


def _reached_at(candidate: Candidate, sent: Mapping[str, Sent], zone: str) -> datetime | None:
    planned = candidate.planned
    found: datetime | None = None
    for other in planned.run.dates if planned.run else ():
        if other is not planned.dated and other.at is not None:
            moment = f"@{local_date(other.at, zone).isoformat()}"
            key = message_key(stem(planned.rule.name, planned.offset, moment, planned.item), candidate.recipient.to)
            row = sent.get(key)
            if row is not None and row.state in SETTLED and row.state != "failed" and row.at is not None:
                found = max(found or row.at, row.at)
    return found


def _place(candidate: Candidate) -> tuple[datetime, datetime]:
    """By when it leaves; two offsets that the window moved to one instant by where they were."""
    return _leave_at(candidate), _natural(candidate)


def _pressing(candidate: Candidate) -> tuple[datetime, datetime, str]:
    """Whose date comes first speaks for the others: nobody is told of a later one for all."""
    dated = candidate.planned.dated
    counts_from = dated.at if dated is not None and dated.at is not None else _natural(candidate)
    return counts_from, _leave_at(candidate), candidate.planned.item or ""


def _natural(candidate: Candidate) -> datetime:
    return candidate.times.natural if candidate.times else _leave_at(candidate)


def _leave_at(candidate: Candidate) -> datetime:
    if candidate.times is None:
        raise ValueError("an occurrence without a time has no place in an order")
    return candidate.times.leave_at
