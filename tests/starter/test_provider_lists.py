"""SendGrid's lists copied round by round, as its client reads them from a server that answers like the real one."""

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from ledger import Ledger, open_ledger, suppressions
from ledger.schema import migrate
from mail.sendgrid_lists import PAGE, SendGridLists
from starter.provider_lists import BUDGET, OVERLAP, ListCopier, Round
from tests.mail.sendgrid.fake import API_KEY, FakeSendGrid
from tests.mail.sendgrid_stand_in import Reply, limited

HOUR = timedelta(hours=1)
START = datetime(2026, 10, 5, 14, tzinfo=UTC)


class Account(FakeSendGrid):
    """One that notes what it is asked, and answers as told where `instead` has something for the request's number."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.instead: dict[int, Reply] = {}
        self.log: list[str] = []

    def asked(self, method: str, path: str, content: bytes) -> Reply:
        self.log.append(f"{method} {path}")
        told = self.instead.pop(len(self.log), None)
        return told or super().asked(method, path, content)


@dataclass
class Scene:
    account: Account
    ledger: Ledger
    copier: ListCopier
    now: datetime = START
    waited: list[float] = field(default_factory=list)

    def round(self, after: timedelta = HOUR) -> Round:
        self.now += after
        self.account.log.clear()
        return self.copier.round()

    def put(self, name: str, address: str, before: timedelta = HOUR) -> None:
        self.account.lists.add(name, address, int((self.now - before).timestamp()))

    def standing(self) -> dict[str, list[str]]:
        """Address → causes, in the order in which they came."""
        found: dict[str, list[str]] = {}
        with self.ledger.read() as connection:
            for row in suppressions.every(connection):
                found.setdefault(row.address, []).append(row.cause)
        return found


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    migrate(url)
    with (
        Account(tmp_path) as account,
        SendGridLists(API_KEY, account.url) as lists,
        closing(open_ledger(url)) as ledger,
    ):
        scene = Scene(account, ledger, None)  # type: ignore[arg-type]  # made next, for it looks at the scene's clock

        def pause(seconds: float) -> None:
            scene.waited.append(seconds)
            scene.now += timedelta(seconds=seconds)

        scene.copier = ListCopier(ledger, lists, lambda: scene.now, pause)
        yield scene


def test_the_first_round_copies_every_list_but_the_log_of_blocks(scene: Scene) -> None:
    for name in ("bounces", "invalid_emails", "spam_reports", "unsubscribes", "blocks"):
        scene.put(name, f"{name}@example.org", before=timedelta(days=900))
    done = scene.round()
    assert scene.standing() == {
        "bounces@example.org": ["bounced"],
        "invalid_emails@example.org": ["invalid"],
        "spam_reports@example.org": ["complained"],
        "unsubscribes@example.org": ["unsubscribed"],
    }
    assert done.unread == ()
    assert done.report.done == {"added": 4, "taken_off": 0, "cleared": 0}
    assert done.report.found == {**done.report.done, "unreadable": 0}


def test_a_list_of_many_pages_is_copied_whole(scene: Scene) -> None:
    for n in range(2 * PAGE + 1):
        scene.put("bounces", f"p-{n}@example.org", before=timedelta(seconds=n))
    assert scene.round().report.done["added"] == 2 * PAGE + 1


def test_later_rounds_ask_for_what_is_new_with_an_overlap_and_once_a_day_for_all(scene: Scene) -> None:
    scene.round()
    began = scene.now
    scene.put("bounces", "ada@example.org", before=timedelta(0))
    assert scene.round().report.done["added"] == 1
    since = int((began - OVERLAP).timestamp())
    assert all(f"start_time={since}" in asked for asked in scene.account.log)
    scene.round(timedelta(days=1))
    assert not [asked for asked in scene.account.log if "start_time" in asked]


def test_what_was_taken_off_is_seen_by_the_daily_round_and_lifted(scene: Scene) -> None:
    scene.put("bounces", "ada@example.org")
    scene.put("bounces", "ben@example.org")
    scene.round()
    scene.account.lists.asked("DELETE", "/v3/suppression/bounces/ada%40example.org", b"")
    assert scene.round().report.done["taken_off"] == 0
    assert scene.round(timedelta(days=1)).report.done["taken_off"] == 1
    assert scene.standing() == {"ben@example.org": ["bounced"]}


def test_what_only_slipped_through_between_two_pages_is_asked_for_and_stays(scene: Scene) -> None:
    for n in range(PAGE + 1):
        scene.put("bounces", f"p-{n}@example.org", before=timedelta(seconds=n))
    scene.round()
    whole = scene.account.lists.asked("GET", f"/v3/suppression/bounces?limit={PAGE}&offset=0", b"")
    scene.account.instead = {1: whole, 2: Reply(200, {}, b"[]")}  # the last moved to a page that was read already
    assert scene.round(timedelta(days=1)).report.done["taken_off"] == 0
    assert scene.account.log[2] == f"GET /v3/suppression/bounces/p-{PAGE}%40example.org"
    assert len(scene.standing()) == PAGE + 1


def test_a_complaint_stays_when_somebody_takes_it_off_there(scene: Scene) -> None:
    scene.put("spam_reports", "ada@example.org")
    scene.round()
    scene.account.lists.asked("DELETE", "/v3/suppression/spam_reports/ada%40example.org", b"")
    scene.round(timedelta(days=1))
    assert scene.standing() == {"ada@example.org": ["complained"]}


def test_what_the_reader_has_lifted_here_is_taken_off_there(scene: Scene) -> None:
    scene.put("spam_reports", "ada@example.org")
    scene.round()
    with scene.ledger.write() as connection:
        suppressions.lift(connection, "ada@example.org", ["complained"], "reader", "asked", scene.now)
    scene.round(timedelta(days=1))
    assert list(scene.account.lists.holding("ada@example.org")) == []
    assert scene.standing() == {}


def test_what_is_taken_off_while_the_list_is_read_hides_nothing_behind_it(scene: Scene) -> None:
    for n in range(PAGE):
        scene.put("spam_reports", f"p-{n}@example.org", before=timedelta(hours=2, seconds=n))
    scene.round()
    with scene.ledger.write() as connection:
        for n in range(3):
            suppressions.lift(connection, f"p-{n}@example.org", ["complained"], "reader", "asked", scene.now)
    for n in range(3):
        scene.put("spam_reports", f"older-{n}@example.org", before=timedelta(hours=9))
    done = scene.round(timedelta(days=1)).report.done
    assert done == {"added": 3, "taken_off": 0, "cleared": 3}


@pytest.mark.parametrize(
    "reply", [Reply(500), Reply(200, {}, b'[{"email": "p-1@example.org", "created": 17'), Reply(401)]
)
def test_a_copy_cut_short_lifts_nothing_and_is_begun_anew(scene: Scene, reply: Reply) -> None:
    for n in range(PAGE + 1):
        scene.put("bounces", f"p-{n}@example.org", before=timedelta(seconds=n))
    scene.put("invalid_emails", "ada@example.org")
    scene.round()
    scene.put("bounces", "new@example.org")
    scene.account.lists.asked("DELETE", "/v3/suppression/bounces/p-7%40example.org", b"")
    scene.account.instead = {2: reply}
    done = scene.round(timedelta(days=1))
    assert len(done.unread) == 1
    assert done.report.done == {"added": 1, "taken_off": 0, "cleared": 0}  # what was read counts
    assert "p-7@example.org" in scene.standing()
    assert scene.round().report.done["taken_off"] == 1


def test_one_list_that_cannot_be_read_keeps_no_other_back(scene: Scene) -> None:
    scene.put("unsubscribes", "ada@example.org")
    scene.account.instead = {1: Reply(503), 2: Reply(503)}
    done = scene.round()
    assert done.unread == ("SendGrid's lists are not available (status 503)",)
    assert scene.standing() == {"ada@example.org": ["unsubscribed"]}


def test_it_waits_for_the_rate_limit_and_goes_on_where_it_was(scene: Scene) -> None:
    scene.put("bounces", "ada@example.org")
    scene.account.instead = {1: Reply(429), 3: Reply(429)}
    assert scene.round().report.done["added"] == 1
    assert scene.waited == [60, 60]


def test_it_does_not_wait_longer_than_a_round_may_last(scene: Scene) -> None:
    scene.account.instead = {1: limited(2**33)}
    assert scene.round().unread == ("SendGrid limits the rate (status 429)",)
    assert scene.waited == []
    scene.account.instead = dict.fromkeys(range(1, 100), Reply(429))
    assert scene.round().unread == ("SendGrid limits the rate (status 429)",)
    assert sum(scene.waited) < BUDGET.total_seconds()


def test_a_worker_that_is_stopped_waits_for_no_rate_limit_and_asks_no_more(scene: Scene) -> None:
    scene.account.instead = {1: limited(int(time.time()) + 300)}
    leaving = Event()

    def pause(_: float) -> None:
        leaving.set()  # as it comes while it waits

    with SendGridLists(API_KEY, scene.account.url) as lists:
        done = ListCopier(scene.ledger, lists, pause=pause, stopping=leaving.is_set).round()
    assert done.unread == ("the worker that read SendGrid's lists is being stopped",)
    assert len(scene.account.log) == 1


def test_a_list_that_knows_no_offsets_is_read_to_its_end(scene: Scene) -> None:
    scene.put("bounces", "ada@example.org")
    page = scene.account.lists.asked("GET", "/v3/suppression/bounces?limit=500&offset=0", b"")
    scene.account.instead = dict.fromkeys(range(1, 10), page)
    assert scene.round().unread == ()
    assert "ada@example.org" in scene.standing()
    assert sum("/bounces?" in asked for asked in scene.account.log) == 2


def test_what_cannot_be_read_on_a_list_is_counted(scene: Scene) -> None:
    scene.account.instead = {1: Reply(200, {}, b'[{"email": "nobody"}]')}
    assert scene.round().report.found["unreadable"] == 1
