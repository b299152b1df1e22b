"""Keeps a terminal from obeying what others wrote: a mail server that refuses a message, a person's name."""

import re
from typing import Final

CONTROLS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # C0 and C1 but for tab and new line; U+009B is ESC [
MARK: Final = "\ufffd"


def harmless(text: str) -> str:
    """The text with U+FFFD for each character that a terminal would obey."""
    return CONTROLS.sub(MARK, text)
