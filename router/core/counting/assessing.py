"""The three rates of assessed units (三率): contacted, solved, satisfied, over valid follow-ups.

Counts over cases as they stand, by the last answers of each; numerator and denominator apart. A rate over nothing
is None, never 0 or 1. Beside them stands the coverage: a rate over few follow-ups says little.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from msgspec import Struct

from router.core.case import Case
from router.core.commands import Outcome, Satisfaction

#: What a resident who is basically satisfied counts for (docs/behaviour.md, 7).
_BASICALLY = Fraction(9, 10)


class ThreeRates(Struct, frozen=True, kw_only=True):
    """How many cases were asked about, and what was said."""

    #: Resolved, and not withdrawn: those that can be asked about; with those that are back at work since.
    resolved: int = 0
    #: Of these the ones whose residents were to be asked: all, or those that were drawn
    #: (`router.core.offices.asking`).
    drawn: int = 0
    #: Followed up, also where nobody was reached.
    followed: int = 0
    #: With all three answers: the denominator of the rates.
    valid: int = 0
    contacted: int = 0
    solved: int = 0
    satisfied: int = 0
    basically: int = 0

    @property
    def coverage(self) -> Fraction | None:
        """Valid follow-ups over what could be asked about."""
        return _share(self.valid, self.resolved)

    @property
    def answered(self) -> Fraction | None:
        """Valid follow-ups over the cases that were drawn: how much of the sample came back."""
        return _share(self.valid, self.drawn)

    @property
    def response(self) -> Fraction | None:
        """响应率."""
        return _share(self.contacted, self.valid)

    @property
    def resolution(self) -> Fraction | None:
        """解决率."""
        return _share(self.solved, self.valid)

    @property
    def satisfaction(self) -> Fraction | None:
        """满意率: whoever is basically satisfied counts nine tenths."""
        return _share(self.satisfied + self.basically * _BASICALLY, self.valid)

    def score(self, response: Fraction, resolution: Fraction, satisfaction: Fraction) -> Fraction | None:
        """The three in one, by weights of the city's own; None while there is no valid follow-up."""
        weighed = ((response, self.response), (resolution, self.resolution), (satisfaction, self.satisfaction))
        return None if not self.valid else sum((w * (rate or 0) for w, rate in weighed), Fraction())


def _share(part: Fraction | int, whole: int) -> Fraction | None:
    return Fraction(part) / whole if whole else None


def _can_be_asked_about(case: Case) -> bool:
    """What was sent back because of the answers stays counted by them until somebody asks again."""
    done = case.resolved_at is not None or case.follow_ups > 0
    return done and case.outcome is not Outcome.WITHDRAWN


def three_rates(cases: Iterable[Case]) -> ThreeRates:
    """Count them; any order gives the same."""
    done = [case for case in cases if _can_be_asked_about(case)]
    valid = [case.answers for case in done if case.answers is not None]
    return ThreeRates(
        resolved=len(done),
        drawn=sum(case.to_be_asked is not False for case in done),
        followed=sum(case.follow_ups > 0 for case in done),
        valid=len(valid),
        contacted=sum(one.contacted for one in valid),
        solved=sum(one.solved for one in valid),
        satisfied=sum(one.satisfaction is Satisfaction.SATISFIED for one in valid),
        basically=sum(one.satisfaction is Satisfaction.BASICALLY for one in valid),
    )
