"""Whom to ask (回访抽样): under a gate with `sample` the lot says of which resolved cases the residents are asked.

A unit cannot know the lot beforehand, and nobody can choose it: the seed of a day follows from the installation's
key, and its hash stands with every case that was drawn that day or was not. When the day is over the seed is told,
and anybody can draw again, by hand if need be (`router.core.several.lots`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from router.core.case import Case
from router.core.commands import Target
from router.core.events import DrawnBy, FollowUpDrawn
from router.core.policies.policy import Gate, GateKind
from router.core.rules import Rules
from router.core.several.lots import falls_on, seed_hash
from router.errors import ConfigurationError


def seed_of(keyed_hash: Callable[[str], str], day: date) -> str | None:
    """The seed of a day: 64 hexadecimal digits; None in an installation without a key.

    Args:
        keyed_hash: tells nothing without the key (`Ledger.keyed_hash`).
        day: in the zone of the case's calendar.
    """
    try:
        return keyed_hash(f"follow-up\0{day.isoformat()}")
    except ConfigurationError:
        return None


def draws(gate: Gate) -> bool:
    """Whether some of the cases under this gate are asked about, and not all."""
    return gate.kind is GateKind.FOLLOW_UP and gate.sample < 1


def draw_one(case: Case, rules: Rules, now: datetime) -> FollowUpDrawn | None:
    """Whether residents are asked about a case that is being resolved; None: its gate draws nobody.

    The day is that of the recording: what is dated back to a day whose seed is told already is drawn by today's.
    """
    policy = rules.policy(case.policy)
    if not draws(policy.gate):
        return None
    if case.to_be_asked is not None or case.follow_ups or case.reprocesses:
        return FollowUpDrawn(drawn=True, by=DrawnBy.AGAIN)
    day = rules.calendar(policy).local(now).date()
    seed = rules.seed_of(day)
    if seed is None:
        return FollowUpDrawn(drawn=True, by=DrawnBy.NO_KEY)
    target = Target(desk=case.lead, case=case.id)
    return FollowUpDrawn(
        drawn=falls_on(seed, target, policy.gate.sample),
        by=DrawnBy.LOT,
        desk=case.lead,
        share=policy.gate.sample,
        day=day,
        seed_hash=seed_hash(seed),
    )


def is_the_draw(event: FollowUpDrawn, case_id: str, seed: str) -> bool:
    """Whether drawing again comes to what is on record of a case."""
    if event.by is not DrawnBy.LOT:
        return event.drawn
    target = Target(desk=event.desk, case=case_id)
    return event.seed_hash == seed_hash(seed) and event.drawn == falls_on(seed, target, event.share)
