"""Which desks' programs show no sign of life, and whether that is theirs or ours.

When things fail
    The broker does not answer, or is just back: nobody is judged before it has answered for as long as a desk
    may be silent. Many desks of a tier are silent together: that is an outage of what they share, one alarm, and
    nobody is told of anybody. The router, and all that it decides, does not wait for any of this.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

import structlog

from router.broker.port import Broker
from router.core.case import State
from router.core.commands import Actor, ActorRole, NoteUnstaffed
from router.core.rules import Rules
from router.core.territory import address
from router.core.territory.tree import Served
from router.core.timing.staffing import is_unstaffed, outages
from router.errors import UnreachableError
from router.flow import Router, RulesInForce
from router.ledger.guard_port import Seen
from router.ledger.port import Ledger
from router.outage import Outage
from router.sla.taking_back import carry_out

log = structlog.get_logger()

_ACTOR = Actor(ActorRole.SYSTEM, "staffing")
_AT_WORK = (State.DISPATCHED, State.ACCEPTED)


class Staffing:
    """Looks at who consumes, keeps that in the ledger, and tells superiors of desks that nobody works for."""

    def __init__(self, ledger: Ledger, rulebook: RulesInForce, broker: Broker, router: Router) -> None:
        """`router` carries out what is decided; it is nobody else's."""
        self._ledger = ledger
        self._rulebook = rulebook
        self._broker = broker
        self._router = router
        #: Since when the broker has answered every time; None: it does not, or was not asked yet.
        self._up_since: datetime | None = None
        self._outages: dict[str, Outage] = {}
        #: Ids of what was told of desks that are silent still.
        self._told: set[str] = set()
        #: Desks without a sign of life for longer than they may, and tiers with so many of them that it is ours.
        self.unstaffed = 0
        self.outages = 0

    def run_once(self, now: datetime) -> int:
        """Look once; returns of how many cases a superior was told.

        Raises:
            UnreachableError: broker or ledger do not answer.
        """
        rules = self._rulebook()
        desks = {address.desk_queue(d.code): d.code for d in rules.tree if d.active and d.served is Served.AMQP}
        try:
            states = self._broker.queues(list(desks))
        except UnreachableError:
            self._up_since = None
            raise
        up_since = self._up_since = self._up_since or now
        consuming = {desks[state.name] for state in states if state.consumers}
        self._ledger.note_consuming(consuming, now)
        seen = self._ledger.seen()
        known = {code for code in desks.values() if code in seen and seen[code].consuming_at is not None}
        # A queue that is not there is a fault of the topology, and `status` says so.
        there = {desks[state.name] for state in states}
        quiet = {code: _last(seen[code]) for code in (known & there) - consuming}
        silent = {code: at for code, at in quiet.items() if _is_long(max(at, up_since), now, rules)}
        self.unstaffed = len(silent)
        together = outages(rules.tree, known, silent)
        self._alarm(together, now)
        tiers = {rules.tree.tiers.index(name) for name in together}
        apart = {
            code: at for code, at in silent.items() if rules.tree.tier_of(rules.tree.desks[code]) not in tiers
        }
        wanted = list(self._commands(apart, up_since, now))
        before = self._router.tally.counted()["accepted"]
        carry_out(self._router, [one for one in wanted if one.id not in self._told], now)
        self._told = {one.id for one in wanted}
        return self._router.tally.counted()["accepted"] - before

    def _commands(self, silent: dict[str, datetime], up_since: datetime, now: datetime) -> Iterator[NoteUnstaffed]:
        for code, at in sorted(silent.items()):
            for case in self._ledger.all_cases(open_only=True, lead=code):
                rules = self._rulebook({case.policy})
                if case.state in _AT_WORK and is_unstaffed(case, max(at, up_since), now, rules):
                    yield NoteUnstaffed(
                        # Once for each case and silence, whoever looks and however often.
                        id=f"unstaffed/{case.id}/{code}/{at.timestamp():.6f}",
                        case_id=case.id,
                        actor=_ACTOR,
                        desk=code,
                        since=at,
                    )

    def _alarm(self, found: Mapping[str, tuple[int, int]], now: datetime) -> None:
        """Say that a tier has an outage, once, now and then, and when it is over."""
        self.outages = len(found)
        for tier, (silent, desks) in found.items():
            outage = self._outages.setdefault(
                tier, Outage("desks.outage", "desks.still_out", "desks.back", tier=tier)
            )
            outage.down(now.timestamp(), silent=silent, desks=desks)
        for tier, outage in self._outages.items():
            if tier not in found:
                outage.up(now.timestamp())


def _last(seen: Seen) -> datetime:
    """When a desk was last seen consuming or heard of; it was seen at least once."""
    return max(at for at in (seen.consuming_at, seen.reported_at) if at is not None)


def _is_long(since: datetime, now: datetime, rules: Rules) -> bool:
    """Whether that is longer than any policy in force allows while its calendar is open."""
    return any(
        calendar.is_open(now) and calendar.working_seconds(since, now) >= policy.unstaffed_after_s
        for policy in rules.policies
        for calendar in (rules.calendar(policy),)
    )
