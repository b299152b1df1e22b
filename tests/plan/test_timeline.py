"""The picture of a preview: complete, readable without colours, and no label over another."""

import itertools
import re
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest

from plan.model import Plan
from plan.preview import Invented, course, preview
from plan.timeline import CHARACTER, WIDTH, timeline
from tests.plan.programs import program
from tests.plan.walk import at
from tests.plan.written import TEXT, loaded

START = at("2026-10-05 10:00")


def drawn(plan: Plan, until: timedelta = timedelta(days=800)) -> ET.Element:
    invented = Invented(process="application", start=START, until=START + until)
    return ET.fromstring(timeline(plan, course(plan, invented), preview(plan, invented), START))


def texts(picture: ET.Element) -> list[ET.Element]:
    return [e for e in picture.iter() if e.tag.endswith("}text")]


def words(picture: ET.Element) -> str:
    return " | ".join(e.text or "" for e in picture.iter() if e.text)


def test_every_message_every_deadline_and_the_stages_are_in_it() -> None:
    plan = loaded(TEXT)
    invented = Invented(process="application", start=START)
    said = words(drawn(plan))
    for occurrence in preview(plan, invented):
        if occurrence.at is not None:
            assert occurrence.notification.replace("_", " ") in said
    assert "due 05 Oct 2027" in said
    assert "in progress" in said


def test_what_does_not_go_says_why_in_words_and_not_by_its_colour_alone() -> None:
    picture = drawn(program())
    said = words(picture)
    assert "(already past)" in said
    marks = [e for e in picture.iter() if e.tag.endswith("}circle")]
    assert {mark.get("fill") for mark in marks} == {"#1f5fa8", "#ffffff"}


@pytest.mark.parametrize("days", [10, 90, 3650])
def test_no_label_covers_another_or_leaves_the_picture(days: int) -> None:
    boxes = []
    for text in texts(drawn(loaded(TEXT), timedelta(days=days))):
        if text.get("text-anchor") is None:
            continue
        length = CHARACTER * len(text.text or "")
        x, y = float(text.get("x", "0")), float(text.get("y", "0"))
        begins = x - length if text.get("text-anchor") == "end" else x
        assert begins >= 0
        assert begins + length <= WIDTH + 1
        boxes.append((y, begins, begins + length))
    boxes.sort()
    for (y, _, ends), (other_y, begins, _) in itertools.pairwise(boxes):
        assert y != other_y or ends <= begins


def test_what_somebody_wrote_is_text_and_never_markup() -> None:
    plan = loaded(TEXT.replace("title: Certified Widget Engineer", 'title: "<script>&"'))
    picture = drawn(plan)
    assert not [e for e in picture.iter() if e.tag.endswith("}script")]
    assert re.search(r"<script>&: application", words(picture))
