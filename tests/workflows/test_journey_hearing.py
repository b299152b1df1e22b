"""What a journey hears, in whatever form it is sent, and what it answers."""

import asyncio
from collections.abc import Sequence

import pytest

from tests.workflows.stubs import PATIENCE, Script
from tests.workflows.world import World, envelope, raw

pytestmark = pytest.mark.asyncio(loop_scope="module")

NULL = raw(b"", "binary/null")
FIT: dict[str, Sequence[object]] = {
    "no payload": (),
    "the SDK's null": (NULL,),
    "JSON null": (raw(b"null"),),
    "an empty object": (raw(b"{}"),),
    "an envelope": (envelope(v=1, at="2026-01-02T03:04:05-05:00", item="i-1", by="staff.7", data={"n": [1, "ä"]}),),
}
WRONG: dict[str, tuple[Sequence[object], str]] = {
    "two payloads": ((raw(b"{}"), raw(b"{}")), "2 payloads; send one JSON object"),
    "bytes that are not JSON": ((raw(b"\xff{\x00"),), "the payload is not valid JSON in UTF-8"),
    "nothing under json/plain": ((raw(b""),), "the payload is not valid JSON in UTF-8"),
    "another encoding": ((raw(b"\x08\x01", "binary/protobuf"),), "the payload is not json/plain"),
    "a list": ((raw(b"[1]"),), "the payload is not a JSON object"),
    "20 KB": ((envelope(data={"x": "y" * 20_000}),), "20019 bytes; at most 16384"),
    "a lone surrogate": ((raw(b'{"data":{"x":"\\ud800"}}'),), "the payload is not valid JSON in UTF-8"),
    "U+0000": ((raw(b'{"data":{"x":["\\u0000"]}}'),), "U+0000 is not text"),
    "a number beyond all numbers": ((raw(b'{"data":{"x":1e999}}'),), "a number is too large"),
    "an instant without offset": (
        (envelope(at="2026-01-02T03:04:05"),),
        "at is not an RFC 3339 instant with its offset, such as 2026-12-01T09:00:00-05:00",
    ),
    "quotes without end": ((raw(b'"' + b'\\"' * 8000),), "the payload is not valid JSON in UTF-8"),
}


@pytest.mark.parametrize("payloads", FIT.values(), ids=FIT.keys())
async def test_every_form_of_an_event_is_heard_as_signal_and_as_update(
    world: World, payloads: Sequence[object]
) -> None:
    subject = await world.start(first=("reported", payloads))

    await subject.tell("reported", *payloads)
    answer = await subject.ask("submitted", *payloads)

    assert (answer.verdict, answer.stage) == ("accepted", "under_review")
    assert subject.case.verdicts() == [("reported", "accepted"), ("reported", "accepted"), ("submitted", "accepted")]
    shown = await subject.snapshot()
    assert [line.endswith(": accepted") for line in shown.recent] == [True, True, True]
    assert not shown.rejected_count


@pytest.mark.parametrize(("payloads", "reason"), WRONG.values(), ids=WRONG.keys())
async def test_whatever_is_no_event_is_shown_and_harms_nothing(
    world: World, payloads: Sequence[object], reason: str
) -> None:
    subject = await world.start(first=("reported", payloads))

    await subject.tell("reported", *payloads)
    answer = await subject.ask("submitted", *payloads)

    assert (answer.verdict, answer.reason) == ("refused", reason)
    shown = await subject.shows(lambda s: s.rejected_count == 3)
    assert [(r.n, r.name, r.reason) for r in shown.rejected] == [
        (1, "reported", reason),
        (2, "reported", reason),
        (3, "submitted", reason),
    ]
    assert shown.flags == ("needs attention",)
    assert reason in (await subject.details()).replace("\\", "")
    await subject.still_runs()
    assert subject.case.verdicts() == [("touched", "accepted")]


