"""The machinery that holds the pages to their samples."""

from pathlib import Path

import pytest

from tests.samples import Outcome, Sample, commands_named, run, samples

PAGE = """\
Text with `waypost plan check FILE` in it.

```console
$ NAME=world
$ echo "hello, $NAME" \\
>   && echo again
hello, world
again
$ false
```

```sh
.venv/bin/waypost dev --dir here &   # shown, not run
```
"""


def test_a_page_is_read_as_commands_with_what_must_come_out() -> None:
    assert samples(PAGE, "page.md") == [
        Sample("page.md:4", "NAME=world", ""),
        Sample("page.md:5", 'echo "hello, $NAME" \\\n  && echo again', "hello, world\nagain"),
        Sample("page.md:9", "false", ""),
    ]


def test_a_page_runs_in_one_shell_and_each_command_has_its_own_outcome(tmp_path: Path) -> None:
    assert run(samples(PAGE, "page.md"), tmp_path, {}) == [
        Outcome(0, ""),
        Outcome(0, "hello, world\nagain\n"),
        Outcome(1, ""),
    ]


def test_what_a_command_complains_of_is_output_too(tmp_path: Path) -> None:
    [outcome] = run([Sample("", "echo oops >&2", "oops")], tmp_path, {})

    assert outcome == Outcome(0, "oops\n")


@pytest.mark.parametrize(
    ("shown", "printed", "fits"),
    [
        ("", "anything", True),
        ("stage in_review", "stage in_review\n", True),
        ("stage in_review", "stage past_due\n", False),
        ("stage in_review", "stage in_review\nand more\n", False),
        ("...in_review...", "stage in_review\nand more\n", True),
        ("sent … times", "sent 3 times", True),
    ],
)
def test_output_must_be_as_shown(shown: str, printed: str, fits: bool) -> None:
    assert Outcome(0, printed).fits(Sample("", "", shown)) is fits
    assert not Outcome(1, printed).fits(Sample("", "", shown))


def test_every_command_that_a_page_names_is_found() -> None:
    assert commands_named(PAGE) == {"waypost plan check FILE", "waypost dev --dir here"}
