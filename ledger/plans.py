"""Plans and message templates, in versions that never change, and which of them count now."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection

from ledger import audit, tables
from ledger.insert import insert_unless_present
from plan.model import Frozen

FALLBACK: Final = "en"  # the locale that every shipped template has


class TemplateRow(Frozen):
    """A message template as published; `version` is a hash of its source."""

    name: str
    locale: str
    version: str
    source: str


TEMPLATE: Final = tables.template.c
IN_USE: Final = sa.select(*(TEMPLATE[name] for name in TemplateRow.model_fields)).where(
    TEMPLATE.program == sa.bindparam("program"), TEMPLATE.name == sa.bindparam("rule"), TEMPLATE.in_use
)


class VersionTaken(Exception):
    """The version is another program's: a hash of what a plan means names its program too."""


def publish(
    connection: Connection,
    program: str,
    version: str,
    source: str,
    templates: Mapping[str, str],
    by: str,
    now: datetime,
) -> bool:
    """Makes this plan and exactly these templates (`name.locale` → source) the ones that count. Audited.

    `version` is a hash of what the plan means. A source that means the same is the same version, and the first one is
    kept. False: they counted already and nothing was written. Raises VersionTaken. Once this is committed nothing goes
    on the wire under an older version.
    """
    hold(connection, program)
    insert_unless_present(
        connection,
        tables.plan_version,
        version=version,
        program=program,
        source=source,
        published_at=now,
        by=by,
    )
    stored = tables.plan_version.c
    owner = connection.execute(sa.select(stored.program).where(stored.version == version)).scalar_one()
    if owner != program:
        raise VersionTaken(f"version {version} is a plan of {owner}")
    moved = _point(connection, program, version, by, now)
    changed = _exchange_templates(connection, program, templates, by, now)
    if moved or changed:
        audit.record(connection, by, "plan_published", program, {"version": version, "templates": changed}, now)
    return moved or changed > 0


def hold(connection: Connection, program: str) -> None:
    """Until this transaction ends no message of the program goes on the wire, and nobody else holds it."""
    _lock(connection, program, "pg_advisory_xact_lock")


def stay(connection: Connection, program: str) -> None:
    """Until this transaction ends the current version stays the current one: whoever publishes waits for that."""
    _lock(connection, program, "pg_advisory_xact_lock_shared")


def current_version(connection: Connection, program: str) -> str | None:
    """None: nothing was ever published for the program."""
    return programs(connection).get(program)


def programs(connection: Connection) -> Mapping[str, str]:
    """The current version of each program."""
    pointer = tables.plan_pointer.c
    query = sa.select(pointer.program, pointer.version)
    return {row.program: row.version for row in connection.execute(query)}


def source(connection: Connection, version: str) -> str:
    """The plan's YAML as it was published. The version is one that the ledger has given: any other is a LedgerFault."""
    stored = tables.plan_version.c
    return str(connection.execute(sa.select(stored.source).where(stored.version == version)).scalar_one())


def template(connection: Connection, program: str, rule: str, locale: str | None) -> TemplateRow | None:
    """The rule's template in the reader's language: fr-CA, else fr, else en; case and `_` for `-` do not matter."""
    rows = connection.execute(IN_USE, {"program": program, "rule": rule}).mappings()
    found = {_plain(row["locale"]): TemplateRow(**row) for row in rows}
    wanted = _plain(locale or FALLBACK)
    while wanted and wanted not in found:
        wanted = wanted.rpartition("-")[0]
    return found.get(wanted or FALLBACK)


def _lock(connection: Connection, program: str, function: str) -> None:
    """On PostgreSQL a lock of the program's own; SQLite lets one transaction write at a time as it is."""
    if connection.dialect.name == "postgresql":
        key = sa.func.hashtextextended(f"plan/{program}", 0)
        connection.execute(sa.select(getattr(sa.func, function)(key)))


def _plain(locale: str) -> str:
    return locale.replace("_", "-").lower()


def _point(connection: Connection, program: str, version: str, by: str, now: datetime) -> bool:
    """Whether the program's pointer was elsewhere."""
    pointer = tables.plan_pointer
    values = {"version": version, "set_at": now, "by": by}
    if insert_unless_present(connection, pointer, program=program, **values):
        return True
    query = sa.update(pointer).where(pointer.c.program == program, pointer.c.version != version).values(values)
    return connection.execute(query).rowcount == 1


def _exchange_templates(
    connection: Connection, program: str, templates: Mapping[str, str], by: str, now: datetime
) -> int:
    """How many templates differ from those in use before."""
    table = tables.template
    query = sa.select(table.c.name, table.c.locale, table.c.version).where(table.c.program == program, table.c.in_use)
    before = {(row.name, row.locale): row.version for row in connection.execute(query)}
    after = {
        (name, locale): (hashlib.sha256(text.encode()).hexdigest()[:16], text)
        for (name, _, locale), text in ((file.partition("."), text) for file, text in templates.items())
    }
    gone = [key for key, version in before.items() if key not in after or after[key][0] != version]
    come = [key for key, (version, _) in after.items() if before.get(key) != version]
    for name, locale in gone:
        connection.execute(sa.update(table).where(*_named(program, name, locale), table.c.in_use).values(in_use=False))
    for name, locale in come:
        version, text = after[name, locale]
        row = {"program": program, "name": name, "locale": locale, "version": version, "source": text}
        if not insert_unless_present(connection, table, **row, in_use=True, published_at=now, by=by):
            again = sa.update(table).where(*_named(program, name, locale), table.c.version == version)
            connection.execute(again.values(in_use=True, published_at=now, by=by))
    return len({*gone, *come})


def _named(program: str, name: str, locale: str) -> tuple[sa.ColumnElement[bool], ...]:
    table = tables.template.c
    return (table.program == program, table.name == name, table.locale == locale)
