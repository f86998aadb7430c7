"""Ranking among peers (同类排名): by on-time rate, with n, and nobody below a minimum n gets a place.

Peers are desks of one tier and kind, departments also of one line: a street office is compared with street
offices, never with a bureau. It is off unless asked for: a list of places says little about who works well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction

import msgspec

#: Below so many cases one case more or less moves a rate by over five points. No source; our default.
MINIMUM_N = 20
#: A place among fewer says nothing.
MINIMUM_PEERS = 3


class DeskResult(msgspec.Struct, frozen=True, kw_only=True):
    """What fell due at one desk in the week."""

    desk: str
    name: str
    #: Name of its tier: `street`.
    tier: str
    #: `territorial`, `functional`, …
    kind: str
    #: Of departments; empty for the others.
    line: str = ""
    #: Closed in time by the original due date, while it led.
    met: int = 0
    #: Passed unmet in its time; excused ones and those of our own delay are not among them.
    missed: int = 0

    @property
    def n(self) -> int:
        """The denominator."""
        return self.met + self.missed


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """One desk among its peers."""

    desk: str
    name: str
    met: int
    n: int
    #: Equal rates share a place: 1, 2, 2, 4. None: too few cases, or too few peers.
    rank: int | None


class Peers(msgspec.Struct, frozen=True, kw_only=True):
    """The desks that can be compared, ranked ones first, then the others by code."""

    tier: str
    kind: str
    line: str
    #: How many have a place.
    ranked: int
    desks: tuple[Placed, ...]


class Ranking(msgspec.Struct, frozen=True, kw_only=True):
    """All groups of peers."""

    minimum_n: int
    minimum_peers: int
    groups: tuple[Peers, ...]


def ranking(results: Iterable[DeskResult], minimum_n: int = MINIMUM_N) -> Ranking:
    """Rank the desks that had anything due, each among its peers.

    Args:
        results: one for each desk, in any order.
        minimum_n: a desk with fewer cases gets no place.

    Raises:
        ValueError: the minimum is below 1: a rate over nothing is none.
    """
    if minimum_n < 1:
        raise ValueError("the minimum n is at least 1")
    groups: defaultdict[tuple[str, str, str], list[DeskResult]] = defaultdict(list)
    for one in results:
        if one.n:
            groups[one.tier, one.kind, one.line].append(one)
    return Ranking(
        minimum_n=minimum_n,
        minimum_peers=MINIMUM_PEERS,
        groups=tuple(_peers(key, groups[key], minimum_n) for key in sorted(groups)),
    )


def _peers(key: tuple[str, str, str], desks: list[DeskResult], minimum_n: int) -> Peers:
    rates = {one.desk: Fraction(one.met, one.n) for one in desks if one.n >= minimum_n}
    if len(rates) < MINIMUM_PEERS:
        rates = {}
    better = sorted(rates.values(), reverse=True)
    placed = [
        Placed(
            desk=one.desk,
            name=one.name,
            met=one.met,
            n=one.n,
            rank=better.index(rates[one.desk]) + 1 if one.desk in rates else None,
        )
        for one in desks
    ]
    placed.sort(key=lambda one: (one.rank is None, one.rank or 0, one.desk))
    tier, kind, line = key
    return Peers(tier=tier, kind=kind, line=line, ranked=len(rates), desks=tuple(placed))
