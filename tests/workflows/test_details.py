import re
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.details import HOW_TO_ACT, LIMIT, PENDING, escaped, markdown
from workflows.wire import Rejected, Snapshot

HOSTILE: Final = "[x](http://e.example)<b>`{workflowId}`\n# *_~|&!+\\"


def test_a_journey_that_has_just_begun_says_so() -> None:
    assert markdown(Snapshot()) == (
        f"**Starting**\n\nStage **–** · plan `–` · 0 sending · 0 held\n\n### How to act\n{HOW_TO_ACT}\n\n{PENDING}"
    )


def test_the_story_is_told_from_what_stands_to_how_to_act() -> None:
    text = markdown(
        Snapshot(
            status="Waiting for the submission",
            stage="open",
            plan_version="v7",
            in_flight=("k",),
            held=2,
            upcoming=("2027-02-01 reminder",),
            problems=("no published plan",),
            recent=("first", "last"),
            rejected=(Rejected(name="X", size=3, hash="abc", reason="not a name"),),
            rejected_count=21,
        )
    )

    assert text.split("\n\n")[:6] == [
        "**Waiting for the submission**",
        "Stage **open** · plan `v7` · 1 sending · 2 held",
        "### Next\n- 2027-02-01 reminder",
        "### Problems\n- no published plan",
        "### Last events\n- last\n- first",
        "### Rejected events (21)\n- X \\(3 bytes, abc\\): not a name",
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[x](y)", "\\[x\\]\\(y\\)"),
        ("{workflowId}", "\\{workflowId\\}"),
        ("<script>", "\\<script\\>"),
        ("a\n\n# b", "a \\# b"),
        ("http://e.example", "http\\://e.example"),
        ("WWW.e.example", "WWW\\.e.example"),
        ("mailto:a", "mailto\\:a"),
        ("2026-12-01 09:00", "2026-12-01 09:00"),
        ("`", "\\`"),
        ("\\", "\\\\"),
    ],
)
def test_foreign_text_is_shown_as_it_is(text: str, shown: str) -> None:
    assert escaped(text) == shown


@given(st.text())
def test_no_text_gets_out_of_its_line_or_makes_a_link(text: str) -> None:
    shown = escaped(text)

    assert shown.splitlines() in ([], [shown])
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*_{}\[\]()<>#+!|~&]", shown)
    assert "://" not in shown.replace("\\://", "")


@given(st.text(), st.lists(st.text(), max_size=10))
def test_the_text_fits_and_ends_with_how_to_act(status: str, lines: list[str]) -> None:
    rejected = tuple(Rejected(name=line[:64], reason=line) for line in lines)
    told = tuple(lines)

    text = markdown(Snapshot(status=status, upcoming=told, problems=told, recent=told, rejected=rejected))

    assert len(text.encode()) <= LIMIT
    assert text.endswith(f"### How to act\n{HOW_TO_ACT}\n\n{PENDING}")


def test_the_text_fits_whatever_the_length() -> None:
    told = (HOSTILE * 50,) * 20

    text = markdown(Snapshot(status=HOSTILE * 200, upcoming=told, problems=told, recent=told))

    assert len(text.encode()) <= LIMIT
    assert text.endswith(PENDING)
