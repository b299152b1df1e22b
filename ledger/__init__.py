"""What happened to every message: tables, migrations, and one query function per question.

Every query function takes a Connection from `Ledger.read()` or `Ledger.write()` first and runs in its transaction.
"""

from ledger.engine import Ledger, LedgerAway, LedgerFault, open_ledger

__all__ = ["Ledger", "LedgerAway", "LedgerFault", "open_ledger"]
