"""SIGKILL at every moment of a message × everything that an SMTP server may do; nobody ever reports what it took."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from itertools import product
from typing import Final, NamedTuple

import pytest
import sqlalchemy as sa

from ledger import Ledger, mail_tables, messages, open_ledger
from ledger.engine import database_now
from tests.activities.given import JOURNEY, START, enroll
from tests.mail.smtp_script import ACCEPT, Told
from tests.mail.smtp_stand_in import SmtpStandIn
from tests.reliability import Record, Row
from tests.survival.attempts import Engine, Moment, Way
from tests.survival.grounds import Ground, asked, decided, due
from tests.survival.matrix import MOMENTS, POLICIES

AT_ONCE: Final = 10  # cases under way: most of their time is waiting for leases
BEHAVIOURS: Final = {
    "accept": ACCEPT,
    "taken, then closed": Told(manner="close", taken=True),
    "taken, then silent": Told(manner="hang", taken=True),
    "not taken, and silent": Told(manner="hang"),
    "closed before the text": Told("data", manner="close"),
    "closed amid the text": Told("text", manner="close"),
    "greylisted": Told("recipient", "451 4.7.1 later"),
    "mailbox unknown": Told("recipient", "550 5.1.1 unknown"),
    "refused after the text": Told(reply="554 5.6.0 no"),
}
SILENT: Final = frozenset({"taken, then closed", "taken, then silent"})


class End(NamedTuple):
    """What became of one case: the ledger's word and the server's."""

    state: str
    copies: int


def play(moment: Moment, behaviour: str, policy: str, ground: Ground, name: str) -> End:
    """One message through the case, to its end."""
    folder = ground.folder / name
    folder.mkdir()
    url = f"sqlite:///{shutil.copy(ground.template, folder / 'ledger.db')}"
    with closing(open_ledger(url)) as ledger, SmtpStandIn(folder / "oracle.jsonl") as server:
        enroll(ledger)
        engine = Engine(ground.born, url, Way("smtp", str(server.port)), START)
        target = due(decided(engine, moment), policy)
        server.answer(BEHAVIOURS[behaviour])
        engine.notify(asked(target), moment, lambda _: _pass_time(ledger))
        with ledger.read() as conn:
            row = next(row for row in messages.rows(conn, JOURNEY) if row.key == target.key)
        return End(row.state, sum(target.message_id in message_id for message_id in server.taken))


def _pass_time(ledger: Ledger) -> None:
    with ledger.write() as conn:
        past = database_now(conn, timedelta(seconds=-1))
        conn.execute(sa.update(mail_tables.channel).values(retry_at=past))


def fault(moment: Moment, behaviour: str, policy: str, end: End) -> str | None:
    """What ledger and server contradict each other in, or the guarantee in."""
    unheard = moment in {"E", "away"} or behaviour in SILENT
    if end.state not in {"accepted", "failed", "review"}:
        return f"left as {end.state}"
    if end.copies == 0 and end.state == "accepted":
        return "called sent, and never taken"
    if end.copies > 0 and end.state == "failed":
        return "called failed, and taken"
    if end.copies > 1 + (unheard and policy == "resend"):
        return f"{end.copies} copies"
    return None


def run_cases(cases: list[tuple[Moment, str, str]], ground: Ground, reliability: Record, title: str) -> None:
    with ThreadPoolExecutor(AT_ONCE) as threads:
        ends = list(threads.map(lambda n: play(*cases[n], ground, str(n)), range(len(cases))))
    wrong = {case: said for case, end in zip(cases, ends, strict=True) if (said := fault(*case, end))}
    lost = sum(end.copies == 0 and end.state not in {"failed", "review"} for end in ends)
    reliability(Row(title, len(cases), lost, sum(end.copies > 1 for end in ends)))
    assert wrong == {}


@pytest.mark.timeout(400)
def test_each_behaviour_and_each_moment_keep_the_guarantee(ground: Ground, reliability: Record) -> None:
    """Every moment with a server that takes all, and every behaviour with a process that lives."""
    moments: list[tuple[Moment, str, str]] = [(m, "accept", p) for m in MOMENTS for p in POLICIES]
    behaviours: list[tuple[Moment, str, str]] = [("none", b, p) for b in BEHAVIOURS for p in POLICIES]
    run_cases([*moments, *behaviours], ground, reliability, "SIGKILL × SMTP, each by itself")


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_every_combination_keeps_the_guarantee(ground: Ground, reliability: Record) -> None:
    cases = list(product(MOMENTS, BEHAVIOURS, POLICIES))
    run_cases(
        cases,
        ground,
        reliability,
        "SIGKILL at A to F or ledger away × 9 behaviours of an SMTP server × 2 policies",
    )
