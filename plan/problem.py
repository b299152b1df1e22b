"""What is wrong in a plan, said to the one who writes it, with the word that was probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache
from itertools import pairwise
from typing import Final

from plan.model import Frozen

_TOO_MANY: Final = 1000  # names to compare each unknown word with; all zones are 598
_FEW: Final = 20


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
    near = get_close_matches(word[:64], _nearest(word[:64], names), n=1) if len(names) <= _TOO_MANY else []
    if near:
        return f"did you mean `{near[0]}`?"
    if not names:
        return "there is none yet"
    if len(names) > 12:
        return f"there are {len(names)}, such as {quoted(names[:3])}"
    return f"write {quoted(names)}" if len(names) == 1 else f"write one of {quoted(names)}"


@lru_cache(2048)
def _pairs(word: str) -> frozenset[str]:
    """The letters of a word, two by two."""
    return frozenset(one + other for one, other in pairwise(word[:64]))


def _nearest(word: str, names: list[str]) -> list[str]:
    """The few of many names that share most with the word; all comparing is slow."""
    if len(names) <= _FEW:
        return names
    pairs = _pairs(word)
    return sorted(names, key=lambda name: len(pairs & _pairs(name)), reverse=True)[:_FEW]


def quoted(words: Iterable[str]) -> str:
    """The words as the text of a sentence: `a`, `b`."""
    return ", ".join(f"`{word}`" for word in words)


def clip(text: str) -> str:
    """A piece of somebody's text, short enough for a sentence and on one line."""
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:57]}…"
