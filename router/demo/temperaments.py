"""Temperaments of desks: how long they take, and how often they stall, return, hand up or stay silent.

Which desk has which is the demo's choice, so that there is something to see; the desks are nobody's.
"""

from __future__ import annotations

import msgspec

from router.core.territory.tree import Desk, DeskKind


class Temperament(msgspec.Struct, frozen=True, kw_only=True):
    """How a desk behaves; the shares are tried in the order given here, the rest simply works."""

    code: str
    zh: str
    en: str
    #: Share of cases nothing is done about.
    silent: float = 0.0
    #: Share of cases it asks to give back.
    returns: float = 0.0
    #: Share of cases it answers with a promise and then lets lie.
    stalls: float = 0.0
    #: Share of cases it asks the tier above to take over.
    hands_up: float = 0.01
    #: Median working hours until a case is solved, and the spread (sigma of the logarithm).
    hours: float = 7.0
    spread: float = 0.75
    #: Share of reminders that make it act after all.
    heeds: float = 0.5


DILIGENT = Temperament(code="diligent", zh="勤快", en="diligent", silent=0.004, returns=0.01, stalls=0.01)
SLOW = Temperament(code="slow", zh="缓慢", en="slow", silent=0.02, returns=0.02, stalls=0.08, hours=19, spread=0.6)
STALLING = Temperament(
    code="stalling", zh="拖延", en="stalling", silent=0.04, returns=0.02, stalls=0.42, hours=16, spread=0.7
)
RETURNING = Temperament(
    code="returning", zh="退单", en="returning", silent=0.02, returns=0.40, stalls=0.08, hours=14, spread=0.6
)
SILENT = Temperament(code="silent", zh="沉默", en="silent", silent=0.80, stalls=0.05, hours=20, heeds=0.08)
#: Triage, dispatcher and supervision: they do their work.
STAFF = Temperament(code="staff", zh="席位", en="city seats", hours=9, spread=0.8, silent=0.06)

TEMPERAMENTS = (DILIGENT, SLOW, STALLING, RETURNING, SILENT, STAFF)

_NOTED: dict[str, Temperament] = {
    "shuangxi": SILENT,
    "nanshi": RETURNING,
    "tiefo": STALLING,
    "dongdu": SLOW,
    "qingping": STALLING,
    "yunhe-urban": RETURNING,
    "beishan-housing": STALLING,
    "qingping-labour": STALLING,
    "beishan-urban": SLOW,
    "qingping-urban": SLOW,
    "hubin-housing": SLOW,
    "yunxi-labour": SLOW,
    "yunxi-transport": SLOW,
    "yunxi": SLOW,
}
_AT_WORK = frozenset({DeskKind.TERRITORIAL, DeskKind.FUNCTIONAL, DeskKind.LAST_RESORT, DeskKind.MEDIATION})


def temperament_of(desk: Desk) -> Temperament:
    """A desk's temperament; diligent unless it is known for something else."""
    if desk.kind not in _AT_WORK:
        return STAFF
    return _NOTED.get(desk.code, DILIGENT)
