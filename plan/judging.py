"""Every occurrence of a journey that anything can still happen to, judged as of one instant."""

from plan import companions, judgement
from plan.case import Case
from plan.foregone import steady
from plan.judgement import Candidate, settled
from plan.outlook import Outlook


def judged(ahead: Outlook, case: Case) -> list[Candidate]:
    """Each with its outcome; those of the outlook that are foregone only where they were handed over before."""
    foregone, rows = ahead.prospects.foregone, case.sent
    candidates = [
        Candidate(*draft, rows.get(key))
        for key, draft in ahead.drafts.items()
        if key not in foregone or settled(rows.get(key))
    ]
    _judge(candidates, ahead, case)
    return candidates


def _judge(candidates: list[Candidate], ahead: Outlook, case: Case) -> None:
    """Settle every candidate. The order keeps reasons as they are once a moment has passed: too late comes last."""

    def undecided() -> list[Candidate]:
        return [candidate for candidate in candidates if candidate.outcome is None]

    unsteady = [candidate for candidate in candidates if not steady(candidate.planned, case.plan)]
    for candidate in candidates:
        judgement.by_ledger(candidate)
    for candidate in unsteady:
        if candidate.outcome is None:
            judgement.for_good(candidate, case)
    companions.one_an_address(candidates)
    companions.newcomers(candidates, case.sent)
    companions.catch_up(unsteady, case)
    for candidate in undecided():
        candidate.not_after = ahead.prospects.worth_until.get(candidate.key)
    companions.set_lateness(unsteady)
    for candidate in undecided():
        judgement.by_stage(candidate, case)
    for candidate in undecided():
        judgement.by_condition(candidate, case)
    companions.digest(candidates)
    companions.released(candidates, case)
    companions.sent_recently(candidates, case.sent, case.plan.timezone)
    companions.one_a_day(candidates, companions.as_planned)
    companions.one_for_all_items(candidates, companions.as_planned)
    if not all(candidate.keeps_its_time(case.now) for candidate in candidates):
        for candidate in undecided():
            judgement.by_lateness(candidate, case.now)
        companions.one_a_day(candidates, lambda candidate: candidate.leaves_at(case.now))
        companions.one_for_all_items(candidates, lambda candidate: candidate.leaves_at(case.now))
    for candidate in undecided():
        judgement.by_now(candidate, case)
