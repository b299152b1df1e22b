"""Plan versions as parsed plans: immutable, so read and parsed once a process."""

import threading
from typing import Final

from sqlalchemy import Connection
from temporalio.exceptions import ApplicationError

from ledger import plans
from plan.load import read_back
from plan.model import Plan

KEPT: Final = 64


class Shelf:
    """The pointer to the current version is read every time; only the versions behind it are kept."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._plans: dict[str, Plan] = {}

    def current(self, conn: Connection, program: str) -> Plan | None:
        """The program's current plan; None when none is published."""
        version = plans.current_version(conn, program)
        return None if version is None else self._version(conn, version)

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
