"""Why something asked for was not done."""


class Refused(Exception):
    """One sentence for the person who asked; nothing was changed."""


class CutShort(Refused):
    """Begun, recorded and not completed; asking again completes it and does nothing twice."""
