"""Which known word somebody meant who slipped with the pen, told from names that differ in purpose."""

from collections.abc import Set as AbstractSet
from difflib import SequenceMatcher
from typing import Final

ALIKE: Final = 0.85  # in_reveiw and in_review are 0.89 alike, document_accepted and document_rejected 0.76
LONGEST: Final = 64  # characters of a name
MOST: Final = 1000  # names to compare a word with
PATIENCE: Final = 200_000  # glances at two words, for one plan; a hundred names among as many take 10,000
A_LOOK: Final = 100  # glances that a closer look takes as long as


class Slips:
    """Looks for slips in one plan, so many times at most that nobody waits for it."""

    def __init__(self) -> None:
        self.patience = PATIENCE

    def meant(self, word: str, known: AbstractSet[str]) -> str | None:
        """The known word of which `word` looks like a slip of the pen; names that differ in purpose are left alone.

        Numbers (level_1, level_2) and whole additions (submitted, resubmitted) are purpose.
        """
        if word in known or len(word) > LONGEST or not 0 < len(known) <= min(MOST, self.patience):
            return None
        self.patience -= len(known)
        letters, digits = set(word), [c for c in word if c.isdigit()]
        for name in sorted(known):
            near = len(letters.symmetric_difference(name)) <= 4 and _most_alike(word, name) >= ALIKE
            if not near or [c for c in name if c.isdigit()] != digits or _added(word, name) or self.patience < A_LOOK:
                continue
            self.patience -= A_LOOK
            if SequenceMatcher(None, name, word).ratio() >= ALIKE:
                return name
        return None


def _most_alike(one: str, other: str) -> float:
    """How alike words of these lengths can be."""
    return 2 * min(len(one), len(other)) / (len(one) + len(other))


def _added(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return short in long and len(long) - len(short) > 1
