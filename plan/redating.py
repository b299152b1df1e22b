"""Deadlines that the plan or a person's data moved: known only from what was said of another date (plan.md 18, 32)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from plan.calendar import local_date
from plan.clocks import Run
from plan.correcting import REACHED
from plan.facts import Sent
from plan.keys import parse, stem
from plan.life import Life, Trigger
from plan.model import Plan, Rule
from plan.planned import Planned


def redated(
    rule: Rule, plan: Plan, life: Life, told: Sequence[Planned], sent: Mapping[str, Sent], now: datetime
) -> Iterator[Planned]:
    """What a rule on `moved:` says when messages spoke of a date that the clock, as everything stands now, never had.

    `told` is what it says of dates that facts gave: if that tells the present one later, or is still to come, it is
    enough. Nothing is said of a date that nobody was told.
    """
    if life.is_final(life.track.visit(now).stage):
        return
    running = {run.item: run for run in life.runs_by_name.get(rule.moved or "", ()) if run.running(now)}
    for item, run in running.items():
        learned_at = max(_spoken(rule, plan, life, item, told, sent), default=None)
        if learned_at is None or run.date.at is None or _told_since(learned_at, run, told, sent):
            continue
        moment = f"#{run.name}{_day(run.date.at, plan)}"
        trigger = Trigger(run.name, moment, learned_at, learned_at, item)
        key = stem(rule.name, None, moment, item)
        yield Planned(rule, key, learned_at, instant=learned_at, item=item, trigger=trigger, run=run, dated=run.date)


def _day(at: datetime, plan: Plan) -> str:
    """As keys spell the date of a clock."""
    return f"@{local_date(at, plan.timezone).isoformat()}"


def _spoken(
    rule: Rule, plan: Plan, life: Life, item: str | None, told: Sequence[Planned], sent: Mapping[str, Sent]
) -> Iterator[datetime]:
    """When messages left that named a date which the clock never had: counted from it, or news of a move to it."""
    runs = [run for run in life.runs_by_name.get(rule.moved or "", ()) if run.item == item]
    dates = {_day(dated.at, plan) for run in runs for dated in run.dates if dated.at is not None}
    standing = {one.stem for one in told}
    for row in sent.values():
        key = parse(row.key)
        of = plan.rules.get(key.rule) if key is not None else None
        if key is None or of is None or key.item != item or row.state not in REACHED or row.at is None:
            continue
        moment = key.moment
        if of.name == rule.name:
            moment = moment.removeprefix(f"#{rule.moved}")
            if moment.startswith("#") and row.key.partition(">")[0] in standing:
                continue
        elif rule.moved not in {of.before, of.after}:
            continue
        if moment not in dates:
            yield row.at


def _told_since(learned_at: datetime, run: Run, told: Sequence[Planned], sent: Mapping[str, Sent]) -> bool:
    """Whether news of the present date left after that, or is still to come."""
    present = {one.stem for one in told if one.dated is run.date}
    gone = [row.at for row in sent.values() if row.key.partition(">")[0] in present and row.at is not None]
    return bool(present) and all(at > learned_at for at in gone)
