"""Decided commands become rows: many cases at once, each wholly or not at all.

Several commands for one case in one batch become one change of its row; all their entries are kept.
The rows of cases are locked in the order of their ids before anything is written, so that two processes never
wait for each other in a circle; what was decided on a version that is gone is lost, and its caller told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import Connection, RowMapping, and_, exc as sa, or_, select

from router.ledger import count_schema, notices, rows, schema, sets
from router.ledger.columns import among
from router.ledger.database import first_sentence, is_duplicate, is_transient
from router.ledger.port import RowRefusedError, Write
from router.sentences import sentence

_cases = schema.cases
_entries = schema.entries

#: Locks the cases of a batch, in order, and reads what a write depends on.
LOCK_CASES = (
    select(
        _cases.c.id,
        _cases.c.version,
        _cases.c.lead,
        _cases.c.assigned_at,
        _cases.c.lead_version,
        _cases.c.receipt_version,
        _cases.c.next_due_at,
        _cases.c.next_milestone,
        _cases.c.wake_at,
        _cases.c.held,
    )
    .where(among(_cases.c.id, "ids"))
    .order_by(_cases.c.id)
    .with_for_update()
)

#: Which cases stand in the way of new ones: those of the same id, and candidates for the same source's id.
TAKEN_CASES = select(_cases.c.id, _cases.c.source, _cases.c.source_id).where(
    or_(
        among(_cases.c.id, "ids"),
        and_(among(_cases.c.source, "sources"), among(_cases.c.source_id, "source_ids")),
    )
)

#: Which commands of a batch have left entries already.
TAKEN_CAUSES = select(_entries.c.cause).where(among(_entries.c.cause, "causes")).distinct()


class Change(msgspec.Struct):
    """All that one batch does to one case."""

    steps: list[Write]

    @property
    def case_id(self) -> str:
        return self.steps[-1].case.id

    @property
    def source_key(self) -> tuple[str, str]:
        return (self.steps[-1].case.source, self.steps[-1].case.source_id)

    @property
    def decided_on(self) -> int:
        """The version the first of its commands was decided on; 0: a new case."""
        return self.steps[0].decided_on

    @property
    def causes(self) -> set[str]:
        return {entry.cause for step in self.steps for entry in step.entries}


def write(connection: Connection, writes: Sequence[Write]) -> set[str]:
    """Write a batch; returns the cases that were lost to somebody else.

    Raises:
        ValueError: two writes of one case do not follow each other, or two entries share cause and ordinal.
        RowRefusedError: the database cannot keep one of the cases; nothing of the batch is written.
    """
    changes, lost = _by_case(writes)
    for change in changes:
        _require_storable(change)
    while changes:
        try:
            with connection.begin_nested():
                return lost | _record(connection, changes)
        except sa.DBAPIError as error:
            if is_transient(error):
                raise
            if not is_duplicate(error):
                raise RowRefusedError(_first_refused(connection, changes), first_sentence(error)) from None
            taken = _taken(connection, changes)
            lost |= taken
            changes = [change for change in changes if change.case_id not in taken]
    return lost


def _by_case(writes: Sequence[Write]) -> tuple[list[Change], set[str]]:
    """The writes of each case together, and the cases that clash with another one of the same batch."""
    by_id: dict[str, Change] = {}
    for step in writes:
        change = by_id.get(step.case.id)
        if change is None:
            by_id[step.case.id] = Change([step])
        elif step.decided_on != change.steps[-1].case.version:
            raise ValueError(f"{step.case.id}: decided on version {step.decided_on}, not on the write before it")
        else:
            change.steps.append(step)
    return _without_clashes(list(by_id.values()))


def _require_storable(change: Change) -> None:
    """Refuse texts that one of the databases cannot hold, on both, so that a ledger can move.

    Raises:
        RowRefusedError: a text holds a NUL character or half of a surrogate pair.
    """
    case = change.steps[-1].case
    texts = [case.id, case.source, case.source_id]
    for step in change.steps:
        for entry in step.entries:
            texts += (entry.cause, entry.actor.id, entry.text)
    try:
        together = "".join(texts).encode()
    except UnicodeEncodeError:
        raise RowRefusedError(case.id, sentence("a text holds half of a surrogate pair")) from None
    if b"\0" in together:
        raise RowRefusedError(case.id, sentence("a text holds a NUL character"))


def _without_clashes(changes: list[Change]) -> tuple[list[Change], set[str]]:
    """The first of several cases that claim one command or one source's id keeps it."""
    causes: set[str] = set()
    sources: set[tuple[str, str]] = set()
    kept, lost = [], set()
    for change in changes:
        own = change.causes
        if causes.isdisjoint(own) and not (change.decided_on == 0 and change.source_key in sources):
            causes |= own
            sources.add(change.source_key)
            kept.append(change)
        else:
            lost.add(change.case_id)
    # New rows too are written in the order in which old ones are locked.
    return sorted(kept, key=lambda change: change.case_id), lost


