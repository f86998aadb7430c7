"""Reading a case at the shell: for whoever a report names, under their own account, it is not there either."""

from __future__ import annotations

from router.app import Installation
from router.cli.handing_in import no_case, operator
from router.core.case import Case
from router.core.telling.hiding import names


def case_for_reading(installation: Installation, case_id: str) -> Case:
    """The case of that id.

    Raises:
        NotFoundError: there is none, or it names whoever sits here.
    """
    case = installation.ledger.case(case_id)
    if case is None or names(case, operator()):
        raise no_case(case_id)
    return case
