"""SIGKILL at every moment of a message of its own: it leaves once, whoever wrote it."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import product
from typing import Final

from ledger import messages, open_ledger
from tests.activities.given import START, Desk, Recorder, by_hand, copy_of, enroll, event
from tests.survival.attempts import Engine, Moment, Way
from tests.survival.grounds import Ground
from workflows.wire import SendRequest

CLAIMED_OR_LATER: Final[tuple[Moment, ...]] = ("C", "D", "E", "F")
CASES: Final = tuple(product(("by hand", "copy"), CLAIMED_OR_LATER))


def test_a_message_of_its_own_survives_its_worker(ground: Ground) -> None:
    with ThreadPoolExecutor(len(CASES)) as threads:  # most of their time is waiting for leases
        ends = threads.map(lambda case: play(ground, case[0], case[1]), CASES)
    assert dict(zip(CASES, ends, strict=True)) == dict.fromkeys(CASES, ("sent", "accepted", False, 1))


def play(ground: Ground, kind: str, moment: Moment) -> tuple[str, str, bool, int]:
    """What became of one message: what was answered, what its row says, and how often it left."""
    folder = ground.folder / f"{kind}-{moment}"
    mail = folder / "mail"
    mail.mkdir(parents=True)
    url = f"sqlite:///{shutil.copy(ground.template, folder / 'ledger.db')}"
    with closing(open_ledger(url)) as ledger:
        enroll(ledger)
        desk = Desk(ledger)
        if kind == "copy":
            for due in desk.decide(START, event(1, "remark", id_="r-1", score=3)).due:
                desk.notify(due, Recorder())
        message = by_hand(ledger) if kind == "by hand" else copy_of(desk, "remarked#r-1>applicant")
        engine = Engine(ground.born, url, Way("folder", str(mail)), START)
        request = SendRequest(journey=f"message:{message.message_id}", key=message.key, message_id=message.message_id)
        result = engine.notify(request, moment, lambda _: None).result
        with ledger.read() as connection:
            row = messages.row(connection, message.message_id)
    assert row is not None
    assert {one.name for one in mail.iterdir()} <= {f"{message.message_id}.eml"}
    return result, row.state, row.doubled, len(list(mail.iterdir()))
