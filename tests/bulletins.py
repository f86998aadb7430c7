"""Bulletins of plays in the small city of `tests.city`, whose plays begin on the Monday of 2026-W39."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from router.bulletin.words import Words
from router.cli.words import choose_language, step_word, value_word
from router.core import commands as c
from router.core.bulletin.document import Basis, Bulletin, Kind
from router.core.bulletin.gathering import Gathering
from router.core.bulletin.standing import Known
from router.core.bulletin.week import Week, week_named
from router.core.rules import Rules
from router.ledger.port import Ledger, Write
from tests.city import Play, rules
from tests.unit.core.calendars import NATURAL, china

WEEK: Week = week_named("2026-W39", NATURAL)


def bulletin(
    plays: Iterable[Play],
    in_force: Rules | None = None,
    *,
    week: Week = WEEK,
    known: Known | None = None,
    earlier: Iterable[Rules] = (),
) -> Bulletin:
    """As it is printed: by what was recorded at the cut-off, unless `known` says otherwise.

    `earlier` are rules that know policies which are no longer in force.
    """
    in_force = in_force or rules()
    gathering = Gathering(
        week,
        in_force,
        known or Known(week.cutoff_at),
        Basis.RECORDED,
        knowing=lambda policy: next(one for one in (in_force, *earlier) if one.knows(policy)),
    )
    for play in plays:
        gathering.take(play.entries)
    return gathering.bulletin(Kind.PRINTED, "test")


def words(language: str) -> Words:
    """The texts of one language, said as the command line says them."""
    choose_language(language)
    return Words(language, value_word, step_word)


def opened(
    number: int, in_force: Rules | None = None, *, after: dict[str, float] | None = None, **more: Any
) -> Play:
    """A case of its own, opened so long after the Monday's nine o'clock."""
    play = Play(in_force).wait(**(after or {}))
    play.open(id=f"open-{number}", source_id=str(number), **more)
    return play


def solved(play: Play, **after: float) -> Play:
    """Its lead reports it solved."""
    play.wait(**after)
    play.say(play.case.lead, c.Resolve, outcome=c.Outcome.SOLVED)
    assert play.refused is None
    return play


def two_weeks() -> list[Play]:
    """Some cases in two districts: solved in time, late, not at all, and two about the same lamp."""
    found = []
    for number in range(24):
        division = ("lake", "willow") if number % 3 else ("canal", "bridge")
        category = ("lamp", "stall", "pipe", "bus", None)[number % 5]
        play = opened(number, after={"hours": 7 * number}, division=division, category=category)
        if number % 4:
            solved(play, days=number % 8)
        play.wait_until(china(2026, 10, 12, 9))
        found.append(play)
    return found


def record(ledger: Ledger, *plays: Play) -> None:
    """Put what was played on record, as the router writes it."""
    for play in plays:
        writes = [
            Write(
                case=step.case,
                decided_on=step.decided_on,
                # Each play counts its commands from 1.
                entries=tuple(replace(entry, cause=f"{entry.case_id}/{entry.cause}") for entry in step.entries),
                outgoing=(),
                due_tier="street",
            )
            for step in play.steps
        ]
        with ledger.begin() as unit:
            assert not unit.write(writes)
