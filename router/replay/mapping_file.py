"""A mapping as it is written: TOML, taken entirely or not at all, with errors that name file, key and reason::

    source = "boston311"                    # part of every case's identity
    tiers = ["city", "district", "street"]  # from the top; the usual three when left out
    zone = "America/New_York"               # of times without an offset; UTC when left out
    times = ["%Y-%m-%d %H:%M:%S", "iso"]    # tried in this order; iso when left out
    nulls = ["-"]                           # cells that mean nothing, in every column; empty ones always
    encoding = "utf-8"                      # a byte order mark is taken off
    delimiter = ","

    [top]                                   # the city (or the district) the table is about
    code = "boston"
    name = "Boston"

    [columns]
    id = "case_id"
    opened_at = "open_dt"
    due_at = { column = "target_dt", nulls = ["n/a"] }
    closed_at = "closed_dt"

    [channel]
    column = "source"
    proactive = ["City Worker App"]         # found by workers; whatever else is a complaint

    [category]
    column = "type"
    group = "reason"                        # what cases are linked by; the category itself when left out

    [matter_type]
    column = "kind"
    values = { "咨询" = "consultation" }     # cells that are not here are complaints

    [[division]]                            # one for each tier below the top, from above
    column = "nsd"
    number = true                           # 13.0 is 13
    nulls = ["0"]

    [[division]]
    column = "precinct"
    name = "precinct_name"                  # the code itself when left out

    [desk]
    column = "unit"
    tier = "street"                         # where it sits on the row's path; the lowest when left out
    aliases = { "城管局" = "城市管理局" }      # another spelling = the desk
    tiers = { "district" = ["城市管理局"] }   # desks that sit at another tier

    [place]
    asset = "pole_id"
    address = "place_id"
    longitude = "lon"
    latitude = "lat"
    crs = "WGS-84"

    [problems]
    window_days = 30
    windows = { "Potholes" = 60 }           # by category group

Every column may be a name, or a table with `column`, `nulls` and `number`.
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from router.core.counting.problems import DEFAULT_WINDOW
from router.core.files.toml_table import Table, parse_toml
from router.core.policies.matching import MATTER_TYPES
from router.core.policies.policy_file import TIERS
from router.errors import ConfigurationError
from router.replay.mapping import ISO, Column, DeskColumn, DivisionLevel, PlaceColumns, SourceMapping
from router.sentences import nearest

_KEYS = (
    "source",
    "tiers",
    "zone",
    "times",
    "nulls",
    "encoding",
    "delimiter",
    "top",
    "columns",
    "channel",
    "category",
    "matter_type",
    "division",
    "desk",
    "place",
    "problems",
)
_COLUMN_KEYS = ("column", "number", "nulls")
_CRS = ("WGS-84", "GCJ-02", "BD-09")


def load_mapping(text: str, where: str) -> SourceMapping:
    """Read a mapping from the text of its TOML file.

    Args:
        text: content of the file.
        where: the file's name, for messages.

    Raises:
        ConfigurationError: something in it is wrong; the message names file, key and reason.
    """
    table = Table(parse_toml(text, where), where, _KEYS)
    read = _Columns(frozenset(table.texts("nulls")))
    source = table.text("source")
    tiers = table.texts("tiers") or TIERS
    top = table.table("top", ("code", "name"))
    columns = table.table("columns", ("id", "opened_at", "due_at", "closed_at"))
    channel = table.table("channel", (*_COLUMN_KEYS, "proactive"))
    category = table.table("category", (*_COLUMN_KEYS, "group"))
    matter_type = table.table("matter_type", (*_COLUMN_KEYS, "values"))
    window_days, windows_days = _windows(table)
    return SourceMapping(
        source=source,
        tiers=tiers,
        zone=_zone(table),
        times=table.texts("times") or (ISO,),
        encoding=_encoding(table),
        delimiter=_delimiter(table),
        top_code=top.text("code") if "code" in top else source,
        top_name=top.text("name") if "name" in top else source,
        id=read.required(columns, "id"),
        opened_at=read.required(columns, "opened_at"),
        due_at=read.optional(columns, "due_at"),
        closed_at=read.optional(columns, "closed_at"),
        channel=read.own(channel),
        proactive=frozenset(channel.texts("proactive")),
        category=read.own(category),
        group=read.optional(category, "group"),
        matter_type=read.own(matter_type),
        matter_types=_matter_types(matter_type),
        divisions=_divisions(table, tiers, read),
        desk=_desk(table, tiers, read),
        place=_place(table, read),
        window_days=window_days,
        windows_days=windows_days,
    )


class _Columns:
    """Reads columns; `nulls` are the cells that mean nothing in every one."""

    def __init__(self, nulls: frozenset[str]) -> None:
        self._nulls = nulls

    def own(self, table: Table) -> Column | None:
        """The column that a table itself describes; None when it is empty."""
        if "column" not in table:
            return None
        nulls = self._nulls | frozenset(table.texts("nulls"))
        return Column(name=table.text("column"), nulls=nulls, number=bool(table.flag("number")))

    def required(self, table: Table, key: str) -> Column:
        """The column a key names."""
        named = table.require(key)
        if isinstance(named, Mapping):
            table = table.table(key, _COLUMN_KEYS)
            table.require("column")
            column = self.own(table)
            if column is not None:
                return column
        return Column(name=table.text(key), nulls=self._nulls)

    def optional(self, table: Table, key: str) -> Column | None:
        """The column a key names; None when the key is absent."""
        return self.required(table, key) if key in table else None


def _zone(table: Table) -> str:
    zone = table.text("zone", "UTC")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise table.wrong(
            "zone", "there is no zone {zone!r}", "Write one like Asia/Shanghai.", zone=zone
        ) from error
    return zone


def _encoding(table: Table) -> str:
    encoding = table.text("encoding", "utf-8")
    try:
        name = codecs.lookup(encoding).name
    except LookupError:
        raise table.wrong(
            "encoding", "there is no encoding {encoding!r}", "Write one like utf-8 or gb18030.", encoding=encoding
        ) from None
    # With or without a byte order mark.
    return "utf-8-sig" if name == "utf-8" else name


def _delimiter(table: Table) -> str:
    delimiter = table.text("delimiter", ",")
    if len(delimiter) != 1:
        raise table.wrong(
            "delimiter",
            "{delimiter!r} is not one character",
            'Write one, such as ";" or "\\t".',
            delimiter=delimiter,
        )
    return delimiter


def _divisions(table: Table, tiers: Sequence[str], read: _Columns) -> tuple[DivisionLevel, ...]:
    levels = []
    for level in table.tables("division", (*_COLUMN_KEYS, "name")):
        level.require("column")
        code = read.own(level)
        if code is not None:
            levels.append(DivisionLevel(code=code, name=read.optional(level, "name")))
    if len(levels) != len(tiers) - 1:
        raise table.wrong(
            "division",
            "{count} tiers need {needed} [[division]], not {found}",
            "Name one for each of {known}, or change tiers.",
            count=len(tiers),
            needed=len(tiers) - 1,
            found=len(levels),
            known=", ".join(tiers[1:]),
        )
    return tuple(levels)


def _desk(table: Table, tiers: Sequence[str], read: _Columns) -> DeskColumn | None:
    desk = table.table("desk", (*_COLUMN_KEYS, "tier", "aliases", "tiers"))
    column = read.own(desk)
    if column is None:
        return None
    aliases = _texts_by_text(desk, "aliases")
    for spelling, name in aliases.items():
        if name in aliases:
            raise desk.wrong(
                "aliases",
                "{spelling} leads to {name}, which is a spelling itself",
                "Write the desk's own name on the right of both.",
                spelling=spelling,
                name=name,
            )
    return DeskColumn(
        column=column,
        aliases=aliases,
        tier=_tier(desk, "tier", desk.text("tier"), tiers) if "tier" in desk else len(tiers) - 1,
        tiers=_desk_tiers(desk, tiers),
    )


def _desk_tiers(desk: Table, tiers: Sequence[str]) -> dict[str, int]:
    listed = desk.table("tiers", tiers)
    found: dict[str, int] = {}
    for index, tier in enumerate(tiers):
        for name in listed.texts(tier):
            if name in found:
                raise listed.wrong(
                    tier,
                    "{name} sits at {tier} already",
                    "Keep one of the two.",
                    name=name,
                    tier=tiers[found[name]],
                )
            found[name] = index
    return found


def _tier(table: Table, key: str, name: str, tiers: Sequence[str]) -> int:
    if name not in tiers:
        raise table.wrong(
            key,
            "{name!r} is no tier",
            "{nearest}Tiers of this mapping: {known}.",
            name=name,
            nearest=nearest(name, tiers),
            known=", ".join(tiers),
        )
    return tiers.index(name)


def _matter_types(table: Table) -> dict[str, str]:
    values = _texts_by_text(table, "values")
    for cell, value in values.items():
        if value not in MATTER_TYPES:
            raise table.wrong(
                "values",
                "{cell} = {value!r} is no matter type",
                "{nearest}Allowed: {known}.",
                cell=cell,
                value=value,
                nearest=nearest(value, MATTER_TYPES),
                known=", ".join(MATTER_TYPES),
            )
    return values


def _place(table: Table, read: _Columns) -> PlaceColumns:
    place = table.table("place", ("asset", "address", "longitude", "latitude", "crs"))
    if ("longitude" in place) != ("latitude" in place):
        raise place.wrong("longitude", "a point needs both longitude and latitude", "Name both or none.")
    crs = place.text("crs", _CRS[0])
    if crs not in _CRS:
        raise place.wrong(
            "crs",
            "{crs!r} is not known",
            "{nearest}Allowed: {known}.",
            crs=crs,
            nearest=nearest(crs, _CRS),
            known=", ".join(_CRS),
        )
    return PlaceColumns(
        asset=read.optional(place, "asset"),
        address=read.optional(place, "address"),
        longitude=read.optional(place, "longitude"),
        latitude=read.optional(place, "latitude"),
        crs=crs,
    )


def _windows(table: Table) -> tuple[int, dict[str, int]]:
    problems = table.table("problems", ("window_days", "windows"))
    by_group: dict[str, int] = {}
    for group, days in problems.free("windows").items():
        if not isinstance(days, int) or isinstance(days, bool) or days < 0:
            raise problems.wrong(
                "windows", "{group} = {days!r} is no number of days", "Write one from 0.", group=group, days=days
            )
        by_group[group] = days
    return problems.whole("window_days", DEFAULT_WINDOW.days, at_least=0), by_group


def _texts_by_text(table: Table, key: str) -> dict[str, str]:
    found = dict(table.free(key))
    for left, right in found.items():
        if not isinstance(right, str) or not right:
            raise table.wrong(key, "{left} = {right!r} is no text", 'Write "…" = "…".', left=left, right=right)
    return found


def missing_columns(mapping: SourceMapping, header: Sequence[str], where: str) -> ConfigurationError | None:
    """The error about columns that the mapping names and the table does not have; None when all are there.

    A column that stands there twice is missing: nobody can say which of the two is meant.
    """
    for name in mapping.columns():
        times = header.count(name)
        if times != 1:
            return ConfigurationError(
                "the column {name} is there {times} times" if times else "there is no column {name}",
                where=where,
                todo="{nearest}Columns of the table: {known}.",
                nearest=nearest(name, header),
                known=", ".join(header),
                name=name,
                times=times,
            )
    return None
