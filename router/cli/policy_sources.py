"""Policies and calendars that a command line names: files or presets, with what the installation has besides."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from router.cli.division_import import read_text
from router.core.calendar import Calendar
from router.core.matching import require_calendars
from router.core.policy import Policy
from router.core.policy_file import load_policy
from router.ledger.port import Ledger
from router.presets import preset_text
from router.rulebook import POLICIES, PolicySet, Source, calendars_of


def source_of(name: str) -> Source:
    """A policy as it was written: a file, or a preset by name.

    Raises:
        ConfigurationError: the file cannot be read.
        NotFoundError: it is neither.
    """
    path = Path(name)
    if path.suffix == ".toml" or path.exists():
        return Source(path.name, read_text(path))
    return Source(name, preset_text("policies", name))


def calendar_sources(files: Sequence[Path], ledger: Ledger | None) -> tuple[Source, ...]:
    """The files named, or those of the set in force: another policy is no reason to lose a calendar."""
    if files:
        return tuple(Source(file.name, read_text(file)) for file in files)
    current = ledger.current(POLICIES) if ledger is not None else None
    return msgspec.json.decode(current[1], type=PolicySet).calendars if current is not None else ()


def policies_named(
    names: Sequence[str], calendars: Sequence[Path], tiers: Sequence[str], ledger: Ledger | None = None
) -> tuple[list[Policy], dict[str, Calendar]]:
    """The policies of that name in order, which need not be for every case, and all calendars by name.

    Raises:
        ConfigurationError: a file is wrong, or a policy's calendar is not there.
        NotFoundError: there is no such file or preset.
    """
    sources = tuple(source_of(name) for name in names)
    known = calendars_of(PolicySet(policies=sources, calendars=calendar_sources(calendars, ledger)))
    policies = [load_policy(one.text, one.name, tiers) for one in sources]
    require_calendars(policies, known)
    return policies, known
