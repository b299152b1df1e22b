"""SIGKILL at every moment of a message × everything that a provider may do: nothing is lost, and no silent copy.

The stand-in's log on disk is the oracle: it says what was taken, whatever the ledger believes.
"""

import shutil
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Final, NamedTuple

import pytest
import sqlalchemy as sa

from ledger import Ledger, mail_tables, messages, open_ledger, sending, uncertain
from ledger.engine import database_now
from ledger.message_rows import MessageRow
from tests.activities.given import JOURNEY, START, enroll
from tests.mail.sendgrid_stand_in import (
    ACCEPT,
    ACCEPT_THEN_500,
    ACCEPT_THEN_HANG,
    ACCEPT_THEN_RESET,
    ACCEPT_THEN_TRICKLE,
    Reply,
    SendGridStandIn,
    limited,
    refusal,
)
from tests.reliability import Record, Row
from tests.survival.attempts import PATIENCE, REQUEST, Engine, Moment, Way
from tests.survival.grounds import Ground, asked, decided, due
from tests.survival.matrix import MOMENTS, POLICIES, CrashCase, every_case, pairwise

PATIENT: Final = 15  # attempts after which only what never ends is left
AT_ONCE: Final = 16  # cases under way: most of their time is waiting for leases
AT_ONCE_FOR_LONG: Final = 6  # beside the rest of the soak
OTHER: Final = {"resend": "review", "review": "resend"}
TAKEN_IN_SILENCE: Final = frozenset({"accept_hang", "accept_reset", "accept_500", "slow"})


def reply(behaviour: str) -> Reply:
    """How the stand-in answers the first request for the message."""
    return {
        "accept": ACCEPT,
        "accept_hang": ACCEPT_THEN_HANG,
        "accept_reset": ACCEPT_THEN_RESET,
        "accept_500": ACCEPT_THEN_500,
        "hang": Reply(manner="hang"),
        "slow": ACCEPT_THEN_TRICKLE,
        "429": limited(int(time.time()) + 1),
        "503": Reply(503),
        "400": refusal(400, "bad"),
        "401": refusal(401, "bad key"),
    }[behaviour]


class StandIn(SendGridStandIn):
    """Answers the first request for one message in its own way, and takes everything else."""

    def __init__(self, log: Path) -> None:
        super().__init__(log)
        self.first: dict[str, Reply] = {}

    def hear(self, connection: int, path: str, authorization: str, content: bytes) -> Reply:
        for message_id in [one for one in self.first if one.encode() in content]:
            self.answer(self.first.pop(message_id))
        return super().hear(connection, path, authorization, content)

    def taken(self, message_id: str) -> list[int]:
        """The attempts at this message that were taken, in order."""
        attempts = [(heard.taken, *heard.attempt) for heard in self.heard]
        return [int(attempt) for taken, mid, attempt in attempts if taken and mid == message_id]


class End(NamedTuple):
    """What became of one case: the ledger's word and the oracle's.

    `too_slow`: how many hand-overs behind the first were taken and not answered within the request's time, which none
    of the behaviours wants and a busy machine does.
    """

    row: MessageRow
    copies: int
    too_slow: int


