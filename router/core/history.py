"""The history of a case: `evolve` folds one entry into the case it makes.

The law of the file: the state of a case is a function of its entries and of nothing else.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable

from router.core import events as e
from router.core.case import Case, State
from router.core.folds import FOLDS
from router.core.several.inspected import UNTOUCHED, Inspections


def evolve(case: Case | None, entry: e.Entry) -> Case:
    """The case after one entry.

    Args:
        case: the case before it; None for the entry that receives it. It is not changed.
        entry: the entry to fold in.

    Raises:
        ValueError: the entry cannot follow: a first entry that is not `Received`, or a second one that is.
    """
    return fold_into(copy.copy(case) if case is not None else None, entry)


def advance(case: Case | None, entries: Iterable[e.Entry]) -> Case:
    """The case after several entries, copying once.

    Raises:
        ValueError: there are no entries, or one cannot follow.
    """
    own = copy.copy(case) if case is not None else None
    for entry in entries:
        own = fold_into(own, entry)
    if own is None:
        raise ValueError("a case is made by at least one entry")
    return own


def fold_into(case: Case | None, entry: e.Entry) -> Case:
    """As :func:`evolve`, but changes `case` itself: for a caller that owns the only copy.

    Raises:
        ValueError: as :func:`evolve`.
    """
    return _received(entry) if case is None else _apply(case, entry)


def _received(entry: e.Entry) -> Case:
    event = entry.event
    if not isinstance(event, e.Received):
        raise ValueError(f"the first entry of a case is Received, not {type(event).__name__}")
    return Case(
        id=entry.case_id,
        version=entry.version,
        state=State.RECEIVED,
        source=event.source,
        source_id=event.source_id,
        content_hash=event.content_hash,
        channel=event.channel,
        origin=event.origin,
        matter_type=event.matter_type,
        category=event.category,
        category_group=event.category_group,
        text=entry.text,
        opened_at=entry.event_at,
        recorded_at=entry.recorded_at,
        due_at=event.due_at,
        given_due_at=event.given_due_at,
        division_path=event.division_path,
        place_key=event.place_key,
        place=event.place,
        triaged=event.triaged,
        policy=event.policy,
        raised_by=event.raised_by,
        starred=event.starred,
        vulnerable=event.vulnerable,
        affected=event.affected,
        confidential=event.confidential,
        subject_desk=event.subject_desk,
        named_desks=event.named_desks,
        named_persons=event.named_persons,
        contact_ref=event.contact_ref,
        complainant=event.complainant,
        appeal=event.appeal,
        milestones=event.milestones,
        inspections=(
            UNTOUCHED
            if event.task is None and event.parent is None
            else Inspections(task=event.task, parent=event.parent)
        ),
    )


def _apply(case: Case, entry: e.Entry) -> Case:
    event = entry.event
    fold = FOLDS.get(type(event))
    if fold is None:
        raise ValueError(f"{type(event).__name__} cannot follow in the history of a case")
    if not isinstance(event, e.Refused):
        case.version = entry.version
    fold(case, event, entry)
    return case
