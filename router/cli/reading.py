"""What does not exist for whoever sits here: a report for whom it names, and for the people at a desk it names.

The law of the file: every command of the shell that reads, changes or lists cases asks this gate, with the account
that runs the program. In whose name somebody says he speaks makes no difference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import TypeVar

from router.app import Installation
from router.cli.handing_in import no_case, operator
from router.core.case import Case
from router.core.telling.hiding import hidden_from_account, kept_from_account
from router.core.telling.kept import NOBODY, KeptFrom
from router.core.territory.tree import Tree

_Row = TypeVar("_Row")


class Gate:
    """What whoever sits here may know of; made once for each run of a command."""

    def __init__(self, installation: Installation) -> None:
        self._ledger = installation.ledger
        self._rulebook = installation.rulebook
        self._account = operator()
        self._hidden: dict[str, bool] = {}

    @cached_property
    def _tree(self) -> Tree:
        """The tree in force; where there is a case there is one."""
        return self._rulebook().tree

    def hides(self, case: Case) -> bool:
        """Whether a case is kept from them, or is the inspection of one that is."""
        if hidden_from_account(self._tree, case, self._account):
            return True
        task = case.inspections.task
        return task is not None and any(self.hides_id(target.case) for target in task.targets)

    def hides_id(self, case_id: str | None) -> bool:
        """Whether there is a case of that id, and it is hidden."""
        if not case_id:
            return False
        if case_id not in self._hidden:
            case = self._ledger.case(case_id)
            self._hidden[case_id] = case is not None and self.hides(case)
        return self._hidden[case_id]

    def keeps(self, kept: KeptFrom) -> bool:
        """Whether a case of which that is said would be kept from them; nobody works on it yet."""
        return kept != NOBODY and kept_from_account(self._tree, kept, self._account)

    def cases(self, found: Iterable[Case]) -> Iterator[Case]:
        """Those that are not hidden."""
        return (case for case in found if not self.hides(case))

    def rows(self, found: Iterable[_Row], id_of: Callable[[_Row], str | None]) -> list[_Row]:
        """Those that are not about a hidden case."""
        return [row for row in found if not self.hides_id(id_of(row))]


def case_for_reading(installation: Installation, case_id: str) -> Case:
    """The case of that id, to be read or to be acted on.

    Raises:
        NotFoundError: there is none, or it is hidden from whoever sits here.
    """
    case = installation.ledger.case(case_id)
    if case is None or Gate(installation).hides(case):
        raise no_case(case_id)
    return case
