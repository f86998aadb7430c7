"""What operators decide about many deadlines at once: cancel what is held, undo escalations, arm what is missing.

Each decision is a command of its own for each case, through the same flow as any other. Interrupted or run again,
each takes effect once: its id follows from the case and the deadline.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

import msgspec

from router.arrivals import direct
from router.core.commands import Actor, ActorRole, CancelDeadlines, Command, UndoEscalation
from router.core.events import Cause, Entry, Escalated
from router.core.timing.undoing import passed_and_held
from router.flow import Router
from router.ledger.port import Ledger

#: Commands in one transaction.
BATCH = 256

Progress = Callable[[int], None]


def nobody(_done: int) -> None:
    """Nobody is told how far it has come."""


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What became of commands."""

    accepted: int
    #: Code → how many were refused with it.
    refused: dict[str, int]


def carry_out(router: Router, commands: Iterable[Command], now: datetime, progress: Progress = nobody) -> Done:
    """Give commands, some in each transaction.

    Raises:
        UnreachableError: the ledger does not answer; what was done is done.
    """
    accepted, refused = 0, Counter[str]()
    rest = iter(commands)
    while some := tuple(islice(rest, BATCH)):
        answers = router.carry_out([direct(command, "shell") for command in some], now)
        router.flush(now)
        refused.update(answer.refused for answer in answers.values() if answer.refused is not None)
        accepted += sum(answer.refused is None for answer in answers.values())
        progress(accepted + refused.total())
    return Done(accepted=accepted, refused=dict(refused))


def cancel_held(
    ledger: Ledger, router: Router, *, by: str, reason: str, now: datetime, progress: Progress = nobody
) -> Done:
    """Take every deadline that the brake holds as not missed; then the brake comes off.

    It stays on when this is interrupted: run it again, and what was decided already stays decided.
    """
    actor = Actor(ActorRole.SYSTEM, "brake")
    # Read to the end first: what is written below must not change what is being streamed.
    passed = ((case.id, passed_and_held(case, now)) for case in ledger.held(now))
    held = [(case_id, min(one.due_at for one in some)) for case_id, some in passed if some]
    commands = (
        CancelDeadlines(
            id=f"cancel/{case_id}/{due_at.timestamp():.6f}", case_id=case_id, actor=actor, by=by, text=reason
        )
        for case_id, due_at in held
    )
    done = carry_out(router, commands, now, progress)
    ledger.take_brake_off("cancelled", by=by, reason=reason, now=now)
    return done


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Which escalations: those put on record in a time, and those whose deadline lies before an instant."""

    since: datetime
    until: datetime
    #: None: whenever they were due.
    due_before: datetime | None = None

    def has(self, entry: Entry) -> bool:
        """Whether an escalation is one of them; only those by a deadline are."""
        event = entry.event
        return (
            isinstance(event, Escalated)
            and event.cause is Cause.DEADLINE
            and self.since <= entry.recorded_at < self.until
            and (self.due_before is None or entry.event_at < self.due_before)
        )


def escalations(ledger: Ledger, batch: Batch) -> list[Entry]:
    """The escalations of a batch, by case, of each case the last first: they are taken back in that order."""
    found = [entry for entry in ledger.all_entries("Escalated") if batch.has(entry)]
    return sorted(found, key=lambda entry: (entry.case_id, -entry.version, -entry.ordinal))


def undo(
    router: Router, found: Sequence[Entry], *, by: str, reason: str, now: datetime, progress: Progress = nobody
) -> Done:
    """Take escalations back, as :func:`escalations` has them."""
    return carry_out(router, _undoing(found, by, reason), now, progress)


def _undoing(found: Sequence[Entry], by: str, reason: str) -> Iterator[Command]:
    actor = Actor(ActorRole.SYSTEM, "undo")
    for entry in found:
        event = entry.event
        if isinstance(event, Escalated) and event.milestone is not None and event.due_at is not None:
            yield UndoEscalation(
                id=f"undo/{entry.case_id}/{event.milestone}/{event.due_at.timestamp():.6f}",
                case_id=entry.case_id,
                actor=actor,
                milestone=event.milestone,
                due_at=event.due_at,
                desk=event.from_desk,
                step=event.from_step,
                by=by,
                text=reason,
            )
