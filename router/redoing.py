"""Doing it again: what was kept for a restore is decided once more, in the order in which it was said.

The law of the file: nothing is refused for good. What may not be carried out now waits until its case has changed,
and is parked as `after_restore` when nothing changes it any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

import msgspec

from router.arrivals import Arrived, arrived_again, direct
from router.batch import AFTER_RESTORE
from router.broker.envelope import decode
from router.broker.port import Fate, Outgoing
from router.core.commands import Command, PassDeadline
from router.core.step import FOLLOWS
from router.core.territory import address
from router.core.timing.deadlines import wake_up
from router.flow import Router
from router.ledger.parking_port import UNKNOWN_CASE, Parked
from router.ledger.port import Answer, Ledger
from router.sending import Leaving

#: Kept messages read at once.
_BATCH = 500
#: What was said within this time is decided in one transaction; what follows for other cases comes after it, as it
#: did when it came through a queue.
_TOGETHER = timedelta(seconds=1)
#: A deadline that does not pass is left alone for so long.
_LEASE_S = 60.0
_JUST_AFTER = timedelta(microseconds=1)


class KeepingBack(Leaving):
    """Leaves everything in the outbox, and hands over what the router says to itself about other cases."""

    def __init__(self) -> None:
        super().__init__()
        self._follow_ons: list[Outgoing] = []

    def send(self, batch: Sequence[Outgoing]) -> None:
        """Leave it; note what follows for other cases."""
        self._follow_ons += [message for message in batch if message.exchange == address.DUE]

    def follow_ons(self) -> list[Outgoing]:
        """What was noted since the last call."""
        found, self._follow_ons = self._follow_ons, []
        return found

    def carried_out(self, messages: Iterable[Outgoing]) -> None:
        """They need not be sent any more."""
        self._done.update((message.id, Fate.CONFIRMED) for message in messages)


class Redone(msgspec.Struct, kw_only=True):
    """What became of what was said again."""

    #: Carried out, now.
    accepted: int = 0
    #: On record already.
    known: int = 0
    #: About cases that are not there; they wait.
    waiting: int = 0
    #: Could not be carried out; parked as `after_restore`.
    parked: int = 0


class Redoing:
    """Decides what was kept. One at a time; no router runs beside it."""

    def __init__(self, ledger: Ledger, router: Router, leaving: KeepingBack) -> None:
        """`router` decides, and leaves what is to be sent with `leaving`."""
        self._ledger = ledger
        self._router = router
        self._leaving = leaving

    def run(self, now: datetime, *, until: datetime) -> Redone:
        """Decide what was kept, in the order in which it was said, each as of then.

        Deadlines pass between, each when it did: the next tier has had its cases since.

        Args:
            now: aware instant.
            until: when the lost ledger did its last work; what falls due later is nobody's to pass here.

        Raises:
            UnreachableError: the ledger does not answer.
            ConfigurationError: something was kept under another key.
        """
        done, waiting = Redone(), dict[str, list[Arrived]]()
        # The clock stands still here: a lease of a run that died, or of a clock before the backup, never runs out.
        self._ledger.give_back_due()
        self._follow_up(now, waiting)
        while kept := self._ledger.kept(_BATCH):
            for rows in _together(kept):
                self._let_pass(min(rows[0].parked_at, until), now, waiting)
                arrived = [one for row in rows if (one := arrived_again(row)) is not None]
                done.accepted += self._decide(self._new(arrived, done), now, waiting)
                with self._ledger.begin() as unit:
                    unit.mark_replayed([row.id for row in rows], now)
        self._let_pass(until, now, waiting)
        with self._ledger.begin() as unit:
            there = unit.cases(waiting)
        done.parked = sum(len(these) for case_id, these in waiting.items() if case_id in there)
        done.waiting = sum(map(len, waiting.values())) - done.parked
        self._router.flush(now)
        return done

    def _follow_up(self, now: datetime, waiting: dict[str, list[Arrived]]) -> None:
        """What follows for other cases from what is on record already, and was not carried out: a run that died
        left it in the outbox, or the backup was made in between. Its cause is known by now and says it no more."""
        left = self._ledger.unsent(address.DUE)
        followed = [(message, one) for message in left if (one := _followed(message)) is not None]
        for message, one in followed:
            self._leaving.carried_out([message])
            self._decide([one], now, waiting)

    def _let_pass(self, before: datetime, now: datetime, waiting: dict[str, list[Arrived]]) -> None:
        """What had passed by then passes, each deadline at its own instant and on record right after it."""
        while due := self._ledger.claim_due(before, _BATCH, _LEASE_S):
            # At the very instant it is not missed yet.
            wake_ups = [(wake_up(one.case_id, one.milestone, one.due_at), one.due_at + _JUST_AFTER) for one in due]
            passing = [
                msgspec.structs.replace(direct(command, address.DUE), received_at=at, redone=True)
                for command, at in wake_ups
            ]
            self._decide(passing, now, waiting)

    def _decide(self, arrived: Sequence[Arrived], now: datetime, waiting: dict[str, list[Arrived]]) -> int:
        """Decide, then what follows for other cases, then what waited for these ones to change.

        Clocks differ: what the next desk said can come before what sent the case to it.

        Returns:
            How many commands were carried out, but for those that followed.
        """
        todo, again, accepted = list(arrived), list[Arrived](), 0
        while todo:
            answers = self._router.carry_out(todo, now)
            taken = [one for one in todo if _is_taken(answers.get(one.command.id))]
            accepted += sum(not one.command.id.startswith(FOLLOWS) for one in taken)
            ids = {one.command.id for one in taken}
            for one in todo:
                left = one.command.id in answers and one.command.id not in ids
                if left and not isinstance(one.command, PassDeadline):
                    waiting.setdefault(one.command.case_id, []).append(one)
            self._wait_no_more([one for one in again if one.command.id in ids], now)
            follow_ons = self._leaving.follow_ons()
            # They leave the outbox in the transaction that carries them out.
            self._leaving.carried_out(follow_ons)
            changed = dict.fromkeys(one.command.case_id for one in taken)
            again = [one for case_id in changed for one in waiting.pop(case_id, ())]
            followed = map(_followed, follow_ons)
            todo = [*again, *(one for one in followed if one is not None)]
        return accepted

    def _wait_no_more(self, taken: Sequence[Arrived], now: datetime) -> None:
        """What had been parked until its case changed, or came to be, was carried out."""
        reasons = (AFTER_RESTORE, UNKNOWN_CASE)
        with self._ledger.begin() as unit:
            unit.mark_replayed([one.parked(why, "", now).id for one in taken for why in reasons], now)

    def _new(self, arrived: Sequence[Arrived], done: Redone) -> list[Arrived]:
        """Those that are not on record; a command that was refused stays refused."""
        with self._ledger.begin() as unit:
            known = unit.answers({one.command.id for one in arrived})
        done.known += sum(one.command.id in known for one in arrived)
        return [one for one in arrived if one.command.id not in known]


def _is_taken(answer: Answer | None) -> bool:
    return answer is not None and answer.refused is None


def _together(kept: Sequence[Parked]) -> Iterator[list[Parked]]:
    """What was said within a second, in order."""
    rows: list[Parked] = []
    for row in kept:
        if rows and row.parked_at - rows[0].parked_at > _TOGETHER:
            yield rows
            rows = []
        rows.append(row)
    if rows:
        yield rows


def _followed(message: Outgoing) -> Arrived | None:
    """What the router says to itself about another case, as of when its cause went on record; None: a wake-up."""
    command = decode(message.type, message.body)
    if not isinstance(command, Command) or isinstance(command, PassDeadline):
        return None
    return Arrived(
        command=command,
        origin=message.exchange,
        type=message.type,
        key=message.key,
        user_id=None,
        body=message.body,
        received_at=message.timestamp,
        redone=True,
    )
