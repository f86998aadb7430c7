"""The notifier: sends the people at each desk one list of what its cases ask of them, and not too often.

The law of the file: sent, then marked. A crash between the two leaves a list to be sent again: in doubt a list
twice rather than a miss. The same rows are the same message, so a program that remembers ids shows it once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import islice

import msgspec
import structlog

from router.broker.envelope import encode
from router.broker.port import Fate, Outgoing
from router.core.case import Case
from router.core.telling.hiding import is_lost
from router.core.telling.notices import NOTICES
from router.core.telling.pressing import Haste, Order
from router.core.telling.ringing import MOST_LINES, Notice, NoticeBatch, listed
from router.core.telling.told import NoticeList
from router.core.territory import address
from router.core.territory.tree import Served, Tree
from router.flow import RulesInForce
from router.ledger.port import Ledger
from router.sending import Sender
from router.tally import Tally

log = structlog.get_logger()

#: Between two removals of what is too old.
_FORGET_EVERY = timedelta(hours=1)


class Notifier:
    """Claims desks that may be told, sends each its list, marks what arrived. One thread at a time."""

    def __init__(self, ledger: Ledger, rules: RulesInForce, sender: Sender, *, every_s: float = 900.0) -> None:
        """`every_s`: seconds between two lists to one desk, at least."""
        self._ledger = ledger
        self._rules = rules
        self._sender = sender
        self._every = timedelta(seconds=every_s)
        self._forgot_at: datetime | None = None
        #: Lists since the start, by what became of them; `no_queue`: the desk has no program, its people ask.
        self.tally = Tally()

    def run_once(self, now: datetime, limit: int = 100) -> bool:
        """Tell at most `limit` desks; whether there may be more to tell at once."""
        if self._forgot_at is None or now - self._forgot_at >= _FORGET_EVERY:
            self._ledger.forget_notices(now)
            self._forgot_at = now
        rules = self._rules()
        closed = [name for name, calendar in rules.calendars.items() if not calendar.is_open(now)]
        claimed = self._ledger.claim_notices(now, self._every, closed, limit)
        if not claimed:
            return False
        may_be_more = len(claimed) == limit
        with self._ledger.begin() as unit:
            cases = unit.cases({one.case_id for batch in claimed for one in batch.notices})
        claimed, lost = _told_and_lost(rules.tree, claimed, cases)
        if lost:
            self._ledger.settle_notices(lost, None)
        haste = self._haste(cases, now)
        made = {batch.recipient: message(rules.tree, batch, now, haste) for batch in claimed}
        sent = [batch for batch in claimed if made[batch.recipient] is not None]
        self._sender.send([one for one in made.values() if one is not None])
        self._settle(made, sent, self._sender.collect(wait=True), now)
        without = [batch for batch in claimed if made[batch.recipient] is None]
        if without:
            self._ledger.settle_notices(without, None)
            self.tally.add("no_queue", len(without))
        return may_be_more

    def _haste(self, cases: Mapping[str, Case], now: datetime) -> dict[str, Haste]:
        """Case id → how it comes before others, as the cases stand now."""
        rules = self._rules({case.policy for case in cases.values()})
        order = Order(rules, now)
        # In doubt a list without a priority rather than none.
        return {case_id: order.haste(case) for case_id, case in cases.items() if rules.knows(case.policy)}

    def _settle(
        self, made: dict[str, Outgoing | None], sent: Iterable[NoticeBatch], fates: dict[str, Fate], now: datetime
    ) -> None:
        by_fate: dict[Fate, list[NoticeBatch]] = {fate: [] for fate in Fate}
        for batch in sent:
            one = made[batch.recipient]
            by_fate[fates.get(one.id, Fate.UNKNOWN) if one is not None else Fate.UNKNOWN].append(batch)
        for fate, batches in by_fate.items():
            self.tally.add(fate.value, len(batches))
        if arrived := by_fate[Fate.CONFIRMED]:
            self._ledger.settle_notices(arrived, now)
        # A queue that is full or missing is tried again with the next list; a broker that is away, at once.
        for batch in (*by_fate[Fate.REJECTED], *by_fate[Fate.UNROUTED]):
            log.warning("notices.not_taken", desk=batch.recipient, waiting=len(batch.rows))
        if unknown := by_fate[Fate.UNKNOWN]:
            self._ledger.release_notices(unknown)


def _told_and_lost(
    tree: Tree, claimed: Iterable[NoticeBatch], cases: Mapping[str, Case]
) -> tuple[list[NoticeBatch], list[NoticeBatch]]:
    """What desks are told, and what leaves no more: it is of a case that they must not have any longer."""
    told: list[NoticeBatch] = []
    lost: list[NoticeBatch] = []
    for batch in claimed:
        rows: tuple[list[tuple[int, Notice]], list[tuple[int, Notice]]] = ([], [])
        for row, one in zip(batch.rows, batch.notices, strict=True):
            rows[is_lost(tree, cases.get(one.case_id), batch.recipient)].append((row, one))
        for found, part in zip((told, lost), rows, strict=True):
            if part:
                found.append(
                    msgspec.structs.replace(
                        batch, rows=tuple(row for row, _ in part), notices=tuple(one for _, one in part)
                    )
                )
    return told, lost


def message(tree: Tree, batch: NoticeBatch, now: datetime, haste: Mapping[str, Haste]) -> Outgoing | None:
    """The list on its way to a desk's queue; None for a desk without one: its people read it from the ledger."""
    desk = tree.desks.get(batch.recipient)
    if desk is None or desk.served is not Served.AMQP:
        return None
    lines = listed(batch.notices, haste)
    shown = tuple(islice(lines, MOST_LINES))
    payload = NoticeList(desk=desk.code, lines=shown, more=sum(1 for _ in lines), made_at=now)
    return Outgoing(
        id=_id_of(batch),
        exchange=address.tier_exchange(tree, tree.tier_of(desk)),
        key=address.desk_key(tree, desk, None, NOTICES, alone=True),
        type=str(NoticeList.__struct_config__.tag),
        case_id="",
        case_version=0,
        body=encode(payload),
        timestamp=now,
    )


def _id_of(batch: NoticeBatch) -> str:
    """The same rows have the same id; with one more it is another list, which a receiver must not drop.

    A restored ledger counts its rows anew: what they say, and since when, tells them from those that were lost.
    """
    said = zip(batch.rows, batch.notices, strict=True)
    rows = ",".join(f"{row}:{one.case_id}:{one.created_at.isoformat()}" for row, one in said)
    return f"notices:{hashlib.sha256(f'{batch.recipient}:{rows}'.encode()).hexdigest()[:24]}"
