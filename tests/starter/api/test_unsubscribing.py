"""One click by RFC 8058, and the same by the button of the page."""

import pytest

from ledger import Ledger, audit, plans, wake_ups
from ledger.opt_outs import ALL
from tests.activities.given import JOURNEY, PLAN, START, after, event
from tests.starter.api.reader import FORM, ONE_CLICK, URL, Reader, committed, reading

MULTIPART = {"content-type": 'multipart/form-data; boundary="b"'}
IN_PARTS = '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'


def target(reader: Reader) -> str:
    """As a mail program reads it from the header."""
    header = reader.email.headers["List-Unsubscribe"]
    assert header.startswith(f"<{URL}/")
    return header[1:-1]


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (FORM, ONE_CLICK),
        (FORM, f"{ONE_CLICK}\r\n"),
        ({"content-type": "application/x-www-form-urlencoded; charset=UTF-8"}, "List-Unsubscribe=one-click"),
        (MULTIPART, IN_PARTS),
    ],
)
async def test_one_click_of_a_mail_program_needs_nothing_but_the_link(
    reader: Reader, headers: dict[str, str], body: str
) -> None:
    assert reader.email.headers["List-Unsubscribe-Post"] == ONE_CLICK
    with committed(reader):
        answer = await reader.http.post(target(reader), content=body, headers=headers, follow_redirects=False)
    assert answer.status_code == 200
    assert reader.wishes.unwanted == {ALL}
    assert reader.row.unsubscribed_at is not None


async def test_once_more_changes_nothing(reader: Reader) -> None:
    for _ in range(3):
        answer = await reader.http.post(target(reader), content=ONE_CLICK, headers=FORM)
        assert answer.status_code == 200
    with reader.ledger.read() as conn:
        noted = [(entry.action, entry.by) for entry in audit.entries(conn, "ada") if entry.action == "opted_out"]
        woken = [one.cause for one in wake_ups.pending(conn)]
    assert noted == [("opted_out", "reader")]
    assert woken == ["opt_out"]


@pytest.mark.parametrize(
    "body", ["", "List-Unsubscribe=", "List-Unsubscribe=No", "x=1", "undo=no", f"{ONE_CLICK}&{ONE_CLICK}"]
)
async def test_what_does_not_say_so_unsubscribes_nobody(reader: Reader, body: str) -> None:
    before = reader.everything()
    answer = await reader.http.post(target(reader), content=body, headers=FORM)
    assert answer.status_code == 400
    assert reader.everything() == before


async def test_a_body_that_never_ends_is_refused(reader: Reader) -> None:
    answer = await reader.http.post(target(reader), content=ONE_CLICK + "&x=" + "y" * 70_000, headers=FORM)
    assert answer.status_code == 413
    assert not reader.wishes.unwanted


async def test_the_button_does_the_same_and_can_be_taken_back(reader: Reader) -> None:
    asked = await reader.get("unsubscribe")
    assert asked.heading == "Stop optional messages?"
    stopped = await reader.post("unsubscribe", asked.filled_in)
    assert stopped.heading == "You get no more optional messages"
    assert reader.wishes.unwanted == {ALL}
    again = await reader.get("unsubscribe")
    assert again.heading == stopped.heading
    undone = await reader.post("unsubscribe", again.filled_in)
    assert "You get them again." in undone.text
    assert not reader.wishes.unwanted
    assert ALL in reader.wishes.again


async def test_the_journey_is_woken_and_no_optional_message_leaves_any_more(reader: Reader) -> None:
    await reader.http.post(target(reader), content=ONE_CLICK, headers=FORM)
    with reader.ledger.read() as conn:
        assert [(one.journey_id, one.cause) for one in wake_ups.pending(conn)] == [(JOURNEY, "opt_out")]
    reminders = after(31, hours=4)
    assert reader.desk.decide(reminders).due == ()
    due = reader.desk.decide(reminders, event(1, "submitted", at=reminders)).due
    assert [one.key for one in due] == ["submission_confirmation#_1>applicant"]


async def test_a_mandatory_message_has_no_such_page(ledger: Ledger) -> None:
    async with reading(ledger, PLAN) as reader:
        assert reader.paths.keys() == {"view"}
        token = reader.paths["view"][3:]
        for page in ("u", "p"):
            assert (await reader.http.get(f"/{page}/{token}")).status_code == 404


async def test_where_the_plan_cannot_be_read_any_more_one_click_still_works(reader: Reader) -> None:
    with reader.ledger.write() as conn:
        plans.publish(conn, "guild", "v0", "notifications: {}", {}, "test", START)
    answer = await reader.http.post(target(reader), content=ONE_CLICK, headers=FORM)
    assert answer.status_code == 200
    assert reader.wishes.unwanted == {ALL}
