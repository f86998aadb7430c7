"""Policies and calendars that a command line names: files or presets, with what the installation has besides."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from router.calendars import CalendarSet, Source, calendars_in_force
from router.cli.division_import import read_text
from router.core.calendars.calendar import Calendar
from router.core.policies.matching import require_calendars
from router.core.policies.policy import Policy
from router.core.policies.policy_file import load_policy
from router.ledger.port import Ledger
from router.presets import preset_family, preset_text


def sources_of(name: str) -> tuple[Source, ...]:
    """Policies as they were written: a file, or a preset by its name or its family's (`guangdong`).

    Raises:
        ConfigurationError: the file cannot be read.
        NotFoundError: it is neither.
    """
    path = Path(name)
    if path.suffix == ".toml" or path.exists():
        return (Source(path.name, read_text(path)),)
    return tuple(Source(one, preset_text("policies", one)) for one in preset_family(name))


def sources_named(names: Sequence[str]) -> tuple[Source, ...]:
    """All of them in order, each once: who names `dazhou-starred dazhou` has named the first twice.

    Raises:
        ConfigurationError: a file cannot be read.
        NotFoundError: a name is no file and no preset.
    """
    return tuple(dict.fromkeys(source for name in names for source in sources_of(name)))


def calendar_set(files: Sequence[Path], ledger: Ledger | None) -> CalendarSet:
    """The calendars in force, and the files named after them.

    Raises:
        ConfigurationError: a file is wrong.
    """
    found = calendars_in_force(ledger)[1] if ledger is not None else CalendarSet()
    return found.with_files([Source(file.name, read_text(file)) for file in files])


def policies_named(
    names: Sequence[str], calendars: Sequence[Path], tiers: Sequence[str], ledger: Ledger | None = None
) -> tuple[list[Policy], dict[str, Calendar]]:
    """The policies of that name in order, which need not be for every case, and all calendars by name.

    Raises:
        ConfigurationError: a file is wrong, or a policy's calendar is not there.
        NotFoundError: there is no such file or preset.
    """
    sources = sources_named(names)
    known = calendar_set(calendars, ledger).calendars()
    policies = [load_policy(one.text, one.name, tiers) for one in sources]
    require_calendars(policies, known, [one.name for one in sources])
    return policies, known
