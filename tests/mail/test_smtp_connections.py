from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from mail.smtp_mail import Smtp
from mail.transport import Accepted, Refused
from tests.mail.letters import letter
from tests.mail.smtp_script import ACCEPT, Told
from tests.mail.smtp_stand_in import SmtpStandIn
from tests.until import until_now


@pytest.fixture
def stand_in(tmp_path: Path) -> Iterator[SmtpStandIn]:
    with SmtpStandIn(tmp_path / "messages.jsonl") as server:
        yield server


@pytest.fixture
def smtp(stand_in: SmtpStandIn) -> Iterator[Smtp]:
    with Smtp("127.0.0.1", stand_in.port) as transport:
        yield transport


def test_many_messages_share_one_connection(stand_in: SmtpStandIn, smtp: Smtp) -> None:
    stand_in.answer(
        ACCEPT, Told("recipient", "550 no"), Told("sender", "451 later"), Told("data", "451 x"), Told(reply="554 no")
    )
    for attempt in range(12):
        smtp.hand_over(letter(id=f"m{attempt}"), attempt)
    assert stand_in.connections == 1
    assert len(stand_in.taken) == 8


def test_several_threads_send_at_once_each_on_its_own_connection(stand_in: SmtpStandIn, smtp: Smtp) -> None:
    letters = [letter(id=f"m{number}", message_id_header=f"<m{number}@example.org>") for number in range(40)]
    with ThreadPoolExecutor(max_workers=4) as threads:
        ends = list(threads.map(smtp.hand_over, letters, range(40)))
    assert {type(end) for end in ends} == {Accepted}
    assert sorted(stand_in.taken) == sorted(each.message_id_header for each in letters)
    assert stand_in.connections <= 4


def test_a_kept_connection_that_the_server_has_closed_is_replaced_and_nothing_is_lost(
    stand_in: SmtpStandIn, smtp: Smtp
) -> None:
    smtp.hand_over(letter(), 1)
    stand_in.drop_connections()
    assert isinstance(smtp.hand_over(letter(id="next"), 1), Accepted)
    assert [heard.connection for heard in stand_in.heard] == [1, 2]


@pytest.mark.parametrize(
    "told", [Told("reset", "421 too long idle"), Told("reset", "500 what"), Told("reset", manner="close")]
)
def test_a_kept_connection_that_does_not_go_on_is_replaced_and_nothing_is_lost(
    stand_in: SmtpStandIn, smtp: Smtp, told: Told
) -> None:
    smtp.hand_over(letter(), 1)
    stand_in.answer(told)
    assert isinstance(smtp.hand_over(letter(id="next"), 1), Accepted)
    assert [heard.connection for heard in stand_in.heard] == [1, 2]


def test_a_kept_connection_that_hangs_costs_some_of_the_time_and_no_message(stand_in: SmtpStandIn, smtp: Smtp) -> None:
    smtp.hand_over(letter(), 1)
    stand_in.answer(Told("reset", manner="hang"))
    assert isinstance(smtp.hand_over(letter(id="next"), 1), Accepted)


def test_a_reply_too_many_is_never_taken_for_the_answer_to_the_next_message(stand_in: SmtpStandIn, smtp: Smtp) -> None:
    stand_in.answer(Told(reply="250 taken", manner="twice", taken=True))
    smtp.hand_over(letter(), 1)
    stand_in.answer(Told(reply="554 no"))
    assert isinstance(smtp.hand_over(letter(), 2), Refused)
    assert [heard.connection for heard in stand_in.heard] == [1, 2]


@pytest.mark.parametrize(
    "told", [Told("sender", "what"), Told("data", "250 taken"), Told(reply="what"), Told(reply="421 4.3.2 closing")]
)
def test_after_a_reply_that_makes_no_sense_or_says_goodbye_the_connection_is_left(
    stand_in: SmtpStandIn, smtp: Smtp, told: Told
) -> None:
    stand_in.answer(told, ACCEPT, Told("reset", "421 not asked any more"))
    for attempt in (1, 2):
        smtp.hand_over(letter(), attempt)
    assert (stand_in.connections, stand_in.heard[-1].connection) == (2, 2)


def test_what_a_server_says_unasked_ends_a_kept_connection(stand_in: SmtpStandIn, smtp: Smtp) -> None:
    smtp.hand_over(letter(), 1)
    stand_in.say(b"250 by the way\r\n")
    assert isinstance(smtp.hand_over(letter(), 2), Accepted)
    assert [heard.connection for heard in stand_in.heard] == [1, 2]


def test_a_connection_idle_for_too_long_is_left_politely(stand_in: SmtpStandIn) -> None:
    with Smtp("127.0.0.1", stand_in.port, idle=timedelta(0)) as smtp:
        for attempt in (1, 2):
            assert isinstance(smtp.hand_over(letter(), attempt), Accepted)
        assert stand_in.connections == 2
    until_now(lambda: stand_in.goodbyes == 2)


def test_closing_leaves_the_kept_connections(stand_in: SmtpStandIn) -> None:
    with Smtp("127.0.0.1", stand_in.port) as smtp:
        smtp.hand_over(letter(), 1)
    until_now(lambda: stand_in.goodbyes == 1)


def test_it_introduces_itself_as_it_was_told(stand_in: SmtpStandIn) -> None:
    for name in ("mailer.example.org", "[192.0.2.1]"):
        with Smtp("127.0.0.1", stand_in.port, ehlo=name) as smtp:
            smtp.hand_over(letter(), 1)
    assert stand_in.hellos == ["mailer.example.org", "[192.0.2.1]"]
