"""Counting the open cases' deadlines again: first what it would change, then each change with its entry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import msgspec
import structlog

from router.app import Installation
from router.arrivals import direct
from router.cli.output import tell
from router.cli.veiling import veil
from router.cli.words import word
from router.core.calendars.calendar import Calendar
from router.core.case import Case
from router.core.commands import Actor, ActorRole, Recompute
from router.core.events import MilestoneStatus
from router.core.timing.recomputing import Recomputed, recomputed

log = structlog.get_logger(__name__)

#: Who it says on record.
_ACTOR = Actor(ActorRole.SYSTEM, "calendar")
_BATCH = 256


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """What counting again changes, over all open cases; deadlines but for the first two."""

    open_cases: int
    #: Cases with a deadline that changes.
    cases: int
    later: int
    earlier: int
    #: Those that stay where they are and are certain now, or no longer.
    marked: int
    #: Those that would have come already, were they not kept a working day ahead.
    due_now: int
    #: Those that still rest on days no calendar knows.
    provisional: int


def forecast(installation: Installation, calendars: Mapping[str, Calendar]) -> Forecast:
    """What counting by these calendars would change; writes nothing."""
    found: Counter[str] = Counter()
    for case, changes in _changes(installation, calendars):
        moved = {one.milestone: one for one in changes}
        running = [one for one in case.milestones if one.status is MilestoneStatus.RUNNING]
        found["open_cases"] += 1
        found["cases"] += bool(changes)
        found["later"] += sum(one.moved_to > one.milestone.due_at for one in changes)
        found["earlier"] += sum(one.moved_to < one.milestone.due_at for one in changes)
        found["marked"] += sum(not one.moves for one in changes)
        found["due_now"] += sum(one.counted <= installation.now() for one in changes)
        found["provisional"] += sum(moved[one].provisional if one in moved else one.provisional for one in running)
    return Forecast(**{field: found[field] for field in Forecast.__struct_fields__})


def _changes(
    installation: Installation, calendars: Mapping[str, Calendar]
) -> Iterator[tuple[Case, list[Recomputed]]]:
    # Read first, so that the rules know every policy that a case keeps and need not be made again for each.
    versions = {case.policy for case in installation.ledger.all_cases(open_only=True)}
    guards = installation.ledger.guards(installation.now())
    rules = installation.rulebook(versions).counting_by(calendars).guarded_by(guards)
    for case in installation.ledger.all_cases(open_only=True):
        if not rules.knows(case.policy):  # opened meanwhile, by policies that came into force meanwhile
            rules = installation.rulebook({case.policy}).counting_by(calendars).guarded_by(guards)
        yield case, recomputed(case, rules, installation.now())


def tell_forecast(found: Forecast) -> None:
    """Say it to whoever sits there."""
    tell(word("recount_forecast", **msgspec.structs.asdict(found)))
    if found.due_now:
        tell(word("recount_due_now", count=found.due_now))
    if found.provisional:
        tell(word("recount_provisional", count=found.provisional))


def recount(installation: Installation, version: str) -> dict[str, str]:
    """Count again what the calendars in force change; interrupted or run again, each deadline moves once.

    Args:
        installation: its calendars in force are of that version.
        version: of the set of calendar files; part of the commands' ids.

    Returns:
        Case id → refusal, of cases that were not counted again; an id that is hidden from whoever sits here is
        a dash.

    Raises:
        UnreachableError: the ledger does not answer.
    """
    installation.rulebook.reload()
    calendars = installation.rulebook().calendars
    # Read to the end first: what is written below must not change what is being streamed.
    cases = [(case.id, case.version) for case, changes in _changes(installation, calendars) if changes]
    router, refused = installation.counter(restoring=True), dict[str, str]()
    for start in range(0, len(cases), _BATCH):
        now = installation.now()
        commands = [
            Recompute(id=f"calendar/{version}/{case_id}/{at}", case_id=case_id, actor=_ACTOR)
            for case_id, at in cases[start : start + _BATCH]
        ]
        answers = router.carry_out([direct(command, "shell") for command in commands], now)
        router.flush(now)
        refused |= {answer.case_id: answer.refused for answer in answers.values() if answer.refused is not None}
    refused = veil(installation, refused).by_id(refused)
    for case_id, code in refused.items():
        log.warning("case.not_recomputed", case=case_id, code=code)
    return refused
