import pytest

from mail.smtp_answers import Reply, Step, broken, sorted_out
from mail.transport import ChannelRefused, FateUnknown, NotTaken, Refused
from tests.mail.letters import letter

STEPS: tuple[Step, ...] = ("greeting", "hello", "encryption", "login", "sender", "recipient", "data", "text", "message")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("code", [421, 432, 450, 451, 452, 454])
def test_four_hundred_is_not_taken_at_every_step(step: Step, code: int) -> None:
    end = sorted_out(step, Reply(code, "4.3.0 later"), letter())
    assert isinstance(end, NotTaken)
    assert f"status {code} 4.3.0" in end.sentence


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(
    "reply", [Reply(535, ""), Reply(530, ""), Reply(534, ""), Reply(538, ""), Reply(550, "5.7.26")]
)
def test_a_refusal_of_our_account_or_domain_closes_the_channel_at_every_step(step: Step, reply: Reply) -> None:
    assert isinstance(sorted_out(step, reply, letter()), ChannelRefused)


@pytest.mark.parametrize(
    ("step", "reply", "kind"),
    [
        ("greeting", Reply(554, "5.7.1 blocked"), ChannelRefused),
        ("hello", Reply(550, "no such name"), ChannelRefused),
        ("encryption", Reply(501, ""), ChannelRefused),
        ("sender", Reply(550, "5.7.1 not yours"), ChannelRefused),
        ("sender", Reply(553, "not owned by user"), ChannelRefused),
        ("sender", Reply(552, "5.3.4 too large"), Refused),
        ("sender", Reply(550, "5.2.3 too large"), Refused),
        ("recipient", Reply(550, "5.1.1 no such user"), Refused),
        ("recipient", Reply(551, "not here"), Refused),
        ("recipient", Reply(553, "bad name"), Refused),
        ("recipient", Reply(556, "5.1.10 takes no mail"), Refused),
        ("recipient", Reply(550, "5.7.1 not for you"), Refused),
        ("recipient", Reply(554, "5.7.1 Relay access denied"), ChannelRefused),
        ("recipient", Reply(550, "relay not permitted"), ChannelRefused),
        ("recipient", Reply(550, "5.7.54 Unable to relay"), ChannelRefused),
        ("recipient", Reply(502, "what"), ChannelRefused),
        ("data", Reply(503, "what"), ChannelRefused),
        ("data", Reply(554, "no"), Refused),
        ("message", Reply(552, "5.3.4 too large"), Refused),
        ("message", Reply(554, "5.7.1 looks like spam"), Refused),
        ("message", Reply(500, "line too long"), Refused),
        ("message", Reply(550, "5.7.1 relayed spam"), Refused),
    ],
)
def test_five_hundred_blames_the_message_or_the_channel(step: Step, reply: Reply, kind: type) -> None:
    assert type(sorted_out(step, reply, letter())) is kind


@pytest.mark.parametrize("reply", [Reply(-1, ""), Reply(354, ""), Reply(250, ""), Reply(334, "")])
def test_what_does_not_fit_is_unknown_after_the_final_dot_and_not_taken_before(reply: Reply) -> None:
    for step in STEPS:
        kind = FateUnknown if step == "message" else NotTaken
        assert type(sorted_out(step, reply, letter())) is kind


@pytest.mark.parametrize("late", [True, False])
def test_a_silence_is_unknown_after_the_final_dot_and_not_taken_before(late: bool) -> None:
    for step in ("connection", *STEPS, "reset"):
        kind = FateUnknown if step == "message" else NotTaken
        assert type(broken(step, late=late)) is kind


def test_the_server_s_words_are_repeated_without_their_codes() -> None:
    reply = Reply(550, "5.1.1 The mailbox 5.1.1 does not exist")
    assert sorted_out("recipient", reply, letter()) == Refused(
        sentence="the SMTP server refused the recipient (status 550 5.1.1): “The mailbox does not exist”"
    )


@pytest.mark.parametrize(
    "words",
    [
        "rosa.aldana@reader.example is unknown",
        "ROSA has left",
        "try somebody@elsewhere.test",
        "long " * 100,
        "a\x00b",
    ],
)
def test_the_server_s_words_are_never_repeated_when_they_name_somebody(words: str) -> None:
    assert sorted_out("recipient", Reply(550, f"5.1.1 {words}"), letter()) == Refused(
        sentence="the SMTP server refused the recipient (status 550 5.1.1)"
    )


def test_nothing_that_is_said_about_a_login_is_repeated() -> None:
    assert sorted_out("login", Reply(535, "5.7.8 waypost may not"), letter()) == ChannelRefused(
        sentence="the SMTP server refused the user or the password (status 535 5.7.8)"
    )
