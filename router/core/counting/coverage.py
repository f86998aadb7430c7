"""Coverage: how many cases leaders, watchers and residents have looked at (四个全覆盖), or were solved at once.

Counts over cases as they stand; numerator and denominator apart, nothing divided.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from router.core.case import Case, State
from router.core.offices.opening import VISIT


class Coverage(Struct, frozen=True, kw_only=True):
    """How many of the cases have each of the four; `closed` is the denominator of the last."""

    cases: int = 0
    #: A leader said what is to be done (批示).
    instructed: int = 0
    #: A watcher was there (现场督办).
    on_site: int = 0
    #: A lead, at least one desk that helps or has helped, and a leader who answers by name (专班).
    task_force: int = 0
    #: Closed because those who were asked accept it (群众满意).
    satisfied: int = 0
    closed: int = 0
    #: Opened and resolved at once (当场解决): in the figures above as well, and counted apart here.
    on_the_spot: int = 0
    #: Visits on record (走访): those that brought a case, one each, and those at which nothing was raised, which
    #: are in no other figure here.
    visits: int = 0
    nothing_raised: int = 0


def coverage(cases: Iterable[Case]) -> Coverage:
    """Count them; any order gives the same. A case that was withdrawn before anybody could act counts as well."""
    kept = list(cases)
    found = [case for case in kept if not case.nothing_raised]
    return Coverage(
        cases=len(found),
        instructed=sum(bool(case.together.instructions) for case in found),
        on_site=sum(any(mark.on_site for mark in case.together.marks) for case in found),
        task_force=sum(_has_task_force(case) for case in found),
        satisfied=sum(case.satisfied for case in found),
        closed=sum(case.state is State.CLOSED for case in found),
        on_the_spot=sum(case.on_the_spot for case in found),
        visits=sum(case.channel == VISIT for case in kept),
        nothing_raised=len(kept) - len(found),
    )


def _has_task_force(case: Case) -> bool:
    return bool(case.lead and case.assists and case.together.leader is not None)