def _record(connection: Connection, changes: list[Change]) -> set[str]:
    """Write what is still current; returns the cases that are not.

    Raises:
        sqlalchemy.exc.IntegrityError: somebody else has written one of the cases or commands.
        sqlalchemy.exc.DBAPIError: the database cannot keep one of the rows.
    """
    stored = _lock(connection, [change.case_id for change in changes if change.decided_on])
    current, lost = [], set()
    for change in changes:
        row = stored.get(change.case_id)
        if change.decided_on == (row["version"] if row else 0):
            current.append(change)
        else:
            lost.add(change.case_id)
    _put_cases(connection, current, stored)
    _append(connection, current)
    return lost


def _lock(connection: Connection, ids: list[str]) -> dict[str, RowMapping]:
    if not ids:
        return {}
    return {row["id"]: row for row in connection.execute(LOCK_CASES, {"ids": ids}).mappings()}


def _put_cases(connection: Connection, changes: list[Change], stored: Mapping[str, RowMapping]) -> None:
    """Insert new cases, update old ones."""
    new = [_row(change, None) for change in changes if not change.decided_on]
    old = [_row(change, stored[change.case_id]) for change in changes if change.decided_on]
    sets.insert_all(connection, _cases, new)
    sets.update_by_key(connection, _cases, old)


def _row(change: Change, stored: RowMapping | None) -> rows.Row:
    """The row of the case after the change; a lease on a deadline that has not changed stays."""
    last = change.steps[-1]
    row = rows.case_row(
        last.case,
        due_tier=last.due_tier,
        lead_version=_lead_version(change, stored),
        receipt_version=stored["receipt_version"] if stored else 0,
    )
    deadline = ("next_due_at", "next_milestone")
    if stored and all(stored[name] == row[name] for name in deadline):
        row["wake_at"] = stored["wake_at"]
        row["held"] = stored["held"]
    return row


def _lead_version(change: Change, stored: RowMapping | None) -> int:
    """First version of the step that made the present lead lead; 0 when there is no lead."""
    lead, assigned_at, since = "", None, 0
    if stored:
        lead, assigned_at, since = stored["lead"], stored["assigned_at"], stored["lead_version"]
    for step in change.steps:
        if (step.case.lead, step.case.assigned_at) != (lead, assigned_at):
            lead, assigned_at = step.case.lead, step.case.assigned_at
            since = step.entries[0].version if step.entries else step.case.version
    return since


def _append(connection: Connection, changes: list[Change]) -> None:
    """Append entries and fill the outbox; a message that waits already is not put there twice."""
    steps = [step for change in changes for step in change.steps]
    sets.insert_all(connection, _entries, [rows.entry_row(entry) for step in steps for entry in step.entries])
    messages = [rows.outgoing_row(message) for step in steps for message in step.outgoing]
    sets.insert_new(connection, schema.outbox, messages)
    for step in steps:
        if step.silenced:
            notices.silence(connection, step.case.id, step.silenced)
    if told := [notice for step in steps for notice in step.notices]:
        notices.put(connection, told)
    sets.insert_all(connection, count_schema.uncounted, [{"case_id": change.case_id} for change in changes])


def _taken(connection: Connection, changes: list[Change]) -> set[str]:
    """The cases of which somebody else has written the id, the source's id or a command.

    Raises:
        ValueError: there are none, so a case clashes with itself.
    """
    new = [change for change in changes if not change.decided_on]
    asked = {
        "ids": [change.case_id for change in new],
        "sources": sorted({change.source_key[0] for change in new}),
        "source_ids": [change.source_key[1] for change in new],
    }
    found = list(connection.execute(TAKEN_CASES, asked))
    ids = {row.id for row in found}
    sources = {(row.source, row.source_id) for row in found}
    causes = {cause for change in changes for cause in change.causes}
    spent = set(connection.scalars(TAKEN_CAUSES, {"causes": sorted(causes)}))
    taken = {
        change.case_id
        for change in changes
        if (not change.decided_on and (change.case_id in ids or change.source_key in sources))
        or not spent.isdisjoint(change.causes)
    }
    if not taken:
        raise ValueError("two entries of one case share cause and ordinal")
    return taken


def _first_refused(connection: Connection, changes: list[Change]) -> str:
    """Id of a case that the database cannot keep, found by halving the batch; nothing stays written."""
    while len(changes) > 1:
        half = changes[: len(changes) // 2]
        changes = half if _is_refused(connection, half) else changes[len(half) :]
    return changes[0].case_id


def _is_refused(connection: Connection, changes: list[Change]) -> bool:
    """Whether the database refuses a batch as a whole."""
    trial = connection.begin_nested()
    try:
        _record(connection, changes)
    except sa.DBAPIError as error:
        if is_transient(error):
            raise
        return not is_duplicate(error)
    else:
        return False
    finally:
        trial.rollback()
