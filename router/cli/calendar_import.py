"""`case-router calendar import`: a calendar or a notice comes into force, and deadlines are counted again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import click
import msgspec

from router.app import Installation
from router.calendars import CalendarSet, Source, calendars_in_force, install_calendars
from router.cli.call import Call
from router.cli.division_import import read_text
from router.cli.grammar import Spoken, option
from router.cli.holiday_library import LIBRARY, notice_of
from router.cli.operating import operating
from router.cli.output import emit, emit_json, tell
from router.cli.recounting import Forecast, forecast, recount, tell_forecast
from router.cli.words import said, word
from router.core.calendars.calendar import Calendar
from router.errors import CheckFailedError, ConflictError, NotFoundError, UsageError
from router.presets import list_calendars, preset_text


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """What an import changes about one calendar."""

    name: str
    #: None: there was none of that name.
    before: str | None
    after: str
    coverage_end: date
    #: Days that are worked now and were not, or were assumed not to be; and the other way round.
    worked: tuple[date, ...]
    off: tuple[date, ...]


@click.command("import", cls=Spoken)
@click.argument("files", nargs=-1, metavar="[FILE|NAME…]")
@option("--from", "library", type=click.Choice([LIBRARY]))
@option("--year", type=click.IntRange(1, 9999), metavar="YEAR")
@option("--into", metavar="NAME", default="cn", show_default=True, says="calendar import --into")
@option("--dry-run", is_flag=True)
@click.pass_obj
def import_(
    call: Call,
    /,
    files: Sequence[str],
    library: str | None,
    year: int | None,
    into: str,
    dry_run: bool,  # noqa: FBT001 - click's flag
) -> int:
    """Put calendars or notices in force; say first how many deadlines move."""
    if bool(files) == (library is not None) or (library is None) != (year is None):
        raise UsageError(said("calendar_what"), todo=said("calendar_what_todo"))
    with operating(call, dry_run=dry_run) as installation:
        _, before = calendars_in_force(installation.ledger)
        sources = [_source(name) for name in files]
        if year is not None:
            sources = [notice_of(year, _named(before.calendars(), into))]
        return bring_in(call, installation, before.with_files(sources), dry_run=dry_run)


def bring_in(call: Call, installation: Installation, chosen: CalendarSet, *, dry_run: bool) -> int:
    """Say what a set of calendar files changes, put it in force and count again; returns the exit code.

    Raises:
        ConflictError: a calendar in force would change its zone.
    """
    current, before = calendars_in_force(installation.ledger)
    changed = list(differences(before.calendars(), chosen.calendars()))
    for one in changed:
        _show(call, one)
    if not changed:
        tell(word("calendars_same"))
    found = forecast(installation, chosen.calendars())
    tell_forecast(found)
    if dry_run:
        tell(word("calendars_dry"))
        version, refused = None, dict[str, str]()
    else:
        # A file that says what is on record makes no new version.
        version = install_calendars(installation.ledger, chosen, installation.now()) if changed else current
        refused = recount(installation, version)
        tell(word("calendars_in_force", version=version, count=found.cases - len(refused)))
    if call.as_json:
        emit_json(_document(changed, found, version, refused))
    return CheckFailedError.exit_code if refused else 0


def _document(
    changed: list[Changed], found: Forecast, version: str | None, refused: dict[str, str]
) -> dict[str, object]:
    return {
        "version": version,
        "in_force": version is not None,
        "calendars": changed,
        "deadlines": found,
        "refused": refused,
    }


def _source(name: str) -> Source:
    """A file, or a shipped calendar by name.

    Raises:
        NotFoundError: it is neither.
    """
    path = Path(name)
    if path.suffix == ".toml" or path.exists() or name not in list_calendars():
        return Source(path.name, read_text(path))
    return Source(f"{name}.toml", preset_text("calendars", name))


def _named(calendars: Mapping[str, Calendar], name: str) -> Calendar:
    if name not in calendars:
        raise NotFoundError(said("no_calendar", name=name, known=", ".join(sorted(calendars))))
    return calendars[name]


def differences(before: Mapping[str, Calendar], after: Mapping[str, Calendar]) -> Iterator[Changed]:
    """What changes, by calendar; those that stay as they are are left out.

    Raises:
        ConflictError: a calendar would change its zone, and with it every clock time that runs by it.
    """
    for name, new in after.items():
        old = before.get(name)
        if old is not None and old.zone != new.zone:
            raise ConflictError(said("calendar_zone_changes", name=name), todo=said("calendar_zone_todo"))
        if old is None or old.version != new.version:
            yield Changed(
                name=name,
                before=old.version if old is not None else None,
                after=new.version,
                coverage_end=new.coverage_end,
                worked=tuple(_differing(old, new, worked=True)),
                off=tuple(_differing(old, new, worked=False)),
            )


def _differing(old: Calendar | None, new: Calendar, *, worked: bool) -> Iterator[date]:
    if old is not None:
        for day in sorted((old.days_off ^ new.days_off) | (old.make_up_days ^ new.make_up_days)):
            if old.is_working_day(day) is not worked and new.is_working_day(day) is worked:
                yield day


def _show(call: Call, one: Changed) -> None:
    say = tell if call.as_json else emit
    end = word("calendar_endless") if one.coverage_end == date.max else one.coverage_end
    say(word("calendar_change", name=one.name, before=one.before or "-", after=one.after, end=end))
    for key, days in (("calendar_off", one.off), ("calendar_worked", one.worked)):
        if days:
            say(f"  {word(key)}  {', '.join(f'{day}' for day in days)}")


@click.command("recompute", cls=Spoken)
@option("--dry-run", is_flag=True)
@click.pass_obj
def recompute(call: Call, /, dry_run: bool) -> int:  # noqa: FBT001 - click's flag
    """Count running deadlines again by the calendars in force."""
    with operating(call, dry_run=dry_run) as installation:
        return bring_in(call, installation, calendars_in_force(installation.ledger)[1], dry_run=dry_run)
