"""What is counted of cases: names of the series, and the numbers that one case adds to them.

The law of the file: numbers are whole (cases, milliseconds), so that the sums are the same to the last digit in
whatever order cases are counted.
"""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import NamedTuple, TypeAlias

_HOUR_S, _DAY_S = 3600, 86400

#: Version of what is counted, and how. Raise it with every change of what a case adds (`happened`, `standing`,
#: `problem_counts`): a ledger that was counted by an older one is counted anew by whoever comes next.
#: `tests/unit/core/test_counted_rules.py` notices a change of the first two.
RULES = 4
#: Upper edges of the times in seconds: 15 min, 30 min, 1, 2, 4, 8, 12 h, 1, 2, 3, 5, 7, 10, 15, 20, 30, 45, 60,
#: 90, 180, 270 d. Every limit of docs/behaviour.md, 7 is one.
EDGES_S: tuple[int, ...] = (
    900,
    1800,
    *(hours * _HOUR_S for hours in (1, 2, 4, 8, 12)),
    *(days * _DAY_S for days in (1, 2, 3, 5, 7, 10, 15, 20, 30, 45, 60, 90, 180, 270)),
)
#: The bucket of what is longer than the last edge.
BEYOND = "+Inf"
#: A place, category, desk or tier that nobody knows.
UNKNOWN = "unknown"


class Counted(StrEnum):
    """Names of what is counted; labels as the catalogue of metrics has them."""

    # What happened: counts only grow.
    OPENED = "cases_opened_total"
    TRIAGED = "cases_triaged_total"
    RESOLVED = "cases_resolved_total"
    CLOSED = "cases_closed_total"
    REOPENED = "cases_reopened_total"
    WITHDRAWN = "cases_withdrawn_total"
    #: One more label: the bucket's upper edge in seconds; and the sum, in milliseconds.
    RESOLUTION = "case_resolution_seconds"
    RESOLUTION_SUM = "case_resolution_seconds_sum"
    WORKING = "case_working_seconds"
    WORKING_SUM = "case_working_seconds_sum"
    #: In milliseconds.
    HELD = "case_holding_seconds_total"
    MISSED = "case_deadlines_missed_total"
    DESK_MISSED = "desk_deadlines_missed_total"
    EXCUSED = "case_deadlines_excused_total"
    ESCALATED = "case_escalations_total"
    TAKEN_BACK = "case_escalations_taken_back_total"
    PULLED = "cases_pulled_total"
    SKIPPED = "case_steps_skipped_total"
    REPEATED = "case_repeated_notices_total"
    RETURNS = "case_returns_total"
    DESIGNATED = "cases_designated_total"
    EXTENSIONS = "case_extensions_total"
    SUSPENSIONS = "case_suspensions_total"
    LEVEL_STEPS = "case_supervision_levels_total"
    FOLLOW_UPS = "case_follow_ups_total"
    # How cases stand, whenever they are due: what is due later is taken off as the figures are read.
    DUE = "cases_due"
    DUE_MET = "cases_due_met"
    DUE_CHANGED = "cases_due_after_changes"
    DUE_CHANGED_MET = "cases_due_met_after_changes"
    DESK_DUE = "desk_cases_due"
    DESK_DUE_MET = "desk_cases_due_met"
    CLOSED_DUE = "closed_cases_with_due"
    CLOSED_IN_TIME = "closed_cases_in_time"
    #: Closed late; what is open and late depends on when one looks.
    BREACHED = "cases_breached"
    # Problems; which of the numerator are provisional depends on when one looks.
    PROBLEMS = "before_complaint_problems"
    BEFORE_COMPLAINT = "before_complaint_resolved"
    BEFORE_PROVISIONAL = "before_complaint_provisional"
    BEFORE_PROACTIVE = "before_complaint_proactive_problems"
    ASSESSABLE = "assessable_cases"


class Series(NamedTuple):
    """One series: its name and the values of its labels, in the catalogue's order."""

    name: str
    labels: tuple[str, ...]


#: What to add to each series.
Counts: TypeAlias = Counter[Series]


def bucket(seconds: float) -> str:
    """The upper edge of the bucket that a time falls into; at the very edge it is inside."""
    return next((str(edge) for edge in EDGES_S if seconds <= edge), BEYOND)
