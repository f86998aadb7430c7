"""The loops of the role `sla`: the clock, and the auditor; what they wake is consumed beside them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from time import monotonic

import structlog

from router.errors import RouterError, UnreachableError
from router.roles import TickingRole
from router.sla.auditor import Auditor
from router.sla.notifier import Notifier
from router.sla.staffing import Staffing
from router.waker import Waker

log = structlog.get_logger()

#: Seconds between two looks for desks that may be told something: one small question on an index.
_NOTICES_PAUSE_S = 5.0


def clock_role(waker: Waker, now: Callable[[], datetime], *, pause_s: float, limit: int) -> TickingRole:
    """Wakes at most `limit` cases at once, and looks again at once while there may be more."""
    return TickingRole("clock", lambda at: waker.run_once(at, limit) == limit, now, pause_s=pause_s)


def staffing_role(staffing: Staffing, now: Callable[[], datetime], *, pause_s: float) -> TickingRole:
    """Looks at which desks' programs consume, every `pause_s` seconds."""

    def tick(at: datetime) -> bool:
        try:
            told = staffing.run_once(at)
        except UnreachableError:
            raise
        except RouterError as error:
            log.error("staffing.failed", where=error.where, what=error.what)
            return False
        if told:
            log.warning("staffing.told", cases=told, desks=staffing.unstaffed)
        return False

    return TickingRole("staffing", tick, now, pause_s=pause_s)


def notices_role(notifier: Notifier, now: Callable[[], datetime]) -> TickingRole:
    """Tells the people at desks what they have not been told, as soon as it may ring."""
    return TickingRole("notices", notifier.run_once, now, pause_s=_NOTICES_PAUSE_S)


def audit_role(auditor: Auditor, now: Callable[[], datetime], *, pause_s: float) -> TickingRole:
    """One full pass every `pause_s` seconds, the first at once."""

    def tick(at: datetime) -> bool:
        _audit(auditor, at, role.beat)
        return False

    role = TickingRole("audit", tick, now, pause_s=pause_s)
    return role


def _audit(auditor: Auditor, now: datetime, progress: Callable[[], None]) -> None:
    """One pass, with a line for it and one for each kind of finding.

    Raises:
        UnreachableError: the ledger does not answer: the loop waits for it.
    """
    begun_s = monotonic()
    try:
        found = auditor.run_once(now, progress)
    except UnreachableError:
        raise
    except RouterError as error:
        # Whatever is wrong with one case's rules, the clock beside us must go on.
        log.error("audit.failed", where=error.where, what=error.what)
        return
    for code, count in sorted(found.counts.items()):
        example = next(finding.case for finding in found.findings if finding.code == code)
        log.warning("audit.found", code=code, count=count, case=example)
    log.info(
        "audit.passed",
        cases=found.looked_at,
        findings=len(found.findings),
        seconds=round(monotonic() - begun_s, 3),
    )
