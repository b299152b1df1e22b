"""What would come in a journey if nothing more were heard: its course, and every message planned on it. No present."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from plan.circumstances import Circumstances
from plan.conditions import messages_of
from plan.correcting import correcting
from plan.dispatches import dispatches
from plan.facts import Fact, Journey, People, Sent
from plan.foregone import Prospects, prospects
from plan.judgement import Candidate
from plan.keys import message_key
from plan.life import Life
from plan.lifecycle import fold
from plan.model import Plan
from plan.planned import Planned, rules_of
from plan.readership import Readership
from plan.recipients import Recipient
from plan.redating import redated
from plan.timing import Reader, Times, times
from plan.triggers import planned


class Draft(NamedTuple):
    """One message to one recipient, before anything is judged."""

    planned: Planned
    recipient: Recipient
    reader: Reader
    times: Times | None
    key: str
    family: Hashable  # the same for all offsets of one rule counted from one date or fact, to one recipient


class Outlook(NamedTuple):
    """Never changed once it is made."""

    life: Life
    drafts: Mapping[str, Draft]  # by key
    prospects: Prospects


def foreseen(given: Circumstances) -> Outlook:
    """Without what follows from messages that were sent, other than that they were."""
    plan, people = given.plan, given.people
    applicant = people.people.get(given.journey.person_id)
    life = fold(plan, given.journey, given.facts, applicant.attributes if applicant else None, given.until)
    found: dict[str, Draft] = {}
    _add(found, planned(plan, life), plan, life, people)
    return _complete(plan, life, people, found)


def outlook(
    plan: Plan,
    journey: Journey,
    facts: Sequence[Fact],
    people: People,
    sent: Sequence[Sent],
    until: datetime,
    course: Callable[[Circumstances], Outlook] = foreseen,
) -> Outlook:
    """Keys in `sent` are as the plan spells them now. What comes again does so up to `until`, and once more.

    `course` is `foreseen`, or what remembers its answers.
    """
    process = plan.processes[journey.process]
    known = (*facts, *dispatches(process, sent))
    again = any(deadline.every for deadline in process.deadlines.values())
    ahead = course(Circumstances(plan, journey, known, people, until if again else None))
    found = dict(ahead.drafts)
    _add_news(found, plan, ahead.life, people, {row.key: row for row in sent}, until)
    return ahead if found == ahead.drafts else _complete(plan, ahead.life, people, found)


def changes_by_itself(plan: Plan, process: str) -> bool:
    """Whether it depends on what was sent or on the time, too: not on plan, facts and people alone."""
    clocks = plan.processes[process].deadlines.values()
    rules = plan.rules.values()
    clocked = any(c.after_sent or c.waits_for or c.every for c in clocks)
    return clocked or any(rule.corrects or messages_of(rule.if_ or "") for rule in rules)


def _complete(plan: Plan, life: Life, people: People, drafts: Mapping[str, Draft]) -> Outlook:
    return Outlook(life, drafts, prospects([Candidate(*draft) for draft in drafts.values()], plan, life, people))


def _add_news(
    found: dict[str, Draft], plan: Plan, life: Life, people: People, sent: Mapping[str, Sent], until: datetime
) -> None:
    """What must be said because something else was: corrections, and news of dates that moved by themselves."""
    said_before = tuple(found.items())
    for rule in rules_of(plan, life.process.name):
        if rule.corrects:
            standing = frozenset(key for key, draft in said_before if draft.planned.dropped != "retracted")
            _add(found, correcting(rule, life, standing, sent), plan, life, people)
        if rule.moved is not None:
            said = [draft.planned for draft in found.values() if draft.planned.rule is rule]
            _add(found, redated(rule, plan, life, said, sent, until), plan, life, people)


def _add(found: dict[str, Draft], occurrences: Iterable[Planned], plan: Plan, life: Life, people: People) -> None:
    """One draft a key; of two dates with the same key the later one counts."""
    readership = Readership(plan, life, people)
    for one in occurrences:
        for recipient, whose in readership.of(one):
            key = message_key(one.stem, recipient.to)
            if _counts_more(one, found.get(key)):
                found[key] = Draft(one, recipient, whose, times(one, whose), key, _family(one, recipient))


def _family(one: Planned, recipient: Recipient) -> Hashable:
    moment = one.trigger.moment if one.trigger else ""
    return one.rule.name, id(one.run), id(one.dated), moment, one.item, recipient.to


def _counts_more(one: Planned, before: Draft | None) -> bool:
    return before is None or one.dropped is None or before.planned.dropped is not None
