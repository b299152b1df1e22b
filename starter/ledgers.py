"""Makes and opens the ledger of an installation, sure that this build can work with it."""

from pathlib import Path

from ledger.engine import Ledger, open_ledger
from ledger.schema import SchemaTooNew, migrate, schema_problem
from starter.refusal import Refused
from starter.settings import Settings


def open_checked(settings: Settings) -> Ledger:
    """The ledger, of a schema that this build knows. Raises Refused, LedgerAway. To be closed by the caller."""
    try:
        ledger = open_ledger(settings.ledger_url)
    except ValueError as error:
        raise Refused(f"{error}; ledger.url is another thing") from None
    if ledger.url.get_backend_name() == "sqlite" and not Path(str(ledger.url.database)).exists():
        raise Refused(f"nothing is set up in {settings.dir} yet; run: waypost dev, or waypost migrate")
    with ledger.read() as connection:
        problem = schema_problem(connection)
    if problem:
        ledger.close()
        raise Refused(problem)
    return ledger


def migrate_checked(settings: Settings) -> bool:
    """Makes the ledger's schema the newest; False: it was. Raises Refused, LedgerAway."""
    make_folder(settings.dir)
    try:
        return migrate(settings.ledger_url)
    except (SchemaTooNew, ValueError) as error:
        raise Refused(str(error)) from None


def make_folder(folder: Path) -> None:
    """For its owner alone, since ledger and mail hold names and addresses. Raises Refused."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(f"{folder} cannot be made: {(error.strerror or 'no reason given').lower()}") from None


def shown(ledger: Ledger) -> str:
    """The ledger's address without its password."""
    return ledger.url.render_as_string(hide_password=True)
