"""What is wrong in a plan, said to the one who writes it, with the word that was probably meant."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from difflib import SequenceMatcher, get_close_matches
from typing import Final

from plan.model import Frozen

_TOO_MANY: Final = 1000  # names to compare each unknown word with; all zones are 598
_ALIKE: Final = 0.85  # in_reveiw and in_review are 0.89 alike, document_accepted and document_rejected 0.76


class Problem(Frozen):
    """One problem: `sentence` says what to write instead."""

    file: str
    line: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.sentence}"


def instead(word: str, known: Iterable[str]) -> str:
    """The end of a sentence about an unknown word: the known one nearest to it, else all of a few."""
    names = sorted(set(known))
    near = get_close_matches(word[:64], names, n=1) if len(names) <= _TOO_MANY else []
    if near:
        return f"did you mean `{near[0]}`?"
    if not names:
        return "there is none yet"
    if len(names) > 12:
        return f"there are {len(names)}, such as {quoted(names[:3])}"
    return f"write {quoted(names)}" if len(names) == 1 else f"write one of {quoted(names)}"


def misspelt(word: str, known: AbstractSet[str]) -> str | None:
    """The known word of which `word` looks like a slip of the pen; names that differ in purpose are left alone.

    Numbers (level_1, level_2) and whole additions (submitted, resubmitted) are purpose.
    """
    for name in sorted(known) if word not in known and len(known) <= _TOO_MANY else ():
        short, long = sorted((word, name), key=len)
        added = short in long and len(long) - len(short) > 1
        counted = [c for c in word if c.isdigit()] != [c for c in name if c.isdigit()]
        if not added and not counted and SequenceMatcher(None, name, word).ratio() >= _ALIKE:
            return name
    return None


def quoted(words: Iterable[str]) -> str:
    """The words as the text of a sentence: `a`, `b`."""
    return ", ".join(f"`{word}`" for word in words)


def clip(text: str) -> str:
    """A piece of somebody's text, short enough for a sentence and on one line."""
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:57]}…"