@dataclass
class World:
    """A ledger, a provider, and the ways in which time and news reach them."""

    ledger: Ledger
    stand_in: StandIn
    engine: Engine
    spoken_of: set[tuple[str, int]]

    def report(self, message_id: str) -> None:
        """The provider speaks of every copy that it took."""
        for attempt in self.stand_in.taken(message_id):
            with self.ledger.write() as conn:
                uncertain.prove(conn, message_id, attempt, datetime.now(UTC))
            self.spoken_of.add((message_id, attempt))

    def pass_time(self) -> None:
        """What a message or a channel waits for is over."""
        with self.ledger.write() as conn:
            past = database_now(conn, timedelta(seconds=-1))
            conn.execute(sa.update(mail_tables.channel).values(retry_at=past))
            resting = mail_tables.message.c.state.in_(("retry", "unknown"))
            conn.execute(sa.update(mail_tables.message).where(resting).values(next_at=past))

    def age(self, message_id: str) -> None:
        """Its hand-overs are as long ago as anybody waits for evidence."""
        table = mail_tables.attempt
        with self.ledger.write() as conn:
            long_ago = database_now(conn, -PATIENCE.longest)
            conn.execute(sa.update(table).where(table.c.message_id == message_id).values(on_wire_at=long_ago))

    def help_along(self, message_id: str, tried: int) -> None:
        """One that a busy machine left without an answer: it is spoken of if it was taken, and else not waited for."""
        self.report(message_id)
        if tried >= PATIENT:
            self.age(message_id)
        self.pass_time()

    def too_slow(self, message_id: str) -> int:
        """Hand-overs behind the first that were taken, and whose answer did not come in the time of a request."""
        with self.ledger.read() as conn:
            attempts = sending.attempts(conn, message_id)[1:]
        taken = self.stand_in.taken(message_id)
        ended = [one for one in attempts if one.outcome == "unknown" and one.attempt in taken and one.ended_at]
        return sum(one.ended_at - one.on_wire_at >= REQUEST for one in ended if one.ended_at)

    def row(self, key: str) -> MessageRow:
        with self.ledger.read() as conn:
            return next(row for row in messages.rows(conn, JOURNEY) if row.key == key)


@contextmanager
def world(ground: Ground, name: str) -> Iterator[World]:
    """Ada enrolled in a ledger of its own, and a SendGrid of its own."""
    folder = ground.folder / name
    folder.mkdir()
    url = f"sqlite:///{shutil.copy(ground.template, folder / 'ledger.db')}"
    with closing(open_ledger(url)) as ledger, StandIn(folder / "oracle.jsonl") as stand_in:
        enroll(ledger)
        yield World(ledger, stand_in, Engine(ground.born, url, Way("sendgrid", stand_in.url), START), set())


def play(case: CrashCase, ground: Ground, name: str) -> End:
    """One message through the case, to its end."""
    with world(ground, name) as here:
        decision = decided(here.engine, case.moment)
        target, control = due(decision, case.policy), due(decision, OTHER[case.policy])
        here.stand_in.first[target.message_id] = reply(case.behaviour)

        def meanwhile(tried: int) -> None:
            in_doubt = here.row(target.key).state in {"on_wire", "unknown"}
            if in_doubt and not here.stand_in.taken(control.message_id):
                here.engine.notify(asked(control), "none", lambda n: here.help_along(control.message_id, n))
                here.report(control.message_id)
            if case.reports == "in_time":
                here.report(target.message_id)
            if here.row(target.key).state != "on_wire":
                here.pass_time()
            if tried >= PATIENT:
                here.age(target.message_id)

        here.engine.notify(asked(target), case.moment, meanwhile)
        too_slow = here.too_slow(target.message_id)
        if case.reports != "never":
            here.report(target.message_id)
        return End(here.row(target.key), len(here.stand_in.taken(target.message_id)), too_slow)


def in_the_window(case: CrashCase) -> bool:
    """The one window in which a second copy may leave: taken, never told, not spoken of in time, and to be resent."""
    unheard = case.moment in {"E", "away"} or case.behaviour in TAKEN_IN_SILENCE
    return unheard and case.reports != "in_time" and case.policy == "resend"


def faults(case: CrashCase, end: End) -> list[str]:
    """What the ledger and the oracle contradict each other in, or the guarantee in."""
    found = []
    if end.row.state not in {"accepted", "failed", "review"}:
        found.append(f"left as {end.row.state}")
    if end.copies == 0 and end.row.state == "accepted":
        found.append("called sent, and never taken")
    if end.copies > 0 and end.row.state == "failed":
        found.append("called failed, and taken")
    if end.copies > 1 + in_the_window(case) + end.too_slow:
        found.append(f"{end.copies} copies")
    if end.copies > 1 and case.reports == "late" and not end.row.doubled:
        found.append("a second copy that nobody is told of")
    if end.copies < 2 and end.row.doubled:
        found.append("called doubled, and is not")
    decided = case.policy == "resend" and case.moment != "D"  # after D the attempt in doubt is the last of all messages
    if end.row.state == "review" and end.copies and (decided or case.reports == "in_time"):
        found.append("staff are asked for what was known or decided")
    return found


