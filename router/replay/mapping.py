"""The mapping: what the columns of a table of past cases mean. `mapping_file` reads it from TOML.

What a mapping does not name is absent: no column is guessed from its name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec

from router.errors import UsageError
from router.sentences import UnfitError

#: The format that stands for ISO 8601: `2026-03-01T09:00:00+08:00`, `2026-03-01 09:00`.
ISO = "iso"

#: A number that a spreadsheet has written with decimals it does not have.
_WHOLE = re.compile(r"([+-]?[0-9]+)\.0*")


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One column and how its cells are read."""

    name: str
    #: Cells that mean nothing, after trimming; compared before and after the number format.
    nulls: frozenset[str]
    #: `13.0` is `13`.
    number: bool = False

    def read(self, cell: str | None) -> str | None:
        """The cell's text, trimmed; None when it means nothing."""
        text = (cell or "").strip()
        if not text or text in self.nulls:
            return None
        if self.number and (whole := _WHOLE.fullmatch(text)):
            text = whole[1]
        return None if text in self.nulls else text


class DivisionLevel(msgspec.Struct, frozen=True, kw_only=True):
    """One level below the top: the column of its code, and that of its name; None: the code is the name."""

    code: Column
    name: Column | None = None


class DeskColumn(msgspec.Struct, frozen=True, kw_only=True):
    """The column that names the handling desk."""

    column: Column
    #: Another spelling → the desk's name.
    aliases: Mapping[str, str]
    #: Index of the tier a desk sits at, under the row's own path.
    tier: int
    #: Desk's name → index of its tier, for those that sit at another one.
    tiers: Mapping[str, int]


class PlaceColumns(msgspec.Struct, frozen=True, kw_only=True):
    """What the place key is made of; None: not in the table."""

    asset: Column | None = None
    address: Column | None = None
    longitude: Column | None = None
    latitude: Column | None = None
    crs: str = "WGS-84"


class SourceMapping(msgspec.Struct, frozen=True, kw_only=True):
    """What the columns of a table mean. Columns that are None are absent."""

    #: Name of the source; part of every case's identity.
    source: str
    #: Names of the tiers from the top.
    tiers: tuple[str, ...]
    #: Zone of times without one.
    zone: str
    #: `strptime` formats and `iso`, in the order they are tried.
    times: tuple[str, ...]
    encoding: str
    delimiter: str
    top_code: str
    top_name: str
    id: Column
    opened_at: Column
    due_at: Column | None
    closed_at: Column | None
    channel: Column | None
    #: Channels whose cases are found by workers; every other one brings complaints.
    proactive: frozenset[str]
    category: Column | None
    group: Column | None
    matter_type: Column | None
    #: Cell → matter type.
    matter_types: Mapping[str, str]
    divisions: tuple[DivisionLevel, ...]
    desk: DeskColumn | None
    place: PlaceColumns
    #: Days after a resolution in which a further case still belongs to the same problem.
    window_days: int
    #: The same by category group.
    windows_days: Mapping[str, int]

    def columns(self) -> list[str]:
        """Names of the columns that are read, each once."""
        found = [self.id, self.opened_at, self.due_at, self.closed_at, self.channel, self.category, self.group]
        found += [self.matter_type, self.desk.column if self.desk else None]
        found += [self.place.asset, self.place.address, self.place.longitude, self.place.latitude]
        found += [one for level in self.divisions for one in (level.code, level.name)]
        return list(dict.fromkeys(column.name for column in found if column is not None))

    def instant(self, text: str) -> datetime:
        """The instant a text names, in UTC.

        A clock time that happens twice when summer time ends is the first of the two; one that does not happen
        when it begins is an hour later.

        Raises:
            ValueError: no format fits, or the instant lies outside the years 1 to 9999.
        """
        at = self._parsed(text)
        if at.tzinfo is None:
            at = at.replace(tzinfo=UTC if self.zone == "UTC" else ZoneInfo(self.zone))
        try:
            return at.astimezone(UTC)
        except OverflowError:
            raise UnfitError("{text!r} lies outside the years 1 to 9999", text=text) from None

    def _parsed(self, text: str) -> datetime:
        for form in self.times:
            try:
                return datetime.fromisoformat(text) if form == ISO else datetime.strptime(text, form)  # noqa: DTZ007
            except ValueError:
                continue
        raise UnfitError("{text!r} has none of the formats {known}", text=text, known=", ".join(self.times))

    def as_of(self, text: str) -> datetime:
        """The instant of `--as-of`: any of the mapping's formats, or ISO 8601.

        Raises:
            UsageError: it is none.
        """
        known = self if ISO in self.times else msgspec.structs.replace(self, times=(*self.times, ISO))
        try:
            return known.instant(text)
        except UnfitError as error:
            raise UsageError(
                error.reason,
                where="--as-of",
                todo="Write it like 2016-01-13T00:00:00; without an offset the zone is {zone}.",
                zone=self.zone,
            ) from error
