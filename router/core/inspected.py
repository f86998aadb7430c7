"""What inspections are to one case: what is required of it, what was found.

Values on the case, changed by `router.core.folds.inspections` alone. A case nobody has inspected has `UNTOUCHED`.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from router.core.commands import Outcome

#: Name of the milestone by which requirements are to be ticked.
REQUIREMENTS = "requirements"


class Requirement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that must be confirmed before the case closes (整改要求). Its words stand in the entry."""

    number: int
    #: Desk code, or the account of a person of supervision.
    by: str
    at: datetime
    #: When it was confirmed (销号); None: it is open.
    ticked_at: datetime | None = None


class Passed(msgspec.Struct, frozen=True, kw_only=True):
    """A gate that is passed while requirements are open."""

    gate: str
    outcome: Outcome


class Inspections(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything inspections have to do with a case."""

    requirements: tuple[Requirement, ...] = ()
    #: The gate that the case has passed; None: none, or nothing is required of it.
    waits: Passed | None = None
    #: Inspections on record.
    recorded: int = 0

    @property
    def open(self) -> tuple[int, ...]:
        """Numbers of the requirements that nobody has ticked."""
        return tuple(one.number for one in self.requirements if one.ticked_at is None)


#: Nothing was inspected and nothing is required.
UNTOUCHED = Inspections()