def run_cases(cases: list[CrashCase], ground: Ground, reliability: Record, title: str, at_once: int) -> None:
    with ThreadPoolExecutor(at_once) as threads:
        ends = list(threads.map(lambda n: play(cases[n], ground, str(n)), range(len(cases))))
    wrong = {case: found for case, end in zip(cases, ends, strict=True) if (found := faults(case, end))}
    lost = sum(end.copies == 0 and end.row.state not in {"failed", "review"} for end in ends)
    doubled = sum(end.copies > 1 for end in ends)
    reliability(Row(title, len(cases), lost, doubled))
    assert wrong == {}
    assert Counter(end.row.state for end in ends)["accepted"] > len(cases) / 2


@pytest.mark.timeout(400)  # on a machine that others use too
def test_every_pair_of_moment_behaviour_report_and_policy_keeps_the_guarantee(
    ground: Ground, reliability: Record
) -> None:
    cases = list(pairwise(every_case()))
    run_cases(cases, ground, reliability, "SIGKILL × SendGrid, pairwise", AT_ONCE)


@pytest.mark.soak
@pytest.mark.timeout(1500)
def test_every_combination_keeps_the_guarantee(ground: Ground, reliability: Record) -> None:
    title = "SIGKILL at A to F or ledger away × 10 behaviours of SendGrid × events in time, late, never × 2 policies"
    run_cases(every_case(), ground, reliability, title, AT_ONCE_FOR_LONG)


def test_the_mail_folder_has_every_message_exactly_once(ground: Ground) -> None:
    """At every moment, under both policies."""
    cases = list(product(MOMENTS, POLICIES))
    with ThreadPoolExecutor(len(cases)) as threads:
        ends = threads.map(lambda case: in_the_folder(ground, case[0], case[1]), cases)
    assert dict(zip(cases, ends, strict=True)) == dict.fromkeys(cases, ("sent", "accepted", 1))


def in_the_folder(ground: Ground, moment: Moment, policy: str) -> tuple[str, str, int]:
    """What became of one message: what its journey and its row say, and how often it is there."""
    with world(ground, f"{moment}-{policy}") as here:
        mail = ground.folder / f"{moment}-{policy}" / "mail"
        mail.mkdir()
        engine = Engine(ground.born, str(here.ledger.url), Way("folder", str(mail)), START)
        target = due(decided(engine, moment), policy)
        result = engine.notify(asked(target), moment, lambda _: None).result
        assert {file.name for file in mail.iterdir()} <= {f"{target.message_id}.eml"}
        return result, here.row(target.key).state, len(list(mail.iterdir()))


def test_a_frozen_process_that_goes_on_after_all_is_a_copy_that_is_said(ground: Ground) -> None:
    """SIGSTOP between the last commit and the first byte, for longer than lease and wait: no provider fences that."""
    with world(ground, "world") as here:
        decision = decided(here.engine)
        target, control = due(decision, "resend"), due(decision, "review")
        with here.engine.frozen(asked(target)) as go_on:
            while here.row(target.key).state != "on_wire":
                time.sleep(0.02)
            assert here.engine.notify(asked(control), "none", lambda _: None).result == "sent"
            here.report(control.message_id)
            assert here.engine.notify(asked(target), "none", lambda _: None).result == "sent"
            assert here.stand_in.taken(target.message_id) == [2]
            go_on()
        assert here.stand_in.taken(target.message_id) == [2, 1]
        row = here.row(target.key)
        assert (row.state, row.doubled) == ("accepted", True)
