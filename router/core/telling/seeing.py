"""Who sees which cases (层级可见): a desk its own, and those of all below it.

A case about somebody, and a confidential one, is listed for those who work on it alone. Whoever sees all below is
told how many are open; for whom such a case does not exist (`hiding.hides`) it is not even a number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum

from router.core.case import Case
from router.core.telling.hiding import hides
from router.core.telling.kept import answers_to
from router.core.territory.tree import Tree


class Sight(StrEnum):
    """What a case is to whoever looks down from a desk."""

    SHOWN = "shown"
    COUNTED = "counted"  # it is there, and no more is said of it
    HIDDEN = "hidden"


def sight(tree: Tree, desk: str, case: Case) -> Sight:
    """What a case is to a desk that looks at its own and at all below: there somebody leads it, or assists."""
    secret = case.is_task and case.is_open and desk != case.lead  # an inspection, until it is done
    if secret or hides(tree, case, desk):
        return Sight.HIDDEN
    at_work = (case.lead, *case.assists)
    if desk in at_work:
        return Sight.SHOWN
    if not any(answers_to(tree, one, desk) for one in at_work):
        return Sight.HIDDEN
    return Sight.COUNTED if case.is_restricted else Sight.SHOWN


class Below:
    """The cases that a desk sees of many, one after the other; those it may only count are counted on the way."""

    def __init__(self, tree: Tree, desk: str) -> None:
        self._tree = tree
        self._desk = desk
        #: How many open ones are there of which no more is said; complete when :meth:`of` has been read through.
        self.counted = 0

    def of(self, cases: Iterable[Case]) -> Iterator[Case]:
        """Those that are shown."""
        for case in cases:
            found = sight(self._tree, self._desk, case)
            if found is Sight.SHOWN:
                yield case
            self.counted += found is Sight.COUNTED and case.is_open
