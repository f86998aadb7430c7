"""History: the tree, and the commands that what happened would have been given as, in the order it happened.

A command's id follows from what it says, so that a row that is read, sent or delivered twice happens once.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from operator import itemgetter

import msgspec

from router.core.case_id import case_id_of
from router.core.commands import Actor, ActorRole, Command, Open, Resolve
from router.core.counting.problems import Windows
from router.core.territory.tree import TreeFile
from router.errors import ConfigurationError
from router.replay.mapping import SourceMapping
from router.replay.records import Record, Table, Unreadable
from router.replay.territory import Territory, category_code

#: The channel of a row that names none.
UNKNOWN_CHANNEL = "unknown"
#: A source id longer than this is digested in command ids, which are to stay below 200 bytes.
_LONGEST_ID_BYTES = 80

_NEVER = datetime.max.replace(tzinfo=UTC)

#: Event time, 0 for an opening and 1 for a closing, source id, command.
_Event = tuple[datetime, int, str, Command]
_ORDER = itemgetter(0, 1, 2)


class History(msgspec.Struct, frozen=True, kw_only=True):
    """What happened up to an instant."""

    source: str
    as_of: datetime
    tree: TreeFile
    #: Division code below the top → code as mapped.
    districts: dict[str, str]
    #: Channel → `proactive`; all others bring complaints.
    origins: dict[str, str]
    windows: Windows
    #: By event time (openings before closings, then source id); the records that are refused stand at the end, so
    #: that none of them is taken for the case, in whatever order messages arrive.
    commands: tuple[Command, ...]
    #: Rows that say again what another one said.
    repeats: int
    #: Records that are refused: the source id of another one, and other content.
    conflicts: int
    #: Rows opened after as-of.
    later: int
    unreadable: tuple[Unreadable, ...]
    unknown_matter_types: dict[str, int]


def history_of(table: Table, mapping: SourceMapping, as_of: datetime | None = None) -> History:
    """The history a table tells.

    Args:
        table: as it was read.
        mapping: it was read by.
        as_of: what is later has not happened; None: the last opening or closing.

    Raises:
        ConfigurationError: there is no row to take the last instant from, or the tree is not sound.
    """
    as_of = as_of or _last_instant(table.records)
    territory = Territory(mapping, table)
    known = [record for record in table.records if record.opened_at <= as_of]
    scribe = _Scribe(mapping, territory, as_of)
    distinct = scribe.write(known)
    return History(
        source=mapping.source,
        as_of=as_of,
        tree=territory.tree(),
        districts=territory.districts(),
        origins=dict.fromkeys(sorted(mapping.proactive), "proactive"),
        windows=Windows(
            timedelta(days=mapping.window_days),
            {group: timedelta(days=days) for group, days in sorted(mapping.windows_days.items())},
        ),
        commands=scribe.commands(),
        repeats=len(known) - distinct,
        conflicts=len(scribe.refused),
        later=len(table.records) - len(known),
        unreadable=table.unreadable,
        unknown_matter_types=table.unknown_matter_types,
    )


def _last_instant(records: Iterable[Record]) -> datetime:
    instants = [at for record in records for at in (record.opened_at, record.closed_at) if at is not None]
    if not instants:
        raise ConfigurationError(
            "no row can be read, so there is no last instant", todo="Correct the mapping, or name --as-of."
        )
    return max(instants)


class _Scribe:
    """Writes records down as commands."""

    def __init__(self, mapping: SourceMapping, territory: Territory, as_of: datetime) -> None:
        self._mapping = mapping
        self._territory = territory
        self._as_of = as_of
        self._said: list[_Event] = []
        #: Openings that the flow will refuse.
        self.refused: list[_Event] = []

    def write(self, records: Sequence[Record]) -> int:
        """Write down records; returns how many different ones there are. Repeats are written down too."""
        accounts: defaultdict[str, dict[str, Record]] = defaultdict(dict)
        times: defaultdict[str, int] = defaultdict(int)
        for record in records:
            digest = record.digest
            accounts[record.source_id][digest] = record
            times[digest] += 1
        for different in accounts.values():
            digests = sorted(different, key=lambda digest: _precedence(different[digest], digest))
            self._happened(different[digests[0]], times[digests[0]])
            for digest in digests[1:]:
                self.refused.append(self._refused(different[digest], digest))
        return len(times)

    def commands(self) -> tuple[Command, ...]:
        """Everything written down, in the order it is to be sent."""
        happened = sorted(self._said, key=_ORDER) + sorted(self.refused, key=_ORDER)
        return tuple(event[-1] for event in happened)

    def _happened(self, record: Record, times: int) -> None:
        stem = _stem(self._mapping.source, record.source_id)
        self._said += [(record.opened_at, 0, record.source_id, self._open(record, f"{stem}:open"))] * times
        if record.closed_at is not None and record.closed_at <= self._as_of:
            closing = Resolve(
                id=f"{stem}:close",
                case_id=case_id_of(self._mapping.source, record.source_id),
                actor=Actor(ActorRole.SOURCE, self._mapping.source),
                at=record.closed_at,
            )
            self._said += [(record.closed_at, 1, record.source_id, closing)] * times

    def _refused(self, record: Record, digest: str) -> _Event:
        """Another account of a case. An opening has no room for a closing, so its text says what differs there."""
        stem = _stem(self._mapping.source, record.source_id)
        closed = record.closed_at.isoformat() if record.closed_at is not None else "never"
        opening = self._open(record, f"{stem}:open:{digest}", text=f"closed {closed}")
        return record.opened_at, 0, record.source_id, opening

    def _open(self, record: Record, command_id: str, *, text: str = "") -> Open:
        channel = record.channel or UNKNOWN_CHANNEL
        return Open(
            id=command_id,
            case_id=case_id_of(self._mapping.source, record.source_id),
            # Not the channel's: that one opens cases under its own ids, and these are the table's.
            actor=Actor(ActorRole.SOURCE, self._mapping.source),
            at=record.opened_at,
            source=self._mapping.source,
            source_id=record.source_id,
            channel=channel,
            matter_type=record.matter_type,
            category=category_code(self._mapping, record),
            division=self._territory.division(record),
            desk=self._territory.desk(record),
            due_at=record.due_at,
            place=record.place,
            text=text,
        )


def _precedence(record: Record, digest: str) -> tuple[datetime, int, datetime, str]:
    """Which of several accounts of one case counts: the smallest."""
    values = (getattr(record, field) for field in record.__struct_fields__)
    said = sum(value is not None for value in values) + sum(part is not None for part in record.division)
    return record.opened_at, -said, record.closed_at or _NEVER, digest


def _stem(source: str, source_id: str) -> str:
    if len(source_id.encode()) > _LONGEST_ID_BYTES:
        source_id = hashlib.sha256(source_id.encode()).hexdigest()
    return f"{source}:{source_id}"
