"""The auditor: looks at every open case for what must never be. No window, no sampling: what was missed once would
be missed for ever."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from datetime import datetime, timedelta
from typing import TypeAlias

import msgspec

from router.core.case import Case
from router.core.guards import NONE, Guards
from router.core.offices.routing import is_stranded
from router.core.rules import Rules
from router.core.telling.hiding import not_yet_out
from router.core.timing.deadlines import first_passed
from router.core.timing.recomputing import recomputed
from router.core.timing.undoing import may_have_none
from router.flow import RulesInForce
from router.ledger.port import Ledger

#: A deadline that passed this long ago was noticed by nobody.
GRACE_S = 300
#: A message this old has outlived every pause of the relay.
OUTBOX_S = 600
#: What may be found; a closed set, for metrics.
CODES = ("no_deadline", "overdue", "stuck", "lead_gone", "calendar", "outbox")
#: Cases between two signs of life.
_PROGRESS_EVERY = 1000

Datum: TypeAlias = str | float | datetime


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Something that must not be."""

    #: One of `CODES`.
    code: str
    #: Id of the case; empty when it is not about one.
    case: str = ""
    #: What a sentence about it needs: `policy`, `due_at`, `lead`, `milestone`, `waited_s`.
    data: dict[str, Datum] = {}


class Audit(msgspec.Struct, frozen=True, kw_only=True):
    """What one full pass saw."""

    #: Open cases, all of them.
    looked_at: int
    findings: tuple[Finding, ...]

    @property
    def counts(self) -> Counter[str]:
        """Findings by code."""
        return Counter(finding.code for finding in self.findings)


class Auditor:
    """Looks at all open cases and at the outbox; one thread at a time."""

    def __init__(
        self,
        ledger: Ledger,
        rulebook: RulesInForce,
        *,
        grace: timedelta = timedelta(seconds=GRACE_S),
        outbox_s: float = OUTBOX_S,
    ) -> None:
        """Put it together.

        Args:
            ledger: is read, never written.
            rulebook: gives the rules in force, and the policies that running cases keep.
            grace: how long a passed deadline may wait before it counts as noticed by nobody.
            outbox_s: seconds the oldest message may wait.
        """
        self._ledger = ledger
        self._rulebook = rulebook
        self._grace = grace
        self._outbox_s = outbox_s
        #: When the last full pass began; None before the first. Stands still while passes fail.
        self.last_success_at: datetime | None = None
        #: What that pass saw; None before the first.
        self.last: Audit | None = None
        #: Days until the first calendar that a policy in force counts by is known no more; None: none ends.
        self.calendar_days: int | None = None

    @property
    def counts(self) -> Counter[str]:
        """Findings of the last full pass by code; empty before the first."""
        return self.last.counts if self.last is not None else Counter()

    def run_once(self, now: datetime, progress: Callable[[], None] = lambda: None) -> Audit:
        """Look at everything once.

        Args:
            now: aware instant to judge by.
            progress: called again and again meanwhile: a pass over a million cases takes a minute.

        Raises:
            UnreachableError: the ledger does not answer; the pass does not count.
            ConfigurationError: the rules of a case are not on record; the pass does not count.
        """
        looked_at, findings = 0, list[Finding]()
        guards = self._ledger.guards(now)
        claimed = self._ledger.claimed(now, now - self._grace)
        for case in self._ledger.all_cases(open_only=True):
            looked_at += 1
            findings.extend(look(case, self._rulebook({case.policy}), now, self._grace, guards, claimed))
            if looked_at % _PROGRESS_EVERY == 0:
                progress()
        self.calendar_days = _calendar_days(self._rulebook(()), now)
        waited_s = self._ledger.counts(now)["outbox_oldest_s"] or 0
        if waited_s > self._outbox_s:
            findings.append(Finding(code="outbox", data={"waited_s": waited_s}))
        self.last = Audit(looked_at=looked_at, findings=tuple(findings))
        self.last_success_at = now
        return self.last


def look(
    case: Case,
    rules: Rules,
    now: datetime,
    grace: timedelta,
    guards: Guards = NONE,
    claimed: Collection[str] = (),
) -> Iterator[Finding]:
    """What is wrong with one open case; a deadline that is held back waits for a person, and is no finding."""
    gone = (case.lead,) if is_stranded(rules.tree, case) else not_yet_out(rules.tree, case)
    if gone:
        yield Finding(code="lead_gone", case=case.id, data={"lead": gone[0]})
    if case.next_due_at is None:
        if not may_have_none(case, rules.policy(case.policy)):
            yield Finding(code="no_deadline", case=case.id, data={"policy": case.policy})
    elif now - case.next_due_at > grace and not _is_held(case, rules, now, guards):
        # Somebody takes it again and again, and nobody handles it.
        code = "stuck" if case.id in claimed else "overdue"
        yield Finding(code=code, case=case.id, data={"due_at": case.next_due_at})
    # Opened while a calendar came into force, by a router that had not read it yet.
    for one in recomputed(case, rules.guarded_by(guards), now)[:1]:
        yield Finding(code="calendar", case=case.id, data={"milestone": one.milestone.name})


def _is_held(case: Case, rules: Rules, now: datetime, guards: Guards) -> bool:
    first = first_passed(case, now)
    return first is not None and guards.holding(case, rules.policy(case.policy), first, now) is not None


def _calendar_days(rules: Rules, now: datetime) -> int | None:
    left = [rules.calendar(policy).days_left(now) for policy in rules.policies]
    return min((days for days in left if days is not None), default=None)
