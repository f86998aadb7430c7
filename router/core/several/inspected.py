"""What inspections are to one case: the task it is, the case it came from, what is required of it.

Values on the case, changed by `router.core.folds.inspections` alone. A case nobody has inspected has `UNTOUCHED`.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from router.core.commands import Outcome, Target, Task, TaskKind


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


class Drawn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a draw came to."""

    seed: str
    targets: tuple[Target, ...]
    #: Ids of the tasks that are not done yet.
    waits: tuple[str, ...]


class Inspections(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything inspections have to do with a case."""

    #: The case is an inspection task; None: it is a citizen's or worker's matter.
    task: Task | None = None
    #: Id of the case it comes from: the inspection that found it, the case that is looked at again; None: none.
    parent: str | None = None
    drawn: Drawn | None = None
    requirements: tuple[Requirement, ...] = ()
    #: The gate that the case has passed; None: none, or nothing is required of it.
    waits: Passed | None = None
    #: Inspections on record.
    recorded: int = 0
    #: Cases that were made from it: findings, sweeps, tasks.
    children: int = 0
    #: It was closed, and looked at again it was not solved: it counts as solved before a complaint no more.
    recurred: bool = False

    @property
    def open(self) -> tuple[int, ...]:
        """Numbers of the requirements that nobody has ticked."""
        return tuple(one.number for one in self.requirements if one.ticked_at is None)

    @property
    def candidates(self) -> tuple[str, ...]:
        """Desk codes of everybody who may be drawn; of whoever is inspected alone there are none."""
        if self.task is None or self.task.kind is not TaskKind.DRAW:
            return ()
        return tuple(one.desk for one in self.task.targets)


#: Nothing was inspected and nothing is required.
UNTOUCHED = Inspections()
