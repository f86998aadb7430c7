"""Desks whose program shows no sign of life (无人值守): when that is so, and what it leads to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from router.core.case import Case
from router.core.commands import NoteUnstaffed
from router.core.events import Unstaffed
from router.core.refusals import Refusal, refuse
from router.core.rules import Rules
from router.core.step import Draft
from router.core.telling import messages as m, notices
from router.core.territory.tree import Served, Tree
from router.core.timing.ladder import above

#: So many of a tier's desks unstaffed together are an outage of something they share.
OUTAGE_SHARE = 0.2


def is_unstaffed(case: Case, since: datetime, now: datetime, rules: Rules) -> bool:
    """Whether the lead of a case, last seen or heard of at `since`, counts as unstaffed for it.

    The policy's grace counts while its calendar says open; at night nobody is expected.
    """
    policy = rules.policy(case.policy)
    calendar = rules.calendar(policy)
    return calendar.is_open(now) and calendar.working_seconds(since, now) >= policy.unstaffed_after_s


def outages(tree: Tree, known: Collection[str], silent: Collection[str]) -> Mapping[str, tuple[int, int]]:
    """Tier → how many of how many of its desks are silent, where that is more than one in five: no desk's fault.

    Args:
        tree: in force.
        known: codes of desks that once had a program.
        silent: those of them that show no sign of life.
    """
    found = {}
    for index, name in enumerate(tree.tiers):
        desks = {d.code for d in tree if tree.tier_of(d) == index and d.active and d.served is Served.AMQP}
        all_of_them, quiet = len(desks & set(known)), len(desks & set(silent))
        if quiet > 1 and quiet > OUTAGE_SHARE * all_of_them:
            found[name] = (quiet, all_of_them)
    return found


def note_unstaffed(draft: Draft, command: NoteUnstaffed, rules: Rules) -> Refusal | None:
    """无人值守: the superior is told, the case stays."""
    case = draft.case
    if case.lead != command.desk:
        return refuse("not_lead", lead=case.lead, desk=command.desk)
    superior = above(case, rules, case.lead)
    draft.add(Unstaffed(desk=case.lead, superior=superior, since=command.since))
    draft.tell_desk(
        superior,
        notices.UNSTAFFED,
        lambda now: m.Unstaffed(case_id=now.id, version=now.version, desk=command.desk, since=command.since),
    )
    return None
