"""Whether the journey still stands where an occurrence makes sense: stages, items, clocks (plan.md 8, 14, 19)."""

from datetime import datetime
from typing import Final

from plan.arrows import Arrows
from plan.life import Life, Visit
from plan.model import Plan
from plan.names import item_kinds_of
from plan.outcomes import Skipped
from plan.planned import Planned

WITHDRAWN: Final = "withdrawn"  # the one word of `even_if:` for every arrow of `anywhere` into a final stage


def stopped(planned: Planned, instant: datetime) -> Skipped | None:
    """Why the clock that a rule counts from ended before `instant`; None while it runs or has simply passed."""
    run = planned.run
    if run is None or not planned.by_clock:
        return None
    if run.stopped and WITHDRAWN in planned.rule.even_if:
        return None
    if run.ended_at is not None and run.ended_at <= instant:
        return "journey_ended" if run.stopped else "answered"
    if run.restarted_at is not None and run.restarted_at <= instant:
        return "superseded_by_new_deadline"
    return None


def left(planned: Planned, plan: Plan, life: Life, arrows: Arrows, instant: datetime) -> Skipped | None:
    """Why it makes no sense in the stage held at `instant`, now or as foreseen; None if it does."""
    rule = planned.rule
    if rule.stages is not None and life.track.visit(instant).stage not in rule.stages:
        return "stage_left"
    if rule.while_ is not None:
        if _own_stage(planned, plan, life, instant) not in rule.while_:
            return "stage_left"
        return "journey_ended" if rule.stages is None and _broken_off(planned, plan, life, instant) else None
    turned_from = _turned_from(planned, life)
    if turned_from is not None and _own_stage(planned, plan, life, instant) != turned_from:
        return "stage_left"
    if rule.stages is not None:
        return None
    visit = life.track.visit(instant)
    if visit.broke_off and WITHDRAWN in rule.even_if:
        return None
    if life.is_final(visit.stage) and _ended(planned, visit):
        return "journey_ended"
    if planned.by_clock and rule.purpose == "reminder" and not _by_default(planned, arrows, life, visit.stage):
        return "stage_left"
    return None


def _turned_from(planned: Planned, life: Life) -> str | None:
    """The stage in which alone a rule without `while:` prompts: an idle item's first, or the one entered."""
    rule = planned.rule
    if rule.idle is not None and planned.item is not None:
        return life.process.items[life.items[planned.item].kind].start
    return rule.entered if planned.offset is not None else None


def _broken_off(planned: Planned, plan: Plan, life: Life, instant: datetime) -> bool:
    """Whether an item's message came to nothing since somebody withdrew: its own stage does not know."""
    visit = life.track.visit(instant)
    if planned.item is None or item_kinds_of(plan, planned.rule) is None or WITHDRAWN in planned.rule.even_if:
        return False
    return visit.broke_off and life.is_final(visit.stage) and _ended(planned, visit)


def _own_stage(planned: Planned, plan: Plan, life: Life, instant: datetime) -> str:
    """The stage that `while:` speaks of: the item's for item rules, if the item has a lifecycle, else the journey's."""
    track = life.items.get(planned.item) if planned.item is not None else None
    if track is not None and item_kinds_of(plan, planned.rule) is not None:
        return track.visit(instant).stage
    return life.track.visit(instant).stage


def _ended(planned: Planned, ending: Visit) -> bool:
    """Whether the final stage ends it. What the ending fact or a later one triggers still goes out.

    So does news of facts before the end, but not once the journey was broken off by an arrow of `anywhere`;
    confirmations even then. Clocks of items run on in a final stage, all others have nothing more to say.
    """
    if planned.by_clock:
        run = planned.run
        return run is None or (run is not ending.cause and run.item is None and not run.deadline.until)
    if planned.trigger is not None and planned.trigger.at >= ending.at:
        return False
    if planned.offset is not None:
        return True
    return ending.broke_off and planned.rule.purpose != "confirmation"


def _by_default(planned: Planned, arrows: Arrows, life: Life, stage: str) -> bool:
    """Reminders without `while:` (19): in stages with an arrow for the deadline; with `until`, while the clock runs.

    After a deadline also the stages that it leads to; with no arrow anywhere, every stage that is not final.
    """
    run = planned.run
    if run is None or run.deadline.until:
        return True
    if stage in arrows.sources.get(run.name, ()):
        return True
    if life.is_final(stage):
        return False
    if run.name not in arrows.targets:
        return True
    return planned.rule.after is not None and stage in arrows.targets[run.name]
