"""The plan's own sections: names, sender, window, links, desks, and which keys there are."""

import pytest

from tests.plan.written import changed, problems


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "title: Certified",
            "titel: Certified",
            ["1: the plan has no `title`: write `title: …`", "2: `titel` is no key of a plan: did you mean `title`?"],
        ),
        (
            "program: cwe\n",
            "program: cwe\nprogramm: x\n",
            ["2: `programm` is no key of a plan: did you mean `program`?"],
        ),
        (
            "program: cwe\n",
            "program: c we\n",
            [
                (
                    "1: `c we` cannot name a program: use letters, digits, `.`, `_` and `-`, at most 32 in "
                    "all, beginning with a letter or digit"
                ),
            ],
        ),
        (
            "program: cwe\n",
            "program: ccccccccccccccccccccccccccccccccc\n",
            [
                (
                    "1: `ccccccccccccccccccccccccccccccccc` cannot name a program: use letters, digits, `.`, "
                    "`_` and `-`, at most 32 in all, beginning with a letter or digit"
                ),
            ],
        ),
        ("program: cwe\n", "program: ''\n", ["1: write a text here"]),
        (
            "timezone: America/New_York",
            "timezone: America/NewYork",
            ["3: `America/NewYork` is no time zone: did you mean `America/New_York`?"],
        ),
        (
            "email: certification@example.org",
            "email: certification",
            ["4: `certification` is not an e-mail address: write one such as help@example.org"],
        ),
        ("{name: CWE, ", "{", ["4: the sender has no `name`: write one such as `name: Certification Office`"]),
        ("days: all", "days: [mon, tuesday]", ["5: `tuesday` is not known here: did you mean `tue`?"]),
        ('from: "08:00"', 'from: "8 am"', ['5: `8 am` is not a time of day: write one such as "09:00" or "23:59:59"']),
        (
            'until: "20:00"',
            'until: "07:00"',
            ["5: the window ends before it begins: write a later `until`, at most 24:00"],
        ),
        ("spread: 30 minutes", "spread: 1 month", ["5: P1M has no exact length: write it in days, hours or minutes"]),
        ("/{cycle}", "/{cyle}", ["6: `{cyle}` is no placeholder: did you mean `cycle`?"]),
        (
            '"https://portal.example.org/upload/{item}"',
            '"http://portal.example.org/upload/{item}"',
            [
                (
                    "6: `http://portal.example.org/upload/{item}` is not a link: write one such as "
                    "`https://portal.example.org/applications/{cycle}`"
                ),
            ],
        ),
        (
            "[desk@example.org]",
            "[]",
            ["7: the list is empty: write at least one value, or leave the key out"],
        ),
        ("{desk: [desk@example.org]}", "{desk: }", ["7: write a text here"]),
        (
            "timezone: America/New_York",
            "timezone: America/New_York\ntimezone: Europe/London",
            ["4: `timezone` is written twice, in lines 3 and 4: keep one"],
        ),
        (
            "coverage: {N12",
            "  welcome: {purpose: announcement, to: desk, on: created}\ncoverage: {N12",
            ["51: `welcome` is written twice, in lines 41 and 51: keep one"],
        ),
        ("[desk@example.org]", "[desk]", ["7: `desk` is not an e-mail address: write one such as help@example.org"]),
        (
            "usual: [90 days,",
            "usual: [-90 days,",
            ["8: `-90 days` has a sign: write `90 days`, the key says the direction"],
        ),
        ("usual: [90 days,", "usual: [7 days, 90 days,", ["8: the offset P7D is listed twice: keep one"]),
        ("usual: [90 days,", "usual: [10 business days,", ["8: not supported yet: business days"]),
        (
            "coverage: {N12",
            "coverage: {M12",
            ["51: `M12` is none of the checklist's notifications: did you mean `N12`?"],
        ),
        (
            "coverage: {N12",
            "fees: {late: [{amount: 9}]}\ncalendar: {open: all}\ncoverage: {N12",
            [
                "51: `9` is no amount: write one such as `amount: 210.00 USD`",
                "52: `open` is no key of a calendar: write one of `closed`, `holidays`",
            ],
        ),
        ("title: Certified Widget Engineer", "title: [x]", ["2: write a text here"]),
        (
            "sender: {name: CWE, email: certification@example.org, reply_to: help@example.org}",
            "sender: CWE",
            [
                "4: a sender is written as keys with values: `key: value`",
                "4: the sender has no `name`: write one such as `name: Certification Office`",
                "4: the sender has no `email`: write one such as `email: office@example.org`",
            ],
        ),
    ],
)
def test_a_section_that_cannot_be_read_says_what_to_write(old: str, new: str, expected: list[str]) -> None:
    assert problems(changed(old, new)) == expected


@pytest.mark.parametrize(
    "address",
    ["büro@example.org", "a..b@example.org", "desk.@example.org", "desk@-example.org", f"{'a.' * 99_999}@x.org"],
)
def test_an_address_that_no_mail_can_carry_is_refused_with_its_line(address: str) -> None:
    [problem] = problems(changed("[desk@example.org]", f"[{address}]"))
    assert problem.startswith("7: ")
    assert problem.endswith("is not an e-mail address: write one such as help@example.org")
