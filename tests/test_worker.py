"""The wiring, as a process, and every reason for which it refuses to poll."""

import asyncio
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

import worker
from ledger import messages, open_ledger, tables
from ledger.schema import SCHEMA_RANGE
from starter.cli.exit import status_of
from starter.client import Waypost
from starter.installation import claim
from tests.mail.sendgrid.fake import API_KEY
from tests.mail.sendgrid_stand_in import limited
from tests.mail.smtp_stand_in import SmtpStandIn
from tests.starter.house import House, new_house
from tests.starter.people import new_person
from tests.starter.test_provider_lists import Account
from tests.temporal_server import TemporalServer
from tests.until import until
from workflows.wire import MAIL


@pytest.fixture
def own(temporal_server: TemporalServer, tmp_path: Path) -> House:
    """An installation to be broken."""
    return new_house(tmp_path / "own", temporal_server)


def _write(house: House, statement: sa.Executable) -> None:
    ledger = open_ledger(house.settings.ledger_url)
    with ledger.write() as connection:
        connection.execute(statement)
    ledger.close()


def _no_folder(house: House) -> None:
    (house.folder / "ledger.db").unlink()


def _a_later_schema(house: House) -> None:
    _write(house, sa.text("UPDATE alembic_version SET version_num = '9999'"))


def _a_copied_ledger(house: House) -> None:
    _write(house, sa.update(tables.installation).values(id="another"))


def _no_installation(house: House) -> None:
    _write(house, sa.delete(tables.installation))


def _an_unreadable_plan(house: House) -> None:
    _write(house, sa.update(tables.plan_version).values(source="program: trial\nlater_key: 1\n"))


def _no_key(house: House) -> None:
    file = house.folder / "waypost.toml"
    file.write_text(f'{file.read_text()}[mail]\ntransport = "sendgrid"\n')


def _no_smtp_host(house: House) -> None:
    file = house.folder / "waypost.toml"
    file.write_text(f'{file.read_text()}[mail]\ntransport = "smtp"\n')


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (_no_folder, "nothing is set up in "),
        (
            _a_later_schema,
            f"schema is 9999 and this Waypost knows {SCHEMA_RANGE[1]} at most; use a later Waypost",
        ),
        (_a_copied_ledger, "belongs to another installation; this ledger is of installation another"),
        (_no_installation, "this ledger belongs to no installation yet; run: waypost migrate"),
        (_an_unreadable_plan, "the published plan of trial is not for this version of Waypost: "),
        (_no_key, "the SendGrid API key is empty or holds spaces; the key is read from SENDGRID_API_KEY"),
        (
            _no_smtp_host,
            "without a port or a path; the password is read from WAYPOST_SMTP_PASSWORD, the rest from mail.",
        ),
    ],
)
def test_it_refuses_to_poll_with_the_reason(
    own: House,
    broken: Callable[[House], None],
    said: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("SENDGRID_API_KEY", raising=False)
    broken(own)
    capsys.readouterr()
    assert status_of(lambda: worker.main(["--dir", str(own.folder)])) == 1
    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.err.count("\n") == 1
    assert "worker ready" not in printed.out


def test_it_refuses_a_namespace_without_our_search_attributes(
    temporal_server: TemporalServer, own: House, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def bare_namespace() -> str:
        """Of this installation, and not prepared further."""
        name = await temporal_server.new_namespace(search_attributes=False)
        with closing(open_ledger(own.settings.ledger_url)) as ledger:
            await claim(await temporal_server.client(name), ledger, "development", fast_forward=False)
        return name

    monkeypatch.setenv("WAYPOST_TEMPORAL_NAMESPACE", asyncio.run(bare_namespace()))
    assert status_of(lambda: worker.main(["--dir", str(own.folder)])) == 1
    assert "lacks the search attribute(s) Program" in capsys.readouterr().err


def test_wrong_flags_are_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of(lambda: worker.main(["--only", "coffee"])) == 2
    assert "invalid choice: 'coffee'" in capsys.readouterr().err


async def test_by_smtp_it_writes_to_the_listed_addresses_alone_and_holds_the_rest(own: House, tmp_path: Path) -> None:
    with SmtpStandIn(tmp_path / "messages.jsonl") as server:
        async with Waypost.open(own.settings) as waypost:
            listed, other = new_person(waypost), new_person(waypost)
            settings = f'[mail]\ntransport = "smtp"\nsmtp_host = "127.0.0.1"\nsmtp_port = {server.port}\n'
            file = own.folder / "waypost.toml"
            file.write_text(f'{file.read_text()}{settings}only_to = ["{listed}@example.org"]\n')

            def reasons() -> set[str | None]:
                with waypost.ledger.read() as connection:
                    return {row.held_reason for row in messages.search(connection, person=other)}

            with own.worker():
                for person in (listed, other):
                    await waypost.enroll(person, "trial", "application")
                await until(lambda: len(server.heard) == 1 and reasons() == {"address_not_allowed"})
    assert [heard.readers for heard in server.heard] == [[f"{listed}@example.org"]]


async def test_its_two_halves_may_run_apart_and_each_stops_gently(own: House) -> None:
    async with Waypost.open(own.settings) as waypost:
        with own.worker("--only", "workflows", "--identity", "decides"):
            journey = (await waypost.enroll(new_person(waypost), "trial", "application")).journey
            handle = waypost.temporal.get_workflow_handle(journey)

            async def waits_for_mail() -> bool:
                pending = (await handle.describe()).raw_description.pending_activities
                return [activity.activity_options.task_queue.name for activity in pending] == [MAIL]

            await until(waits_for_mail)
            with own.worker("--only", "mail") as mail:
                await until(lambda: any((own.folder / "mail").glob("*.eml")))
    assert mail.returncode == 0


async def test_it_stops_at_once_while_it_waits_for_the_rate_limit_of_sendgrid_s_lists(
    own: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sendgrid").mkdir()
    with Account(tmp_path / "sendgrid") as account:
        account.instead = {1: limited(int(time.time()) + 300)}
        monkeypatch.setenv("WAYPOST_MAIL_TRANSPORT", "sendgrid")
        monkeypatch.setenv("WAYPOST_MAIL_SENDGRID_HOST", account.url)
        monkeypatch.setenv("SENDGRID_API_KEY", API_KEY)
        async with Waypost.open(own.settings) as waypost:
            with own.worker("--only", "workflows") as process:
                await waypost.temporal.get_schedule_handle("waypost-suppressions").trigger()
                await until(lambda: bool(account.log))
    assert process.returncode == 0
    assert len(account.log) == 1
