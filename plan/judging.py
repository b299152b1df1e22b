"""Every occurrence of a journey that anything can still happen to, judged as of one instant."""

from datetime import datetime

from plan import companions, judgement
from plan.case import Case
from plan.judgement import Candidate, in_ledger
from plan.outlook import Outlook


def judged(ahead: Outlook, case: Case) -> list[Candidate]:
    """Each with its outcome; those of the outlook that are foregone only where the ledger says otherwise.

    The order of the steps keeps reasons as they are once a moment has passed: too late comes last.
    """
    (foregone, worth_until, fitting, apart), rows, now = ahead.prospects, case.sent, case.now
    candidates = [
        Candidate(*draft, rows.get(key))
        for key, draft in ahead.drafts.items()
        if key not in foregone or in_ledger(rows.get(key))
    ]
    unsteady = [one for one in candidates if one.key not in worth_until and one.key not in foregone]
    for candidate in candidates:
        if candidate.row is not None:
            judgement.by_ledger(candidate, candidate.row)
    for candidate in _undecided(unsteady):
        judgement.for_good(candidate, case)
    companions.one_an_address(candidates)
    companions.newcomers(candidates, rows)
    companions.catch_up(unsteady, case)
    for candidate in _undecided(candidates):
        candidate.not_after = worth_until.get(candidate.key)
    companions.set_lateness(unsteady)
    companions.spoken_for(candidates, now)
    for candidate in _undecided(candidates):
        if candidate.key not in fitting or not candidate.keeps_its_time(now):
            judgement.by_stage(candidate, case)
    for candidate in _undecided(candidates):
        if candidate.planned.rule.if_ is not None:
            judgement.by_condition(candidate, candidate.planned.rule.if_, case)
    companions.digest(candidates)
    companions.released(candidates, case)
    companions.sent_recently(unsteady, rows, case.plan.timezone)
    if not apart or len(candidates) > len(worth_until):
        companions.merge(candidates, companions.as_planned)
    if not all(candidate.keeps_its_time(now) for candidate in candidates):
        _late(candidates, now)
    for candidate in _undecided(candidates):
        judgement.by_now(candidate, case)
    return candidates


def _late(candidates: list[Candidate], now: datetime) -> None:
    """What has not left when it should was spoken for, is too late, or leaves together with another."""
    for candidate in _undecided(candidates):
        judgement.by_lateness(candidate, now)
    companions.merge(candidates, lambda candidate: candidate.leaves_at(now))


def _undecided(candidates: list[Candidate]) -> list[Candidate]:
    return [candidate for candidate in candidates if candidate.outcome is None]
