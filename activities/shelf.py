"""Plan versions as parsed plans: immutable, so read and parsed once a process."""

import threading
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Connection
from temporalio.exceptions import ApplicationError

from ledger import plans, programs
from ledger.programs import ProgramRow
from plan.load import read_back
from plan.model import Plan

KEPT: Final = 64


class Shelf:
    """The pointer to the current version is read every time; only the versions behind it are kept."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._plans: dict[str, Plan] = {}
        self._spoken: dict[str, Plan] = {}

    def current(self, conn: Connection, program: str) -> Plan | None:
        """The program's current plan; None when none is published."""
        row = programs.program(conn, program)
        return self.plan(conn, row) if row is not None else None

    def plan(self, conn: Connection, row: ProgramRow) -> Plan:
        """The current plan of a program that this transaction has read."""
        plan = self._version(conn, row.version)
        return self._launched(plan, row.launched) if row.launched else plan

    def _launched(self, plan: Plan, launched: Mapping[str, datetime]) -> Plan:
        """The same object for the same plan and launches: what follows from a plan is remembered by its identity."""
        with self._lock:
            known = self._spoken.get(plan.version)
            if known is None or known.launched != launched:
                if len(self._spoken) >= KEPT:
                    self._spoken.pop(next(iter(self._spoken)))
                known = self._spoken[plan.version] = plan.model_copy(update={"launched": launched})
        return known

    def _version(self, conn: Connection, version: str) -> Plan:
        with self._lock:
            known = self._plans.get(version)
        if known is not None:
            return known
        parsed = read_back(plans.source(conn, version), version)
        if not isinstance(parsed, Plan):
            raise ApplicationError(f"the published plan {version} does not load: {parsed[0]}", type="PlanUnreadable")
        with self._lock:
            if len(self._plans) >= KEPT:
                self._plans.pop(next(iter(self._plans)))
            self._plans[version] = parsed
        return parsed
