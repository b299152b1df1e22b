import pytest

from mail.links import joined, may_be_sent
from mail.markup import Field, Text

ITEM = Field(name="item", line=1)


@pytest.mark.parametrize(
    "url",
    [
        "https://portal.example.org",
        "https://portal.example.org:8443/a/b?c=d&e=%20#f",
        "https://portal.example.org?next=/a",
        "mailto:help@example.org",
        "mailto:help@example.org?subject=CWE%20application",
        "tel:+1-555-0100",
    ],
)
def test_web_mail_and_phone_links_may_be_sent(url: str) -> None:
    assert may_be_sent(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "portal.example.org",
        "//portal.example.org",
        "/applications",
        "http://portal.example.org",
        "HTTPS:portal",
        "https://",
        "https://bank.example@elsewhere.example/",
        "https://bank.example\\@elsewhere.example/",
        "https://portal.example.org/a b",
        "https://portal.example.org/\n",
        'https://portal.example.org/"onclick="x',
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://example.org/",
        "mailto:nobody",
        "mailto:a@b.example, c@d.example",
        "tel:call me",
    ],
)
def test_no_other_link_may_be_sent(url: str) -> None:
    assert not may_be_sent(url)


def test_a_value_inside_a_link_cannot_leave_its_place() -> None:
    parts = (Text(text="https://portal.example.org/upload/"), ITEM)
    assert (
        joined(parts, {"item": '../x?y=1&z#ü "'})
        == "https://portal.example.org/upload/..%2Fx%3Fy%3D1%26z%23%C3%BC%20%22"
    )


def test_a_value_after_mailto_stays_an_address_and_gets_no_second_one() -> None:
    parts = (Text(text="mailto:"), ITEM)
    assert joined(parts, {"item": "help@example.org"}) == "mailto:help@example.org"
    assert (
        joined(parts, {"item": "help@example.org?bcc=x@example.org"}) == "mailto:help@example.org%3Fbcc%3Dx@example.org"
    )


def test_a_value_that_begins_a_link_is_the_link_with_foreign_letters_encoded() -> None:
    assert joined((ITEM,), {"item": "https://portal.example.org/größe"}) == "https://portal.example.org/gr%C3%B6%C3%9Fe"
