"""SIGKILL at every moment of a message of its own: it leaves once, whoever wrote it."""

import shutil
from contextlib import closing

import pytest

from ledger import messages, open_ledger
from tests.activities.given import START, Desk, Recorder, by_hand, copy_of, enroll, event
from tests.survival.attempts import Engine, Moment, Way
from tests.survival.grounds import Ground
from workflows.wire import SendRequest

CLAIMED_OR_LATER: tuple[Moment, ...] = ("C", "D", "E", "F")


@pytest.mark.parametrize("moment", CLAIMED_OR_LATER)
@pytest.mark.parametrize("kind", ["by hand", "copy"])
def test_a_message_of_its_own_survives_its_worker(ground: Ground, moment: Moment, kind: str) -> None:
    file = shutil.copy(ground.template, ground.folder / "ledger.db")
    mail = ground.folder / "mail"
    mail.mkdir()
    url = f"sqlite:///{file}"
    with closing(open_ledger(url)) as ledger:
        enroll(ledger)
        desk = Desk(ledger)
        if kind == "copy":
            for due in desk.decide(START, event(1, "remark", id_="r-1", score=3)).due:
                desk.notify(due, Recorder())
        message = by_hand(ledger) if kind == "by hand" else copy_of(desk, "remarked#r-1>applicant")
        engine = Engine(ground.born, url, Way("folder", str(mail)), START)
        request = SendRequest(journey=f"message:{message.message_id}", key=message.key, message_id=message.message_id)
        assert engine.notify(request, moment, lambda _: None).result == "sent"
        with ledger.read() as connection:
            row = messages.row(connection, message.message_id)
    assert row is not None
    assert (row.state, row.doubled) == ("accepted", False)
    assert [one.name for one in mail.iterdir()] == [f"{message.message_id}.eml"]
