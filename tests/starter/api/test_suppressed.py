"""From what SendGrid reports or lists to what the journey does: by its own posts, on the real engine."""

import asyncio
import re
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from ledger import open_ledger, webhook_posts
from starter.schedules import SUPPRESSIONS
from tests.mail.sendgrid.fake import API_KEY, FakeSendGrid, Habits
from tests.mail.sendgrid.reports import report
from tests.mail.sendgrid_stand_in import Reply
from tests.starter.api.serving import serving
from tests.starter.conftest import Run, running_in
from tests.starter.house import House, new_house
from tests.temporal_server import TemporalServer
from tests.until import until, until_now
from workflows.wire import UPKEEP_WORKFLOW

PLAN: Final = Path(__file__).parent.parent / "programs" / "mailing" / "plan.yaml"
NUMBERS: Final = count(1)
USUAL: Final = Habits()


class Account(FakeSendGrid):
    """One that answers questions about its lists as told, then as it is."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.lists_instead: list[Reply] = []

    def asked(self, method: str, path: str, content: bytes) -> Reply:
        return self.lists_instead.pop() if self.lists_instead else super().asked(method, path, content)


@dataclass(frozen=True)
class Post:
    """An installation that mails by SendGrid and hears its reports."""

    house: House
    fake: Account
    url: str


@pytest.fixture(scope="module")
def post(temporal_server: TemporalServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Post]:
    folder = tmp_path_factory.mktemp("post")
    with Account(folder) as fake, pytest.MonkeyPatch.context() as environment:
        environment.setenv("SENDGRID_API_KEY", API_KEY)
        house = new_house(folder / "house", temporal_server, PLAN)
        with (house.folder / "waypost.toml").open("a") as file:
            file.write('[api]\npublic_url = "https://mail.example.org"\n')
            file.write('[mail]\ntransport = "sendgrid"\n')
            file.write(f'sendgrid_host = "{fake.url}"\nsendgrid_webhook_keys = ["{fake.signer.public_key}"]\n')
        environment.setenv("WAYPOST_ENVIRONMENT", "production")
        with house.worker(), serving(house) as served:
            fake.webhook = f"{served.url}/webhooks/sendgrid"
            yield Post(house, fake, served.url)


@pytest.fixture
def run(post: Post, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return running_in(post.house, capsys, monkeypatch)


@dataclass(frozen=True)
class Member:
    """Somebody under way, as commands show them."""

    id: str
    run: Run
    fake: FakeSendGrid
    ledger_url: str

    @property
    def address(self) -> str:
        return f"{self.id}@example.org"

    def tell(self, event: str) -> None:
        assert self.run("tell", self.id, event, "--program", "mailing").status == 0

    def messages(self) -> list[Any]:
        found: list[Any] = self.run("messages", "--person", self.id, "--json").json
        return found

    def decisions(self) -> list[tuple[str, str]]:
        found = self.run("show", self.id, "--json").json["decisions"]
        return [(each["notification"], each["reason"]) for each in found]

    def suppressions(self) -> list[str]:
        return [each["cause"] for each in self.run("person", "show", self.id, "--json").json["suppressions"]]

    def taken(self, address: str | None = None) -> list[Any]:
        """The requests for messages to the address that SendGrid took."""
        to = address or self.address
        return [heard.body for heard in self.fake.heard if heard.body["personalizations"][0]["to"][0]["email"] == to]


@pytest.fixture
def member(run: Run, post: Post) -> Iterator[Member]:
    post.fake.habits = USUAL
    one = Member(f"m-{next(NUMBERS)}", run, post.fake, post.house.settings.ledger_url)
    run("person", "set", one.id, "--email", one.address, "--name", "Ada")
    assert run("enroll", one.id, "--program", "mailing", "--process", "membership").status == 0
    yield one
    post.fake.habits = USUAL


def a_notice_that_ends(member: Member, *kinds: str) -> None:
    """One notice leaves, and SendGrid reports so of it; the reports have come and count when this returns."""
    member.fake.habits = Habits(kinds=kinds)
    member.tell("notice_written")
    until_now(lambda: len(member.taken()) == 1)

    def reported() -> bool:
        mine = [each["sg_event_id"] for each in member.fake.made if each["email"] == member.address]
        return len(mine) == len(kinds) and member.fake.acknowledged.issuperset(mine)

    def counted() -> bool:
        with closing(open_ledger(member.ledger_url)) as ledger, ledger.read() as connection:
            return not webhook_posts.uncounted(connection)

    until_now(reported)
    until_now(counted)
    member.fake.habits = USUAL


def test_after_a_hard_bounce_nothing_is_tried_until_the_address_changes(member: Member) -> None:
    a_notice_that_ends(member, "processed", "bounce")
    assert member.suppressions() == ["bounced"]
    member.tell("notice_written")
    until_now(lambda: ("notice", "address_suppressed") in member.decisions())
    answers = member.run("why", "--person", member.id, "--json").json
    assert any(each["case"] == "held" and each["reason"] == "address_suppressed" for each in answers)
    assert len(member.taken()) == 1
    new = f"new.{member.address}"
    assert member.run("person", "set", member.id, "--email", new).status == 0
    assert member.suppressions() == []
    until_now(lambda: len(member.taken(new)) == 1)  # what waited, and only that
    member.tell("notice_written")
    until_now(lambda: len(member.taken(new)) == 2)
    assert len(member.taken()) == 1


@pytest.mark.parametrize("kind", ["blocked", "deferred"])
def test_what_was_refused_this_time_or_put_off_says_nothing_of_the_address(member: Member, kind: str) -> None:
    a_notice_that_ends(member, "processed", kind)
    assert member.suppressions() == []
    member.tell("notice_written")
    until_now(lambda: len(member.taken()) == 2)


def test_who_unsubscribed_gets_what_is_mandatory_past_the_list_and_nothing_optional(member: Member) -> None:
    a_notice_that_ends(member, "processed", "delivered", "unsubscribe")
    assert member.suppressions() == ["unsubscribed"]
    member.tell("tip_written")
    until_now(lambda: ("tip", "opted_out") in member.decisions())
    member.tell("notice_written")
    until_now(lambda: len(member.taken()) == 2)
    assert member.taken()[1]["mail_settings"] == {"bypass_unsubscribe_management": {"enable": True}}
    assert [body["subject"] for body in member.taken()] == ["A notice", "A notice"]
    ran = member.run("suppression", "lift", member.address, "--why", "asked_by_phone")
    assert ran.out == f"lifted unsubscribed from {member.address}\n"
    member.tell("tip_written")
    until_now(lambda: [body["subject"] for body in member.taken()].count("A tip") == 1)  # not the one of before


def test_a_complaint_stops_everything_and_staff_cannot_lift_it(member: Member) -> None:
    a_notice_that_ends(member, "processed", "delivered", "spamreport")
    member.tell("notice_written")
    member.tell("tip_written")
    until_now(lambda: ("notice", "address_suppressed") in member.decisions())
    until_now(lambda: ("tip", "address_suppressed") in member.decisions())
    refused = member.run("suppression", "lift", member.address, "--why", "sorry")
    assert refused.status == 1
    assert "only their own word ends that" in refused.err
    assert member.suppressions() == ["complained"]
    assert len(member.taken()) == 1


@pytest.mark.parametrize(("letter", "said"), [("p", {"optional": "chosen", "again": "yes"}), ("m", {"again": "yes"})])
def test_the_reader_takes_a_complaint_back_there_and_here(
    member: Member, post: Post, letter: str, said: dict[str, str]
) -> None:
    member.tell("tip_written")  # what is optional links to the preference page too
    until_now(lambda: len(member.taken()) == 1)
    text = next(part["value"] for part in member.taken()[0]["content"] if part["type"] == "text/plain")
    link = re.search(rf"https://mail\.example\.org(/{letter}/\S+)", text)
    assert link is not None
    page = f"{post.url}{link[1]}"
    a_complaint(member)
    post.fake.lists_instead.append(Reply(500))
    assert httpx.post(page, data=said, trust_env=False).status_code == 503
    assert member.suppressions() == ["complained"]  # or everything sent now would be dropped
    assert httpx.post(page, data=said, trust_env=False).status_code == 200
    assert member.suppressions() == []
    assert list(post.fake.lists.holding(member.address)) == []
    member.tell("notice_written")
    until_now(lambda: len(member.taken()) == 2)


def a_complaint(member: Member) -> None:
    """At SendGrid, which lists the reader from then on, and told here."""
    member.fake.lists.add("spam_reports", member.address, 1_700_000_000)
    member.fake.report(report("spamreport", int(time.time()), email=member.address))
    until_now(lambda: member.suppressions() == ["complained"])


def test_what_sendgrid_lists_is_held_before_it_is_dropped_and_leaves_when_staff_lift_it(
    member: Member, post: Post
) -> None:
    post.fake.lists.add("bounces", member.address, 1_700_000_000)
    asyncio.run(a_round(post))
    assert member.suppressions() == ["bounced"]
    member.tell("notice_written")
    until_now(lambda: ("notice", "address_suppressed") in member.decisions())
    assert member.taken() == []
    lifted = member.run("suppression", "lift", "--person", member.id, "--why", "repaired")
    assert lifted.out == f"lifted bounced from {member.address}\n"
    assert list(post.fake.lists.holding(member.address)) == []
    until_now(lambda: [each["state"] for each in member.messages()] == ["accepted"])


async def a_round(post: Post) -> None:
    """One of the schedule's, to its end; the worker's own."""
    client = await post.house.server.client(post.house.namespace)
    handle = client.get_schedule_handle(f"waypost-{SUPPRESSIONS}")
    before = (await handle.describe()).info.num_actions
    await handle.trigger()

    async def ended() -> bool:
        info = (await handle.describe()).info
        return info.num_actions > before and not info.running_actions

    await until(ended)
    query = f"WorkflowType = '{UPKEEP_WORKFLOW}' AND ExecutionStatus = 'Failed'"
    assert [failed.id async for failed in client.list_workflows(query)] == []
