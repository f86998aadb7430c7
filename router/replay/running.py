"""Cases that run elsewhere, as a table has them, become commands that take them over; read by a replay's mapping.

Unlike a replay's, their codes are those of the tree in force: what the table names otherwise goes to triage.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from router.core.case_id import case_id_of
from router.core.commands import TakeOver
from router.core.plausible import fault_of
from router.core.territory.tree import Tree
from router.core.timing.taking_over import IMPORTER
from router.replay.history import UNKNOWN_CHANNEL
from router.replay.mapping import SourceMapping
from router.replay.records import Record, Unreadable, read_rows
from router.replay.territory import category_code
from router.sentences import Sentence, sentence


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One row: a command, or why there is none."""

    #: The line of the file it ends at, from 1.
    line: int
    command: TakeOver | None = None
    #: The row cannot be taken; None for one that can, and for a case that is closed.
    reason: Sentence | None = None


def running_of(path: Path, mapping: SourceMapping, tree: Tree, now: datetime) -> Iterator[Row]:
    """Every row of a table, one at a time; a closed case has neither command nor reason.

    Args:
        path: a CSV file, packed with gzip or not.
        mapping: what its columns mean.
        tree: in force; a desk may be named by its code or, when only one has it, by its name.
        now: nothing was received later.

    Raises:
        NotFoundError: there is no such file.
        ConfigurationError: it cannot be read as a table of that mapping.
    """
    names = _names(tree)
    accounts: dict[str, str] = {}
    for line, said in read_rows(path, mapping):
        if isinstance(said, Unreadable):
            yield Row(line=line, reason=said.reason)
        elif said.closed_at is not None:
            yield Row(line=line)
        elif said.opened_at > now:
            yield Row(line=line, reason=sentence("it was received in the future"))
        elif accounts.setdefault(said.source_id, said.digest) != said.digest:
            yield Row(line=line, reason=sentence("another row has the same id and says something else"))
        else:
            yield _row(line, _command(said, mapping, names))


def _row(line: int, command: TakeOver) -> Row:
    fault = fault_of(command)
    if fault is not None:
        return Row(line=line, reason=Sentence(fault.en, fault.zh))
    return Row(line=line, command=command)


def _names(tree: Tree) -> dict[str, str]:
    """Code or name of a desk → its code; a name that two desks have is nobody's."""
    codes: dict[str, str] = {}
    twice = set()
    for desk in tree:
        twice |= {desk.name} & codes.keys()
        codes[desk.name] = desk.code
    return {**{name: code for name, code in codes.items() if name not in twice}, **{d.code: d.code for d in tree}}


def _desk(record: Record, mapping: SourceMapping, names: dict[str, str]) -> str | None:
    """Code of the desk that a record names, or what it names; None: it names none."""
    if record.desk is None or mapping.desk is None:
        return None
    name = mapping.desk.aliases.get(record.desk, record.desk)
    return names.get(name, name)


def _command(record: Record, mapping: SourceMapping, names: dict[str, str]) -> TakeOver:
    # The same row is the same command, however often the file is read; another account of a case is another one.
    stem = hashlib.sha256(f"{mapping.source}\0{record.source_id}\0{record.digest}".encode()).hexdigest()[:32]
    return TakeOver(
        id=f"import/{stem}",
        case_id=case_id_of(mapping.source, record.source_id),
        actor=IMPORTER,
        at=record.opened_at,
        source=mapping.source,
        source_id=record.source_id,
        channel=record.channel or UNKNOWN_CHANNEL,
        matter_type=record.matter_type,
        category=category_code(mapping, record),
        division=record.division,
        desk=_desk(record, mapping, names),
        due_at=record.due_at,
        place=record.place,
    )
