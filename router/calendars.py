"""Calendars as the ledger keeps them: the files in force, in order, and every calendar they ever made.

A calendar in force is on record with its files, so that a newer program, which ships a newer one, moves no
deadline by being started. Which calendars there are follows from the files: a city's own that is based on the
national one gets the national notice the day that one does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256

import msgspec

from router.core.calendars.calendar import Calendar
from router.core.calendars.calendar_faults import calendar_faults
from router.core.calendars.calendar_file import load_calendar, read_calendar_file
from router.errors import ConfigurationError
from router.ledger.port import Ledger
from router.presets import list_calendars, preset_text
from router.sentences import Sentence

#: Kinds of versions in the ledger: the files in force, and each calendar that files have made.
CALENDARS = "calendars"
CALENDAR = "calendar"


class Source(msgspec.Struct, frozen=True):
    """A policy, calendar or notice file as it was written."""

    name: str
    text: str


class CalendarSet(msgspec.Struct, frozen=True):
    """Calendar and notice files, in the order in which they came into force."""

    files: tuple[Source, ...] = ()

    def calendars(self) -> dict[str, Calendar]:
        """All calendars by name: the shipped ones, replaced by those of the set.

        Raises:
            ConfigurationError: a file is wrong, or calendars are based on each other.
        """
        return _Reading(self.files).all()

    def names(self) -> frozenset[str]:
        """Names of the calendars whose whole file is in the set."""
        return frozenset(name for source in self.files if (name := _whole(source)) is not None)

    def pinned(self, names: Sequence[str]) -> CalendarSet:
        """The set that also has those of `names` that are shipped, and what they are based on, by its own file."""
        missing = [name for name in names if name in list_calendars() and name not in self.names()]
        return CalendarSet((*(_shipped(name) for name in missing), *self.files)) if missing else self

    def with_files(self, files: Sequence[Source]) -> CalendarSet:
        """The set after these files came into force.

        A whole calendar takes the place of the one of its name, with the notices that had amended that one; the
        same file again changes nothing.

        Raises:
            ConfigurationError: a file is wrong; all that is wrong in the first such file is named.
        """
        found = self
        for source in files:
            if source not in found.files:
                _check(source, found.calendars())
                found = found._with(source)
        found.calendars()
        return found

    def _with(self, source: Source) -> CalendarSet:
        said = read_calendar_file(source.text, source.name)
        if said.amends:
            return CalendarSet((*self.pinned([said.name]).files, source))
        kept = [one for one in self.files if read_calendar_file(one.text, one.name).name != said.name]
        return CalendarSet((*kept, source))


def _check(source: Source, known: Mapping[str, Calendar]) -> None:
    faults = calendar_faults(source.text, source.name, known)
    if faults:
        first, *more = faults
        what = Sentence(
            "\n".join([first.what, *(f"{one.where}: {one.what}" for one in more)]),
            "\n".join([first.what_zh, *(f"{one.where}：{one.what_zh}" for one in more)]),
        )
        raise ConfigurationError(what, where=first.where, todo=Sentence(first.todo, first.todo_zh))


def _whole(source: Source) -> str | None:
    said = read_calendar_file(source.text, source.name)
    return None if said.amends else said.name


def _shipped(name: str) -> Source:
    return Source(f"{name}.toml", preset_text("calendars", name))


class _Reading:
    """Files read in the order in which they need each other, whatever the order in which they came."""

    def __init__(self, files: Sequence[Source]) -> None:
        shipped = {name: _shipped(name) for name in list_calendars()}
        whole = {name: one for one in files if (name := _whole(one)) is not None}
        self._whole = {**shipped, **whole}
        self._notices = [one for one in files if _whole(one) is None]
        self._found: dict[str, Calendar] = {}
        self._open: list[str] = []

    def all(self) -> dict[str, Calendar]:
        for name in self._whole:
            self._calendar(name)
        for notice in self._notices:  # one that amends nothing says so
            if read_calendar_file(notice.text, notice.name).name not in self._found:
                load_calendar(notice.text, notice.name, self._found)
        return self._found

    def _calendar(self, name: str) -> None:
        if name in self._found or name not in self._whole:
            return
        source = self._whole[name]
        if name in self._open:
            raise ConfigurationError(
                "calendars are based on each other: {circle}",
                where=source.name,
                todo="Let one of them stand by itself.",
                circle=" → ".join([*self._open[self._open.index(name) :], name]),
            )
        self._open.append(name)
        base = read_calendar_file(source.text, source.name).base
        if base is not None:
            self._calendar(base)
        calendar = load_calendar(source.text, source.name, self._found)
        for notice in self._notices:
            if read_calendar_file(notice.text, notice.name).name == name:
                calendar = load_calendar(notice.text, notice.name, {name: calendar})
        self._found[name] = calendar
        self._open.pop()


def calendars_in_force(ledger: Ledger) -> tuple[str, CalendarSet]:
    """Version and files in force; an empty version when none was ever put in force."""
    found = ledger.current(CALENDARS)
    return (
        (found[0], msgspec.json.decode(found[1], type=CalendarSet)) if found is not None else ("", CalendarSet())
    )


def install_calendars(ledger: Ledger, chosen: CalendarSet, now: datetime) -> str:
    """Make a set of files the one in force, and keep every calendar it makes; returns its version.

    Raises:
        ConfigurationError: a file is wrong.
    """
    own = chosen.names()
    for name, calendar in chosen.calendars().items():
        if name in own:
            body = msgspec.msgpack.encode(calendar, order="deterministic")
            ledger.put_version(CALENDAR, calendar.version, body, now, current=False)
    body = msgspec.json.encode(chosen)
    version = sha256(body).hexdigest()[:12]
    ledger.put_version(CALENDARS, version, body, now)
    return version
