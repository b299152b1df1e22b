"""The page on which readers choose, and by which alone a complaint is taken back."""

from datetime import UTC, datetime

import pytest

from ledger import Ledger, opt_outs, people, suppressions, wake_ups
from ledger.opt_outs import ALL
from ledger.people import PersonRow
from ledger.suppressions import Cause
from tests.activities.given import JOURNEY, PLAN, START, ada, publish
from tests.starter.api.page import Page
from tests.starter.api.reader import CHOOSABLE, Reader, committed, reading

OPTIONAL = {"welcome", "due_reminder"}


def suppressed(reader: Reader, cause: Cause, address: str = "ADA@example.org") -> None:
    with reader.ledger.write() as conn:
        suppressions.suppress(conn, address, cause, "sendgrid", "test", START)


def standing(reader: Reader) -> list[str]:
    with reader.ledger.read() as conn:
        return [row.cause for row in suppressions.active(conn, ["ada@example.org"]).get("ada@example.org", ())]


def wanted(page: Page) -> set[str]:
    return {control.value for control in page.controls if control.name == "want" and control.checked}


async def test_everything_is_listed_in_words_and_nothing_for_other_roles(reader: Reader) -> None:
    seen = await reader.get("preferences")
    assert {control.value for control in seen.controls if control.name == "want"} == OPTIONAL
    assert wanted(seen) == OPTIONAL
    assert "Due reminder" in seen.text
    assert seen.text.endswith("they cannot be turned off: Submission confirmation Remarked")
    assert "ada@example.org" not in seen.response.text


async def test_notifications_to_others_and_those_not_live_are_not_offered(ledger: Ledger) -> None:
    plan = CHOOSABLE + (
        "  desk_note: {purpose: announcement, optional: true, to: desk, on: submitted}\n"
        "  draft_note: {purpose: announcement, optional: true, state: draft, to: applicant, on: submitted}\n"
    )
    async with reading(ledger, plan) as reader:
        seen = await reader.get("preferences")
        assert {control.value for control in seen.controls if control.name == "want"} == OPTIONAL
        assert "note" not in seen.text


async def test_one_is_turned_off_and_on_again(reader: Reader) -> None:
    form = (await reader.get("preferences")).filled_in
    with committed(reader):
        saved = await reader.post("preferences", {**form, "want": ["welcome"]})
    assert saved.title == "Saved – Guild of Testers"
    assert "Your choice is saved." in saved.text
    assert wanted(saved) == {"welcome"}
    assert reader.wishes.unwanted == {"due_reminder"}
    await reader.post("preferences", {**saved.filled_in, "want": ["welcome", "due_reminder"]})
    assert not reader.wishes.unwanted


async def test_all_off_outweighs_the_choices_and_keeps_them(reader: Reader) -> None:
    form = (await reader.get("preferences")).filled_in
    await reader.post("preferences", {**form, "want": ["welcome"]})
    off = await reader.post("preferences", {**form, "want": ["welcome", "due_reminder"], "optional": "none"})
    assert reader.wishes.unwanted == {ALL, "due_reminder"}
    assert off.filled_in["optional"] == ["none"]
    await reader.post("preferences", {**off.filled_in, "optional": "chosen"})
    assert reader.wishes.unwanted == {"due_reminder"}


async def test_saving_what_is_so_already_wakes_nobody(reader: Reader) -> None:
    form = (await reader.get("preferences")).filled_in
    before = reader.everything()
    await reader.post("preferences", form)
    assert reader.everything() == before


async def test_what_came_into_the_plan_meanwhile_is_left_as_it_is(reader: Reader) -> None:
    form = (await reader.get("preferences")).filled_in
    publish(reader.ledger, CHOOSABLE.replace("remarked: {", "remarked: {optional: true, "))
    await reader.post("preferences", {**form, "want": ["welcome"]})
    assert reader.wishes.unwanted == {"due_reminder"}


async def test_what_is_mandatory_cannot_be_turned_off_by_a_form_of_ones_own(reader: Reader) -> None:
    await reader.post("preferences", {"optional": "chosen", "shown": ["remarked", "nonsense", "*"], "want": []})
    assert not reader.wishes.unwanted


@pytest.mark.parametrize("form", [{}, {"optional": "some"}, {"want": "welcome"}, {"optional": ["none", "chosen"]}])
async def test_half_a_form_changes_nothing_and_says_so(reader: Reader, form: dict[str, object]) -> None:
    before = reader.everything()
    answer = await reader.post("preferences", form)
    assert answer.status == 400
    assert "Nothing was changed" in answer.text
    assert reader.everything() == before


@pytest.mark.parametrize(
    ("cause", "said"), [("complained", "reported as spam"), ("unsubscribed", "told the mail service")]
)
async def test_the_reader_alone_takes_back_a_complaint_or_an_unsubscribe(
    reader: Reader, cause: Cause, said: str
) -> None:
    suppressed(reader, cause)
    seen = await reader.get("preferences")
    assert said in seen.text
    await reader.post("preferences", seen.filled_in)
    assert standing(reader) == [cause]  # not by saving something else
    with committed(reader):
        back = await reader.post("preferences", {**seen.filled_in, "again": "yes"})
    assert standing(reader) == []
    assert said not in back.text
    with reader.ledger.read() as conn:
        assert [one.cause for one in wake_ups.pending(conn)] == ["opt_out"]
        rows = suppressions.active(conn, ["ada@example.org"])
    assert rows == {}


async def test_who_has_nothing_to_choose_takes_a_complaint_back_on_the_page_of_any_message(ledger: Ledger) -> None:
    async with reading(ledger, PLAN) as reader:
        suppressed(reader, "complained")
        seen = await reader.get("view")
        assert "reported as spam" in seen.text
        with committed(reader):
            back = await reader.post("view", seen.filled_in)
        assert "E-mail is sent to your address again." in back.text
        assert standing(reader) == []
        assert reader.row.viewed_at is None  # the other button


@pytest.mark.parametrize("cause", ["bounced", "invalid", "staff"])
async def test_what_others_found_out_is_not_the_readers_to_take_back(reader: Reader, cause: Cause) -> None:
    suppressed(reader, cause)
    form = (await reader.get("preferences")).filled_in
    await reader.post("preferences", {**form, "again": "yes"})
    assert standing(reader) == [cause]


async def test_an_old_address_takes_nothing_back_for_a_new_one(reader: Reader) -> None:
    with reader.ledger.write() as conn:
        people.set_person(conn, ada("new@example.org"), "test", datetime.now(UTC))
    suppressed(reader, "complained", "new@example.org")
    seen = await reader.get("preferences")
    assert "spam" not in seen.text
    await reader.post("preferences", {**seen.filled_in, "again": "yes"})
    with reader.ledger.read() as conn:
        assert suppressions.active(conn, ["new@example.org"])


async def test_whoever_somebody_was_merged_into_chooses_for_both(reader: Reader) -> None:
    now = datetime.now(UTC)
    with reader.ledger.write() as conn:
        people.set_person(conn, PersonRow(id="lovelace", email="ada@example.org"), "test", now)
        people.set_person(conn, ada().model_copy(update={"merged_into": "lovelace"}), "test", now)
    form = (await reader.get("preferences")).filled_in
    assert set(form["want"]) == OPTIONAL  # by the messages that she got under her first id
    await reader.post("preferences", {**form, "want": ["welcome"]})
    with reader.ledger.read() as conn:
        assert opt_outs.wishes(conn, ["ada", "lovelace"], "guild").keys() == {"lovelace"}
        assert [one.journey_id for one in wake_ups.pending(conn)] == [JOURNEY]
