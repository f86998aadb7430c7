"""How a case stands: one row a case, from which the gauges are read at any instant.

The law of the file: a standing depends on the case and the rules, never on when one looks. What an instant decides
(due by now, overdue, colour) is left open here: the row says from when on.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import msgspec

from router.core.case import Case, State
from router.core.counting.counted import UNKNOWN, Counted, Counts, Series
from router.core.counting.happened import Happened, category_of, district_of, tier_of
from router.core.policies.colours import Onset, onsets
from router.core.rules import Rules


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """One case as the gauges see it."""

    case_id: str
    district: str
    category: str
    is_open: bool
    opened_at: datetime
    #: The original statutory due date; None: it has none.
    due_at: datetime | None
    #: Closed by then.
    due_met: bool
    #: As approved changes have left it.
    changed_due_at: datetime | None
    changed_met: bool
    #: Code of the desk that held it at its closing or due date, whichever came first; empty: none did.
    due_desk: str
    #: Code of the desk that leads it, and the name of its tier.
    lead: str
    tier: str
    suspended: bool
    #: The supervision level it stands before; 0: none. And whether the next waits for its officer's word.
    level: int
    proposed: bool
    #: Of an open case that is not suspended, in order.
    colours: tuple[Onset, ...] = ()


def standing_of(found: Happened, rules: Rules) -> Standing | None:
    """How a case stands; None for what is no matter of a citizen's (`Case.is_matter`)."""
    case = found.case
    if not case.is_matter:
        return None
    changed = case.extended_due_at or case.due_at
    return Standing(
        case_id=case.id,
        district=district_of(case, rules),
        category=category_of(case),
        is_open=case.is_open,
        opened_at=case.opened_at,
        due_at=case.due_at,
        due_met=_is_met(case, case.due_at),
        changed_due_at=changed,
        changed_met=_is_met(case, changed),
        due_desk=_held_when_due(found),
        lead=case.lead,
        tier=tier_of(case.lead, rules),
        suspended=case.state is State.SUSPENDED,
        level=case.level,
        proposed=bool(case.proposed_level),
        colours=_colours(case, rules),
    )


def settled(standing: Standing) -> Counts:
    """What a standing adds to the totals, as if every due date had come; whoever reads takes off what has not."""
    counts: Counts = Counter()
    place = (standing.district, standing.category)
    if standing.due_at is not None:
        desk = standing.due_desk or UNKNOWN
        counts[Series(Counted.DUE, place)] += 1
        counts[Series(Counted.DESK_DUE, (desk,))] += 1
        if standing.due_met:
            counts[Series(Counted.DUE_MET, place)] += 1
            counts[Series(Counted.DESK_DUE_MET, (desk,))] += 1
        if not standing.is_open:
            counts[Series(Counted.CLOSED_DUE, (standing.district,))] += 1
            how = Series(Counted.CLOSED_IN_TIME, (standing.district,))
            counts[how if standing.due_met else Series(Counted.BREACHED, (standing.district, "closed"))] += 1
    if standing.changed_due_at is not None:
        counts[Series(Counted.DUE_CHANGED, (standing.district,))] += 1
        if standing.changed_met:
            counts[Series(Counted.DUE_CHANGED_MET, (standing.district,))] += 1
    return counts


def _is_met(case: Case, due_at: datetime | None) -> bool:
    """Closed by then; a closing before the receipt (skew) is judged as if it were at the receipt."""
    if due_at is None or case.closed_at is None:
        return False
    return max(case.closed_at, case.opened_at) <= due_at


def _held_when_due(found: Happened) -> str:
    """Whoever gets the case at the very instant it is due has not missed it."""
    case = found.case
    ends = [at for at in (case.due_at, case.closed_at) if at is not None]
    if not found.leads or not ends:
        return case.lead
    before = [desk for since, desk in found.leads if since < min(ends)]
    return before[-1] if before else found.leads[0][1]


def _colours(case: Case, rules: Rules) -> tuple[Onset, ...]:
    if not case.is_open or case.state is State.SUSPENDED:
        return ()
    policy = rules.policy(case.policy)
    return onsets(policy, rules.calendar(policy), case.opened_at, case.extended_due_at or case.due_at)
