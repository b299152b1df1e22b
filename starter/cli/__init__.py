"""The command `waypost`."""


def main() -> None:
    """Never returns: see `starter.cli.exit`."""
    from starter.cli.commands import run  # noqa: PLC0415 - the worker takes `exit` from here, not every command

    run()
