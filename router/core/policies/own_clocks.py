"""Names of the clocks that the program sets by itself; no milestone of a policy's file may have one of them."""

from __future__ import annotations

#: Of a promise made in a reply.
COMMITMENT = "commitment"
#: Of a suspended case: when somebody looks at it, and when it runs on by itself.
RECHECK = "recheck"
SUSPENSION_END = "suspension_end"
#: Of a pending return request.
RETURN_DECISION = "return_decision"
#: The one whose passing is consent to a voluntary escalation.
ESCALATION_SILENCE = "escalation_silence"
#: Of a mediation.
MEDIATION = "mediation"
#: By which requirements are to be ticked.
REQUIREMENTS = "requirements"
#: By which a task's result is on record.
INSPECTION = "inspection"
#: How that of a called desk begins, before its code.
REPORT_IN = "report_in"
#: How those of the list of levels begin, before the level's name.
LEVEL = "level:"


def report_in_of(desk: str) -> str:
    """Name of the clock of a called desk: each has one of its own."""
    return f"{REPORT_IN}:{desk}"
