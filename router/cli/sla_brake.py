"""`case-router sla held`, `release` and `cancel`: what is held back, and what becomes of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

import click
import msgspec

from router.app import Installation
from router.cli.call import Call
from router.cli.grammar import Spoken, option
from router.cli.operating import operating
from router.cli.output import emit, emit_fields, emit_json, emit_table, local, tell
from router.cli.reading import Gate
from router.cli.words import said, word
from router.core.case import Case
from router.core.guards import BRAKE, UNDELIVERED, Guards
from router.core.policies.policy import Policy
from router.core.timing.undoing import passed_and_held
from router.errors import CheckFailedError, ConflictError
from router.ledger.guard_port import Brake
from router.sla.taking_back import BATCH, Done, cancel_held

#: Cases that are listed by id; the rest is counted, and `--json` has them all.
_LISTED = 20
_EVERY = 1000
#: Causes that are no id of a hold → what they are called.
_CAUSES = {BRAKE: "held_by_brake", UNDELIVERED: "held_undelivered"}


class HeldBack(msgspec.Struct, frozen=True, kw_only=True):
    """One deadline that is held back."""

    case: str
    desk: str
    district: str | None
    milestone: str
    due_at: datetime
    #: `brake`, or the id of a hold.
    cause: str


@click.command("held", cls=Spoken)
@click.pass_obj
def held(call: Call, /) -> int:
    """List what is held back, by cause; 7 while something is."""
    with call.installation() as installation:
        now = installation.now()
        brake = installation.ledger.brake()
        found = Gate(installation).rows(held_back(installation, now), lambda one: one.case)
    if call.as_json:
        emit_json({"brake": brake, "held": found})
    else:
        _show(brake, found)
    return CheckFailedError.exit_code if brake is not None or found else 0


def held_back(installation: Installation, now: datetime) -> Iterator[HeldBack]:
    """Everything that is held back at `now`, oldest first."""
    ledger = installation.ledger
    guards = ledger.guards(now)
    for case in ledger.held(now):
        yield from _of(case, installation.rulebook({case.policy}).policy(case.policy), guards, now)


def _of(case: Case, policy: Policy, guards: Guards, now: datetime) -> Iterator[HeldBack]:
    for one in passed_and_held(case, now):
        cause = guards.holding(case, policy, one, now)
        if cause is not None:
            yield HeldBack(
                case=case.id,
                desk=case.lead,
                district=case.district,
                milestone=one.name,
                due_at=one.due_at,
                cause=cause,
            )


def brake_sentence(brake: Brake) -> str:
    """Why the brake holds."""
    return word(
        f"brake_{brake.cause}",
        at=local(brake.braked_at),
        due=brake.due,
        threshold=brake.threshold,
        skew=f"{abs(brake.skew_s):.1f}",
    )


def _show(brake: Brake | None, found: list[HeldBack]) -> None:
    emit(brake_sentence(brake) if brake is not None else word("brake_is_off"))
    if not found:
        return
    by_cause = Counter(one.cause for one in found)
    emit_fields(
        (word(_CAUSES[cause]) if cause in _CAUSES else cause, str(n)) for cause, n in by_cause.most_common()
    )
    by_desk = Counter((one.desk, one.milestone) for one in found)
    emit()
    headers = [word(f"held_{name}") for name in ("desk", "milestone", "count")]
    emit_table(headers, ((*key, str(n)) for key, n in by_desk.most_common(_LISTED)), right=(2,))
    emit()
    headers = [word(f"held_{name}") for name in ("case", "milestone", "due", "desk")]
    emit_table(headers, ((one.case, one.milestone, local(one.due_at), one.desk) for one in found[:_LISTED]))
    if len(found) > _LISTED:
        tell(word("held_more", count=len(found) - _LISTED))


@click.command("release", cls=Spoken)
@option("--by", required=True, metavar="NAME")
@option("--reason", required=True, metavar="TEXT")
@click.pass_obj
def release(call: Call, /, by: str, reason: str) -> int:
    """Let through what the brake holds."""
    with operating(call) as installation:
        brake = _brake(installation)
        now = installation.now()
        count = installation.ledger.count_held(now)
        installation.ledger.take_brake_off("released", by=by, reason=reason, now=now)
    if call.as_json:
        emit_json({"batch": brake.seq, "released": count})
    tell(word("brake_released", count=count, batch=brake.seq))
    return 0


@click.command("cancel", cls=Spoken)
@option("--by", required=True, metavar="NAME")
@option("--reason", required=True, metavar="TEXT")
@click.pass_obj
def cancel(call: Call, /, by: str, reason: str) -> int:
    """Take what the brake holds as not missed."""
    with operating(call) as installation:
        _brake(installation)
        done = cancel_held(
            installation.ledger,
            installation.counter(),
            by=by,
            reason=reason,
            now=installation.now(),
            progress=progress,
        )
    return say_done(call, done, "brake_cancelled")


def _brake(installation: Installation) -> Brake:
    """The brake that holds.

    Raises:
        ConflictError: it does not.
    """
    brake = installation.ledger.brake()
    if brake is None:
        raise ConflictError(said("brake_not_on"), todo=said("brake_not_on_todo"))
    return brake


def progress(done: int) -> None:
    """Say now and then how far a long decision has come."""
    if done >= _EVERY and done % _EVERY < BATCH:
        tell(word("guards_progress", count=done))


def say_done(call: Call, done: Done, key: str, **more: object) -> int:
    """Say what became of many commands; returns the exit code."""
    if call.as_json:
        emit_json({"done": done.accepted, "refused": done.refused, **more})
    tell(word(key, count=done.accepted))
    for code, count in done.refused.items():
        tell(word("guards_refused", count=count, code=code))
    return CheckFailedError.exit_code if done.refused else 0
