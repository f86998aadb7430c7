"""Doing it again: what was kept for a restore is decided once more, in the order in which it was said.

The law of the file: nothing is refused for good. What may not be carried out now waits until its case has changed,
and is parked as `after_restore` when nothing changes it any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

import msgspec

from router.arrivals import Arrived, arrived_again
from router.batch import AFTER_RESTORE
from router.broker.envelope import decode
from router.broker.port import Fate, Outgoing
from router.core import address
from router.core.commands import Command
from router.flow import Router
from router.ledger.parking_port import UNKNOWN_CASE, Parked
from router.ledger.port import Answer, Ledger
from router.sending import Leaving

#: Kept messages read at once.
_BATCH = 500
#: What was said within this time is decided in one transaction; what follows for other cases comes after it, as it
#: did when it came through a queue.
_TOGETHER = timedelta(seconds=1)


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

    def run(self, now: datetime) -> Redone:
        """Decide what was kept, in the order in which it was said, each as of then.

        Raises:
            UnreachableError: the ledger does not answer.
            ConfigurationError: something was kept under another key.
        """
        done, waiting = Redone(), dict[str, list[Arrived]]()
        while kept := self._ledger.kept(_BATCH):
            for rows in _together(kept):
                arrived = [one for row in rows if (one := arrived_again(row)) is not None]
                self._decide(arrived, now, done, waiting)
                with self._ledger.begin() as unit:
                    unit.mark_replayed([row.id for row in rows], now)
        with self._ledger.begin() as unit:
            there = unit.cases(waiting)
        done.parked = sum(len(these) for case_id, these in waiting.items() if case_id in there)
        done.waiting = sum(map(len, waiting.values())) - done.parked
        self._router.flush(now)
        return done

    def _decide(
        self, arrived: Sequence[Arrived], now: datetime, done: Redone, waiting: dict[str, list[Arrived]]
    ) -> None:
        """Decide, then what follows for other cases, then what waited for these ones to change.

        Clocks differ: what the next desk said can come before what sent the case to it.
        """
        then = max((one.received_at or now for one in arrived), default=now)
        todo = self._new(arrived, done)
        again: list[Arrived] = []
        while todo:
            answers = self._router.carry_out(todo, now)
            taken = [one for one in todo if _is_taken(answers.get(one.command.id))]
            done.accepted += len(taken)
            ids = {one.command.id for one in taken}
            for one in todo:
                if one.command.id in answers and one.command.id not in ids:
                    waiting.setdefault(one.command.case_id, []).append(one)
            self._wait_no_more([one for one in again if one.command.id in ids], now)
            follow_ons = self._leaving.follow_ons()
            # They leave the outbox in the transaction that carries them out.
            self._leaving.carried_out(follow_ons)
            changed = dict.fromkeys(one.command.case_id for one in taken)
            again = [one for case_id in changed for one in waiting.pop(case_id, ())]
            followed = (_followed(message, then) for message in follow_ons)
            todo = [*again, *(one for one in followed if one is not None)]

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


def _followed(message: Outgoing, then: datetime) -> Arrived | None:
    """What the router says to itself about another case, taken at once."""
    command = decode(message.type, message.body)
    if not isinstance(command, Command):
        return None
    return Arrived(
        command=command,
        origin=message.exchange,
        type=message.type,
        key=message.key,
        user_id=None,
        body=message.body,
        received_at=then,
        redone=True,
    )