@pytest.mark.parametrize("name", ["Größe 😀", "Submitted", "a b", "x" * 900, "<b>[x](http://e.example)</b>", "1st"])
async def test_a_name_that_no_event_can_have_is_shown_escaped(world: World, name: str) -> None:
    subject = await world.start(first=(name, ()))

    await subject.tell(name)
    answer = await subject.ask(name)

    assert answer.verdict == "refused"
    shown = await subject.shows(lambda s: s.rejected_count == 3)
    assert all(r.name.isascii() and len(r.name) <= 64 for r in shown.rejected)
    await subject.still_runs()


async def test_a_name_unknown_to_the_plan_is_refused_by_decide(world: World) -> None:
    subject = await world.start(Script(refuses={"sumbitted": "no event of this plan"}))

    await subject.tell("sumbitted", envelope(item="i-1"))
    answer = await subject.ask("sumbitted")

    assert (answer.verdict, answer.reason) == ("refused", "no event of this plan")
    shown = await subject.snapshot()
    assert [(r.n, r.name, r.size, r.reason) for r in shown.rejected] == [
        (1, "sumbitted", 15, "no event of this plan"),
        (2, "sumbitted", 0, "no event of this plan"),
    ]
    await subject.still_runs()


async def test_the_first_event_may_come_with_the_start(world: World) -> None:
    subject = await world.start(first=("submitted", ()))

    shown = await subject.shows(lambda s: s.stage == "under_review")

    assert len(subject.case.requests) == 1
    assert shown.wake == 1


async def test_an_update_may_start_the_journey(world: World) -> None:
    subject, answer = await world.start_by_asking("submitted", envelope(item="i-1"))

    assert (answer.verdict, answer.stage) == ("accepted", "under_review")
    await subject.still_runs()


async def test_an_id_is_judged_once_however_often_it_is_told(world: World) -> None:
    subject = await world.start()

    await subject.tell("reported", envelope(id="e-1"))
    await subject.tell("reported", envelope(id="e-1"))
    answer = await subject.ask("reported", envelope(id="e-1"))

    assert answer.verdict == "duplicate"
    assert subject.case.verdicts() == [
        ("reported", "accepted"),
        ("reported", "duplicate"),
        ("reported", "duplicate"),
    ]


async def test_two_events_without_id_are_two_facts(world: World) -> None:
    subject = await world.start()

    await subject.tell("reported")
    answer = await subject.ask("reported")

    assert answer.verdict == "accepted"
    assert [entry.event.n for entry in subject.case.entries] == [1, 2]


async def test_eleven_updates_at_once_are_all_answered_and_judged_exactly_once(world: World) -> None:
    subject = await world.start()
    await subject.still_runs()

    async with asyncio.timeout(PATIENCE):  # the eleventh makes the server abort the others; the client asks again
        asked = (subject.ask("reported", envelope(id=f"e-{n}"), id=f"e-{n}") for n in range(11))
        answers = await asyncio.gather(*asked)

    assert {answer.verdict for answer in answers} == {"accepted"}
    assert sorted(entry.event.id or "" for entry in subject.case.entries) == sorted(
        ["", *(f"e-{n}" for n in range(11))]
    )
    await subject.still_runs()


async def test_an_update_repeated_under_its_id_is_one_event(world: World) -> None:
    subject = await world.start()

    answers = [await subject.ask("reported", id="u-1") for _ in range(2)]

    assert [answer.verdict for answer in answers] == ["accepted", "accepted"]
    assert subject.case.verdicts() == [("reported", "accepted")]


@pytest.mark.parametrize("payloads", [(), (raw(b"{}"), raw(b"{}")), (raw(b"\xff"),)])
async def test_a_nudge_from_anybody_makes_the_journey_look_again_and_nothing_else(
    world: World, payloads: Sequence[object]
) -> None:
    subject = await world.start()
    await subject.case.until(lambda: len(subject.case.decisions) == 1)

    await subject.tell("_wake", *payloads)

    await subject.case.until(lambda: len(subject.case.decisions) == 2)
    assert subject.case.requests[1].events == ()
    answer = await subject.ask("_wake", *payloads)
    assert answer.verdict == "refused"
    shown = await subject.snapshot()
    assert not shown.recent
    assert not shown.rejected
    await subject.still_runs()
